/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands and what each does; see command.h.
 */
#include "eventd/event/command.h"

#include "common/mem.h"
#include "common/num.h"
#include "eventd/parse/text.h"

#include <jansson.h>
#include <stdlib.h>

#define ARGS_MAX 5

struct call {
	struct engine *e;
	int64_t now_us;
	char *arg[ARGS_MAX]; /* "" where absent */
	struct str failures; /* one after the other, "; " between them */
	char **arg_r;
};

struct command {
	const char *name;
	const char *args[ARGS_MAX + 1]; /* names in the JSON form */
	int wide; /* the argument that takes surplus semicolons, -1: none */
	enum command_kind kind;
	void (*run)(struct call *c); /* NULL: the daemon's */
};

static void failure(struct call *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void
failure(struct call *c, const char *fmt, ...)
{
	va_list ap;

	if (c->failures.len > 0)
		str_add(&c->failures, "; ");
	va_start(ap, fmt);
	str_vaddf(&c->failures, fmt, ap);
	va_end(ap);
}

/* The events of "1,2,3", one after the other; each unknown is a failure. */
static struct event *
next_event(struct call *c, struct slice *ids)
{
	struct slice word;

	while (slice_next(ids, ',', &word)) {
		struct event *ev = NULL;
		uint64_t id;

		word = slice_trim(word);
		if (num_u64(word, &id))
			ev = index_find(&c->e->index, id);
		if (ev != NULL)
			return ev;
		failure(c, "there is no event %.*s", (int)word.len, word.s);
	}
	return NULL;
}

static struct slice
ids_of(struct call *c)
{
	struct slice ids = slice_of(c->arg[0]);

	if (ids.len == 0)
		failure(c, "ids are needed");
	return ids;
}

static void
run_delete(struct call *c)
{
	struct slice ids = ids_of(c);
	struct event *ev;

	while ((ev = next_event(c, &ids)) != NULL)
		ec_engine_close(c->e, ev, "DELETE", c->arg[1], "", c->now_us);
}

static void
run_delete_host(struct call *c)
{
	struct event_group *g = index_host(&c->e->index, c->arg[0]);
	struct event *ev, *next;

	if (g == NULL) {
		failure(c, "host \"%s\" has no events", c->arg[0]);
		return;
	}
	for (ev = g->first; ev != NULL; ev = next) {
		next = ev->by_host.next;
		ec_engine_close(c->e, ev, "DELETE", c->arg[1], "", c->now_us);
	}
}

/* False: the phase does not allow it. */
static bool
acknowledge(struct call *c, struct event *ev, const char *ack)
{
	if (strcmp(ack, "1") == 0) {
		if (ev->phase != PHASE_OPEN && ev->phase != PHASE_ACK) {
			failure(c,
			    "event %llu is %s and cannot be acknowledged",
			    (unsigned long long)ev->id, phase_name(ev->phase));
			return false;
		}
		ev->phase = PHASE_ACK;
	} else if (strcmp(ack, "0") == 0) {
		if (ev->phase != PHASE_OPEN && ev->phase != PHASE_ACK) {
			failure(c, "event %llu is %s and cannot be opened",
			    (unsigned long long)ev->id, phase_name(ev->phase));
			return false;
		}
		ec_engine_reopen(c->e, ev, c->now_us);
	}
	return true;
}

static void
run_update(struct call *c)
{
	const char *user = c->arg[1], *ack = c->arg[2];
	struct slice ids = ids_of(c);
	struct event *ev;

	if (ack[0] != '\0' && strcmp(ack, "0") != 0 && strcmp(ack, "1") != 0) {
		failure(c, "acknowledgement is 1, 0 or empty, not \"%s\"", ack);
		return;
	}
	while ((ev = next_event(c, &ids)) != NULL) {
		if (!acknowledge(c, ev, ack))
			continue;
		if (c->arg[3][0] != '\0')
			event_set(&ev->comment, slice_of(c->arg[3]));
		if (c->arg[4][0] != '\0')
			event_set(&ev->contact, slice_of(c->arg[4]));
		if (user[0] != '\0')
			event_set(&ev->owner, slice_of(user));
		c->e->effects->history(
		    "UPDATE", user, "", ev, c->now_us, c->e->effects->arg);
		ec_engine_schedule(c->e, ev);
		ec_engine_changed(c->e, ev);
	}
}

static void
run_changestate(struct call *c)
{
	struct slice ids = ids_of(c);
	struct event *ev;
	int64_t state;

	if (!num_range(slice_of(c->arg[2]), 0, 3, &state)) {
		failure(c, "the state is 0 to 3, not \"%s\"", c->arg[2]);
		return;
	}
	while ((ev = next_event(c, &ids)) != NULL) {
		ev->state = (uint8_t)state;
		if (c->arg[1][0] != '\0')
			event_set(&ev->owner, slice_of(c->arg[1]));
		c->e->effects->history("CHANGESTATE", c->arg[1], "", ev,
		    c->now_us, c->e->effects->arg);
		ec_engine_changed(c->e, ev);
	}
}

static void
run_action(struct call *c)
{
	const struct engine_world *world = c->e->world;
	struct slice ids = ids_of(c);
	struct event *ev;

	if (strcmp(c->arg[2], ACTION_NOTIFY) != 0 &&
	    (c->arg[2][0] == '\0' ||
		(world->has_action != NULL &&
		    !world->has_action(c->arg[2], world->actions)))) {
		failure(c, "there is no action \"%s\"", c->arg[2]);
		return;
	}
	while ((ev = next_event(c, &ids)) != NULL) {
		if (c->arg[1][0] != '\0')
			event_set(&ev->owner, slice_of(c->arg[1]));
		c->e->who = c->arg[1];
		c->e->effects->action(ev, c->arg[2], false, c->e->effects->arg);
		c->e->who = NULL;
		ec_engine_changed(c->e, ev);
	}
}

static void
run_resetcounters(struct call *c)
{
	struct ruleset *rs = c->e->rules;
	struct rule *rule;

	if (c->arg[0][0] == '\0') {
		for (size_t i = 0; i < rs->n; i++)
			rs->rules[i]->hits = 0;
		return;
	}
	rule = ruleset_find(rs, c->arg[0]);
	if (rule == NULL)
		failure(c, "there is no rule \"%s\"", c->arg[0]);
	else
		rule->hits = 0;
}

static void
run_flush(struct call *c)
{
	struct engine *e = c->e;

	while (e->index.first != NULL)
		ec_engine_close(e, e->index.first, NULL, "", "", c->now_us);
	for (size_t i = 0; i < e->rules->n; i++)
		e->rules->rules[i]->hits = 0;
	ec_engine_forget_ids(e);
}

static void
run_create(struct call *c)
{
	if (c->arg[0][0] == '\0')
		failure(c, "a message is needed");
	else
		*c->arg_r = xstrdup(c->arg[0]);
}

static void
run_switchmode(struct call *c)
{
	*c->arg_r = xstrdup(c->arg[0]);
}

static const struct command commands[] = {
    {"DELETE", {"ids", "user"}, -1, COMMAND_DONE, run_delete},
    {"DELETE_EVENTS_OF_HOST", {"host", "user"}, -1, COMMAND_DONE,
	run_delete_host},
    {"UPDATE", {"ids", "user", "ack", "comment", "contact"}, 3, COMMAND_DONE,
	run_update},
    {"CHANGESTATE", {"ids", "user", "state"}, -1, COMMAND_DONE,
	run_changestate},
    {"ACTION", {"ids", "user", "action"}, -1, COMMAND_DONE, run_action},
    {"CREATE", {"line"}, 0, COMMAND_CREATE, run_create},
    {"RESETCOUNTERS", {"rule_id"}, -1, COMMAND_RESET, run_resetcounters},
    {"FLUSH", {NULL}, -1, COMMAND_FLUSH, run_flush},
    {"SYNC", {NULL}, -1, COMMAND_SYNC, NULL},
    {"RELOAD", {NULL}, -1, COMMAND_RELOAD, NULL},
    {"SHUTDOWN", {NULL}, -1, COMMAND_SHUTDOWN, NULL},
    {"REOPENLOG", {NULL}, -1, COMMAND_REOPENLOG, NULL},
    {"SWITCHMODE", {"mode"}, -1, COMMAND_SWITCH, run_switchmode},
    {"SWITCH_MODE", {"mode"}, -1, COMMAND_SWITCH, run_switchmode}};

/* What only the event console does that works. */
static bool
changes(const struct command *cmd)
{
	return cmd->run != NULL && cmd->kind != COMMAND_SWITCH;
}

static const struct command *
find_command(struct slice name)
{
	if (slice_starts(name, "EC_")) {
		name.s += 3;
		name.len -= 3;
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (slice_eqs(name, commands[i].name))
			return &commands[i];
	}
	return NULL;
}

static int
n_args(const struct command *cmd)
{
	int n = 0;

	while (cmd->args[n] != NULL)
		n++;
	return n;
}

/* Text of an argument: valid, harmless, own. */
static char *
clean(struct slice s)
{
	struct str out = {0};

	text_decode(&out, s);
	if (out.len > 0) {
		out.len = text_scrub(out.s, out.len);
		out.s[out.len] = '\0';
	}
	return str_steal(&out);
}

/* "a;b;c": surplus semicolons belong to the wide argument. */
static int
split_args(const struct command *cmd, struct slice rest, bool any,
    struct call *c, struct err *err_r)
{
	int n = n_args(cmd), have = any ? 1 : 0, surplus;

	for (size_t i = 0; i < rest.len; i++)
		have += rest.s[i] == ';';
	surplus = have > n ? have - n : 0;
	if (surplus > 0 && cmd->wide == -1 && n > 0) {
		err_set(
		    err_r, "%s takes %d arguments, not %d", cmd->name, n, have);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		size_t len = 0;
		int skip_n = i == cmd->wide ? surplus : 0;

		while (len < rest.len && (rest.s[len] != ';' || skip_n-- > 0))
			len++;
		free(c->arg[i]);
		c->arg[i] = clean((struct slice){rest.s, len});
		rest.s += len;
		rest.len -= len;
		if (rest.len > 0) {
			rest.s++;
			rest.len--;
		}
	}
	return 0;
}

/* One value of the JSON form: text, number, true, or a list of ids. */
static int
json_arg(const json_t *v, char **arg, const char *name, struct err *err_r)
{
	struct str out = {0};

	if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v); i++) {
			if (!json_is_integer(json_array_get(v, i))) {
				str_free(&out);
				err_set(
				    err_r, "%s: numbers are expected", name);
				return -1;
			}
			str_addf(&out, "%s%lld", i > 0 ? "," : "",
			    (long long)json_integer_value(
				json_array_get(v, i)));
		}
	} else if (json_is_string(v)) {
		char *s = clean((struct slice){
		    json_string_value(v), json_string_length(v)});

		str_add(&out, s);
		free(s);
	} else if (json_is_integer(v)) {
		str_addf(&out, "%lld", (long long)json_integer_value(v));
	} else if (json_is_boolean(v)) {
		str_add(&out, json_is_true(v) ? "1" : "0");
	} else if (v != NULL && !json_is_null(v)) {
		err_set(err_r, "%s: a text or a number is expected", name);
		return -1;
	}
	free(*arg);
	*arg = str_steal(&out);
	return 0;
}

