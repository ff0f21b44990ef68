/* SPDX-License-Identifier: Apache-2.0
 *
 * Virtual drives of an LSI MegaRAID, as storcli lists them.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_STATES
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the word (Optimal, Degraded, ...); by default Optimal is "
	"OK, Partially Degraded, Offline and Recovery WARN, all others CRIT"},
    {0}};

static const struct section_type section = SECTION_LINES("storcli_vdrives");

static const struct {
	const char *abbreviation, *word;
	uint32_t state;
} known[] = {{"Optl", "Optimal", CHECK_OK},
    {"Pdgd", "Partially Degraded", CHECK_WARN},
    {"Dgrd", "Degraded", CHECK_CRIT}, {"OfLn", "Offline", CHECK_WARN},
    {"Rec", "Recovery", CHECK_WARN}};

#define CELLS 5 /* DG/VD TYPE State Access Consist */

/* "0/0 RAID1 Optl RW Yes ..." */
static bool
read_drive(const struct text_line *line, double *controller,
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
	    memchr(cells[0].s, '/', cells[0].len) == NULL ||
	    !slice_starts(cells[1], "RAID"))
		return false;
	snprintf(
	    item, 80, "C%.0f.%.*s", *controller, (int)cells[0].len, cells[0].s);
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
		if (read_drive(&s->lines[i], &controller, cells, item))
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
	check_say(out, CHECK_OK, "Raid type is %.*s", value_cut(cells[1], 40),
	    cells[1].s);
	check_say(
	    out, CHECK_OK, "Access: %.*s", value_cut(cells[3], 40), cells[3].s);
	/* Until the first consistency check it is "No" on healthy drives. */
	check_say(out, CHECK_OK, "Consistency: %.*s", value_cut(cells[4], 40),
	    cells[4].s);
	check_say(out, state, "State is %s", word);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[CELLS];
	double controller = 0;
	char item[80];

	for (size_t i = 0; i < s->n; i++)
		if (read_drive(&s->lines[i], &controller, cells, item) &&
		    slice_eq(slice_of(item), c->item)) {
			say(c, cells, out);
			return;
		}
	check_say(out, CHECK_CRIT, "The drive is gone");
}

const struct check check_storcli_vdrives = {
    .name = "storcli_vdrives",
    .title = "MegaRAID: virtual drives (storcli)",
    .manual =
	"A virtual drive of an LSI MegaRAID controller, by the state that "
	"storcli tells. CRIT if it is degraded, failed or gone. The item is "
	"controller, drive group and virtual drive.",
    .ruleset = "storcli_vdrives",
    .description = "RAID Virtual Drive %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
