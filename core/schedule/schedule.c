/* SPDX-License-Identifier: Apache-2.0
 *
 * One agenda of planned checks, one queue a kind of those that wait.
 */
#include "core/schedule/schedule.h"

#include "common/clock.h"
#include "common/mem.h"
#include "core/schedule/plan.h"
#include "core/state/override.h"

#include <stddef.h>
#include <stdlib.h>

/* schedule.bits */
#define QUEUED      0x1u /* waits in a ready queue */
#define RUNNING     0x2u
#define FORCED      0x4u /* the planned run skips the gates */

#define NEW_SPACING (10 * NS_PER_MS) /* between first checks (SC-5) */
#define SOON        (10 * NS_PER_S)
#define MINUTE      (60 * NS_PER_S)

static void
ring_push(struct ring *r, struct waiting w, bool front)
{
	if (r->n == r->cap) {
		uint32_t cap = r->cap == 0 ? 64 : r->cap * 2;
		struct waiting *items = xcalloc(cap, sizeof(*items));

		for (uint32_t i = 0; i < r->n; i++)
			items[i] = r->items[(r->first + i) & (r->cap - 1)];
		free(r->items);
		r->items = items;
		r->cap = cap;
		r->first = 0;
	}
	if (front) {
		r->first = (r->first + r->cap - 1) & (r->cap - 1);
		r->items[r->first] = w;
	} else {
		r->items[(r->first + r->n) & (r->cap - 1)] = w;
	}
	r->n++;
}

static uint64_t
hash_of(const struct schedule *s, uint32_t object)
{
	const struct snapshot *snap = s->engine->snap;
	const struct snap_object *c = &snap->objects[object];

	if (s->hashes[object] == 0)
		s->hashes[object] =
		    plan_hash(snap_s(snap, snap->objects[c->host].name),
			c->is_service ? snap_s(snap, c->name) : "");
	return s->hashes[object];
}

static int64_t
interval_of(const struct schedule *s, uint32_t object)
{
	return (int64_t)s->engine->objects[object].check_interval_ms *
	    NS_PER_MS;
}

/* Puts a plan where its check period allows it. */
static void
set(struct schedule *s, uint32_t object, int64_t at, int64_t now)
{
	const struct checkable *o = &s->engine->objects[object];
	int64_t interval = interval_of(s, object), moved;

	if (o->check_period != SNAP_NONE && !(s->bits[object] & FORCED)) {
		moved = plan_in_period(s->engine->periods, o->check_period,
		    at + s->drift, o->last_check * NS_PER_S, now + s->drift,
		    interval > 0 ? interval : MINUTE, hash_of(s, object));
		at = moved == INT64_MAX ? HEAP_NEVER : moved - s->drift;
	}
	agenda_set(&s->due, object, at);
}

static void
set_regular(struct schedule *s, uint32_t object, int64_t after, int64_t now)
{
	int64_t interval = interval_of(s, object);

	if (interval <= 0) { /* SC-4 */
		agenda_set(&s->due, object, HEAP_NEVER);
		return;
	}
	set(s, object, plan_phase(hash_of(s, object), interval, after), now);
}

/* An interval from now; the run after it is in phase again (SC-6). */
static void
set_after(struct schedule *s, uint32_t object, int64_t now)
{
	int64_t interval = interval_of(s, object);

	if (interval <= 0)
		agenda_set(&s->due, object, HEAP_NEVER);
	else
		set(s, object, now + interval, now);
}

/* SC-5; `nth` of the objects that were never checked. */
static void
set_first(struct schedule *s, uint32_t object, uint32_t *nth, int64_t now)
{
	const struct checkable *o = &s->engine->objects[object];
	uint64_t hash = hash_of(s, object);
	int64_t interval = interval_of(s, object), at, early;
	int64_t age = now + s->drift - o->last_check * NS_PER_S;

	if (interval <= 0)
		return;
	at = plan_phase(hash, interval, now);
	early = at;
	if (!(o->flags & CHECKABLE_CHECKED))
		early = now + (int64_t)(*nth)++ * NEW_SPACING;
	else if (age > interval && age < 2 * interval)
		early = now + (int64_t)(hash % (uint64_t)MINUTE);
	set(s, object, early < at ? early : at, now);
}

/*
 * SC-5, of an object whose plan was kept; false: it is too far away. The plan
 * is known to the second: the phase, if it is in this second, so that nothing
 * bunches, else its begin.
 */
