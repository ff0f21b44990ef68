/* SPDX-License-Identifier: Apache-2.0
 *
 * Temperatures of Cisco devices.
 */
#include "fetcher/checks/cisco_names.h"
#include "fetcher/checks/measure.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/sensor.h"
#include "fetcher/snmp/source.h"

enum { /* ENTITY-MIB */
	T_NAMES,
	C_NAME_INDEX = 0,
	C_DESCR,
	C_NAME
};
enum { /* CISCO-ENTITY-SENSOR-MIB */
	T_SENSORS = 1,
	C_INDEX = 0,
	C_TYPE,
	C_SCALE,
	C_PRECISION,
	C_VALUE,
	C_STATUS
};
enum { /* its thresholds: the index is the sensor's and a number */
	T_THRESHOLDS = 2,
	C_THRESHOLD_INDEX = 0,
	C_SEVERITY,
	C_RELATION,
	C_THRESHOLD
};
enum { /* CISCO-ENVMON-MIB */
	T_ENVMON = 3,
	C_ENV_INDEX = 0,
	C_ENV_NAME,
	C_ENV_VALUE,
	C_ENV_LIMIT,
	C_ENV_STATE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.47.1.1.1.1", {SNMP_INDEX, {"2", 0}, {"7", 0}, {0}}},
    {".1.3.6.1.4.1.9.9.91.1.1.1.1",
	{SNMP_INDEX, {"1", 0}, {"2", 0}, {"3", 0}, {"4", 0}, {"5", 0}, {0}}},
    {".1.3.6.1.4.1.9.9.91.1.2.1.1",
	{SNMP_INDEX, {"2", 0}, {"3", 0}, {"4", 0}, {0}}},
    {".1.3.6.1.4.1.9.9.13.1.3.1",
	{SNMP_INDEX, {"2", 0}, {"3", 0}, {"4", 0}, {"6", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.91.1.1.1.1.1.*"),
    SNMP_OR_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.13.1.3.1.3.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("cisco_temperature", &source);

static const struct status_word env_states[] = {{"normal", CHECK_OK, 1},
    {"warning", CHECK_WARN, 2}, {"critical", CHECK_CRIT, 3},
    {"shutdown", CHECK_CRIT, 4}, {"not present", CHECK_UNKNOWN, 5},
    {"not functioning", CHECK_CRIT, 6}, {0}};
static const struct status_word sensor_states[] = {{"ok", CHECK_OK, 1},
    {"unavailable", CHECK_WARN, 2}, {"non-operational", CHECK_WARN, 3}, {0}};

/* The name of a row that is a temperature; false: it is none. */
static bool
name_of(const struct section_rows *s, const struct row_cells *row,
    struct slice *name_r)
{
	const struct row_cells *entity;

	if (row->table == T_ENVMON) {
		*name_r = cisco_name(slice_trim(row->cell[C_ENV_NAME]));
		if (name_r->len == 0)
			*name_r = row->cell[C_ENV_INDEX];
		return rows_number(row, C_ENV_STATE, 5) != 5;
	}
	if (row->table != T_SENSORS ||
	    rows_number(row, C_TYPE, 0) != SENSOR_CELSIUS)
		return false;
	entity = rows_find(s, T_NAMES, C_NAME_INDEX, row->cell[C_INDEX]);
	*name_r = row->cell[C_INDEX];
	if (entity != NULL && slice_trim(entity->cell[C_NAME]).len > 0)
		*name_r = slice_trim(entity->cell[C_NAME]);
	else if (entity != NULL && slice_trim(entity->cell[C_DESCR]).len > 0)
		*name_r = slice_trim(entity->cell[C_DESCR]);
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];
	struct slice name;

	for (size_t i = 0; i < s->n; i++)
		if (name_of(s, &s->rows[i], &name) &&
		    (s->rows[i].table == T_ENVMON ||
			rows_number(&s->rows[i], C_STATUS, 1) == 1))
			check_found_add(found, name, NULL);
}

/* Takes one threshold into the levels: the nearer one is the warning. */
static void
add_level(struct check_levels *l, double value, bool upper)
{
	if (l->kind == CHECK_LEVELS_NONE)
		*l = (struct check_levels){CHECK_LEVELS_ABSOLUTE, value, value};
	else if (upper ? value < l->warn : value > l->warn)
		l->warn = value;
	else if (upper ? value > l->crit : value < l->crit)
		l->crit = value;
}

static void
add_thresholds(const struct section_rows *s, const struct row_cells *sensor,
    struct celsius *t)
{
	struct slice index = sensor->cell[C_INDEX];

	for (size_t i = 0; i < s->n; i++) {
		const struct row_cells *row = &s->rows[i];
		struct slice of = row->cell[C_THRESHOLD_INDEX];
		double relation = rows_number(row, C_RELATION, 0);
		double raw = rows_number(row, C_THRESHOLD, NAN);

		if (row->table != T_THRESHOLDS || of.len <= index.len ||
		    of.s[index.len] != '.' || isnan(raw) ||
		    memcmp(of.s, index.s, index.len) != 0)
			continue;
		double value =
		    sensor_value(raw, rows_number(sensor, C_SCALE, 9),
			rows_number(sensor, C_PRECISION, 0));
		if (relation == 3 || relation == 4)
			add_level(&t->upper, value, true);
		else if (relation == 1 || relation == 2)
			add_level(&t->lower, value, false);
	}
}

static void
judge_sensor(const struct check_context *c, const struct row_cells *row,
    struct check_out *out)
{
	double raw = rows_number(row, C_VALUE, NAN);
	struct celsius t = {0};

	if (rows_number(row, C_STATUS, 1) != 1) {
		status_say(out, "Status of the sensor", row->cell[C_STATUS],
		    sensor_states);
		return;
	}
	if (isnan(raw)) {
		check_say(out, CHECK_UNKNOWN, "The temperature is not given");
		return;
	}
	t.value = sensor_value(raw, rows_number(row, C_SCALE, 9),
	    rows_number(row, C_PRECISION, 0));
	add_thresholds(c->sections[0], row, &t);
	celsius_say(c, &t, out);
}

static void
judge_envmon(const struct check_context *c, const struct row_cells *row,
    struct check_out *out)
{
	double limit = rows_number(row, C_ENV_LIMIT, 0);
	struct celsius t = {.value = rows_number(row, C_ENV_VALUE, NAN)};

	/* Some devices give the state alone. */
	if (limit > 0)
		t.upper =
		    (struct check_levels){CHECK_LEVELS_ABSOLUTE, limit, limit};
	if (t.value > 0)
		celsius_say(c, &t, out);
	status_say(out, "Status", row->cell[C_ENV_STATE], env_states);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	struct slice name;

	for (size_t i = 0; i < s->n; i++) {
		const struct row_cells *row = &s->rows[i];

		if (row->table != T_SENSORS && row->table != T_ENVMON)
			continue;
		if (!name_of(s, row, &name) || !slice_eq(name, c->item))
			continue;
		if (row->table == T_SENSORS)
			judge_sensor(c, row, out);
		else
			judge_envmon(c, row, out);
		return;
	}
	check_say(out, CHECK_UNKNOWN, "Item not found in monitoring data");
}

const struct check check_cisco_temperature = {
    .name = "cisco_temperature",
    .title = "Temperatures (Cisco)",
    .manual =
	"The temperature of each sensor of a Cisco device, with the thresholds "
	"that the device has for it (CISCO-ENTITY-SENSOR-MIB), and those of "
	"the older CISCO-ENVMON-MIB with the state that the device gives.",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = celsius_params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
