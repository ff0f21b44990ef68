/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold of the schedule; see invariants.h.
 */
#include "core/schedule/invariants.h"

#include "common/clock.h"
#include "common/log.h"

#include <inttypes.h>

static bool
is_on(const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];
	uint32_t global = engine_is_service(e, object) ? MSG_SWITCH_SVC_CHECKS
						       : MSG_SWITCH_HOST_CHECKS;

	return (e->switches & global) && (o->flags & CHECKABLE_ACTIVE) &&
	    o->check_interval_ms > 0;
}

/* The latest moment that a plan of the object may name. */
static int64_t
latest(const struct schedule *s, uint32_t object, int64_t now)
{
	const struct checkable *o = &s->engine->objects[object];
	uint32_t ms = o->check_interval_ms > o->retry_interval_ms
	    ? o->check_interval_ms
	    : o->retry_interval_ms;
	int64_t at = now + (int64_t)ms * NS_PER_MS, start;

	if (o->check_period == SNAP_NONE)
		return at;
	start = period_next_in(s->engine->periods, o->check_period,
	    (at + s->drift) / NS_PER_S + 1);
	if (start == INT64_MAX)
		return HEAP_NEVER;
	return start * NS_PER_S - s->drift + (int64_t)ms * NS_PER_MS;
}

static const char *
look(const struct schedule *s, uint32_t object, int64_t now)
{
	int64_t at = agenda_key(&s->due, object), limit;

	if (schedule_kind(s->engine, object) == SCHEDULE_NONE)
		return at == HEAP_NEVER ? NULL : "planned, but never run";
	if (s->engine->objects[object].check_interval_ms == 0)
		return NULL;
	limit = latest(s, object, now);
	if (at != HEAP_NEVER && at < now)
		return "planned in the past";
	if (!is_on(s->engine, object) || limit == HEAP_NEVER ||
	    schedule_is_forced(s, object))
		return NULL;
	return at > limit ? "not planned in time" : NULL;
}

int
schedule_invariants_look(const struct schedule *s, uint32_t from, uint32_t n,
    int64_t now, struct err *err_r)
{
	const struct snapshot *snap = s->engine->snap;

	for (uint32_t k = 0; k < n && k < snap->n_objects; k++) {
		uint32_t i = (from + k) % snap->n_objects;
		const struct snap_object *c = &snap->objects[i];
		const char *why = look(s, i, now);

		if (why == NULL)
			continue;
		err_set(err_r,
		    "invariant 4: %s: %s%s%s: plan %" PRId64 " now %" PRId64
		    " interval %u retry %u",
		    why, snap_s(snap, snap->objects[c->host].name),
		    c->is_service ? ";" : "",
		    c->is_service ? snap_s(snap, c->name) : "",
		    agenda_key(&s->due, i), now,
		    s->engine->objects[i].check_interval_ms,
		    s->engine->objects[i].retry_interval_ms);
		return -1;
	}
	return 0;
}

#ifdef VEDETTE_INVARIANTS
void
schedule_invariants_must(const struct schedule *s, uint32_t *at, int64_t now)
{
	struct err err = {""};
	uint32_t total = s->engine->snap->n_objects;

	if (total == 0)
		return;
	if (schedule_invariants_look(s, *at, INVARIANTS_AT_ONCE, now, &err) ==
	    -1)
		panic("%s", err.text);
	*at = (*at + INVARIANTS_AT_ONCE) % total;
}
#endif