static int
json_args(const struct command *cmd, const json_t *doc, struct call *c,
    struct err *err_r)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)doc, key, value)
	{
		int i = 0;

		if (strcmp(key, "name") == 0)
			continue;
		while (cmd->args[i] != NULL && strcmp(cmd->args[i], key) != 0)
			i++;
		if (cmd->args[i] == NULL) {
			err_set(
			    err_r, "%s has no argument \"%s\"", cmd->name, key);
			return -1;
		}
		if (json_arg(value, &c->arg[i], key, err_r) != 0)
			return -1;
	}
	return 0;
}

static const struct command *
parse_json(struct slice line, struct call *c, struct err *err_r)
{
	json_error_t error;
	json_t *doc =
	    json_loadb(line.s, line.len, JSON_REJECT_DUPLICATES, &error);
	const char *name = json_string_value(json_object_get(doc, "name"));
	const struct command *cmd =
	    name == NULL ? NULL : find_command(slice_of(name));

	if (doc == NULL)
		err_set(err_r, "not a JSON object: %s", error.text);
	else if (name == NULL)
		err_set(err_r, "the command has no name");
	else if (cmd == NULL)
		err_set(err_r, "there is no command \"%s\"", name);
	else if (json_args(cmd, doc, c, err_r) != 0)
		cmd = NULL;
	json_decref(doc);
	return cmd;
}

