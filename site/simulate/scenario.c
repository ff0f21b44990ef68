/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scenario may hold, and its times.
 */
#include "site/simulate/scenario.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/period_calendar.h"
#include "common/period_def.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* --- the document --------------------------------------------------------- */

static const struct schema text = {.kind = SCHEMA_TEXT};
static const struct schema name = {.kind = SCHEMA_NAME};
static const struct schema any = {.kind = SCHEMA_ANY};
static const struct schema texts = {.kind = SCHEMA_LIST, .of = &text};
static const struct schema names = {.kind = SCHEMA_LIST, .of = &name};
static const struct schema off = {.kind = SCHEMA_DURATION};
static const struct schema offset = {
    .kind = SCHEMA_TEXT, .expected = "an offset (90s) or a local time"};

static const char *const state_words[] = {"UP", "DOWN", "UNREACH",
    "UNREACHABLE", "OK", "WARN", "WARNING", "CRIT", "CRITICAL", "UNKNOWN",
    NULL};
static const struct schema state = {.kind = SCHEMA_WORD, .words = state_words};
static const char *const how_words[] = {"clean", "crash", NULL};
static const struct schema how = {.kind = SCHEMA_WORD, .words = how_words};
static const char *const checks_words[] = {"timeline", "repeat", NULL};
static const struct schema checks = {
    .kind = SCHEMA_WORD, .words = checks_words};

static const struct schema_key result_keys[] = {
    {"host", &name, true, NULL, NULL}, {"service", &name, false, NULL, NULL},
    {"state", &state, true, NULL, NULL}, {"output", &text, false, NULL, NULL},
    {"time", &text, false, NULL, "when it was measured"}, {0}};
static const struct schema result = {.kind = SCHEMA_TABLE, .keys = result_keys};

static const struct schema_key show_keys[] = {{"host", &name, true, NULL, NULL},
    {"service", &name, false, NULL, NULL},
    {"columns", &texts, true, NULL, "names of Livestatus"}, {0}};
static const struct schema show = {.kind = SCHEMA_TABLE, .keys = show_keys};

static const struct schema_key restart_keys[] = {
    {"how", &how, true, NULL, NULL},
    {"down", &off, false, "0s", "how long the site is off"}, {0}};
static const struct schema restart_table = {
    .kind = SCHEMA_TABLE, .keys = restart_keys};
static const struct schema *const restart_either[] = {
    &how, &restart_table, NULL};
static const struct schema restart = {.kind = SCHEMA_EITHER,
    .either = restart_either,
    .expected = "clean, crash or a mapping {how: crash, down: 5m}"};

static const struct schema_key gone_keys[] = {{"host", &name, true, NULL, NULL},
    {"description", &name, true, NULL, NULL}, {0}};
static const struct schema gone = {.kind = SCHEMA_TABLE, .keys = gone_keys};
static const struct schema gones = {.kind = SCHEMA_LIST, .of = &gone};
static const struct schema_key remove_keys[] = {
    {"hosts", &names, false, NULL, NULL},
    {"services", &gones, false, NULL, NULL}, {0}};
static const struct schema removed = {
    .kind = SCHEMA_TABLE, .keys = remove_keys};
static const struct schema added = {.kind = SCHEMA_MAP, .of = &any};
static const struct schema_key reload_keys[] = {
    {"config", &any, false, NULL, "all of it"},
    {"add", &added, false, NULL, NULL}, {"remove", &removed, false, NULL, NULL},
    {0}};
static const struct schema reload = {.kind = SCHEMA_TABLE, .keys = reload_keys};

static const struct schema_key item_keys[] = {{"at", &offset, true, NULL, NULL},
    {"result", &result, false, NULL, NULL},
    {"command", &text, false, NULL, NULL},
    {"reload", &reload, false, NULL, NULL},
    {"restart", &restart, false, NULL, NULL},
    {"clock", &text, false, NULL, "how far the wall clock jumps"},
    {"show", &show, false, NULL, NULL}, {"query", &text, false, NULL, NULL},
    {0}};
static const struct schema item = {.kind = SCHEMA_TABLE, .keys = item_keys};
static const struct schema items = {
    .kind = SCHEMA_LIST, .of = &item, .null_ok = true};

