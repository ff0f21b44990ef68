/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: the query that runs longest.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/postgres.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time that the query has been running"},
    {0}};

static const struct check_metric metrics[] = {
    {"seconds", "s", "time that the longest query has been running"}, {0}};

static const struct value_row row = {"Longest query", "seconds",
    render_timespan, VALUE_PARAM(P_LEVELS), 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_postgres *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n_databases; i++) {
		str_clear(&item);
		postgres_item(
		    &item, s->databases[i].instance, s->databases[i].name);
		check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const struct {
		const char *column, *label;
	} details[] = {{"usename", "Username"}, {"client_addr", "Client"},
	    {"pid", "PID"}, {"state", "Query state"},
	    {"current_query", "Query"}};
	const struct section_postgres *s = c->sections[0];
	const struct postgres_row *worst = NULL;
	double longest = -1;
	struct slice name, text;

	for (size_t i = 0; i < s->n; i++) {
		double seconds = postgres_number(&s->rows[i], "seconds");
		if (postgres_text(&s->rows[i], "datname", &name) &&
		    postgres_is(c->item, s->rows[i].instance, name) &&
		    seconds > longest) {
			longest = seconds;
			worst = &s->rows[i];
		}
	}
	if (worst == NULL) {
		check_say(out, CHECK_OK, "No queries running");
		return;
	}
	value_say(c, out, &row, longest, 0);
	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		if (postgres_text(worst, details[i].column, &text))
			check_tell(out, CHECK_OK, "%s: %.*s", details[i].label,
			    value_cut(text, 1000), text.s);
}

const struct check check_postgres_query_duration = {
    .name = "postgres_query_duration",
    .title = "PostgreSQL: duration of queries",
    .manual = "The query that has been running for longest in a database. "
	      "Nothing is judged without levels.",
    .ruleset = "postgres_query_duration",
    .description = "PostgreSQL Query Duration %s",
    .sections =
	(const struct section_type *const[]){
	    &section_postgres_query_duration, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
