/* SPDX-License-Identifier: Apache-2.0
 *
 * Power supplies of Cisco devices.
 */
#include "fetcher/checks/cisco_names.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_STATE,
	C_SOURCE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.13.1.5.1",
	{SNMP_INDEX, {"2", 0}, {"3", 0}, {"4", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.13.1.5.1.3.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("cisco_power", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_STATE, 5) != 5;
}

static const struct status_word states[] = {{"normal", CHECK_OK, 1},
    {"warning", CHECK_WARN, 2}, {"critical", CHECK_CRIT, 3},
    {"shutdown", CHECK_CRIT, 4}, {"not present", CHECK_UNKNOWN, 5},
    {"not functioning", CHECK_CRIT, 6}, {0}};
static const struct status_word sources[] = {{"unknown", 0, 1}, {"AC", 0, 2},
    {"DC", 0, 3}, {"external", 0, 4}, {"internal and redundant", 0, 5}, {0}};

static const struct row_items items = {0, C_NAME, C_INDEX, wanted, cisco_name};

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
	const struct status_word *from =
	    status_find(sources, row->cell[C_SOURCE]);

	status_say(out, "Status", row->cell[C_STATE], states);
	if (from != NULL)
		check_say(out, CHECK_OK, "Source: %s", from->word);
}

const struct check check_cisco_power = {
    .name = "cisco_power",
    .title = "Power supplies (Cisco)",
    .manual = "The state of each power supply of a Cisco device "
	      "(CISCO-ENVMON-MIB), and where it takes its power from. "
	      "Supplies that are not present are not discovered.",
    .description = "Power %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
