/* SPDX-License-Identifier: Apache-2.0
 *
 * Disks of the BIOS's RAID, as dmraid lists them.
 */
#include "fetcher/checks/raid_words.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("dmraid");

static const struct raid_word words[] = {{"ok", CHECK_OK}, {NULL, CHECK_CRIT}};

struct disk {
	struct slice name, state, model;
};

/*
 * "/dev/sda: isw, "isw_ebdab", GROUP, ok, 976773166 sectors, data@ 0 Model:
 * WDC WD5002ABYS"
 */
static bool
read_disk(const struct text_line *line, struct disk *disk)
{
	struct slice rest = line->text, part;

	*disk = (struct disk){{"", 0}, {"", 0}, {"", 0}};
	if (!slice_starts(rest, "/dev/") ||
	    !slice_next(&rest, ':', &disk->name))
		return false;
	disk->name.s += 5;
	disk->name.len -= 5;
	for (int i = 0; i < 4 && slice_next(&rest, ',', &part); i++)
		if (i == 3)
			disk->state = slice_trim(part);
	part = rest;
	for (size_t i = 0; i + 6 <= rest.len; i++)
		if (memcmp(rest.s + i, "Model:", 6) == 0) {
			part.s += i + 6;
			part.len -= i + 6;
			disk->model = slice_trim(part);
			break;
		}
	return disk->name.len > 0 && disk->state.len > 0;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct disk disk;

	for (size_t i = 0; i < s->n; i++)
		if (read_disk(&s->lines[i], &disk))
			check_found_add(found, disk.name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct disk disk;

	for (size_t i = 0; i < s->n; i++) {
		if (!read_disk(&s->lines[i], &disk) ||
		    !slice_eq(disk.name, c->item))
			continue;
		raid_say(c, out, "Status: ", disk.state, words);
		if (disk.model.len > 0)
			check_say(out, CHECK_OK, "Model: %.*s",
			    value_cut(disk.model, 100), disk.model.s);
		return;
	}
	check_say(out, CHECK_CRIT, "The disk is gone");
}

const struct check check_dmraid_pdisks = {
    .name = "dmraid_pdisks",
    .title = "dmraid: disks",
    .manual = "A disk of the BIOS's RAID, by the state that dmraid tells. CRIT "
	      "if it is anything but ok, or gone.",
    .ruleset = "dmraid_pdisks",
    .description = "RAID PDisk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = raid_params,
    .discover = discover,
    .judge = judge,
};
