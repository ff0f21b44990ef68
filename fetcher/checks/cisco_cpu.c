/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU utilization of older Cisco devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.2.1", {{"57.0", 0}, {"58.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.2.1.57.0"),
    SNMP_HAS_NOT(".1.3.6.1.4.1.9.9.109.1.1.1.1.2.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("cisco_cpu", &source);

/* Of one minute, else of five; below 0: none is given. */
static double
utilization_of(const struct section_rows *s)
{
	double one = s->n > 0 ? rows_number(&s->rows[0], 0, -1) : -1;

	return one < 0 && s->n > 0 ? rows_number(&s->rows[0], 1, -1) : one;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (utilization_of(c->sections[0]) >= 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	double percent = utilization_of(c->sections[0]);

	if (percent < 0)
		check_say(out, CHECK_UNKNOWN, "The utilization is not given");
	else
		utilization_param_say(c, percent, out);
}

const struct check check_cisco_cpu = {
    .name = "cisco_cpu",
    .title = "CPU utilization (Cisco)",
    .manual = "How busy the CPU of a Cisco device was in the last minute, for "
	      "devices without the CISCO-PROCESS-MIB (`cisco_cpu_multiitem`).",
    .ruleset = "cpu_utilization_os",
    .description = "CPU utilization",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = utilization_params,
    .metrics = utilization_metrics,
    .discover = discover,
    .judge = judge,
};