static const struct schema_key file_keys[] = {
    {"start", &text, true, NULL, "local time"},
    {"timezone", &text, false, "UTC", NULL},
    {"config", &any, true, NULL, "a configuration or a path"},
    {"checks", &checks, false, "timeline", NULL},
    {"timeline", &items, false, NULL, NULL},
    {"until", &offset, false, NULL, "by default the last item"}, {0}};
static const struct schema file_table = {
    .kind = SCHEMA_TABLE, .keys = file_keys};

/* --- times ---------------------------------------------------------------- */

static bool
take_number(const char **at, int digits, int *value_r)
{
	*value_r = 0;
	for (int i = 0; i < digits; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*value_r = *value_r * 10 + **at - '0';
	}
	return true;
}

static bool
take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

bool
sim_local_time(const char *at, int64_t *wall_r)
{
	int year, month, day, hour = 0, minute = 0, second = 0;
	struct calendar c = {0};
	int64_t number;

	if (!take_number(&at, 4, &year) || !take(&at, '-') ||
	    !take_number(&at, 2, &month) || !take(&at, '-') ||
	    !take_number(&at, 2, &day))
		return false;
	if (take(&at, 'T') || take(&at, ' ')) {
		if (!take_number(&at, 2, &hour) || !take(&at, ':') ||
		    !take_number(&at, 2, &minute))
			return false;
		if (take(&at, ':') && !take_number(&at, 2, &second))
			return false;
	}
	if (*at != '\0' || year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > 31 || hour > 24 || minute > 59 || second > 59)
		return false;
	number = period_day_of(year, month, day);
	calendar_fill(&c, number * 86400 + 43200, 2, 2);
	second += hour * 3600 + minute * 60;
	if (second <= 86400)
		*wall_r = calendar_at(
		    &c, (size_t)(number - c.first_day), (uint32_t)second);
	calendar_free(&c);
	return second <= 86400;
}

bool
sim_offset(const char *at, int64_t *ns_r)
{
	bool negative = *at == '-';
	int64_t ms;

	if (*at == '-' || *at == '+')
		at++;
	if (!num_duration_ms(slice_of(at), &ms) ||
	    ms > INT64_MAX / NS_PER_MS / 4)
		return false;
	*ns_r = negative ? -ms * NS_PER_MS : ms * NS_PER_MS;
	return true;
}

/* A moment of the timeline; `jumped`: how far the wall clock is off by then. */
static bool
moment(const struct sim_scenario *sc, const char *at, int64_t jumped,
    int64_t *ns_r)
{
	int64_t wall;

	if (sim_local_time(at, &wall)) {
		*ns_r = (wall - sc->start) * NS_PER_S - jumped;
		return *ns_r >= 0;
	}
	return sim_offset(at, ns_r) && *ns_r >= 0;
}

/* --- items ---------------------------------------------------------------- */

static const char *const kind_names[SIM_KINDS] = {
    "result", "command", "reload", "restart", "clock", "show", "query"};

static bool
read_kind(struct sim_item *it, const json_t *object)
{
	unsigned n = 0;

	for (unsigned k = 0; k < SIM_KINDS; k++) {
		json_t *value = json_object_get(object, kind_names[k]);

		if (value == NULL)
			continue;
		it->kind = (enum sim_kind)k;
		it->value = value;
		n++;
	}
	return n == 1;
}

static bool
read_restart(struct sim_item *it)
{
	const json_t *v = it->value, *down = json_object_get(v, "down");
	const char *word = json_string_value(
	    json_is_string(v) ? v : json_object_get(v, "how"));
	int64_t ms = 0;

	it->crash = strcmp(word, "crash") == 0;
	if (down != NULL && !schema_duration_ms(down, &ms))
		return false;
	it->down = ms * NS_PER_MS;
	return true;
}

static bool
is_time(const struct sim_scenario *sc, const json_t *value)
{
	int64_t ignored;
	const char *s = json_string_value(value);

	(void)sc;
	return s == NULL || sim_local_time(s, &ignored) ||
	    sim_offset(s, &ignored);
}

