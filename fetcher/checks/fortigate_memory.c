/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of FortiGate firewalls.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(70, 80),
	"on the memory in use"},
    {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.12356.101.4.1", {{"4.0", 0}, {"5.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.12356.101.1."),
    SNMP_HAS(".1.3.6.1.4.1.12356.101.4.1.4.0"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("fortigate_memory", &source);

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
	double size = s->n > 0 ? rows_number(&s->rows[0], 1, 0) * 1024 : 0;

	if (percent < 0)
		check_say(out, CHECK_UNKNOWN, "The usage is not given");
	else if (size > 0)
		pool_say(c, percent / 100 * size, size, out);
	else
		pool_percent_say(c, percent, out);
}

const struct check check_fortigate_memory = {
    .name = "fortigate_memory",
    .title = "Memory (FortiGate)",
    .manual = "Used memory of a FortiGate firewall (FORTINET-FORTIGATE-MIB).",
    .ruleset = "memory_simple",
    .description = "Memory",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = pool_metrics,
    .discover = discover,
    .judge = judge,
};
