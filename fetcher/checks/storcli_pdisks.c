/* SPDX-License-Identifier: Apache-2.0
 *
 * Physical disks of an LSI MegaRAID, as storcli lists them.
 */
#include "fetcher/checks/storcli.h"
#include "fetcher/checks/value.h"

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the word (Online, Rebuild, ...); by default Online, JBOD, "
	"spare and good disks are OK, Rebuild, Copyback and Unconfigured Bad "
	"WARN, all others CRIT"},
    {0}};

static const struct section_type section = SECTION_LINES("storcli_pdisks");

/* storcli's abbreviations, and what they are worth. */
static const struct storcli_state states[] = {{"Onln", "Online", CHECK_OK},
    {"JBOD", "JBOD", CHECK_OK}, {"DHS", "Dedicated Hot Spare", CHECK_OK},
    {"GHS", "Global Hot Spare", CHECK_OK},
    {"CHS", "Commissioned Hot Spare", CHECK_OK},
    {"EHS", "Emergency Hot Spare", CHECK_OK},
    {"UGood", "Unconfigured Good", CHECK_OK},
    {"UBad", "Unconfigured Bad", CHECK_WARN}, {"Rbld", "Rebuild", CHECK_WARN},
    {"Cpybck", "Copyback", CHECK_WARN}, {"Offln", "Offline", CHECK_CRIT},
    {"Failed", "Failed", CHECK_CRIT}, {"Msng", "Missing", CHECK_CRIT}, {0}};

/* "252:0 8 Onln 0 3.637 TB SAS HDD ..." */
static bool
name_of(const struct slice *cells, char name[STORCLI_ITEM])
{
	if (memchr(cells[0].s, ':', cells[0].len) == NULL ||
	    !isfinite(text_number(cells[1])))
		return false;
	snprintf(name, STORCLI_ITEM, "%.*s-%.*s", (int)cells[0].len, cells[0].s,
	    (int)cells[1].len, cells[1].s);
	return true;
}

/* EID:Slt DID State DG Size unit */
static const struct storcli_list disks = {6, name_of};

static void
discover(const struct check_context *c, struct check_found *found)
{
	storcli_discover(&disks, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct slice cells[STORCLI_CELLS];

	if (!storcli_find(&disks, c, cells)) {
		check_say(out, CHECK_CRIT, "The disk is gone");
		return;
	}
	check_say(out, CHECK_OK, "Size: %.*s %.*s", value_cut(cells[4], 20),
	    cells[4].s, value_cut(cells[5], 20), cells[5].s);
	storcli_say(c, out, "Disk State: ", cells[2], states);
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
