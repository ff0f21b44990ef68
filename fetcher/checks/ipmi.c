/* SPDX-License-Identifier: Apache-2.0
 *
 * Sensors of the board's management controller, read by ipmitool (ipmi,
 * ipmi_discrete) or freeipmi (ipmi_sensors).
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <ctype.h>

enum {
	P_SUMMARIZE,
	P_IGNORED,
	P_IGNORED_STATES,
	P_STATES,
	P_LEVELS,
	P_LOWER
};

static const struct check_param params[] = {
    {"summarize", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(1),
	"in discovery: one service for all sensors instead of one each"},
    {"ignored_sensors", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"beginnings of names: these sensors do not count"},
    {"ignored_sensorstates", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"sensors in one of these states do not count, such as nr or ns"},
    {"sensor_states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the sensor's word; by default ok and ns are OK, nc WARN, cr "
	"and nr CRIT"},
    {"levels", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the value of a single sensor, in its unit"},
    {"levels_lower", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on a value that is too low"},
    {0}};

static const struct check_metric metrics[] = {
    {"ambient_temp", "C", "temperature of the air (summary)"},
    {"value", "", "of a single sensor, in its unit"}, {0}};

static const struct section_type section =
    SECTION_LINES("ipmi", "ipmi_discrete", "ipmi_sensors");

struct sensor {
	char name[80];             /* blanks are underscores */
	struct slice status, text; /* "ok"; what discrete ones say */
	double value;              /* NAN: none */
	struct slice unit;
};

static void
set_name(struct sensor *s, struct slice name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.len && n + 1 < sizeof(s->name); i++)
		s->name[n++] =
		    isspace((unsigned char)name.s[i]) ? '_' : name.s[i];
	s->name[n] = '\0';
}

/* "32 Temperature_Ambient 20.00_C_(1.00/42.00) [OK]", or with "|" between. */
static bool
read_freeipmi(const struct text_line *line, struct sensor *s)
{
	struct slice rest = line->text, cells[6];

	if (line->sep != SPLIT_WHITE) { /* id|name|type|value|unit|'status' */
		if (line_cells(line, cells, 6) < 6 || cells[1].len == 0)
			return false;
		set_name(s, cells[1]);
		s->value = text_number(cells[3]);
		s->unit = cells[4];
		s->status = cells[5];
	} else {
		if (line_cells(line, cells, 3) < 2 || cells[1].len == 0)
			return false;
		set_name(s, cells[1]);
		s->value = text_number(cells[2]);
		struct slice number;
		struct slice reading = cells[2];
		slice_next(&reading, '_', &number);
		slice_next(&reading, '_', &s->unit);
		const char *open = memchr(rest.s, '[', rest.len);
		if (open == NULL)
			return false;
		s->status = (struct slice){
		    open + 1, rest.len - (size_t)(open - rest.s) - 1};
	}
	while (s->status.len > 0 && strchr("]' ", *s->status.s) != NULL) {
		s->status.s++;
		s->status.len--;
	}
	while (s->status.len > 0 &&
	    strchr("]' ", s->status.s[s->status.len - 1]) != NULL)
		s->status.len--;
	return true;
}

static bool
read_sensor(const struct text_line *line, struct sensor *s)
{
	struct slice cells[6];

	*s = (struct sensor){
	    .value = NAN, .unit = {"", 0}, .status = {"", 0}, .text = {"", 0}};
	if (slice_eqs(line->name, "ipmi_sensors"))
		return read_freeipmi(line, s);
	if (line_cells(line, cells, 6) < 4 || cells[0].len == 0)
		return false;
	set_name(s, cells[0]);
	if (slice_eqs(line->name, "ipmi_discrete")) {
		s->status = cells[2]; /* name, number, status, place, text */
		s->text = cells[4];
	} else {
		s->value = text_number(cells[1]);
		s->unit = cells[2];
		s->status = cells[3];
	}
	return s->status.len > 0;
}

static bool
has_word(struct slice text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.len; i++) {
		size_t k = 0;
		while (
		    k < n && tolower((unsigned char)text.s[i + k]) == word[k])
			k++;
		if (k == n)
			return true;
	}
	return false;
}

static bool
is_one_of(struct slice text, const char *const *words)
{
	char lower[64];
	size_t n = 0;

	for (; n < text.len && n + 1 < sizeof(lower); n++)
		lower[n] = text.s[n] == ' '
		    ? '_'
		    : (char)tolower((unsigned char)text.s[n]);
	lower[n] = '\0';
	for (; *words != NULL; words++)
		if (strcmp(lower, *words) == 0)
			return true;
	return false;
}

