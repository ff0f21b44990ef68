/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: output voltage
 */
#include "fetcher/checks/ups_phase.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    MEASURE_PARAMS(
	"V", CHECK_DEF_NONE, CHECK_DEF_LEVELS(210, 180), "the voltage"),
    {0}};

static const struct check_metric metrics[] = {
    {"out_voltage", "V", "the voltage"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.4.4.1", {SNMP_INDEX, {"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("ups_out_voltage", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&ups_phases_in_use, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	ups_phase_judge(&ups_phases_in_use, c, out, "Out voltage",
	    "out_voltage", 1, measure_volt);
}

const struct check check_ups_out_voltage = {
    .name = "ups_out_voltage",
    .title = "UPS: output voltage",
    .manual = "The voltage of each output phase of a UPS (UPS-MIB). Phases "
	      "that have none are not discovered.",
    .ruleset = "ups_out_voltage",
    .description = "OUT voltage phase %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
