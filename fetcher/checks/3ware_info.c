/* SPDX-License-Identifier: Apache-2.0
 *
 * 3ware controllers, as tw_cli lists them.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("3ware_info");

/* "c0 9650SE-8LPML 8 8 2 0 2 1 1 OK": ports, drives, units, not optimal */
static bool
read_controller(const struct text_line *line, struct slice *cells)
{
	return line_cells(line, cells, 6) == 6 && cells[0].len > 1 &&
	    cells[0].s[0] == 'c' && isfinite(text_number(cells[5]));
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[6];

	for (size_t i = 0; i < s->n; i++)
		if (read_controller(&s->lines[i], cells))
			check_found_add(found, cells[0], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[6];

	for (size_t i = 0; i < s->n; i++) {
		if (!read_controller(&s->lines[i], cells) ||
		    !slice_eq(cells[0], c->item))
			continue;
		double wrong = text_number(cells[5]);
		check_say(
		    out, CHECK_OK, "%.*s", value_cut(cells[1], 60), cells[1].s);
		check_say(out, CHECK_OK, "Drives: %.*s, Units: %.*s",
		    value_cut(cells[3], 20), cells[3].s,
		    value_cut(cells[4], 20), cells[4].s);
		if (wrong > 0)
			check_say(out, CHECK_CRIT, "Not optimal: %.0f", wrong);
		return;
	}
	check_say(out, CHECK_CRIT, "The controller is gone");
}

const struct check check_3ware_info = {
    .name = "3ware_info",
    .title = "3ware: controllers",
    .manual = "A 3ware controller. CRIT if some of its units are not optimal "
	      "or the controller is gone.",
    .description = "RAID 3ware controller %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
