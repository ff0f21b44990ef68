/* SPDX-License-Identifier: Apache-2.0
 *
 * RAIDs of Synology devices.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_STATE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.6574.3.1.1", {SNMP_INDEX, {"2", 0}, {"3", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.4.1.6574.1.1.0"),
    SNMP_HAS(".1.3.6.1.4.1.6574.3.1.1.3.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("synology_raid", &source);

static const struct status_word states[] = {{"normal", CHECK_OK, 1},
    {"repairing", CHECK_WARN, 2}, {"migrating", CHECK_WARN, 3},
    {"expanding", CHECK_WARN, 4}, {"deleting", CHECK_WARN, 5},
    {"creating", CHECK_WARN, 6}, {"syncing", CHECK_WARN, 7},
    {"parity check", CHECK_OK, 8}, {"assembling", CHECK_WARN, 9},
    {"canceling", CHECK_WARN, 10}, {"degraded", CHECK_WARN, 11},
    {"crashed", CHECK_CRIT, 12}, {"data scrubbing", CHECK_OK, 13},
    {"deploying", CHECK_WARN, 14}, {"undeploying", CHECK_WARN, 15},
    {"mounting cache", CHECK_WARN, 16}, {"unmounting cache", CHECK_WARN, 17},
    {"expanding unfinished", CHECK_WARN, 18}, {"converting", CHECK_WARN, 19},
    {"migrating to SHR2", CHECK_WARN, 20}, {"unknown", CHECK_UNKNOWN, 21}, {0}};

static const struct row_items items = {0, C_NAME, C_INDEX, NULL, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);

	if (row == NULL)
		return;
	status_say(out, "Status", row->cell[C_STATE], states);
}

const struct check check_synology_raid = {
    .name = "synology_raid",
    .title = "RAIDs (Synology)",
    .manual = "The state of each volume and pool of a Synology NAS "
	      "(SYNOLOGY-RAID-MIB). Repairing, syncing and the like are WARN, "
	      "degraded is WARN too, crashed CRIT.",
    .description = "Raid %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
