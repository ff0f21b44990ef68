/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: pages printed so far.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct check_metric metrics[] = {
    {"pages_total", "", "pages printed since the printer was made"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.43.10.2.1", {{"4", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.43.10.2.1.4.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("printer_pages", &source);

/* Of all marking units; below 0: the printer does not count. */
static double
pages_of(const struct section_rows *s)
{
	double sum = -1;

	for (size_t i = 0; i < s->n; i++) {
		double pages = rows_number(&s->rows[i], 0, -1);
		if (pages >= 0)
			sum = (sum < 0 ? 0 : sum) + pages;
	}
	return sum;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (pages_of(c->sections[0]) >= 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	double pages = pages_of(c->sections[0]);

	if (pages < 0) {
		check_say(out, CHECK_UNKNOWN, "The printer does not count");
		return;
	}
	check_say(out, CHECK_OK, "Total prints: %.0f", pages);
	check_metric(out, "pages_total", pages, NULL, 0, NAN);
}

const struct check check_printer_pages = {
    .name = "printer_pages",
    .title = "Printers: pages",
    .manual = "How many pages a printer has printed in its life "
	      "(Printer-MIB). It is always OK.",
    .description = "Pages",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
