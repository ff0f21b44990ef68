/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays of the BIOS's RAID, as dmraid lists them.
 */
#include "fetcher/checks/raid_words.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("dmraid");

static const struct raid_word words[] = {{"ok", CHECK_OK}, {NULL, CHECK_CRIT}};

/* "name : isw_ebdab_system" or "status : ok"; the value of that key */
static bool
read_key(const struct text_line *line, const char *wanted, struct slice *value)
{
	struct slice key;

	*value = line->text;
	slice_next(value, ':', &key);
	*value = slice_trim(*value);
	return slice_eqs(slice_trim(key), wanted) && value->len > 0;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice name;

	for (size_t i = 0; i < s->n; i++)
		if (read_key(&s->lines[i], "name", &name))
			check_found_add(found, name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice name = {"", 0}, value;

	for (size_t i = 0; i < s->n; i++) {
		if (read_key(&s->lines[i], "name", &value)) {
			name = value;
		} else if (read_key(&s->lines[i], "status", &value) &&
		    slice_eq(name, c->item)) {
			raid_say(c, out, "Status: ", value, words);
			return;
		}
	}
	check_say(out, CHECK_CRIT, "The array is gone");
}

const struct check check_dmraid_ldisks = {
    .name = "dmraid_ldisks",
    .title = "dmraid: arrays",
    .manual = "An array that the BIOS's RAID makes of disks, by the state that "
	      "dmraid tells. CRIT if it is anything but ok, or gone.",
    .ruleset = "dmraid_ldisks",
    .description = "RAID LDisk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = raid_params,
    .discover = discover,
    .judge = judge,
};