static const struct command *
parse_text(struct slice line, struct call *c, struct err *err_r)
{
	const struct command *cmd;
	struct slice name;
	const char *semi = line.len == 0 ? NULL : memchr(line.s, ';', line.len);

	name = (struct slice){
	    line.s, semi == NULL ? line.len : (size_t)(semi - line.s)};
	cmd = find_command(slice_trim(name));
	if (cmd == NULL) {
		err_set(err_r, "there is no command \"%.*s\"",
		    (int)(name.len > 60 ? 60 : name.len), name.s);
		return NULL;
	}
	line.s += name.len + (semi != NULL);
	line.len -= name.len + (semi != NULL);
	return split_args(cmd, line, semi != NULL, c, err_r) == 0 ? cmd : NULL;
}

enum command_kind
ec_command_run(struct engine *e, struct slice line, int64_t now_us,
    char **arg_r, struct err *err_r)
{
	struct call c = {.e = e, .now_us = now_us, .arg_r = arg_r};
	enum command_kind kind = COMMAND_FAILED;
	const struct command *cmd;
	struct slice stamp;

	*arg_r = NULL;
	line = slice_trim(line);
	if (line.len > 0 && line.s[0] == '[' && slice_next(&line, ']', &stamp))
		line = slice_trim(line);
	for (int i = 0; i < ARGS_MAX; i++)
		c.arg[i] = xstrdup("");
	cmd = line.len > 0 && line.s[0] == '{' ? parse_json(line, &c, err_r)
					       : parse_text(line, &c, err_r);
	if (cmd != NULL && e->passive && changes(cmd)) {
		err_set(err_r,
		    "this event console follows its master: give %s there, "
		    "or take over first (SWITCHMODE;takeover)",
		    cmd->name);
	} else if (cmd != NULL) {
		if (cmd->run != NULL)
			cmd->run(&c);
		kind = cmd->kind;
		if (c.failures.len > 0) {
			err_set(err_r, "%s", str_get(&c.failures));
			kind = COMMAND_FAILED;
		}
	}
	for (int i = 0; i < ARGS_MAX; i++)
		free(c.arg[i]);
	str_free(&c.failures);
	return kind;
}
