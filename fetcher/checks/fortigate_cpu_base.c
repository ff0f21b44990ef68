/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU utilization of FortiGate firewalls.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.12356.101.4.1", {{"3.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.12356.101.1."),
    SNMP_HAS(".1.3.6.1.4.1.12356.101.4.1.3.0"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("fortigate_cpu_base", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0 && rows_number(&s->rows[0], 0, -1) >= 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	double percent = s->n > 0 ? rows_number(&s->rows[0], 0, -1) : -1;

	if (percent < 0)
		check_say(out, CHECK_UNKNOWN, "The utilization is not given");
	else
		utilization_param_say(c, percent, out);
}

const struct check check_fortigate_cpu_base = {
    .name = "fortigate_cpu_base",
    .title = "CPU utilization (FortiGate)",
    .manual = "How busy the CPUs of a FortiGate firewall are "
	      "(FORTINET-FORTIGATE-MIB).",
    .ruleset = "cpu_utilization_os",
    .description = "CPU utilization",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = utilization_params,
    .metrics = utilization_metrics,
    .discover = discover,
    .judge = judge,
};
