/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU utilization by the HOST-RESOURCES-MIB.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.25.3.3.1", {{"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(SNMP_HR_UPTIME), {0}};
static const struct snmp_source source = {.tables = tables,
    .detect = detect,
    .superseded_by = (const char *const[]){"kernel", NULL}};
static const struct section_type section = SECTION_ROWS("hr_cpu", &source);

static double
sum_of(const struct section_rows *s, size_t *n_r)
{
	double sum = 0;

	*n_r = 0;
	for (size_t i = 0; i < s->n; i++) {
		double load = rows_number(&s->rows[i], 0, -1);

		if (load < 0)
			continue;
		sum += load;
		(*n_r)++;
	}
	return sum;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	size_t n;

	sum_of(c->sections[0], &n);
	if (n > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	size_t n;
	double sum = sum_of(c->sections[0], &n);

	if (n == 0) {
		check_say(out, CHECK_UNKNOWN, "No processor is told of");
		return;
	}
	utilization_param_say(c, sum / (double)n, out);
	check_tell(out, CHECK_OK, "Processors: %zu", n);
}

const struct check check_hr_cpu = {
    .name = "hr_cpu",
    .title = "CPU utilization (HOST-RESOURCES)",
    .manual = "How busy the processors of a host are, their mean "
	      "(HOST-RESOURCES-MIB, hrProcessorLoad, the average of the last "
	      "minute). Hosts have no rows in the first minute after their "
	      "SNMP agent was started.",
    .ruleset = "cpu_utilization_os",
    .description = "CPU utilization",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = utilization_params,
    .metrics = utilization_metrics,
    .discover = discover,
    .judge = judge,
};
