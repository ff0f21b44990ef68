/* SPDX-License-Identifier: Apache-2.0
 *
 * CPUs of Juniper devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_VALUE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2636.3.1.13.1", {SNMP_INDEX, {"5", 0}, {"8", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.2636."),
    SNMP_HAS(".1.3.6.1.4.1.2636.3.1.13.1.5.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("juniper_cpu", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_VALUE, 0) > 0 ||
	    slice_starts(row->cell[C_NAME], "Routing Engine");
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

	if (percent < 0)
		check_say(out, CHECK_UNKNOWN, "The utilization is not given");
	else
		utilization_param_say(c, percent, out);
}

const struct check check_juniper_cpu = {
    .name = "juniper_cpu",
    .title = "CPUs (Juniper)",
    .manual = "How busy the CPU of each routing engine and each card of a "
	      "Juniper device is (JUNIPER-MIB, jnxOperatingTable). Parts that "
	      "say 0 have no CPU and are not discovered.",
    .ruleset = "cpu_utilization_multiitem",
    .description = "CPU utilization %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = utilization_params,
    .metrics = utilization_metrics,
    .discover = discover,
    .judge = judge,
};