static bool
set_kept(struct schedule *s, uint32_t object, uint64_t kept, int64_t now)
{
	uint64_t hash = hash_of(s, object);
	int64_t interval = interval_of(s, object), room = MINUTE;
	int64_t second = (int64_t)(kept >> 1) * NS_PER_S - s->drift, at;

	at = interval > 0 ? plan_phase(hash, interval, second - 1) : second;
	if (at >= second + NS_PER_S)
		at = second;
	if (kept & 1) {
		s->bits[object] |= FORCED;
		agenda_set(&s->due, object, at > now ? at : now);
		return true;
	}
	if (interval <= 0) /* on demand (SC-4) */
		room = 1;
	else if (at <= now - interval ||
	    (at > now + interval &&
		(s->engine->objects[object].flags & CHECKABLE_ACTIVE)))
		return false;
	if (at <= now) {
		if (interval > 0 && interval < room)
			room = interval;
		at = now + (int64_t)(hash % (uint64_t)room);
	}
	set(s, object, at, now);
	return true;
}

/* A check that is new to this schedule. */
static void
set_new(struct schedule *s, uint32_t object, uint32_t *nth, int64_t now)
{
	const struct engine *e = s->engine;

	if (e->planned == NULL || e->planned[object] == 0 ||
	    !set_kept(s, object, e->planned[object], now))
		set_first(s, object, nth, now);
}

static void
plans_used(struct engine *e)
{
	free(e->planned);
	e->planned = NULL;
}

static struct schedule *
make(struct engine *engine, int64_t now)
{
	struct schedule *s = xnew(struct schedule);

	s->engine = engine;
	s->bits = xcalloc(engine->snap->n_objects + 1, 1);
	s->hashes =
	    xcalloc_huge(engine->snap->n_objects + 1, sizeof(*s->hashes));
	agenda_init(&s->due, engine->snap->n_objects, now);
	return s;
}

struct schedule *
schedule_new(struct engine *engine, int64_t drift, int64_t now)
{
	struct schedule *s = make(engine, now);
	uint32_t nth = 0;

	s->drift = drift;
	for (uint32_t i = 0; i < engine->snap->n_objects; i++)
		if (schedule_kind(engine, i) != SCHEDULE_NONE)
			set_new(s, i, &nth, now);
	plans_used(engine);
	return s;
}

struct schedule *
schedule_adopt(const struct schedule *old, struct engine *engine,
    const uint32_t *old_of, int64_t now)
{
	struct schedule *s = make(engine, now);
	const struct snapshot *snap = engine->snap;
	uint32_t nth = 0;

	s->drift = old->drift;
	s->counters = old->counters;
	for (uint32_t i = 0; i < snap->n_objects; i++) {
		uint32_t was = old_of[i];
		int64_t at, latest;

		if (schedule_kind(engine, i) == SCHEDULE_NONE)
			continue;
		if (was == SNAP_NONE) {
			set_new(s, i, &nth, now);
			continue;
		}
		s->bits[i] = old->bits[was] & (RUNNING | FORCED);
		at = agenda_key(&old->due, was);
		latest = now + interval_of(s, i);
		if (old->bits[was] & QUEUED)
			set(s, i, now, now);
		else if (s->bits[i] & FORCED)
			agenda_set(&s->due, i, at);
		else if (at == HEAP_NEVER || at > latest)
			set_regular(s, i, now, now);
		else
			set(s, i, at, now);
	}
	plans_used(engine);
	return s;
}

void
schedule_free(struct schedule **schedule)
{
	struct schedule *s = *schedule;

	if (s == NULL)
		return;
	for (unsigned i = 0; i < SCHEDULE_KINDS; i++)
		free(s->ready[i].items);
	agenda_free(&s->due);
	free(s->bits);
	free(s->hashes);
	free(s);
	*schedule = NULL;
}

/* SC-2: may it start now? */
static bool
may_start(struct schedule *s, uint32_t object, int64_t now)
{
	const struct checkable *o = &s->engine->objects[object];
	uint32_t global = engine_is_service(s->engine, object)
	    ? MSG_SWITCH_SVC_CHECKS
	    : MSG_SWITCH_HOST_CHECKS;

	if (s->bits[object] & RUNNING) {
		s->counters.skipped_running++;
		return false;
	}
	if (s->bits[object] & FORCED)
		return true;
	if (!(s->engine->switches & global) || !(o->flags & CHECKABLE_ACTIVE)) {
		s->counters.skipped_off++;
		return false;
	}
	if (!period_is_in(s->engine->periods, o->check_period,
		(now + s->drift) / NS_PER_S)) {
		s->counters.skipped_period++;
		return false;
	}
	return true;
}

