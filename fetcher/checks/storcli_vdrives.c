/* SPDX-License-Identifier: Apache-2.0
 *
 * Virtual drives of an LSI MegaRAID, as storcli lists them.
 */
#include "fetcher/checks/storcli.h"
#include "fetcher/checks/value.h"

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the word (Optimal, Degraded, ...); by default Optimal is "
	"OK, Partially Degraded, Offline and Recovery WARN, all others CRIT"},
    {0}};

static const struct section_type section = SECTION_LINES("storcli_vdrives");

static const struct storcli_state states[] = {{"Optl", "Optimal", CHECK_OK},
    {"Pdgd", "Partially Degraded", CHECK_WARN},
    {"Dgrd", "Degraded", CHECK_CRIT}, {"OfLn", "Offline", CHECK_WARN},
    {"Rec", "Recovery", CHECK_WARN}, {0}};

/* "0/0 RAID1 Optl RW Yes ..." */
static bool
name_of(const struct slice *cells, char name[STORCLI_ITEM])
{
	if (memchr(cells[0].s, '/', cells[0].len) == NULL ||
	    !slice_starts(cells[1], "RAID"))
		return false;
	snprintf(name, STORCLI_ITEM, "%.*s", (int)cells[0].len, cells[0].s);
	return true;
}

/* DG/VD TYPE State Access Consist */
static const struct storcli_list drives = {5, name_of};

static void
discover(const struct check_context *c, struct check_found *found)
{
	storcli_discover(&drives, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct slice cells[STORCLI_CELLS];

	if (!storcli_find(&drives, c, cells)) {
		check_say(out, CHECK_CRIT, "The drive is gone");
		return;
	}
	check_say(out, CHECK_OK, "Raid type is %.*s", value_cut(cells[1], 40),
	    cells[1].s);
	check_say(
	    out, CHECK_OK, "Access: %.*s", value_cut(cells[3], 40), cells[3].s);
	/* Until the first consistency check it is "No" on healthy drives. */
	check_say(out, CHECK_OK, "Consistency: %.*s", value_cut(cells[4], 40),
	    cells[4].s);
	storcli_say(c, out, "State is ", cells[2], states);
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
