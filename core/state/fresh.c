/* SPDX-License-Identifier: Apache-2.0
 *
 * How old data may be; see fresh.h.
 */
#include "core/state/fresh.h"

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
	return within(e->periods, e->objects[feeder_of(e, object)].check_period,
	    fresh_from(e, object), (int64_t)limit);
}
