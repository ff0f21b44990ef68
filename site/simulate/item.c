/* SPDX-License-Identifier: Apache-2.0
 *
 * The items of a timeline.
 */
#include "site/simulate/sim.h"

#include "core/command/command.h"
#include "core/command/files.h"
#include "site/simulate/quick.h"

#include <stdlib.h>

/* The object that an item names; SNAP_NONE: that was told. */
static uint32_t
find(struct sim *s, const json_t *value)
{
	const char *host = json_string_value(json_object_get(value, "host"));
	const char *service =
	    json_string_value(json_object_get(value, "service"));
	uint32_t object = snap_find_host(s->snap, slice_of(host));

	if (object == SNAP_NONE) {
		sim_error(s, "there is no host %s", host);
		return SNAP_NONE;
	}
	if (service == NULL)
		return object;
	object = snap_find_service(s->snap, object, slice_of(service));
	if (object == SNAP_NONE)
		sim_error(s, "there is no service %s;%s", host, service);
	return object;
}

/* 0 or more; -1: it is no state of that kind. */
static int
code_of(const char *word, bool service)
{
	static const struct {
		const char *word;
		int host, service;
	} words[] = {{"UP", 0, -1}, {"DOWN", 1, -1}, {"UNREACH", 2, -1},
	    {"UNREACHABLE", 2, -1}, {"OK", -1, 0}, {"WARN", -1, 1},
	    {"WARNING", -1, 1}, {"CRIT", -1, 2}, {"CRITICAL", -1, 2},
	    {"UNKNOWN", -1, 3}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return service ? words[i].service : words[i].host;
	return -1;
}

static int64_t
measured_at(const struct sim *s, const char *text)
{
	int64_t wall, offset;

	if (text == NULL)
		return sim_now(s);
	if (sim_local_time(text, &wall))
		return wall;
	if (!sim_offset(text, &offset))
		return sim_now(s);
	return (sim_wall(s) + offset) / NS_PER_S;
}

static void
keep_last(struct sim *s, uint32_t object, uint8_t code, struct slice raw)
{
	struct sim_last *last = &s->last[object];

	free(last->raw);
	*last = (struct sim_last){.raw = slice_dup(raw),
	    .len = (uint32_t)raw.len,
	    .code = code,
	    .given = true};
}

static void
play_result(struct sim *s, const json_t *v)
{
	const char *word = json_string_value(json_object_get(v, "state"));
	const json_t *output = json_object_get(v, "output");
	struct slice raw = {
	    json_string_value(output), json_string_length(output)};
	uint32_t object = find(s, v);
	bool was_soft;
	int code;

	if (object == SNAP_NONE)
		return;
	code = code_of(word, engine_is_service(s->engine, object));
	if (code == -1) {
		sim_error(s, "%s is no state of a %s", word,
		    engine_is_service(s->engine, object) ? "service" : "host");
		return;
	}
	if (!engine_is_service(s->engine, object))
		code = code != 0;
	if (output == NULL)
		raw = slice_of(word);
	sim_quick_take(s, object);
	keep_last(s, object, (uint8_t)code, raw);
	was_soft = (s->engine->objects[object].flags & CHECKABLE_HARD) == 0;
	sim_result(s, object, (uint8_t)code, raw,
	    measured_at(s, json_string_value(json_object_get(v, "time"))));
	schedule_ran(s->schedule, object, was_soft, sim_mono(s));
}

/* PROCESS_FILE: each line in its turn. */
static int
play_file(void *arg, const char *path, bool remove, struct err *err_r)
{
	struct sim *s = arg;
	struct command_context ctx = {.engine = s->engine, .now = sim_now(s)};
	struct files files = {0};
	struct slice line;
	struct err err;

	if (files_add(&files, path, remove, NULL, 0, err_r) == -1)
		return -1;
	while (files_next(&files, &line))
		if (command_run(&ctx, line, &err) == -1)
			sim_error(s, "%s", err.text);
	files_drop(&files);
	return 0;
}

static void
play_program(void *arg, bool restart)
{
	struct sim *s = arg;

	s->ends = restart ? 1 : 2;
}

static void
play_command(struct sim *s, const char *line)
{
	struct command_context ctx = {.engine = s->engine,
	    .now = sim_now(s),
	    .file = play_file,
	    .program = play_program,
	    .privileged = true,
	    .arg = s};
	struct err err = {""};

	if (command_run(&ctx, slice_of(line), &err) == -1) {
		sim_error(s, "%s", err.text);
		return;
	}
	s->commands++;
	/* It was answered: everything up to here is in the journal. */
	if (s->imaged)
		sim_image(s);
	if (s->ends != 0) {
		sim_site_stop(
		    s, false, s->ends == 1 ? 0 : INT64_MAX / 2 - s->t);
		s->ends = 0;
	}
}

static void
refuse(struct sim *s, struct mistakes *m)
{
	struct str text = {0};

	mistakes_print(m, &text);
	while (text.len > 0 && text.s[text.len - 1] == '\n')
		text.s[--text.len] = '\0';
	sim_error(s, "%s", str_get(&text));
	str_free(&text);
}

static void
play_reload(struct sim *s, const struct sim_item *item)
{
	const json_t *root = yaml_root(s->sc->doc);
	const json_t *timeline = json_object_get(root, "timeline");
	struct schema_way line = {NULL, root, "timeline", 0};
	struct schema_way at = {&line, timeline, NULL, item->index};
	struct schema_way in = {
	    &at, json_array_get(timeline, item->index), "reload", 0};
	struct schema_way way = {&in, item->value, "config", 0};
	json_t *config = json_object_get(item->value, "config"), *made = NULL;
	struct mistakes m = {0};
	struct sim_config c;
	struct err err = {""};

	if (config == NULL && s->config == NULL) {
		sim_error(s,
		    "the configuration of a folder can only be replaced as a "
		    "whole (reload: {config: ...})");
		return;
	}
	if (config == NULL) {
		made = sim_config_change(s->config, item->value, &err);
		if (made == NULL) {
			sim_error(s, "%s", err.text);
			return;
		}
	}
	if (sim_config_open(s, made == NULL ? config : made,
		made == NULL ? &way : NULL, &c, &m) == -1)
		refuse(s, &m);
	else
		sim_site_reload(s, &c);
	json_decref(made);
	mistakes_free(&m);
}

static void
play_clock(struct sim *s, int64_t jump)
{
	s->jump += jump;
	s->went_back = s->went_back || jump < 0;
	clock_set(sim_mono(s), sim_wall(s));
	if (!s->up)
		return;
	engine_clock_jumped(s->engine, jump / NS_PER_S, sim_now(s));
	schedule_clock_jumped(s->schedule, s->jump, sim_mono(s));
	sim_stale_init(s);
	s->day_ends = sim_log_day_ends(
	    s->last_stamp > sim_now(s) ? s->last_stamp : sim_now(s));
}

void
sim_item(struct sim *s, const struct sim_item *item)
{
	uint32_t object;

	if (!s->up && item->kind != SIM_CLOCK) {
		sim_error(s, "the site is off");
		return;
	}
	if (item->kind != SIM_RESULT)
		sim_quick_take_all(s);
	switch (item->kind) {
	case SIM_RESULT:
		play_result(s, item->value);
		break;
	case SIM_COMMAND:
		play_command(s, json_string_value(item->value));
		break;
	case SIM_RELOAD:
		play_reload(s, item);
		break;
	case SIM_RESTART:
		sim_site_stop(s, item->crash, item->down);
		break;
	case SIM_CLOCK:
		play_clock(s, item->clock);
		break;
	case SIM_SHOW:
		object = find(s, item->value);
		if (object != SNAP_NONE)
			sim_show(
			    s, object, json_object_get(item->value, "columns"));
		break;
	case SIM_QUERY:
		sim_query(s, json_string_value(item->value));
		break;
	case SIM_KINDS:
	default:
		break;
	}
}
