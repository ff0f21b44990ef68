/* SPDX-License-Identifier: Apache-2.0
 *
 * Disks of a 3ware controller, as tw_cli lists them.
 */
#include "fetcher/checks/raid_words.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("3ware_disks");

static const struct raid_word words[] = {{"OK", CHECK_OK},
    {"VERIFYING", CHECK_OK}, {"SMART_FAILURE", CHECK_WARN}, {NULL, CHECK_CRIT}};

/* "p0 OK u0 233.76 GB 490234752 WD-WMANK3250", perhaps behind "/c0/" */
static bool
read_disk(const struct text_line *line, struct slice *cells)
{
	line_cells(line, cells, 7);
	for (size_t i = 0; i < cells[0].len; i++)
		if (cells[0].s[i] == 'p')
			return cells[1].len > 0 &&
			    !slice_eqs(cells[1], "NOT-PRESENT");
	return false;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[7];

	for (size_t i = 0; i < s->n; i++)
		if (read_disk(&s->lines[i], cells))
			check_found_add(found, cells[0], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[7];

	for (size_t i = 0; i < s->n; i++) {
		if (!read_disk(&s->lines[i], cells) ||
		    !slice_eq(cells[0], c->item))
			continue;
		raid_say(c, out, "Disk status is ", cells[1], words);
		check_say(out, CHECK_OK, "Unit: %.*s, Size: %.*s %.*s",
		    value_cut(cells[2], 30), cells[2].s,
		    value_cut(cells[3], 30), cells[3].s,
		    value_cut(cells[4], 30), cells[4].s);
		return;
	}
	check_say(out, CHECK_CRIT, "The disk is gone");
}

const struct check check_3ware_disks = {
    .name = "3ware_disks",
    .title = "3ware: disks",
    .manual = "A disk of a 3ware controller, by the state that tw_cli tells. "
	      "WARN if it says SMART_FAILURE, CRIT if the disk is neither OK "
	      "nor VERIFYING, or gone.",
    .ruleset = "3ware_disks",
    .description = "RAID 3ware disk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = raid_params,
    .discover = discover,
    .judge = judge,
};
