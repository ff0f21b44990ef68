/* SPDX-License-Identifier: Apache-2.0
 *
 * Sensors of HP ProCurve switches.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_STATE,
	C_DESCR
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.11.2.14.11.1.2.6.1", {{"1", 0}, {"4", 0}, {"7", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.11.2.3.7.11."),
    SNMP_HAS(".1.3.6.1.4.1.11.2.14.11.1.2.6.1.4.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("hp_procurve_sensors", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_STATE, 5) != 5;
}

static const struct status_word states[] = {{"unknown", CHECK_UNKNOWN, 1},
    {"bad", CHECK_CRIT, 2}, {"warning", CHECK_WARN, 3}, {"good", CHECK_OK, 4},
    {"not present", CHECK_WARN, 5}, {0}};

static const struct row_items items = {0, C_INDEX, C_INDEX, wanted, NULL};

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
	status_say(out, "Condition", row->cell[C_STATE], states);
	if (row->cell[C_DESCR].len > 0)
		check_say(out, CHECK_OK, "%.*s", (int)row->cell[C_DESCR].len,
		    row->cell[C_DESCR].s);
}

const struct check check_hp_procurve_sensors = {
    .name = "hp_procurve_sensors",
    .title = "Sensors (HP ProCurve)",
    .manual = "The state of fans, power supplies and temperatures of an HP "
	      "ProCurve or Aruba switch (HP-ICF-CHASSIS). Sensors that are "
	      "not present are not discovered.",
    .description = "Sensor %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
