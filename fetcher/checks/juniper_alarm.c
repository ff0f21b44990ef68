/* SPDX-License-Identifier: Apache-2.0
 *
 * Alarm lamps of Juniper devices.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_YELLOW,
	C_RED,
	C_YELLOWS,
	C_REDS
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2636.3.4.2",
	{{"2.1.0", 0}, {"3.1.0", 0}, {"2.2.0", 0}, {"3.2.0", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.2636."),
    SNMP_HAS(".1.3.6.1.4.1.2636.3.4.2.2.1.0"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("juniper_alarm", &source);

/* 2: off, 3: on; the number of alarms is two columns on. */
static void
say_lamp(const struct row_cells *row, size_t cell, const char *color,
    uint32_t bad, struct check_out *out)
{
	double state = rows_number(row, cell, 1);

	if (state == 3)
		check_say(out, bad, "%s alarm (%.0f)", color,
		    rows_number(row, cell + 2, 1));
	else if (state == 2)
		check_say(out, CHECK_OK, "no %s alarm", color);
	else
		check_say(
		    out, CHECK_UNKNOWN, "%s alarm lamp: not given", color);
}

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

	if (s->n == 0) {
		check_say(out, CHECK_UNKNOWN, "The alarms are not told of");
		return;
	}
	say_lamp(&s->rows[0], C_RED, "red", CHECK_CRIT, out);
	say_lamp(&s->rows[0], C_YELLOW, "yellow", CHECK_WARN, out);
}

const struct check check_juniper_alarm = {
    .name = "juniper_alarm",
    .title = "Alarms (Juniper)",
    .manual = "The alarm lamps of a Juniper chassis (JUNIPER-ALARM-MIB): red "
	      "is CRIT, yellow WARN.",
    .description = "Chassis",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
