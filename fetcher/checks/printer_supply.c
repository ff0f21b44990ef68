/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: toner, ink, drums, waste boxes.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/discover.h"
#include "fetcher/snmp/source.h"

#include <ctype.h>

enum { /* table 0 */
	C_END,
	C_COLOR_INDEX,
	C_CLASS,
	C_NAME,
	C_UNIT,
	C_MAX,
	C_LEVEL
};
enum { /* table 1 */
	C_COLOR_END,
	C_COLOR
};
enum {
	P_LEVELS,
	P_UPTURN,
	P_REMAINING
};

/* Levels and capacities below zero (RFC 3805). */
#define OTHER      (-1)
#define UNKNOWN    (-2)
#define REMAINING  (-3)
#define RECEPTACLE 4 /* is filled while the printer works */

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_LOWER, "%", CHECK_DEF_LEVELS(20, 10),
	"on what remains"},
    {"upturn_toner", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"the printer counts what was used, not what remains"},
    {"some_remaining", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the printer knows only that something remains"},
    {0}};

static const struct check_metric metrics[] = {
    {"pages", "", "level in the printer's own unit; maximum: when full"},
    {"supply_remaining", "%", "what remains"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.43.11.1.1",
	{SNMP_INDEX, {"3", 0}, {"4", 0}, {"6", 0}, {"7", 0}, {"8", 0}, {"9", 0},
	    {0}}},
    {".1.3.6.1.2.1.43.12.1.1", {SNMP_INDEX, {"4", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.43.11.1.1.6.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("printer_supply", &source);

static bool
wanted(const struct row_cells *row)
{
	return !isnan(rows_number(row, C_MAX, NAN)) &&
	    !isnan(rows_number(row, C_LEVEL, NAN)) &&
	    (rows_number(row, C_MAX, 0) > UNKNOWN ||
		rows_number(row, C_LEVEL, 0) > UNKNOWN ||
		rows_number(row, C_LEVEL, 0) <= REMAINING);
}

static struct slice
last_index(struct slice end)
{
	for (size_t i = end.len; i-- > 0;)
		if (end.s[i] == '.')
			return (struct slice){end.s + i + 1, end.len - i - 1};
	return end;
}

/* The colour's name; empty if the printer gives none. */
static struct slice
color_of(const struct section_rows *s, const struct row_cells *row)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].table == 1 &&
		    slice_eq(last_index(s->rows[i].cell[C_COLOR_END]),
			row->cell[C_COLOR_INDEX]))
			return slice_trim(s->rows[i].cell[C_COLOR]);
	return (struct slice){"", 0};
}

static bool
contains(struct slice text, struct slice part)
{
	for (size_t i = 0; i + part.len <= text.len; i++) {
		size_t n = 0;

		while (n < part.len &&
		    tolower((unsigned char)text.s[i + n]) ==
			tolower((unsigned char)part.s[n]))
			n++;
		if (n == part.len)
			return true;
	}
	return false;
}

/*
 * "Toner Cartridge" is "Black Toner Cartridge", so that all colours have their
 * own; a serial number behind the name changes with the cartridge.
 */
static void
name_of(
    const struct section_rows *s, const struct row_cells *row, struct str *out)
{
	struct slice name = slice_trim(row->cell[C_NAME]);
	struct slice color = color_of(s, row);

	for (size_t i = 0; i + 5 <= name.len; i++)
		if (strncmp(name.s + i, " S/N:", 5) == 0)
			name.len = i;
	if (color.len > 0 && !contains(name, color) &&
	    (slice_starts(name, "Toner Cartridge") ||
		slice_starts(name, "Image Drum Unit"))) {
		str_addc(out, (char)toupper((unsigned char)color.s[0]));
		str_addn(out, color.s + 1, color.len - 1);
		str_addc(out, ' ');
	}
	for (size_t i = 0; i < name.len; i++)
		str_addc(out, (unsigned char)name.s[i] < ' ' ? ' ' : name.s[i]);
	if (out->len == 0)
		str_addslice(out, last_index(row->cell[C_END]));
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n; i++) {
		if (s->rows[i].table != 0 || !wanted(&s->rows[i]))
			continue;
		str_clear(&item);
		name_of(s, &s->rows[i], &item);
		if (item.len > 0)
			check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static const struct row_cells *
find(const struct section_rows *s, struct slice item)
{
	const struct row_cells *row = NULL;
	struct str name = {0};

	for (size_t i = 0; i < s->n && row == NULL; i++) {
		if (s->rows[i].table != 0)
			continue;
		str_clear(&name);
		name_of(s, &s->rows[i], &name);
		if (slice_eq(slice_trim(str_slice(&name)), item))
			row = &s->rows[i];
	}
	str_free(&name);
	return row;
}

static const char *
unit_of(const struct row_cells *row)
{
	static const struct {
		int number;
		const char *name;
	} units[] = {{3, " ten thousandths of inches"}, {4, " micrometers"},
	    {7, " impressions"}, {8, " sheets"}, {11, " hours"},
	    {12, " thousandths of ounces"}, {13, " tenths of grams"},
	    {14, " hundredths of fluid ounces"}, {15, " tenths of milliliters"},
	    {16, " feet"}, {17, " meters"}, {18, " items"}, {19, "%"}};
	double unit = rows_number(row, C_UNIT, 0);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (unit == units[i].number)
			return units[i].name;
	return "";
}

/* Answers that are no level. False: it is one. */
static bool
say_special(const struct check_context *c, double level, double max,
    struct check_out *out)
{
	if (level == OTHER || max == OTHER)
		check_say(
		    out, CHECK_OK, "There are no restrictions on this supply");
	else if (level == REMAINING)
		check_say(out, (uint32_t)c->params[P_REMAINING].number,
		    "Some remaining");
	else if (level < 0)
		check_say(out, CHECK_UNKNOWN, "Unknown level");
	else if (max == UNKNOWN)
		check_say(out, CHECK_OK, "Level: %.0f", level);
	else
		return false;
	if (level >= 0 && max == UNKNOWN)
		check_metric(out, "pages", level, NULL, NAN, NAN);
	return true;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	const struct row_cells *row = find(s, c->item);
	double level, max, left;

	if (row == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	struct slice color = color_of(s, row);
	level = rows_number(row, C_LEVEL, UNKNOWN);
	max = rows_number(row, C_MAX, UNKNOWN);
	if (max == 0) /* seen with empty cartridges */
		max = 100;
	if (color.len > 0 && !contains(c->item, color))
		check_say(out, CHECK_OK, "[%.*s]", (int)color.len, color.s);
	if (say_special(c, level, max, out))
		return;
	left = 100 * level / max;
	if ((rows_number(row, C_CLASS, 0) == RECEPTACLE) !=
	    (c->params[P_UPTURN].number > 0))
		left = 100 - left;
	struct measure m = {"Remaining", "supply_remaining", render_percent,
	    left, 0, 100, NULL, &c->params[P_LEVELS], false};
	measure_say(out, &m);
	check_say(out, CHECK_OK, "Supply: %.0f of max. %.0f%s", level, max,
	    unit_of(row));
	check_metric(out, "pages", level, NULL, 0, max);
}

const struct check check_printer_supply = {
    .name = "printer_supply",
    .title = "Printers: supplies",
    .manual =
	"How much toner, ink, paper of a drum or room in a waste box a printer "
	"has left (Printer-MIB). A printer may know only that something "
	"remains, or that there is no limit; containers that are filled, like "
	"waste boxes, are turned round.",
    .ruleset = "printer_supply",
    .description = "Supply %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
