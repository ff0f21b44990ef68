/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: input frequency
 */
#include "fetcher/checks/ups_phase.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    MEASURE_PARAMS(
	"Hz", CHECK_DEF_NONE, CHECK_DEF_LEVELS(45, 40), "the frequency"),
    {0}};

static const struct check_metric metrics[] = {
    {"in_freq", "Hz", "the frequency"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.3.3.1", {SNMP_INDEX, {"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("ups_in_freq", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&ups_phases_in_use, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	ups_phase_judge(&ups_phases_in_use, c, out, "In frequency", "in_freq",
	    10, measure_hertz);
}

const struct check check_ups_in_freq = {
    .name = "ups_in_freq",
    .title = "UPS: input frequency",
    .manual = "The frequency of each input phase of a UPS (UPS-MIB). Phases "
	      "that have none are not discovered.",
    .ruleset = "ups_in_freq",
    .description = "IN frequency phase %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
