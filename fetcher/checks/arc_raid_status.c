/* SPDX-License-Identifier: Apache-2.0
 *
 * Raid sets of an Areca controller, as cli64 lists them.
 */
#include "fetcher/checks/raid_words.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_STATES,
	P_DISKS
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the controller's word; by default Normal and Checking are "
	"OK, Rebuilding WARN, all others CRIT"},
    {"discovered_disks", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE,
	"disks seen at discovery; another number is CRIT"},
    {0}};

static const struct section_type section = SECTION_LINES("arc_raid_status");

static const struct raid_word words[] = {{"Normal", CHECK_OK},
    {"Checking", CHECK_OK}, {"Rebuilding", CHECK_WARN}, {NULL, CHECK_CRIT}};

#define MAX_CELLS 16

/*
 * "1  Raid Set # 00  3 2250.5GB 0.0GB 123  Normal": the name may have blanks,
 * so that cells are counted from the end. False: a line of something else.
 */
static bool
read_set(const struct text_line *line, struct slice *number, double *disks,
    struct slice *state)
{
	struct slice cells[MAX_CELLS];
	size_t n = line_cells(line, cells, MAX_CELLS);

	if (n < 6 || !isfinite(text_number(cells[0])))
		return false;
	*number = cells[0];
	*disks = text_number(cells[n - 5]);
	*state = cells[n - 1];
	return isfinite(*disks);
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice number, state;
	double disks;

	for (size_t i = 0; i < s->n; i++)
		if (read_set(&s->lines[i], &number, &disks, &state))
			check_found_add(found, number,
			    json_pack("{s:f}", "discovered_disks", disks));
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	const struct check_value *wanted = &c->params[P_DISKS];
	struct slice number, state;
	double disks;

	for (size_t i = 0; i < s->n; i++) {
		if (!read_set(&s->lines[i], &number, &disks, &state) ||
		    !slice_eq(number, c->item))
			continue;
		raid_say(c, out, "", state, words);
		if (wanted->set && fabs(wanted->number - disks) > 0.5)
			check_say(out, CHECK_CRIT,
			    "%.0f disks, %.0f at discovery", disks,
			    wanted->number);
		else
			check_say(out, CHECK_OK, "%.0f disks", disks);
		return;
	}
	check_say(out, CHECK_CRIT, "The array is gone");
}

const struct check check_arc_raid_status = {
    .name = "arc_raid_status",
    .title = "Areca: raid sets",
    .manual = "A raid set of an Areca controller, by the state that cli64 "
	      "tells. CRIT if it is degraded or gone, or if it has not as many "
	      "disks as at discovery.",
    .ruleset = "arc_raid_status",
    .description = "Raid Array #%s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
