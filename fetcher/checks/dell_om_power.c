/* SPDX-License-Identifier: Apache-2.0
 *
 * Power supplies of Dell servers.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_STATE,
	C_KIND,
	C_WATTS
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.674.10892.1.600.12.1",
	{SNMP_INDEX, {"8", 0}, {"5", 0}, {"7", 0}, {"6", 0}, {0}}},
    {".1.3.6.1.4.1.674.10892.5.4.600.12.1",
	{SNMP_INDEX, {"8", 0}, {"5", 0}, {"7", 0}, {"6", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.674.10892.1.600.12.1.5.*"),
    SNMP_OR_HAS(".1.3.6.1.4.1.674.10892.5.4.600.12.1.5.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("dell_om_power", &source);

static bool
wanted(const struct row_cells *row)
{
	return row->cell[C_STATE].len > 0;
}

/* DellStatus */
static const struct status_word states[] = {{"other", CHECK_UNKNOWN, 1},
    {"unknown", CHECK_UNKNOWN, 2}, {"ok", CHECK_OK, 3},
    {"non-critical", CHECK_WARN, 4}, {"critical", CHECK_CRIT, 5},
    {"non-recoverable", CHECK_CRIT, 6}, {0}};

static const struct row_items omsa = {0, C_NAME, C_INDEX, wanted, NULL};
static const struct row_items idrac = {1, C_NAME, C_INDEX, wanted, NULL};

/* OpenManage in the system, or the iDRAC: the same table in two places. */
static const struct row_items *
items_of(const struct check_context *c)
{
	const struct section_rows *s = c->sections[0];

	return s->n > 0 && s->rows[0].table == 0 ? &omsa : &idrac;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(items_of(c), c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(items_of(c), c, out);

	if (row == NULL)
		return;
	double tenths = rows_number(row, C_WATTS, -1);

	status_say(out, "Status", row->cell[C_STATE], states);
	if (tenths > 0)
		check_say(out, CHECK_OK, "up to %.0f W", tenths / 10);
}

const struct check check_dell_om_power = {
    .name = "dell_om_power",
    .title = "Power supplies (Dell)",
    .manual = "The state of each power supply of a Dell server (OpenManage or "
	      "iDRAC).",
    .description = "Power Supply %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
