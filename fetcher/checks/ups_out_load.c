/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: output load
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_PHASE,
	C_VALUE,
	C_VOLTAGE
};

static const struct check_param params[] = {
    MEASURE_PARAMS("%", CHECK_DEF_LEVELS(85, 90), CHECK_DEF_NONE, "the load"),
    {0}};

static const struct check_metric metrics[] = {
    {"out_load", "%", "the load"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.4.4.1", {SNMP_INDEX, {"5", 0}, {"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("ups_out_load", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_VOLTAGE, 0) > 0;
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
		check_say(out, CHECK_UNKNOWN, "Load is not given");
	else
		measure_param_say(
		    c, out, "Load", "out_load", value, render_percent);
}

const struct check check_ups_out_load = {
    .name = "ups_out_load",
    .title = "UPS: output load",
    .manual = "The load of each output phase of a UPS in percent of what it "
	      "can give (UPS-MIB). Phases that have a voltage are discovered.",
    .ruleset = "ups_out_load",
    .description = "OUT load phase %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
