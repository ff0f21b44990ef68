/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes that net-snmp watches.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_MIN,
	C_MAX,
	C_COUNT,
	C_ERROR,
	C_MESSAGE
};

static const struct check_metric metrics[] = {
    {"processes", "", "processes of that name"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2021.2.1",
	{SNMP_INDEX, {"2", 0}, {"3", 0}, {"4", 0}, {"5", 0}, {"100", 0},
	    {"101", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.2021.2.1.2.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("ucd_processes", &source);

static const struct row_items items = {0, C_NAME, C_INDEX, NULL, NULL};

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
	double n = rows_number(row, C_COUNT, -1);
	double min = rows_number(row, C_MIN, 0);
	double max = rows_number(row, C_MAX, 0);
	bool wrong = rows_number(row, C_ERROR, 0) != 0;

	if (n < 0) {
		check_say(out, CHECK_UNKNOWN, "The number is not given");
		return;
	}
	/* 0 and 0: at least one (snmpd.conf(5)). */
	if (min <= 0 && max <= 0)
		min = 1;
	check_say(out, CHECK_OK, "Total: %.0f", n);
	if (n < min)
		check_say(out, CHECK_CRIT, "fewer than %.0f", min);
	if (max > 0 && n > max)
		check_say(out, CHECK_CRIT, "more than %.0f", max);
	if (wrong)
		check_say(out, CHECK_CRIT, "%.*s",
		    (int)row->cell[C_MESSAGE].len, row->cell[C_MESSAGE].s);
	check_metric(out, "processes", n, NULL, 0, NAN);
}

const struct check check_ucd_processes = {
    .name = "ucd_processes",
    .title = "Processes (UCD)",
    .manual = "How many processes of a name run on a host, for those that its "
	      "snmpd.conf lists with `proc` (UCD-SNMP-MIB). CRIT when they "
	      "are fewer or more than the numbers given there, or when snmpd "
	      "says that something is wrong.",
    .description = "Processes %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
