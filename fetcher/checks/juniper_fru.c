/* SPDX-License-Identifier: Apache-2.0
 *
 * Fans and power supplies of Juniper devices.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_TYPE,
	C_STATE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2636.3.1.15.1",
	{SNMP_INDEX, {"5", 0}, {"6", 0}, {"8", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.2636."),
    SNMP_HAS(".1.3.6.1.4.1.2636.3.1.15.1.8.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("juniper_fru", &source);

static bool
wanted(const struct row_cells *row)
{
	/* Power entry modules, power supplies, fans. */
	double type = rows_number(row, C_TYPE, 0);
	double state = rows_number(row, C_STATE, 2);

	return (type == 7 || type == 13 || type == 18) && state != 2 &&
	    state != 1;
}

static const struct status_word states[] = {{"unknown", CHECK_UNKNOWN, 1},
    {"empty", CHECK_CRIT, 2}, {"present", CHECK_OK, 3}, {"ready", CHECK_OK, 4},
    {"announce online", CHECK_OK, 5}, {"online", CHECK_OK, 6},
    {"announce offline", CHECK_WARN, 7}, {"offline", CHECK_CRIT, 8},
    {"diagnostic", CHECK_WARN, 9}, {"standby", CHECK_OK, 10}, {0}};

static const struct row_items items = {0, C_NAME, C_INDEX, wanted, NULL};

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

const struct check check_juniper_fru = {
    .name = "juniper_fru",
    .title = "Parts (Juniper)",
    .manual = "The state of each fan, power supply and card of a Juniper "
	      "device that can be replaced (JUNIPER-MIB, jnxFruTable). Empty "
	      "slots are not discovered.",
    .description = "FRU %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
