/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: output load
 */
#include "fetcher/checks/ups_phase.h"
#include "fetcher/snmp/source.h"

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

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&ups_phases_with_voltage, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	ups_phase_judge(&ups_phases_with_voltage, c, out, "Load", "out_load", 1,
	    render_percent);
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
