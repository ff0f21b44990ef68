/* SPDX-License-Identifier: Apache-2.0
 *
 * How old data may be; see fresh.h.
 */
#include "core/state/fresh.h"

#include "core/state/internal.h"

#include <math.h>

#define HORIZON (730 * 86400) /* s: farther ahead is never (TP-7) */

/* Who delivers the object's data. */
static uint32_t
feeder_of(const struct engine *e, uint32_t object)
{
	const struct snap_object *c = &e->snap->objects[object];

	if ((c->check == SNAP_CHECK_COLLECTED ||
		c->check == SNAP_CHECK_SERVICE) &&
	    c->collector != SNAP_NONE)
		return c->collector;
	return object;
}

uint32_t
fresh_interval_ms(const struct engine *e, uint32_t object)
{
	const struct snap_object *c = &e->snap->objects[object];
	const struct checkable *feeder = &e->objects[feeder_of(e, object)];
	uint32_t check = c->check;

	if (check == SNAP_CHECK_SERVICE) /* a host: as its service */
		check = e->snap->objects[feeder_of(e, object)].check;
	if (!(feeder->flags & CHECKABLE_ACTIVE) &&
	    check != SNAP_CHECK_PASSIVE && check != SNAP_CHECK_COLLECTED)
		return 0;
	return feeder->check_interval_ms;
}

uint32_t
fresh_period(const struct engine *e, uint32_t object)
{
	const struct snap_object *c = &e->snap->objects[object];
	uint32_t feeder = feeder_of(e, object);
	uint32_t period = e->objects[feeder].check_period;

	if (c->check == SNAP_CHECK_PASSIVE ||
	    (feeder != object && period == SNAP_NONE))
		return c->passive_period;
	return period;
}

int64_t
fresh_from(const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];

	return (o->flags & CHECKABLE_CHECKED) ? o->last_check : o->created;
}

/* `seconds` within the period, counted from `from`. */
static int64_t
within(const struct periods *periods, uint32_t period, int64_t from,
    int64_t seconds)
{
	if (period == SNAP_NONE)
		return from + seconds;
	for (int64_t limit = from + HORIZON; from <= limit;) {
		int64_t end = period_next_change(periods, period, from);

		if (period_is_in(periods, period, from)) {
			if (end == INT64_MAX || end - from >= seconds)
				return from + seconds;
			seconds -= end - from;
		}
		from = end;
	}
	return HEAP_NEVER;
}

int64_t
fresh_stale_at(const struct engine *e, uint32_t object)
{
	double interval = fresh_interval_ms(e, object) / 1000.0;
	uint32_t cache = e->objects[object].cache_interval;
	if (interval > 0 && cache > interval)
		interval = cache; /* the data is made no more often */
	double limit = ceil(e->snap->objects[object].staleness * interval);

	if (limit <= 0)
		return HEAP_NEVER;
	return within(e->periods, fresh_period(e, object),
	    fresh_from(e, object), (int64_t)limit);
}

/* --- freshness checking (FR-1) ---------------------------------------------
 */

#define AUTOMATIC_S 15 /* beside interval and latency */

static int64_t
threshold_of(const struct engine *e, uint32_t object, bool *automatic_r)
{
	const struct checkable *o = &e->objects[object];
	uint32_t ms = e->snap->objects[object].freshness_ms;
	bool retries = !is_hard(o) && o->state != STATE_GOOD;

	*automatic_r = ms == 0;
	if (ms != 0)
		return (ms + 999) / 1000;
	ms = retries ? o->retry_interval_ms : o->check_interval_ms;
	return (ms + 999) / 1000 + o->latency_us / 1000000 + AUTOMATIC_S;
}

/* Where the age counts from: never from before a time without the core. */
static int64_t
age_from(
    const struct engine *e, uint32_t object, int64_t threshold, bool automatic)
{
	const struct checkable *o = &e->objects[object];
	int64_t off = e->started - o->last_check;

	if (!(o->flags & CHECKABLE_CHECKED))
		return e->started;
	if (off > 0 &&
	    (automatic ||
		((o->flags & CHECKABLE_LAST_PASSIVE) &&
		    (double)off > 0.618 * (double)threshold)))
		return e->started;
	return o->last_check;
}

int64_t
freshness_next(const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];
	uint32_t global = engine_is_service(e, object)
	    ? MSG_SWITCH_SVC_FRESHNESS
	    : MSG_SWITCH_HOST_FRESHNESS;
	int64_t threshold, at;
	bool automatic;

	if (!(e->switches & global) || (o->flags & CHECKABLE_REFRESHING))
		return HEAP_NEVER;
	threshold = threshold_of(e, object, &automatic);
	at = age_from(e, object, threshold, automatic) + threshold;
	if (!period_is_in(e->periods, o->check_period, at))
		at = period_next_in(e->periods, o->check_period, at);
	return at;
}

void
freshness_look(struct engine *e, uint32_t object, int64_t now)
{
	struct checkable *o = &e->objects[object];

	if (freshness_next(e, object) > now)
		return;
	o->flags |= CHECKABLE_REFRESHING;
	o->flags &= (uint16_t)~CHECKABLE_REFRESHED;
	e->ops->check_at(e->arg, object, now, true);
	engine_touch(e, object, OBJECT_CHANGED);
}