/*
 * Objects lie in memory by name and are due by phase: of a million each one is
 * a miss of the cache, in a dozen places. They are fetched while those before
 * are worked on: first the object and what has its number, then what these
 * point to.
 */
#define AHEAD_OBJECT 12u
#define AHEAD_REST   6u

MEM_PREFETCHES
fetch_object(const struct schedule *s, uint32_t object)
{
	const struct engine *e = s->engine;
	const char *o = (const char *)&e->objects[object];
	const char *c = (const char *)&e->snap->objects[object];

	for (size_t at = 0; at < sizeof(struct checkable); at += 64)
		__builtin_prefetch(o + at);
	__builtin_prefetch(o + sizeof(struct checkable) - 1);
	for (size_t at = 0; at < sizeof(struct snap_object); at += 64)
		__builtin_prefetch(c + at);
	__builtin_prefetch(&s->hashes[object]);
	__builtin_prefetch(&s->bits[object]);
	__builtin_prefetch(&s->due.keys[object]);
	__builtin_prefetch(&e->timers.pos[object]);
}

MEM_PREFETCHES
fetch_rest(const struct schedule *s, uint32_t object)
{
	const struct engine *e = s->engine;
	uint32_t host = e->snap->objects[object].host;

	__builtin_prefetch(e->objects[object].text);
	__builtin_prefetch(&e->objects[host].state);
	__builtin_prefetch(&e->snap->objects[host].check);
}

MEM_PREFETCHES
look_ahead(const struct schedule *s)
{
	uint32_t object;

	if (agenda_ahead(&s->due, AHEAD_OBJECT, &object))
		fetch_object(s, object);
	if (agenda_ahead(&s->due, AHEAD_REST, &object))
		fetch_rest(s, object);
}

bool
schedule_advance(struct schedule *s, int64_t now, unsigned max)
{
	int64_t planned;
	uint32_t object;

	while (agenda_top(&s->due, &planned, &object) && planned <= now) {
		unsigned kind = schedule_kind(s->engine, object);
		bool forced = (s->bits[object] & FORCED) != 0, start;

		if (max-- == 0)
			return true;
		look_ahead(s);
		start = may_start(s, object, now);
		if (forced && !start) { /* as soon as the running one ends */
			agenda_set(&s->due, object, now + NS_PER_S);
			continue;
		}
		s->bits[object] &= (uint8_t)~FORCED;
		s->urgent |= forced;
		if (forced) /* SC-16: instead of the next one */
			set_after(s, object, now);
		else
			set_regular(s, object, now, now);
		if (!start)
			continue;
		if (s->bits[object] & QUEUED) {
			s->counters.coalesced++;
			continue;
		}
		s->bits[object] |= QUEUED;
		ring_push(&s->ready[kind],
		    (struct waiting){planned, object, forced, 0}, false);
	}
	return false;
}

bool
schedule_take(struct schedule *s, unsigned kind, struct due *due_r)
{
	struct ring *r = &s->ready[kind];
	const struct waiting *w;

	if (r->n == 0)
		return false;
	w = &r->items[r->first];
	*due_r = (struct due){w->object, w->planned, w->forced, w->lost};
	r->first = (r->first + 1) & (r->cap - 1);
	r->n--;
	s->bits[due_r->object] &= (uint8_t)~QUEUED;
	s->bits[due_r->object] |= RUNNING;
	return true;
}

void
schedule_again(struct schedule *s, const struct due *due)
{
	unsigned kind = schedule_kind(s->engine, due->object);

	s->bits[due->object] &= (uint8_t)~RUNNING;
	if (kind == SCHEDULE_NONE || (s->bits[due->object] & QUEUED))
		return;
	s->bits[due->object] |= QUEUED;
	ring_push(&s->ready[kind],
	    (struct waiting){
		due->planned, due->object, due->forced, (uint8_t)due->lost},
	    true);
}

void
schedule_done(struct schedule *s, uint32_t object)
{
	s->bits[object] &= (uint8_t)~RUNNING;
}

uint32_t
schedule_waiting(const struct schedule *s, unsigned kind)
{
	return s->ready[kind].n;
}

int64_t
schedule_next(const struct schedule *s)
{
	int64_t key;
	uint32_t id;

	return agenda_top(&s->due, &key, &id) ? key : HEAP_NEVER;
}

