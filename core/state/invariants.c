/* SPDX-License-Identifier: Apache-2.0
 *
 * The invariants of the engine; see invariants.h. The numbers are those of
 * core-semantics section 25.
 */
#include "core/state/invariants.h"

#include "common/log.h"
#include "common/mem.h"
#include "core/state/internal.h"

#include <inttypes.h>

/* What does not hold of one object; NULL: nothing. */
typedef const char *rule(const struct engine *e, uint32_t object,
    const struct checkable *o, int64_t now, bool steady);

/* 1: attempts, and what a good state leaves behind. */
static const char *
attempts(const struct engine *e, uint32_t object, const struct checkable *o,
    int64_t now, bool steady)
{
	(void)now;
	(void)steady;
	if (o->attempt < 1 || o->attempt > o->max_attempts)
		return "1: the attempt is not within 1 and the most";
	if (o->state > (engine_is_service(e, object) ? 3 : 2))
		return "1: there is no such state";
	if (o->state != STATE_GOOD)
		return (o->flags & CHECKABLE_CHECKED)
		    ? NULL
		    : "1: a problem of an object without a result";
	if (!is_hard(o) || o->attempt != 1)
		return "1: good, but not HARD at attempt 1";
	if (o->ack != ACK_NONE)
		return "1: good and acknowledged";
	if (o->held == HOLD_NONE && o->notified != STATE_GOOD)
		return "1: good, nothing waits, and the problem is still told";
	return NULL;
}

/* 2: acknowledgements and downtimes. */
static const char *
downtimes(const struct engine *e, uint32_t object, const struct checkable *o,
    int64_t now, bool steady)
{
	uint32_t depth = 0;

	if (o->ack == ACK_NONE && o->ack_expire != 0)
		return "2: an expiry without an acknowledgement";
	if (steady && o->ack != ACK_NONE && o->ack_expire != 0 &&
	    o->ack_expire <= now)
		return "2: an acknowledgement outlived its expiry";
	for (const struct downtime *d = o->downtimes; d != NULL; d = d->next) {
		int64_t end = d->fixed ? d->end : d->actual_start + d->duration;

		if (d->object != object || idmap_get(&e->downtimes, d->id) != d)
			return "2: a downtime is not where its number says";
		depth += d->active;
		if (!d->active)
			continue;
		if (steady && d->actual_start > now)
			return "2: an active downtime starts in the future";
		if (steady && d->triggered_by == 0 && end <= now)
			return "2: an active downtime is over";
	}
	if (depth != o->downtime_depth)
		return "2: the depth is not the number of active downtimes";
	for (const struct comment *c = o->comments; c != NULL; c = c->next)
		if (c->object != object || idmap_get(&e->comments, c->id) != c)
			return "2: a comment is not where its number says";
	return NULL;
}

/* 3: reachability. */
static const char *
reachable(const struct engine *e, uint32_t object, const struct checkable *o,
    int64_t now, bool steady)
{
	(void)now;
	(void)steady;
	if (engine_is_service(e, object))
		return o->withheld == NULL ? NULL : "3: a service is withheld";
	if (o->withheld != NULL && o->state != HOST_UP)
		return "3: withheld although it is not UP";
	if (o->state == HOST_UP)
		return NULL;
	if (o->state != reach_class(e, object))
		return o->state == HOST_UNREACH
		    ? "3: UNREACH, but a parent is UP or there is none"
		    : "3: DOWN, but no parent is UP";
	return NULL;
}

/* Section 11: who waits has a reason and a timer. */
static const char *
waiting(const struct engine *e, uint32_t object, const struct checkable *o,
    int64_t now, bool steady)
{
	int64_t at = heap_key(&e->timers, object), wanted = HEAP_NEVER;

	(void)steady;
	if (o->held >= HOLDS)
		return "there is no such reason to wait";
	if (o->held == HOLD_GLOBAL_OFF || o->held == HOLD_OBJECT_OFF ||
	    o->held == HOLD_STATE_OFF)
		return "a lost notification waits";
	if (o->held != HOLD_NONE && !is_hard(o))
		return "a SOFT state waits";
	if (o->downtimes != NULL)
		wanted = earlier(wanted, downtime_next(e, object, now));
	if (o->ack != ACK_NONE && o->ack_expire != 0)
		wanted = earlier(wanted, o->ack_expire);
	if (o->withheld != NULL)
		wanted = earlier(wanted, o->withheld->deadline);
	if (o->flags & CHECKABLE_FLAPPING)
		wanted = earlier(wanted, flap_stops_at(e, object));
	if (o->held != HOLD_NONE)
		wanted = earlier(wanted, notify_next(e, object, now));
	if (wanted != HEAP_NEVER && at > (wanted > now ? wanted : now + 1))
		return "something waits without a timer";
	return NULL;
}

static rule *const rules[] = {attempts, downtimes, reachable, waiting};

static void
blame(const struct engine *e, uint32_t object, const char *why, int64_t now,
    struct err *err_r)
{
	const struct snap_object *c = conf(e, object);
	const struct checkable *o = &e->objects[object];

	err_set(err_r,
	    "invariant %s: %s%s%s at %" PRId64
	    ": state %u flags 0x%x attempt %u/%u ack %u depth %u held %u "
	    "number %u notified %u timer %" PRId64,
	    why, snap_s(e->snap, conf(e, c->host)->name),
	    c->is_service ? ";" : "",
	    c->is_service ? snap_s(e->snap, c->name) : "", now, o->state,
	    o->flags, o->attempt, o->max_attempts, o->ack, o->downtime_depth,
	    o->held, o->number, o->notified, heap_key(&e->timers, object));
}

/* 2: nothing is in the tables that belongs to no object. */
static const char *
tables(const struct engine *e)
{
	uint32_t n_downtimes = 0, n_comments = 0;

	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		const struct checkable *o = &e->objects[i];

		for (const struct downtime *d = o->downtimes; d != NULL;
		     d = d->next)
			n_downtimes++;
		for (const struct comment *c = o->comments; c != NULL;
		     c = c->next)
			n_comments++;
	}
	if (n_downtimes != e->downtimes.n)
		return "2: a downtime belongs to no object";
	if (n_comments != e->comments.n)
		return "2: a comment belongs to no object";
	return NULL;
}

int
invariants_look(const struct engine *e, uint32_t from, uint32_t n, int64_t now,
    bool steady, struct err *err_r)
{
	uint32_t total = e->snap->n_objects;
	const char *why;

	for (uint32_t k = 0; k < n && k < total; k++) {
		uint32_t i = (from + k) % total;

		for (size_t r = 0; r < ARRAY_LEN(rules); r++) {
			why = rules[r](e, i, &e->objects[i], now, steady);
			if (why == NULL)
				continue;
			blame(e, i, why, now, err_r);
			return -1;
		}
	}
	why = n >= total ? tables(e) : NULL;
	if (why == NULL)
		return 0;
	err_set(err_r, "invariant %s", why);
	return -1;
}

#ifdef VEDETTE_INVARIANTS
void
invariants_must(const struct engine *e, uint32_t *at, int64_t now, bool steady)
{
	struct err err = {""};

	if (e->snap->n_objects == 0)
		return;
	if (invariants_look(e, *at, INVARIANTS_AT_ONCE, now, steady, &err) ==
	    -1)
		panic("%s", err.text);
	*at = (*at + INVARIANTS_AT_ONCE) % e->snap->n_objects;
}
#endif
