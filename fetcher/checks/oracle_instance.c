/* SPDX-License-Identifier: Apache-2.0
 *
 * Oracle: does the instance run and take sessions?
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_LOGINS,
	P_NOT_OPEN
};

static const struct check_param params[] = {
    {"logins", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if logins are restricted"},
    {"primarynotopen", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if a primary database is not open"},
    {0}};

static const struct check_metric metrics[] = {
    {"uptime", "s", "time since the instance was started"}, {0}};

static const struct value_row uptime = {
    "Uptime", "uptime", render_timespan, 0, 0, true};

static const struct section_type section = SECTION_LINES("oracle_instance");

enum {
	SID,
	VERSION, /* or FAILURE, then words */
	OPEN_MODE,
	LOGINS,
	ARCHIVER,
	UPTIME,
	DBID,
	LOG_MODE,
	ROLE,
	FORCED,
	NAME,
	CELLS
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[CELLS];

	for (size_t i = 0; i < s->n; i++)
		if (line_cells(&s->lines[i], cells, CELLS) > OPEN_MODE &&
		    cells[SID].len > 0)
			check_found_add(found, cells[SID], NULL);
}

static void
say(const struct check_context *c, const struct slice *cells,
    struct check_out *out)
{
	bool open = slice_eqs(cells[OPEN_MODE], "OPEN");
	bool primary =
	    cells[ROLE].len == 0 || slice_eqs(cells[ROLE], "PRIMARY");
	bool restricted = slice_eqs(cells[LOGINS], "RESTRICTED");

	if (cells[NAME].len > 0)
		check_say(out, CHECK_OK, "Database Name %.*s",
		    value_cut(cells[NAME], 60), cells[NAME].s);
	check_say(out,
	    open || !primary ? CHECK_OK
			     : (uint32_t)c->params[P_NOT_OPEN].number,
	    "Status %.*s", value_cut(cells[OPEN_MODE], 60), cells[OPEN_MODE].s);
	if (cells[ROLE].len > 0)
		check_say(out, CHECK_OK, "Role %.*s",
		    value_cut(cells[ROLE], 60), cells[ROLE].s);
	check_say(out, CHECK_OK, "Version %.*s", value_cut(cells[VERSION], 60),
	    cells[VERSION].s);
	if (cells[LOGINS].len > 0)
		check_say(out,
		    restricted ? (uint32_t)c->params[P_LOGINS].number
			       : CHECK_OK,
		    "Logins %s", restricted ? "restricted" : "allowed");
	if (cells[LOG_MODE].len > 0)
		check_say(out, CHECK_OK, "Log Mode %.*s",
		    value_cut(cells[LOG_MODE], 60), cells[LOG_MODE].s);
	value_say(c, out, &uptime, text_number(cells[UPTIME]), 0);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[CELLS];

	for (size_t i = 0; i < s->n; i++) {
		if (line_cells(&s->lines[i], cells, CELLS) <= OPEN_MODE ||
		    !slice_eq(cells[SID], c->item))
			continue;
		if (slice_eqs(cells[VERSION], "FAILURE"))
			check_say(out, CHECK_CRIT, "%.*s",
			    value_cut(cells[OPEN_MODE], 300),
			    cells[OPEN_MODE].s);
		else
			say(c, cells, out);
		return;
	}
	check_say(out, CHECK_CRIT,
	    "Database or necessary processes not running or login failed");
}

const struct check check_oracle_instance = {
    .name = "oracle_instance",
    .title = "Oracle: the instance",
    .manual = "An Oracle instance: CRIT if it does not run, nobody can log in, "
	      "logins are restricted, or a primary database is not open.",
    .ruleset = "oracle_instance",
    .description = "ORA %s Instance",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
