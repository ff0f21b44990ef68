/* SPDX-License-Identifier: Apache-2.0
 *
 * Temperatures of Dell servers.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_VALUE,
	C_STATE,
	C_CRIT,
	C_WARN
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.674.10892.1.700.20.1",
	{SNMP_INDEX, {"8", 0}, {"6", 0}, {"5", 0}, {"10", 0}, {"11", 0}, {0}}},
    {".1.3.6.1.4.1.674.10892.5.4.700.20.1",
	{SNMP_INDEX, {"8", 0}, {"6", 0}, {"5", 0}, {"10", 0}, {"11", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.674.10892.1.700.20.1.6.*"),
    SNMP_OR_HAS(".1.3.6.1.4.1.674.10892.5.4.700.20.1.6.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("dell_om_sensors", &source);

static bool
wanted(const struct row_cells *row)
{
	return !isnan(rows_number(row, C_VALUE, NAN));
}

/* DellStatusProbe */
static const struct status_word states[] = {{"other", CHECK_UNKNOWN, 1},
    {"unknown", CHECK_UNKNOWN, 2}, {"ok", CHECK_OK, 3},
    {"too high (warning)", CHECK_WARN, 4}, {"too high", CHECK_CRIT, 5},
    {"far too high", CHECK_CRIT, 6}, {"too low (warning)", CHECK_WARN, 7},
    {"too low", CHECK_CRIT, 8}, {"far too low", CHECK_CRIT, 9},
    {"failed", CHECK_CRIT, 10}, {0}};

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
	struct celsius t = {.value = rows_number(row, C_VALUE, NAN) / 10};
	double warn = rows_number(row, C_WARN, NAN) / 10;
	double crit = rows_number(row, C_CRIT, NAN) / 10;

	if (isnan(t.value)) {
		check_say(out, CHECK_UNKNOWN, "The temperature is not given");
		return;
	}
	if (!isnan(warn) && !isnan(crit) && warn <= crit)
		t.upper =
		    (struct check_levels){CHECK_LEVELS_ABSOLUTE, warn, crit};
	celsius_say(c, &t, out);
	status_tell(out, "State of the probe", row->cell[C_STATE], states);
}

const struct check check_dell_om_sensors = {
    .name = "dell_om_sensors",
    .title = "Temperatures (Dell)",
    .manual = "The temperature of each probe of a Dell server, with its own "
	      "levels (OpenManage or iDRAC).",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = celsius_params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
