/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of Juniper devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_VALUE,
	C_SIZE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2636.3.1.13.1",
	{SNMP_INDEX, {"5", 0}, {"11", 0}, {"15", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.2636."),
    SNMP_HAS(".1.3.6.1.4.1.2636.3.1.13.1.5.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("juniper_mem", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_VALUE, 0) > 0;
}

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
	double percent = rows_number(row, C_VALUE, -1);
	double size = rows_number(row, C_SIZE, 0) * 1048576;

	if (percent < 0)
		check_say(out, CHECK_UNKNOWN, "The usage is not given");
	else if (size > 0)
		pool_say(c, percent / 100 * size, size, out);
	else
		pool_percent_say(c, percent, out);
}

const struct check check_juniper_mem = {
    .name = "juniper_mem",
    .title = "Memory (Juniper)",
    .manual = "Used memory of each routing engine and each card of a Juniper "
	      "device in percent (JUNIPER-MIB, jnxOperatingTable). Parts that "
	      "say 0 have none and are not discovered.",
    .ruleset = "memory_multiitem",
    .description = "Memory %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = pool_params,
    .metrics = pool_metrics,
    .discover = discover,
    .judge = judge,
};
