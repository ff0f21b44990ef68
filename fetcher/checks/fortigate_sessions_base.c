/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of FortiGate firewalls.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(100000, 150000),
	"on the sessions"},
    {0}};

static const struct check_metric metrics[] = {{"session", "", "sessions"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.12356.101.4.1", {{"8.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.12356.101.1."),
    SNMP_HAS(".1.3.6.1.4.1.12356.101.4.1.8.0"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("fortigate_sessions_base", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	struct measure m = {"Sessions", "session", render_count,
	    s->n > 0 ? rows_number(&s->rows[0], 0, -1) : -1, 0, NAN,
	    &c->params[0], NULL, false};

	if (m.value < 0)
		check_say(out, CHECK_UNKNOWN, "The number is not given");
	else
		measure_say(out, &m);
}

const struct check check_fortigate_sessions_base = {
    .name = "fortigate_sessions_base",
    .title = "Sessions (FortiGate)",
    .manual = "How many sessions go through a FortiGate firewall "
	      "(FORTINET-FORTIGATE-MIB).",
    .ruleset = "fortigate_sessions",
    .description = "Sessions",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
