/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: how long a connection takes.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"
#include "fetcher/sections/postgres.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time that a connection takes"},
    {0}};

static const struct check_metric metrics[] = {
    {"connection_time", "s", "time that a connection takes"}, {0}};

static const struct value_row row = {"Connection time", "connection_time",
    render_seconds, VALUE_PARAM(P_LEVELS), 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_postgres *s = c->sections[0];

	for (size_t i = 0; i < s->n_instances; i++)
		check_found_add(found, s->instances[i], NULL);
	if (s->n_instances == 0 && s->n > 0)
		check_found_add(found, SLICE("Main"), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_postgres *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		double seconds = text_number(s->rows[i].text);
		if (isfinite(seconds) &&
		    (slice_eq(s->rows[i].instance, c->item) ||
			(s->n_instances == 0 && slice_eqs(c->item, "Main")))) {
			value_say(c, out, &row, seconds, 0);
			return;
		}
	}
	out->none = true; /* nobody could log in */
}

const struct check check_postgres_conn_time = {
    .name = "postgres_conn_time",
    .title = "PostgreSQL: time of a connection",
    .manual = "How long it takes to connect to a PostgreSQL instance. Nothing "
	      "is judged without levels.",
    .ruleset = "postgres_conn_time",
    .description = "PostgreSQL Connection Time %s",
    .sections =
	(const struct section_type *const[]){&section_postgres_conn_time, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
