/* SPDX-License-Identifier: Apache-2.0
 *
 * Current and power of APC rack PDUs.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_PHASE,
	C_BANK,
	C_CURRENT,
	C_STATE
};

static const struct check_param params[] = {
    MEASURE_PARAMS("A", CHECK_DEF_NONE, CHECK_DEF_NONE, "the current"), {0}};

static const struct check_metric metrics[] = {{"current", "A", "current"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.318.1.1.12.2.3.1.1",
	{SNMP_INDEX, {"4", 0}, {"5", 0}, {"2", 0}, {"3", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.318.1.3."),
    SNMP_HAS(".1.3.6.1.4.1.318.1.1.12.2.3.1.1.2.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("apc_rackpdu_power", &source);

static const struct status_word states[] = {{"low", CHECK_WARN, 2},
    {"normal", CHECK_OK, 1}, {"near overload", CHECK_WARN, 3},
    {"overload", CHECK_CRIT, 4}, {0}};

static const struct row_items items = {0, C_INDEX, C_INDEX, NULL, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);

	if (row == NULL)
		return;
	double tenths = rows_number(row, C_CURRENT, -1);

	if (tenths < 0)
		check_say(out, CHECK_UNKNOWN, "The current is not given");
	else
		measure_param_say(
		    c, out, "Current", "current", tenths / 10, measure_ampere);
	status_say(out, "Load", row->cell[C_STATE], states);
}

const struct check check_apc_rackpdu_power = {
    .name = "apc_rackpdu_power",
    .title = "Rack PDUs (APC)",
    .manual = "The current of each phase and bank of an APC rack PDU "
	      "(PowerNet-MIB), and the state that the PDU itself gives: near "
	      "overload is WARN, overload CRIT.",
    .ruleset = "el_current",
    .description = "PDU Phase %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