/* What the schema cannot say of one item; NULL: it is fine. */
static const char *
read_item(struct sim_scenario *sc, struct sim_item *it, const json_t *object,
    int64_t before, int64_t *jumped)
{
	const json_t *at = json_object_get(object, "at");

	if (!read_kind(it, object))
		return "an item has one of result, command, reload, restart, "
		       "clock, show and query";
	if (!moment(sc, json_string_value(at), *jumped, &it->at))
		return "\"at\" is neither an offset from the start (90s, "
		       "1h30m) nor a local time (2026-03-02T08:00:00) after it";
	if (it->at < before)
		return "items must be in order of time";
	if (it->kind == SIM_RESTART && !read_restart(it))
		return "\"down\" is no duration";
	if (it->kind == SIM_RESULT &&
	    !is_time(sc, json_object_get(it->value, "time")))
		return "\"time\" is neither an offset (-300s) nor a local time";
	if (it->kind != SIM_CLOCK)
		return NULL;
	if (!sim_offset(json_string_value(it->value), &it->clock))
		return "\"clock\" is no offset (+1h, -30s)";
	*jumped += it->clock;
	return NULL;
}

static void
read_items(struct sim_scenario *sc, struct mistakes *m)
{
	const json_t *root = yaml_root(sc->doc);
	const json_t *list = json_object_get(root, "timeline");
	const json_t *until = json_object_get(root, "until");
	struct schema_way line = {NULL, root, "timeline", 0};
	struct schema_way end = {NULL, root, "until", 0};
	int64_t before = 0, jumped = 0;

	sc->n_items = json_array_size(list);
	sc->items = xcalloc(sc->n_items + 1, sizeof(*sc->items));
	for (size_t i = 0; i < sc->n_items; i++) {
		struct schema_way way = {&line, list, NULL, i};
		struct sim_item *it = &sc->items[i];
		const char *why;

		it->index = i;
		why =
		    read_item(sc, it, json_array_get(list, i), before, &jumped);
		if (why != NULL) {
			schema_mistake(m, sc->doc, &way, "%s", why);
			continue;
		}
		before = it->at;
		if (it->at + it->down > sc->until)
			sc->until = it->at + it->down;
	}
	if (until == NULL)
		return;
	if (!moment(sc, json_string_value(until), jumped, &sc->until))
		schema_mistake(m, sc->doc, &end,
		    "it is neither an offset from the start nor a local time");
}

/* --- the whole ------------------------------------------------------------ */

bool
sim_zone_exists(const char *zone)
{
	char *path;
	bool ok;

	if (strcmp(zone, "UTC") == 0 || strcmp(zone, "") == 0)
		return true;
	if (zone[0] == '/' || strstr(zone, "..") != NULL)
		return false;
	path = xasprintf("/usr/share/zoneinfo/%s", zone);
	ok = access(path, R_OK) == 0;
	free(path);
	return ok;
}

static void
read_start(struct sim_scenario *sc, struct mistakes *m)
{
	const json_t *root = yaml_root(sc->doc);
	const char *zone = json_string_value(json_object_get(root, "timezone"));
	const char *start = json_string_value(json_object_get(root, "start"));
	struct schema_way way = {NULL, root, "timezone", 0};

	if (zone == NULL)
		zone = json_string_value(json_object_get(
		    json_object_get(json_object_get(root, "config"), "site"),
		    "timezone"));
	if (zone == NULL)
		zone = "UTC";
	if (!sim_zone_exists(zone))
		schema_mistake(
		    m, sc->doc, &way, "there is no time zone \"%s\"", zone);
	setenv("TZ", zone, 1);
	tzset();
	way.key = "start";
	if (!sim_local_time(start, &sc->start))
		schema_mistake(m, sc->doc, &way,
		    "it is no local time (2026-03-02T08:00:00)");
}

struct sim_scenario *
sim_scenario_read(const char *file, struct slice bytes, struct mistakes *m)
{
	struct sim_scenario *sc = xnew(struct sim_scenario);
	const char *word;

	sc->file = xstrdup(file);
	sc->doc = yaml_parse(file, bytes, m);
	if (m->n_mistakes == 0)
		schema_check(&file_table, sc->doc, NULL, yaml_root(sc->doc), m);
	if (m->n_mistakes == 0)
		read_start(sc, m);
	if (m->n_mistakes == 0)
		read_items(sc, m);
	word = json_string_value(json_object_get(yaml_root(sc->doc), "checks"));
	sc->repeat = word != NULL && strcmp(word, "repeat") == 0;
	return sc;
}

void
sim_scenario_free(struct sim_scenario **scp)
{
	struct sim_scenario *sc = *scp;

	if (sc == NULL)
		return;
	yaml_doc_free(&sc->doc);
	free(sc->items);
	free(sc->file);
	free(sc);
	*scp = NULL;
}
