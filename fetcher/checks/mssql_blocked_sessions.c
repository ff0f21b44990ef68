/* SPDX-License-Identifier: Apache-2.0
 *
 * Microsoft SQL Server: sessions that wait for another one,
 * "INSTANCE|session|milliseconds|what for|by which", or
 * "INSTANCE|No blocking sessions".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#define NONE "No blocking sessions"

enum {
	P_STATE,
	P_WAITTIME,
	P_IGNORE
};

static const struct check_param params[] = {
    {"state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if a session waits, while there are no levels on the time"},
    {"waittime", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time that a session waits"},
    {"ignore_waittypes", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"what sessions may wait for, as SQL Server names it"},
    {0}};

static const struct section_type section =
    SECTION_LINES("mssql_blocked_sessions");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[5], last = SLICE("");

	for (size_t i = 0; i < s->n; i++) {
		size_t n = line_cells(&s->lines[i], cells, 5);

		if ((n != 5 && !(n == 2 && slice_eqs(cells[1], NONE))) ||
		    slice_eq(cells[0], last))
			continue;
		check_found_add(found, cells[0], NULL);
		last = cells[0];
	}
}

static bool
is_ignored(const struct check_context *c, struct slice type)
{
	const json_t *list = c->params[P_IGNORE].json;

	for (size_t i = 0; i < json_array_size(list); i++)
		if (slice_eqs(type, json_string_value(json_array_get(list, i))))
			return true;
	return false;
}

static uint32_t
state_of(const struct check_context *c, double seconds)
{
	const struct check_levels *levels = value_levels(c, P_WAITTIME);

	if (levels == NULL)
		return (uint32_t)c->params[P_STATE].number;
	return seconds >= levels->crit ? CHECK_CRIT
	    : seconds >= levels->warn  ? CHECK_WARN
				       : CHECK_OK;
}

/* Of the item's sessions, each in the details. */
struct waiting {
	size_t n, ignored;
	double longest;
};

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[5], first = SLICE("");
	struct waiting w = {0};
	bool seen = false;

	for (size_t i = 0; i < s->n; i++) {
		size_t n = line_cells(&s->lines[i], cells, 5);
		double seconds;

		if (n < 2 || !slice_eq(cells[0], c->item))
			continue;
		seen = true;
		if (n < 5)
			continue;
		if (is_ignored(c, cells[3])) {
			w.ignored++;
			continue;
		}
		seconds = text_number(cells[2]) / 1000;
		if (w.n++ == 0)
			first = cells[4];
		w.longest = seconds > w.longest ? seconds : w.longest;
		check_tell(out, CHECK_OK,
		    "Session %.*s blocked by %.*s for %.1f s (%.*s)",
		    value_cut(cells[1], 20), cells[1].s,
		    value_cut(cells[4], 20), cells[4].s, seconds,
		    value_cut(cells[3], 60), cells[3].s);
	}
	if (!seen) {
		out->none = true; /* nobody could log in: `Instance` */
		return;
	}
	if (w.n == 0)
		check_say(out, CHECK_OK, "%s", NONE);
	else
		check_say(out, state_of(c, w.longest),
		    "%zu blocked by %.*s%s, longest %.1f s", w.n,
		    value_cut(first, 20), first.s, w.n > 1 ? " and others" : "",
		    w.longest);
	if (w.ignored > 0)
		check_say(out, CHECK_OK, "%zu ignored", w.ignored);
}

const struct check check_mssql_blocked_sessions = {
    .name = "mssql_blocked_sessions",
    .title = "Microsoft SQL Server: blocked sessions",
    .manual = "Sessions of an instance that wait for another session. CRIT, "
	      "unless levels on the time are set.",
    .ruleset = "mssql_blocked_sessions",
    .description = "MSSQL %s Blocked Sessions",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
