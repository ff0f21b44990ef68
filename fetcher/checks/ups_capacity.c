/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: how full the battery is and how long it lasts.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_ON_BATTERY,
	C_MINUTES,
	C_CHARGE
};
enum {
	P_CAPACITY,
	P_TIME
};

static const struct check_param params[] = {
    {"capacity", CHECK_PARAM_LOWER, "%", CHECK_DEF_LEVELS(95, 90),
	"on the charge of the battery"},
    {"battime", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"on the time for which the battery would last"},
    {0}};

static const struct check_metric metrics[] = {
    {"battery_seconds_remaining", "s", "time for which the battery lasts"},
    {"battery_capacity", "%", "charge of the battery"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.2", {{"2.0", 0}, {"3.0", 0}, {"4.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("ups_battery_capacity", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0 &&
	    (rows_number(&s->rows[0], C_MINUTES, -1) >= 0 ||
		rows_number(&s->rows[0], C_CHARGE, -1) >= 0))
		check_found_add(found, SLICE(""), NULL);
}

/* Devices on the mains have no time, or say 0. */
static void
say_time(const struct check_context *c, const struct row_cells *row,
    bool on_battery, struct check_out *out)
{
	double seconds = 60 * rows_number(row, C_MINUTES, -1);
	struct measure m = {"Time remaining", "battery_seconds_remaining",
	    render_timespan, seconds, 0, NAN, NULL, &c->params[P_TIME], false};

	if (seconds > 0 || (seconds >= 0 && on_battery))
		measure_say(out, &m);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	double charge, seconds;

	if (s->n == 0) {
		check_say(out, CHECK_UNKNOWN, "The battery is not told of");
		return;
	}
	seconds = rows_number(&s->rows[0], C_ON_BATTERY, 0);
	charge = rows_number(&s->rows[0], C_CHARGE, -1);
	say_time(c, &s->rows[0], seconds > 0, out);
	if (charge >= 0) {
		struct measure m = {"Capacity", "battery_capacity",
		    render_percent, charge, 0, 100, NULL,
		    &c->params[P_CAPACITY], false};
		measure_say(out, &m);
	} else {
		check_say(
		    out, CHECK_UNKNOWN, "The battery's charge is not given");
	}
	if (seconds > 0) {
		struct str text = {0};

		str_add(&text, "On battery for: ");
		render_timespan(&text, seconds);
		check_say_str(out, CHECK_OK, &text);
		str_free(&text);
	} else {
		check_say(out, CHECK_OK, "On mains");
	}
}

const struct check check_ups_capacity = {
    .name = "ups_capacity",
    .title = "UPS: charge of the battery",
    .manual =
	"How full the battery of a UPS is, for how long it would last, and "
	"whether the UPS lives on it (UPS-MIB).",
    .ruleset = "ups_capacity",
    .description = "Battery capacity",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
