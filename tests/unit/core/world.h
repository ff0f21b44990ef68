/* SPDX-License-Identifier: Apache-2.0
 *
 * A small world for tests of the engine: a configuration made by hand, the
 * engine, and what it told, as text.
 */
#ifndef TESTS_UNIT_CORE_WORLD_H
#define TESTS_UNIT_CORE_WORLD_H

#include "common/config/snapshot_build.h"
#include "common/log.h"
#include "common/mem.h"
#include "core/command/command.h"
#include "core/state/engine.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct world {
	struct snapb *b;
	struct snapshot *snap;
	struct periods *periods;
	struct engine *e;
	struct engine_settings settings;
	struct str lines;      /* of the history, LF after each */
	struct str notices;    /* "PROBLEM web;HTTP CRITICAL 1\n" */
	struct str suppressed; /* "PROBLEM downtime\n" */
	struct str quiet;      /* "ACKNOWLEDGEMENT web;HTTP\n" */
	unsigned kept, replans;
};

static inline void
world_object(void *arg, uint32_t object, unsigned what)
{
	struct world *w = arg;

	(void)object;
	w->kept += (what & OBJECT_KEEP) != 0;
}

static inline void
world_line(void *arg, int64_t now, struct slice line)
{
	struct world *w = arg;

	(void)now;
	str_addslice(&w->lines, line);
	str_addc(&w->lines, '\n');
}

static inline void
world_notice(void *arg, int64_t now, const struct notice *n)
{
	struct world *w = arg;
	const struct snap_object *c = &w->snap->objects[n->object];

	(void)now;
	str_addf(&w->notices, "%s %s%s%s %s %u\n", n->what,
	    snap_s(w->snap, w->snap->objects[c->host].name),
	    c->is_service ? ";" : "",
	    c->is_service ? snap_s(w->snap, c->name) : "",
	    engine_state_word(w->e, n->object, n->state), n->number);
}

static inline void
world_suppressed(void *arg, uint32_t object, const char *what, enum hold reason)
{
	struct world *w = arg;

	(void)object;
	str_addf(&w->suppressed, "%s %s\n", what, engine_hold_name(reason));
}

static inline void
world_quiet(void *arg, uint32_t object, const char *what, int64_t now)
{
	struct world *w = arg;
	const struct snap_object *c = &w->snap->objects[object];

	(void)now;
	str_addf(&w->quiet, "%s %s%s%s\n", what,
	    snap_s(w->snap, w->snap->objects[c->host].name),
	    c->is_service ? ";" : "",
	    c->is_service ? snap_s(w->snap, c->name) : "");
}

static inline void
world_downtime(void *arg, const struct downtime *d, enum downtime_event event)
{
	(void)arg;
	(void)d;
	(void)event;
}

static inline void
world_comment(void *arg, const struct comment *c, bool gone)
{
	(void)arg;
	(void)c;
	(void)gone;
}

static inline void
world_replan(void *arg, uint32_t object, enum replan how)
{
	struct world *w = arg;

	(void)object;
	(void)how;
	w->replans++;
}

static inline void
world_check_at(void *arg, uint32_t object, int64_t when, bool forced)
{
	(void)arg;
	(void)object;
	(void)when;
	(void)forced;
}

static inline void
world_program(void *arg)
{
	(void)arg;
}

static const struct engine_ops world_ops = {
    .object = world_object,
    .line = world_line,
    .notice = world_notice,
    .suppressed = world_suppressed,
    .quiet = world_quiet,
    .downtime = world_downtime,
    .comment = world_comment,
    .replan = world_replan,
    .check_at = world_check_at,
    .program = world_program,
};

/* The builder is at hand until world_start(). */
static inline struct world *
world_new(void)
{
	struct world *w = xnew(struct world);

	w->b = snapb_new(1, 0);
	return w;
}

static inline void
world_start(struct world *w, int64_t now)
{
	struct err err = {""};

	w->snap = snapb_open(w->b, &err);
	if (w->snap == NULL)
		fail_msg("%s", err.text);
	w->periods = periods_compile(w->snap, &err);
	if (w->periods == NULL)
		fail_msg("%s", err.text);
	w->e =
	    engine_new(w->snap, w->periods, &w->settings, &world_ops, w, now);
	engine_start(w->e, now);
}

static inline void
world_free(struct world **world)
{
	struct world *w = *world;

	engine_free(&w->e);
	periods_free(&w->periods);
	snapshot_close(&w->snap);
	snapb_free(&w->b);
	str_free(&w->lines);
	str_free(&w->notices);
	str_free(&w->suppressed);
	str_free(&w->quiet);
	free(w);
	*world = NULL;
}

/* Lets time pass to `at`, second by second where something is due. */
static inline void
world_advance(struct world *w, int64_t at)
{
	for (int64_t next; (next = engine_next(w->e)) < at;)
		engine_advance(w->e, next);
	engine_advance(w->e, at);
}

static inline void
world_result(struct world *w, int64_t at, uint32_t object, uint8_t code)
{
	struct result r = {.code = code, .start = at, .output = SLICE("out")};

	world_advance(w, at);
	engine_result(w->e, object, &r, at);
}

static inline int
world_command(struct world *w, int64_t at, const char *line, struct err *err_r)
{
	struct command_context ctx = {.engine = w->e, .now = at};

	world_advance(w, at);
	return command_run(&ctx, slice_of(line), err_r);
}

/* Compares what was told since the last look. */
static inline void
world_expect(struct str *told, const char *expected)
{
	assert_string_equal(str_get(told), expected);
	str_clear(told);
}

static inline void
world_state(struct world *w, uint32_t object, uint8_t state, bool hard,
    unsigned attempt)
{
	const struct checkable *o = &w->e->objects[object];

	assert_int_equal(o->state, state);
	assert_int_equal((o->flags & CHECKABLE_HARD) != 0, hard);
	assert_int_equal(o->attempt, attempt);
}

#endif