/* Words of ipmitool first, then those of freeipmi. */
static uint32_t
state_of(const struct check_context *c, const struct sensor *s)
{
	static const char *const fine[] = {"ok", "ns", "na", "n/a", "nominal",
	    "entity_present", "presence_detected", "battery_presence_detected",
	    "power_supply_presence_detected", "drive_presence",
	    "device_inserted/device_present", "device_present",
	    "transition_to_running", "transition_to_ok", "fully_redundant",
	    "system_boot", "state_deasserted", "state_asserted",
	    "limit_not_exceeded", "s0/g0", "no_event", NULL};
	static const char *const bad[] = {"cr", "nr", NULL};
	uint32_t state = CHECK_WARN;
	char word[64];

	if (is_one_of(s->status, fine))
		state = CHECK_OK;
	else if (is_one_of(s->status, bad) ||
	    (has_word(s->status, "critical") &&
		!has_word(s->status, "non-critical")) ||
	    has_word(s->status, "fail") || has_word(s->status, "lost") ||
	    has_word(s->status, "non-recoverable"))
		state = CHECK_CRIT;
	/* "PS1 Status | C8h | ok | 10.1 | Presence detected, AC lost" */
	if (state == CHECK_OK &&
	    (has_word(s->text, "fail") || has_word(s->text, "lost")) &&
	    !has_word(s->text, "predictive failure deasserted"))
		state = CHECK_CRIT;
	snprintf(
	    word, sizeof(word), "%.*s", value_cut(s->status, 60), s->status.s);
	check_params_state(&c->params[P_STATES], word, &state);
	return state;
}

static bool
is_ignored(const struct check_context *c, const struct sensor *s)
{
	const json_t *names = c->params[P_IGNORED].json;
	const json_t *states = c->params[P_IGNORED_STATES].json;

	for (size_t i = 0; i < json_array_size(names); i++)
		if (slice_starts(slice_of(s->name),
			json_string_value(json_array_get(names, i))))
			return true;
	for (size_t i = 0; i < json_array_size(states); i++)
		if (slice_eqs(s->status,
			json_string_value(json_array_get(states, i))))
			return true;
	return false;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	bool any = false;
	struct sensor one;

	for (size_t i = 0; i < s->n; i++) {
		if (!read_sensor(&s->lines[i], &one) || is_ignored(c, &one))
			continue;
		any = true;
		if (c->params[P_SUMMARIZE].number <= 0)
			check_found_add(found, slice_of(one.name), NULL);
	}
	if (any && c->params[P_SUMMARIZE].number > 0)
		check_found_add(found, SLICE("Summary"), NULL);
}

static void
summarize(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	size_t n = 0, fine = 0, skipped = 0;
	bool has_ambient = false;
	struct sensor one;

	for (size_t i = 0; i < s->n; i++) {
		if (!read_sensor(&s->lines[i], &one))
			continue;
		n++;
		if (is_ignored(c, &one)) {
			skipped++;
			continue;
		}
		uint32_t state = state_of(c, &one);
		fine += state == CHECK_OK;
		if (state != CHECK_OK)
			check_say(out, state, "%s (%.*s)", one.name,
			    value_cut(one.status, 60), one.status.s);
		if (!has_ambient && isfinite(one.value) &&
		    has_word(slice_of(one.name), "amb") &&
		    has_word(slice_of(one.name), "temp")) {
			has_ambient = true;
			check_metric(
			    out, "ambient_temp", one.value, NULL, NAN, NAN);
		}
	}
	check_say(
	    out, n == 0 ? CHECK_UNKNOWN : CHECK_OK, "%zu sensors in total", n);
	check_say(out, CHECK_OK, "%zu sensors ok", fine);
	if (skipped > 0)
		check_say(out, CHECK_OK, "%zu sensors skipped", skipped);
}

static void
say_sensor(const struct check_context *c, const struct sensor *s,
    struct check_out *out)
{
	static const struct value_row row = {"Value", "value", render_number,
	    VALUE_PARAM(P_LEVELS), VALUE_PARAM(P_LOWER), false};

	check_say(out, state_of(c, s), "Status: %.*s",
	    value_cut(s->status, 100), s->status.s);
	if (s->text.len > 0)
		check_say(
		    out, CHECK_OK, "%.*s", value_cut(s->text, 100), s->text.s);
	value_say(c, out, &row, s->value, 0);
	if (isfinite(s->value) && s->unit.len > 0)
		check_tell(out, CHECK_OK, "Unit: %.*s", value_cut(s->unit, 40),
		    s->unit.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct sensor one;

	if (slice_eqs(c->item, "Summary")) {
		summarize(c, out);
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		if (read_sensor(&s->lines[i], &one) &&
		    slice_eq(slice_of(one.name), c->item)) {
			say_sensor(c, &one, out);
			return;
		}
	value_lost(out);
}

const struct check check_ipmi = {
    .name = "ipmi",
    .title = "IPMI: sensors of the hardware",
    .manual =
	"Temperatures, fans, voltages, power supplies and what else the "
	"board's management controller watches. The controller knows levels "
	"and tells states, so none need to be set. One service sums up all "
	"sensors and names those that are not in order; with `summarize: "
	"false` each is a service of its own.",
    .ruleset = "ipmi",
    .description = "IPMI Sensor %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
