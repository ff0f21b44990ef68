/* SPDX-License-Identifier: Apache-2.0
 *
 * Temperatures of Juniper devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_VALUE
};

static const struct check_param params[] = {
    CELSIUS_PARAMS(CHECK_DEF_LEVELS(55, 60)), {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2636.3.1.13.1", {SNMP_INDEX, {"5", 0}, {"7", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.2636."),
    SNMP_HAS(".1.3.6.1.4.1.2636.3.1.13.1.5.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("juniper_temp", &source);

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
	struct celsius t = {.value = rows_number(row, C_VALUE, NAN)};

	if (isnan(t.value))
		check_say(out, CHECK_UNKNOWN, "The temperature is not given");
	else
		celsius_say(c, &t, out);
}

const struct check check_juniper_temp = {
    .name = "juniper_temp",
    .title = "Temperatures (Juniper)",
    .manual = "The temperature of each part of a Juniper device (JUNIPER-MIB, "
	      "jnxOperatingTable). Parts that say 0 have no sensor.",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
