/* SPDX-License-Identifier: Apache-2.0
 *
 * Oracle: processes, "SID|current|limit".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "", CHECK_DEF_PERCENT(70, 90),
	"on their number; percentages are of those that may be"},
    {0}};

static const struct check_metric metrics[] = {
    {"processes", "", "processes; maximum: as many as may be"}, {0}};

static const struct value_row row = {
    "Processes", "processes", render_count, VALUE_PARAM(P_LEVELS), 0, false};

static const struct section_type section = SECTION_LINES("oracle_processes");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[3];

	for (size_t i = 0; i < s->n; i++)
		if (line_cells(&s->lines[i], cells, 3) == 3 &&
		    isfinite(text_number(cells[1])))
			check_found_add(found, cells[0], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[3];

	for (size_t i = 0; i < s->n; i++) {
		double most;
		if (line_cells(&s->lines[i], cells, 3) < 3 ||
		    !slice_eq(cells[0], c->item))
			continue;
		most = text_number(cells[2]);
		value_say(
		    c, out, &row, text_number(cells[1]), most > 0 ? most : 0);
		if (most > 0)
			check_say(out, CHECK_OK, "of %.0f", most);
		return;
	}
	out->none = true; /* nobody could log in: `Instance` says that */
}

const struct check check_oracle_processes = {
    .name = "oracle_processes",
    .title = "Oracle: processes",
    .manual = "How many of the processes that an Oracle instance may have "
	      "there are.",
    .ruleset = "oracle_processes",
    .description = "ORA %s Processes",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