int64_t
schedule_next_start(const struct schedule *s, int64_t beat)
{
	uint32_t object;
	int64_t at;

	if (!agenda_top(&s->due, &at, &object))
		return HEAP_NEVER;
	if (s->bits[object] & FORCED)
		return at;
	return (at + beat - 1) / beat * beat;
}

void
schedule_clock_jumped(struct schedule *s, int64_t drift, int64_t now)
{
	const struct engine *e = s->engine;

	s->drift = drift;
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		int64_t before = agenda_key(&s->due, i);

		if (e->objects[i].check_period == SNAP_NONE ||
		    schedule_kind(e, i) == SCHEDULE_NONE ||
		    (s->bits[i] & FORCED))
			continue;
		set_regular(s, i, now, now);
		/* What may still run as planned is not put off. */
		if (before < agenda_key(&s->due, i) &&
		    period_is_in(e->periods, e->objects[i].check_period,
			(before + drift) / NS_PER_S))
			agenda_set(&s->due, i, before);
	}
}

void
schedule_replan(
    struct schedule *s, uint32_t object, enum replan how, int64_t now)
{
	const struct checkable *o = &s->engine->objects[object];
	int64_t retry = (int64_t)o->retry_interval_ms * NS_PER_MS;
	int64_t at = agenda_key(&s->due, object), latest;

	if (schedule_kind(s->engine, object) == SCHEDULE_NONE) {
		/* A check of its own may just have been taken away (MA-1). */
		s->bits[object] &= (uint8_t)~FORCED;
		if (at != HEAP_NEVER)
			agenda_set(&s->due, object, HEAP_NEVER);
		return;
	}
	if (s->bits[object] & FORCED)
		return;
	switch (how) {
	case REPLAN_RETRY:
		if (retry > 0)
			set(s, object, now + retry, now);
		break;
	case REPLAN_REGULAR:
		set_regular(s, object, now, now);
		break;
	case REPLAN_SOON:
		latest = now + (int64_t)(hash_of(s, object) % (uint64_t)SOON);
		if (at != HEAP_NEVER && at > latest &&
		    !engine_is_service(s->engine, object))
			set(s, object, latest, now);
		break;
	case REPLAN_SETTINGS: /* EC-7, SC-25 */
		latest = now + interval_of(s, object);
		if (interval_of(s, object) <= 0)
			agenda_set(&s->due, object, HEAP_NEVER);
		else if (at == HEAP_NEVER)
			set_regular(s, object, now, now);
		else
			set(s, object, at < latest ? at : latest, now);
		break;
	}
}

void
schedule_check_at(
    struct schedule *s, uint32_t object, int64_t when, bool forced, int64_t now)
{
	const struct snap_object *c = &s->engine->snap->objects[object];
	int64_t at;

	/* Whoever wants news of a fed object wants a check of its feeder. */
	if ((c->check == SNAP_CHECK_COLLECTED ||
		c->check == SNAP_CHECK_SERVICE) &&
	    c->collector != SNAP_NONE)
		object = c->collector;
	if (schedule_kind(s->engine, object) == SCHEDULE_NONE)
		return;
	at = agenda_key(&s->due, object);
	if (when < now)
		when = now;
	if (!forced && at <= when)
		return;
	if (forced)
		s->bits[object] |= FORCED;
	set(s, object, when, now);
}

void
schedule_ran(struct schedule *s, uint32_t object, bool series, int64_t now)
{
	if (schedule_kind(s->engine, object) == SCHEDULE_NONE ||
	    (s->bits[object] & FORCED))
		return;
	/* The engine has planned the retry by itself. */
	if (!(s->engine->objects[object].flags & CHECKABLE_HARD) &&
	    s->engine->objects[object].retry_interval_ms > 0)
		return;
	if (series)
		set_regular(s, object, now, now);
	else
		set_after(s, object, now);
}

bool
schedule_is_forced(const struct schedule *s, uint32_t object)
{
	return (s->bits[object] & FORCED) != 0;
}

uint64_t
schedule_plan_of(const struct schedule *s, uint32_t object)
{
	return (uint64_t)schedule_next_check(s, object) << 1 |
	    ((s->bits[object] & FORCED) != 0);
}

int64_t
schedule_next_check(const struct schedule *s, uint32_t object)
{
	int64_t at = agenda_key(&s->due, object);

	return at == HEAP_NEVER ? 0 : (at + s->drift) / NS_PER_S;
}
