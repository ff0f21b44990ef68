/* SPDX-License-Identifier: Apache-2.0
 *
 * Virtual disks of Dell servers.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_STATE,
	C_COMPONENTS
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.674.10892.5.5.1.20.140.1.1",
	{SNMP_INDEX, {"2", 0}, {"4", 0}, {"20", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.674.10892.5.5.1.20.140.1.1.4.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("dell_idrac_virtdisks", &source);

static const struct status_word states[] = {{"unknown", CHECK_UNKNOWN, 1},
    {"online", CHECK_OK, 2}, {"failed", CHECK_CRIT, 3},
    {"degraded", CHECK_WARN, 4}, {0}};
/* DellStatus */
static const struct status_word health[] = {{"other", CHECK_UNKNOWN, 1},
    {"unknown", CHECK_UNKNOWN, 2}, {"ok", CHECK_OK, 3},
    {"non-critical", CHECK_WARN, 4}, {"critical", CHECK_CRIT, 5},
    {"non-recoverable", CHECK_CRIT, 6}, {0}};

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
	status_say(out, "Disk state", row->cell[C_STATE], states);
	if (row->cell[C_COMPONENTS].len > 0)
		status_say(
		    out, "Component state", row->cell[C_COMPONENTS], health);
}

const struct check check_dell_idrac_virtdisks = {
    .name = "dell_idrac_virtdisks",
    .title = "Virtual disks (Dell iDRAC)",
    .manual = "The state of each virtual disk of a Dell server (iDRAC): "
	      "degraded is WARN, failed CRIT.",
    .description = "Virtual Disk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
