/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections through a Cisco firewall.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_VALUE
};

static const struct check_param params[] = {
    {"connections", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the connections"},
    {0}};

static const struct check_metric metrics[] = {
    {"fw_connections_active", "", "connections"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.147.1.2.2.2.1", {SNMP_INDEX, {"5", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.147.1.2.2.2.1.5.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("cisco_asa_connections", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (rows_find(c->sections[0], 0, C_INDEX, SLICE("40.6")) != NULL)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	const struct row_cells *now = rows_find(s, 0, C_INDEX, SLICE("40.6"));
	const struct row_cells *most = rows_find(s, 0, C_INDEX, SLICE("40.7"));
	struct measure m = {"Currently used", "fw_connections_active",
	    render_count, now == NULL ? -1 : rows_number(now, C_VALUE, -1), 0,
	    NAN, &c->params[0], NULL, false};

	if (m.value < 0) {
		check_say(out, CHECK_UNKNOWN, "The number is not given");
		return;
	}
	measure_say(out, &m);
	if (most != NULL && rows_number(most, C_VALUE, -1) >= 0)
		check_say(out, CHECK_OK, "Max. since system startup: %.0f",
		    rows_number(most, C_VALUE, -1));
}

const struct check check_cisco_asa_connections = {
    .name = "cisco_asa_connections",
    .title = "Connections (Cisco ASA)",
    .manual = "How many connections go through a Cisco ASA or PIX "
	      "(CISCO-FIREWALL-MIB), and the most there ever were.",
    .ruleset = "cisco_fw_connections",
    .description = "Connections",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
