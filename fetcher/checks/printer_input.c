/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: input trays.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/printer_status.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_END,
	C_NAME,
	C_DESCRIPTION,
	C_STATUS,
	C_MAX,
	C_LEVEL
};

static const struct check_param params[] = {
    {"capacity_levels", CHECK_PARAM_LOWER, "%", CHECK_DEF_LEVELS(0, 0),
	"on the paper that remains"},
    {0}};

static const struct check_metric metrics[] = {
    {"capacity", "%", "paper that remains"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.43.8.2.1",
	{SNMP_INDEX, {"13", 0}, {"18", 0}, {"11", 0}, {"9", 0}, {"10", 0},
	    {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.43.8.2.1.9.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("printer_input", &source);

/* A tray that has no limit, is unknown or not there is not watched. */
static bool
wanted(const struct row_cells *row)
{
	double status = rows_number(row, C_STATUS, 5);

	return status != 3 && status != 5 && rows_number(row, C_MAX, 0) > 0;
}

static const struct row_items items = {0, C_NAME, C_END, wanted, NULL};
static const struct row_items described = {
    0, C_DESCRIPTION, C_END, wanted, NULL};

/* Some printers give names, others descriptions. */
static const struct row_items *
items_of(const struct check_context *c)
{
	const struct section_rows *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (slice_trim(s->rows[i].cell[C_NAME]).len > 0)
			return &items;
	return &described;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(items_of(c), c, found);
}

static void
say_capacity(const struct check_context *c, const struct row_cells *row,
    struct check_out *out)
{
	double level = rows_number(row, C_LEVEL, -2);
	double max = rows_number(row, C_MAX, -2);
	struct measure m = {"Remaining", "capacity", render_percent, 0, 0, 100,
	    NULL, &c->params[0], false};

	if (level == -3)
		check_say(out, CHECK_OK, "At least one sheet remaining");
	else if (level == -2 || max <= 0)
		check_say(out, CHECK_OK, "Capacity: unknown");
	else if (level == -1)
		check_say(out, CHECK_OK, "No limit");
	else if (level >= 0) {
		m.value = 100 * level / max;
		measure_say(out, &m);
		check_say(out, CHECK_OK, "%.0f of %.0f sheets", level, max);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(items_of(c), c, out);

	if (row == NULL)
		return;
	if (items_of(c) == &items && row->cell[C_DESCRIPTION].len > 0)
		check_say(out, CHECK_OK, "%.*s",
		    (int)row->cell[C_DESCRIPTION].len,
		    row->cell[C_DESCRIPTION].s);
	printer_status_say(out, rows_number(row, C_STATUS, -1));
	say_capacity(c, row, out);
}

const struct check check_printer_input = {
    .name = "printer_input",
    .title = "Printers: input trays",
    .manual = "State and paper of an input tray (Printer-MIB). Trays that are "
	      "broken, unknown or without a size are not discovered.",
    .ruleset = "printer_input",
    .description = "Input %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
