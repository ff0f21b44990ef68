/* SPDX-License-Identifier: Apache-2.0
 *
 * Units of a 3ware controller, as tw_cli lists them.
 */
#include "fetcher/checks/raid_words.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("3ware_units");

static const struct raid_word words[] = {{"OK", CHECK_OK},
    {"VERIFYING", CHECK_OK}, {"INITIALIZING", CHECK_WARN},
    {"VERIFY-PAUSED", CHECK_WARN}, {"REBUILDING", CHECK_WARN},
    {NULL, CHECK_CRIT}};

/* "u0 RAID-5 OK - - 64K 931.3 OFF OFF"; older ones have one column less */
static bool
read_unit(const struct text_line *line, struct slice *cells)
{
	return line_cells(line, cells, 8) >= 6 && cells[0].len > 1 &&
	    memchr(cells[0].s, 'u', cells[0].len) != NULL;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[8];

	for (size_t i = 0; i < s->n; i++)
		if (read_unit(&s->lines[i], cells))
			check_found_add(found, cells[0], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[8];

	for (size_t i = 0; i < s->n; i++) {
		if (!read_unit(&s->lines[i], cells) ||
		    !slice_eq(cells[0], c->item))
			continue;
		/* the stripe's size ("64K") is before the unit's */
		double size = text_number(cells[6]);
		if (!isfinite(size))
			size = text_number(cells[5]);
		raid_say(c, out, "", cells[2], words);
		check_say(out, CHECK_OK, "Type: %.*s", value_cut(cells[1], 30),
		    cells[1].s);
		if (isfinite(size))
			check_say(out, CHECK_OK, "Size: %.1f GB", size);
		if (!slice_eqs(cells[3], "-"))
			check_say(out, CHECK_OK, "Complete: %.*s",
			    value_cut(cells[3], 30), cells[3].s);
		return;
	}
	check_say(out, CHECK_CRIT, "The unit is gone");
}

const struct check check_3ware_units = {
    .name = "3ware_units",
    .title = "3ware: units",
    .manual = "A unit (array) of a 3ware controller, by the state that tw_cli "
	      "tells. WARN while it is initialized or rebuilt, CRIT if it is "
	      "degraded, in another state or gone.",
    .ruleset = "3ware_units",
    .description = "RAID 3ware unit %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = raid_params,
    .discover = discover,
    .judge = judge,
};
