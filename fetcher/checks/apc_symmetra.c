/* SPDX-License-Identifier: Apache-2.0
 *
 * APC UPSs: status, battery, load.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_BATTERY,
	C_OUTPUT,
	C_CAPACITY,
	C_TEMPERATURE,
	C_RUNTIME,
	C_REPLACE,
	C_LOAD
};
enum {
	P_CAPACITY,
	P_TEMPERATURE,
	P_LOAD,
	P_RUNTIME,
	P_REPLACE
};

static const struct check_param params[] = {
    {"capacity", CHECK_PARAM_LOWER, "%", CHECK_DEF_LEVELS(95, 80),
	"on the charge of the battery"},
    {"battery_temp", CHECK_PARAM_UPPER, "C", CHECK_DEF_NONE,
	"on the temperature of the battery"},
    {"load", CHECK_PARAM_UPPER, "%", CHECK_DEF_LEVELS(85, 90), "on the load"},
    {"runtime", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"on the time for which the battery would last"},
    {"battery_replace_state", CHECK_PARAM_STATE, "",
	CHECK_DEF_NUMBER(CHECK_WARN), "state if the battery is to be replaced"},
    {0}};

static const struct check_metric metrics[] = {
    {"capacity", "%", "charge of the battery"},
    {"systemp", "C", "temperature of the battery"}, {"load", "%", "load"},
    {"runtime", "s", "time for which the battery lasts"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.318.1.1.1",
	{{"2.1.1.0", 0}, {"4.1.1.0", 0}, {"2.2.1.0", 0}, {"2.2.2.0", 0},
	    {"2.2.3.0", 0}, {"2.2.4.0", 0}, {"4.2.3.0", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.318.1.3."),
    SNMP_HAS(".1.3.6.1.4.1.318.1.1.1.2.1.1.0"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("apc_symmetra", &source);

static const struct status_word batteries[] = {{"unknown", CHECK_UNKNOWN, 1},
    {"normal", CHECK_OK, 2}, {"low", CHECK_CRIT, 3},
    {"in fault", CHECK_CRIT, 4}, {0}};
static const struct status_word outputs[] = {{"unknown", CHECK_UNKNOWN, 1},
    {"on line", CHECK_OK, 2}, {"on battery", CHECK_WARN, 3},
    {"on smart boost", CHECK_OK, 4}, {"timed sleeping", CHECK_WARN, 5},
    {"software bypass", CHECK_WARN, 6}, {"off", CHECK_CRIT, 7},
    {"rebooting", CHECK_WARN, 8}, {"switched bypass", CHECK_WARN, 9},
    {"hardware failure bypass", CHECK_CRIT, 10},
    {"sleeping until power returns", CHECK_WARN, 11},
    {"on smart trim", CHECK_OK, 12}, {"eco mode", CHECK_OK, 13},
    {"hot standby", CHECK_OK, 14}, {"on battery test", CHECK_OK, 15},
    {"emergency static bypass", CHECK_CRIT, 16},
    {"static bypass standby", CHECK_WARN, 17},
    {"power saving mode", CHECK_OK, 18}, {"spot mode", CHECK_OK, 19},
    {"e conversion", CHECK_OK, 20}, {0}};

static void
say(const struct check_context *c, const struct row_cells *row, size_t cell,
    const char *label, const char *metric, render_fn *render, size_t param,
    bool upper, struct check_out *out)
{
	struct measure m = {label, metric, render, rows_number(row, cell, NAN),
	    NAN, NAN, upper ? &c->params[param] : NULL,
	    upper ? NULL : &c->params[param], false};

	if (!isnan(m.value))
		measure_say(out, &m);
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0 && rows_number(&s->rows[0], C_BATTERY, -1) >= 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	const struct row_cells *row = s->n > 0 ? &s->rows[0] : NULL;
	double seconds;

	if (row == NULL) {
		check_say(out, CHECK_UNKNOWN, "The UPS is not told of");
		return;
	}
	status_say(out, "Battery status", row->cell[C_BATTERY], batteries);
	status_say(out, "Output status", row->cell[C_OUTPUT], outputs);
	if (rows_number(row, C_REPLACE, 1) == 2)
		check_say(out, (uint32_t)c->params[P_REPLACE].number,
		    "Battery needs replacing");
	say(c, row, C_CAPACITY, "Capacity", "capacity", render_percent,
	    P_CAPACITY, false, out);
	say(c, row, C_TEMPERATURE, "Battery temperature", "systemp",
	    render_number, P_TEMPERATURE, true, out);
	say(c, row, C_LOAD, "Load", "load", render_percent, P_LOAD, true, out);
	/* TimeTicks */
	seconds = rows_number(row, C_RUNTIME, -1) / 100;
	if (seconds >= 0) {
		struct measure m = {"Time remaining", "runtime",
		    render_timespan, seconds, 0, NAN, NULL,
		    &c->params[P_RUNTIME], false};
		measure_say(out, &m);
	}
}

const struct check check_apc_symmetra = {
    .name = "apc_symmetra",
    .title = "APC UPSs",
    .manual = "The state of an APC UPS (PowerNet-MIB): battery, output, "
	      "charge, load, time left and whether the battery is to be "
	      "replaced. A low or bad battery is CRIT; output that is not on "
	      "line is WARN, switched off CRIT.",
    .ruleset = "apc_symmetra",
    .description = "APC Symmetra status",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
