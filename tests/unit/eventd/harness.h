/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine on a virtual clock: messages and commands go in, what comes out
 * is a script of words. Seconds count from 1000000000.
 */
#ifndef TESTS_UNIT_EVENTD_HARNESS_H
#define TESTS_UNIT_EVENTD_HARNESS_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "common/mem.h"
#include "eventd/event/command.h"
#include "eventd/event/engine.h"

#include <stdlib.h>

#define START INT64_C(1000000000)

struct harness {
	struct engine *e;
	struct engine_world world;
	struct engine_effects effects;
	struct syslog_parser parser;
	struct str out;       /* "NEW 1 COUNTREACHED 1 @NOTIFY 1" */
	const char *downtime; /* host in downtime, or NULL */
};

static inline int64_t
at(double seconds)
{
	return START * US_PER_S + (int64_t)(seconds * 1e6);
}

static inline void
say(struct harness *h, const char *what, uint64_t id)
{
	str_addf(&h->out, "%s%s %llu", h->out.len > 0 ? " " : "", what,
	    (unsigned long long)id);
}

static inline void
harness_history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	(void)who;
	(void)addinfo;
	(void)now_us;
	say(arg, what, ev->id);
}

static inline void
harness_action(struct event *ev, const char *action, bool recovery, void *arg)
{
	say(arg, recovery ? "RECOVERY" : action, ev->id);
}

static inline const char *
harness_core_host(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "gw2") == 0 ? "gw2" : NULL;
}

static inline bool
harness_in_downtime(const char *host, void *arg)
{
	struct harness *h = arg;

	return h->downtime != NULL && strcmp(host, h->downtime) == 0;
}

static inline struct ruleset *
harness_rules(const char *json)
{
	struct str mistakes = {0};
	json_error_t error;
	json_t *doc = json_loads(json, 0, &error);
	struct ruleset *rs;

	if (doc == NULL)
		fail_msg("%s: %s", json, error.text);
	rs = ruleset_compile(doc, NULL, &mistakes, NULL);
	if (rs == NULL)
		fail_msg("%s", str_get(&mistakes));
	json_decref(doc);
	return rs;
}

static inline struct eventd_options *
harness_options(const char *json)
{
	struct str mistakes = {0};
	json_t *doc = json == NULL ? NULL : json_loads(json, 0, NULL);
	struct eventd_options *o = eventd_options_read(doc, &mistakes);

	if (o == NULL)
		fail_msg("%s", str_get(&mistakes));
	json_decref(doc);
	return o;
}

static inline struct harness *
harness_new(const char *rules, const char *options)
{
	struct harness *h = xnew(struct harness);

	h->world.match.site = "demo";
	h->world.core_host = harness_core_host;
	h->world.in_downtime = harness_in_downtime;
	h->world.arg = h;
	h->effects.history = harness_history;
	h->effects.action = harness_action;
	h->effects.arg = h;
	h->e = ec_engine_new(harness_rules(rules), harness_options(options),
	    &h->world, &h->effects, 7);
	ec_engine_start(h->e, at(0));
	return h;
}

static inline void
harness_free(struct harness *h)
{
	ec_engine_free(&h->e);
	syslog_parser_free(&h->parser);
	str_free(&h->out);
	free(h);
}

/* A message of `<27>@EPOCH HOST APP: TEXT`'s kind, received then. */
static inline void
hear(struct harness *h, double when, const char *priority, const char *host,
    const char *app, const char *text)
{
	char line[512];
	struct message m = {.input = INPUT_UDP};
	uint8_t p;

	assert_true(priority_of(slice_of(priority), &p));
	snprintf(line, sizeof(line), "<%d>@%lld %s %s: %s", 3 * 8 + p,
	    (long long)START + (long long)when, host, app, text);
	syslog_parse(&h->parser, slice_of(line), "192.0.2.7", at(when), &m);
	ec_engine_message(h->e, &m, at(when));
}

static inline void
tick(struct harness *h, double when)
{
	while (ec_engine_due(h->e) <= at(when))
		ec_engine_tick(h->e, ec_engine_due(h->e));
	ec_engine_tick(h->e, at(when));
}

/* What happened since the last look. */
static inline void
expect(struct harness *h, const char *want)
{
	assert_string_equal(str_get(&h->out), want);
	str_clear(&h->out);
}

/* NULL: done; else the reason. Valid until the next call. */
static inline const char *
command(struct harness *h, double when, const char *line)
{
	static struct err err;
	enum command_kind kind;
	char *arg;

	kind = ec_command_run(h->e, slice_of(line), at(when), &arg, &err);
	free(arg);
	return kind == COMMAND_FAILED ? err.text : NULL;
}

static inline struct event *
event(struct harness *h, uint64_t id)
{
	struct event *ev = index_find(&h->e->index, id);

	assert_non_null(ev);
	return ev;
}

#endif
