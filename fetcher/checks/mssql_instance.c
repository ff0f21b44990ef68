/* SPDX-License-Identifier: Apache-2.0
 *
 * Microsoft SQL Server: does an instance answer; "MSSQL_NAME|config|version|
 * edition|cluster" and "MSSQL_NAME|state|1 or 0|why".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#define FRONT "MSSQL_"

enum {
	P_UNCONNECTED
};

static const struct check_param params[] = {
    {"map_connection_state", CHECK_PARAM_STATE, "",
	CHECK_DEF_NUMBER(CHECK_CRIT), "state if nobody could log in"},
    {0}};

static const struct section_type section = SECTION_LINES("mssql_instance");

/* The instance of a line; false: it is about none. */
static bool
read_line(const struct text_line *line, struct slice cells[5])
{
	if (line_cells(line, cells, 5) < 3 || !slice_starts(cells[0], FRONT))
		return false;
	cells[0].s += sizeof(FRONT) - 1;
	cells[0].len -= sizeof(FRONT) - 1;
	return cells[0].len > 0;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[5];

	for (size_t i = 0; i < s->n; i++)
		if (read_line(&s->lines[i], cells) &&
		    slice_eqs(cells[1], "config"))
			check_found_add(found, cells[0], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[5];
	bool seen = false;

	for (size_t i = 0; i < s->n; i++) {
		if (!read_line(&s->lines[i], cells) ||
		    !slice_eq(cells[0], c->item))
			continue;
		seen = true;
		if (slice_eqs(cells[1], "state") && slice_eqs(cells[2], "0")) {
			check_say(out,
			    (uint32_t)c->params[P_UNCONNECTED].number,
			    "Failed to connect to database (%.*s)",
			    value_cut(cells[3], 300), cells[3].s);
		} else if (slice_eqs(cells[1], "config")) {
			check_say(out, CHECK_OK, "Version: %.*s - %.*s",
			    value_cut(cells[2], 60), cells[2].s,
			    value_cut(cells[3], 100), cells[3].s);
			if (cells[4].len > 0)
				check_say(out, CHECK_OK, "Clustered as %.*s",
				    value_cut(cells[4], 100), cells[4].s);
		}
	}
	if (!seen)
		check_say(out, CHECK_CRIT,
		    "Database or necessary processes not running or login "
		    "failed");
	else if (out->summary.len == 0)
		check_say(out, CHECK_OK, "Connected");
}

const struct check check_mssql_instance = {
    .name = "mssql_instance",
    .title = "Microsoft SQL Server: instances",
    .manual = "Does an instance of Microsoft SQL Server run, and could the "
	      "agent's plugin log in? CRIT if not, or if the instance is gone.",
    .ruleset = "mssql_instance",
    .description = "MSSQL %s Instance",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
