/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: sessions, "t 5" idle ones, "f 1" running ones.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"
#include "fetcher/sections/postgres.h"

enum {
	P_TOTAL,
	P_RUNNING
};

static const struct check_param params[] = {
    {"total", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on all sessions"},
    {"running", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on sessions that run a query"},
    {0}};

static const struct check_metric metrics[] = {{"total", "", "sessions"},
    {"running", "", "of these, those that run a query"}, {0}};

static const struct value_row total = {
    "Total", "total", render_count, VALUE_PARAM(P_TOTAL), 0, false};
static const struct value_row running = {
    "Running", "running", render_count, VALUE_PARAM(P_RUNNING), 0, false};

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
	double idle = 0, busy = 0;
	bool any = false;

	for (size_t i = 0; i < s->n; i++) {
		struct slice rest = s->rows[i].text, word;
		bool mine = slice_eq(s->rows[i].instance, c->item) ||
		    (s->n_instances == 0 && slice_eqs(c->item, "Main"));
		double n;
		if (!mine || !slice_word(&rest, &word) ||
		    isnan(n = text_number(rest)))
			continue;
		any = true;
		if (slice_eqs(word, "t"))
			idle += n;
		else if (slice_eqs(word, "f"))
			busy += n;
	}
	if (!any) {
		/* Nobody could log in: the instance's own service says that. */
		out->none = true;
		return;
	}
	value_say(c, out, &total, idle + busy, 0);
	value_say(c, out, &running, busy, 0);
}

const struct check check_postgres_sessions = {
    .name = "postgres_sessions",
    .title = "PostgreSQL: sessions",
    .manual = "How many sessions a PostgreSQL instance has, and how many of "
	      "them run a query. Nothing is judged without levels.",
    .ruleset = "postgres_instance_sessions",
    .description = "PostgreSQL Daemon Sessions %s",
    .sections =
	(const struct section_type *const[]){&section_postgres_sessions, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
