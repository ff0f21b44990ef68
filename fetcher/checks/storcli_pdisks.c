/* SPDX-License-Identifier: Apache-2.0
 *
 * Physical disks of an LSI MegaRAID, as storcli lists them.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_STATES
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the word (Online, Rebuild, ...); by default Online, JBOD, "
	"spare and good disks are OK, Rebuild, Copyback and Unconfigured Bad "
	"WARN, all others CRIT"},
    {0}};

static const struct section_type section = SECTION_LINES("storcli_pdisks");

/* storcli's abbreviations, and what they are worth. */
static const struct {
	const char *abbreviation, *word;
	uint32_t state;
} known[] = {{"Onln", "Online", CHECK_OK}, {"JBOD", "JBOD", CHECK_OK},
    {"DHS", "Dedicated Hot Spare", CHECK_OK},
    {"GHS", "Global Hot Spare", CHECK_OK},
    {"CHS", "Commissioned Hot Spare", CHECK_OK},
    {"EHS", "Emergency Hot Spare", CHECK_OK},
    {"UGood", "Unconfigured Good", CHECK_OK},
    {"UBad", "Unconfigured Bad", CHECK_WARN}, {"Rbld", "Rebuild", CHECK_WARN},
    {"Cpybck", "Copyback", CHECK_WARN}, {"Offln", "Offline", CHECK_CRIT},
    {"Failed", "Failed", CHECK_CRIT}, {"Msng", "Missing", CHECK_CRIT}};

#define CELLS 6 /* EID:Slt DID State DG Size unit */

/* "252:0 8 Onln 0 3.637 TB SAS HDD ..." */
static bool
read_disk(const struct text_line *line, double *controller,
    struct slice cells[CELLS], char item[80])
{
	struct slice key, value = line->text;

	slice_next(&value, '=', &key);
	if (slice_eqs(slice_trim(key), "Controller")) {
		double number = text_number(value);
		*controller = isfinite(number) ? number : 0;
		return false;
	}
	if (line_cells(line, cells, CELLS) < CELLS || cells[0].len > 20 ||
	    cells[1].len > 20 ||
	    memchr(cells[0].s, ':', cells[0].len) == NULL ||
	    !isfinite(text_number(cells[1])))
		return false;
	snprintf(item, 80, "C%.0f.%.*s-%.*s", *controller, (int)cells[0].len,
	    cells[0].s, (int)cells[1].len, cells[1].s);
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[CELLS];
	double controller = 0;
	char item[80];

	for (size_t i = 0; i < s->n; i++)
		if (read_disk(&s->lines[i], &controller, cells, item))
			check_found_add(found, slice_of(item), NULL);
}

static void
say(const struct check_context *c, const struct slice cells[CELLS],
    struct check_out *out)
{
	uint32_t state = CHECK_CRIT;
	char word[64];

	snprintf(
	    word, sizeof(word), "%.*s", value_cut(cells[2], 60), cells[2].s);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_eqs(cells[2], known[i].abbreviation)) {
			snprintf(word, sizeof(word), "%s", known[i].word);
			state = known[i].state;
			break;
		}
	check_params_state(&c->params[P_STATES], word, &state);
	check_say(out, CHECK_OK, "Size: %.*s %.*s", value_cut(cells[4], 20),
	    cells[4].s, value_cut(cells[5], 20), cells[5].s);
	check_say(out, state, "Disk State: %s", word);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[CELLS];
	double controller = 0;
	char item[80];

	for (size_t i = 0; i < s->n; i++)
		if (read_disk(&s->lines[i], &controller, cells, item) &&
		    slice_eq(slice_of(item), c->item)) {
			say(c, cells, out);
			return;
		}
	check_say(out, CHECK_CRIT, "The disk is gone");
}

const struct check check_storcli_pdisks = {
    .name = "storcli_pdisks",
    .title = "MegaRAID: physical disks (storcli)",
    .manual =
	"A disk behind an LSI MegaRAID controller, by the state that storcli "
	"tells. CRIT if it failed, is offline, missing or gone. The item is "
	"controller, enclosure, slot and device.",
    .ruleset = "storcli_pdisks",
    .description = "RAID PDisk EID:Slot-Device %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
