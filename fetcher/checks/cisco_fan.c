/* SPDX-License-Identifier: Apache-2.0
 *
 * Fans of Cisco devices.
 */
#include "fetcher/checks/cisco_names.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_STATE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.13.1.4.1", {SNMP_INDEX, {"2", 0}, {"3", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.13.1.4.1.3.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("cisco_fan", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_STATE, 5) != 5;
}

static const struct status_word states[] = {{"normal", CHECK_OK, 1},
    {"warning", CHECK_WARN, 2}, {"critical", CHECK_CRIT, 3},
    {"shutdown", CHECK_CRIT, 4}, {"not present", CHECK_UNKNOWN, 5},
    {"not functioning", CHECK_CRIT, 6}, {0}};

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
	status_say(out, "Status", row->cell[C_STATE], states);
}

const struct check check_cisco_fan = {
    .name = "cisco_fan",
    .title = "Fans (Cisco)",
    .manual = "The state of each fan of a Cisco device (CISCO-ENVMON-MIB). "
	      "Fans that are not present are not discovered.",
    .description = "FAN %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
