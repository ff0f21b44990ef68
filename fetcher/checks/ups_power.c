/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: output power
 */
#include "fetcher/checks/ups_phase.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    MEASURE_PARAMS("W", CHECK_DEF_NONE, CHECK_DEF_LEVELS(20, 1), "the power"),
    {0}};

static const struct check_metric metrics[] = {{"power", "W", "the power"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.4.4.1", {SNMP_INDEX, {"4", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("ups_power", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&ups_phases_in_use, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	ups_phase_judge(
	    &ups_phases_in_use, c, out, "Power", "power", 1, measure_watt);
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
