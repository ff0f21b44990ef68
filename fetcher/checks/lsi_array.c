/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays of an LSI controller, as cfggen lists them.
 */
#include "fetcher/checks/raid_words.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("lsi");

static const struct raid_word words[] = {
    {"Okay", CHECK_OK}, {NULL, CHECK_CRIT}};

static bool
next(const struct section_lines *s, size_t *at, struct slice *name,
    struct slice *state)
{
	return raid_next_pair(
	    s, at, "VolumeID", "Statusof volume", name, state);
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	struct slice name, state;
	size_t at = 0;

	while (next(c->sections[0], &at, &name, &state))
		check_found_add(found, name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct slice name, state;
	size_t at = 0;

	while (next(c->sections[0], &at, &name, &state))
		if (slice_eq(name, c->item)) {
			raid_say(c, out, "Status: ", state, words);
			return;
		}
	check_say(out, CHECK_CRIT, "The array is gone");
}

const struct check check_lsi_array = {
    .name = "lsi_array",
    .title = "LSI: arrays",
    .manual = "An array of an LSI controller, by the state that cfggen tells. "
	      "CRIT if it is anything but Okay, or gone.",
    .ruleset = "lsi_array",
    .description = "RAID array %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = raid_params,
    .discover = discover,
    .judge = judge,
};
