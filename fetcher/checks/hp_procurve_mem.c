/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of HP ProCurve switches.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_TOTAL,
	C_FREE,
	C_USED
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.11.2.14.11.5.1.1.2.2.1.1",
	{SNMP_INDEX, {"5", 0}, {"6", 0}, {"7", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.11.2.3.7.11."),
    SNMP_HAS(".1.3.6.1.4.1.11.2.14.11.5.1.1.2.2.1.1.5.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("hp_procurve_mem", &source);

static double
used_of(const struct section_rows *s, double *total_r)
{
	double used = 0;

	*total_r = 0;
	for (size_t i = 0; i < s->n; i++) {
		double total = rows_number(&s->rows[i], C_TOTAL, 0);
		double part = rows_number(&s->rows[i], C_USED, -1);

		if (total <= 0 || part < 0)
			continue;
		*total_r += total;
		used += part;
	}
	return used;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	double total;

	used_of(c->sections[0], &total);
	if (total > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	double total, used = used_of(c->sections[0], &total);

	if (total <= 0)
		check_say(out, CHECK_UNKNOWN, "The usage is not given");
	else
		pool_say(c, used, total, out);
}

const struct check check_hp_procurve_mem = {
    .name = "hp_procurve_mem",
    .title = "Memory (HP ProCurve)",
    .manual = "Used memory of an HP ProCurve or Aruba switch, of all its "
	      "slots together (NETSWITCH-MIB).",
    .ruleset = "memory_simple",
    .description = "Memory",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = pool_params,
    .metrics = pool_metrics,
    .discover = discover,
    .judge = judge,
};
