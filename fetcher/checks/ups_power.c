/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: output power
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_PHASE,
	C_VALUE
};

static const struct check_param params[] = {
    MEASURE_PARAMS("W", CHECK_DEF_NONE, CHECK_DEF_LEVELS(20, 1), "the power"),
    {0}};

static const struct check_metric metrics[] = {{"power", "W", "the power"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.4.4.1", {SNMP_INDEX, {"4", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("ups_power", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_VALUE, 0) > 0;
}

static const struct row_items items = {0, C_PHASE, C_PHASE, wanted, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);
	double value = row == NULL ? NAN : rows_number(row, C_VALUE, NAN);

	if (row == NULL)
		return;
	if (isnan(value))
		check_say(out, CHECK_UNKNOWN, "Power is not given");
	else
		measure_param_say(
		    c, out, "Power", "power", value, measure_watt);
}

const struct check check_ups_power = {
    .name = "ups_power",
    .title = "UPS: output power",
    .manual = "The power that each output phase of a UPS gives (UPS-MIB); too "
	      "little means that nothing is supplied. Phases that give none "
	      "are not discovered.",
    .ruleset = "ups_power",
    .description = "Power phase %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
