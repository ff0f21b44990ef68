/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything for which core holds a notification of an object back, in the
 * order and the words of core's own reasons (core/state/notify.c). What core
 * alone can know (a delay, checks that are awaited) is in its reason.
 */
#include "common/mem.h"
#include "livestatusd/table/table.h"

static uint32_t
option_of(bool service, uint32_t state)
{
	static const uint32_t host[] = {SNAP_ON_RECOVERY, SNAP_ON_DOWN,
	    SNAP_ON_UNREACH, SNAP_ON_UNREACH},
			      of_service[] = {SNAP_ON_RECOVERY, SNAP_ON_WARN,
				  SNAP_ON_CRIT, SNAP_ON_UNKNOWN};

	return (service ? of_service : host)[state & 3];
}

/* Now by its depth, then by what is planned. */
static bool
in_downtime(const struct mirror *m, uint32_t object, int64_t at, int64_t now)
{
	const struct mirror_notes *all = mirror_get(m, object, downtimes_of);

	if (at == now)
		return mirror_get(m, object, downtime_depth) > 0;
	for (uint32_t i = 0; all != NULL && i < all->n; i++) {
		const struct msg_downtime *d = &all->v[i]->d;

		if (d->start_time <= at && at < d->end_time &&
		    (d->fixed || !d->pending))
			return true;
	}
	return false;
}

struct held { /* what was found */
	struct view *v;
	const struct mirror *m;
	struct slice postponed; /* core's own words; len 0: told already */
};

static void
add(struct held *h, bool holds, const char *words)
{
	if (!holds)
		return;
	items_string(&h->v->items, slice_of(words));
	if (slice_eqs(h->postponed, words))
		h->postponed.len = 0;
}

void
table_held_by(struct view *v, uint32_t object, uint32_t state, int64_t at)
{
	const struct mirror *m = v->m;
	const struct snap_object *o = &m->snap->objects[object];
	uint32_t flags = mirror_get(m, object, flags);
	uint32_t now_state = mirror_get(m, object, state);
	uint32_t host = m->host_of[object];
	bool service = o->is_service != 0, bad = now_state != 0;
	struct held h = {v, m, mirror_postponement(m, object)};

	add(&h, !(m->switches & MSG_SWITCH_NOTIFICATIONS),
	    "notifications are off for the whole site");
	add(&h, !(flags & MSG_CHECKABLE_NOTIFICATIONS),
	    "notifications are disabled");
	add(&h, !(o->notify_on & option_of(service, state)),
	    "state not selected");
	add(&h, bad && mirror_get(m, object, state_type) == 0,
	    "the state is soft");
	add(&h, mirror_get(m, object, acknowledgement) != 0, "acknowledged");
	add(&h, service && mirror_get(m, host, state) != 0,
	    "host of this service is not up");
	add(&h,
	    !times_is_in(
		m->times, mirror_get(m, object, notification_period), at),
	    "not in notification period");
	add(&h, (flags & MSG_CHECKABLE_FLAPPING) != 0, "flapping");
	add(&h, in_downtime(m, object, at, v->now), "in downtime");
	add(&h, service && in_downtime(m, host, at, v->now),
	    "host in downtime");
	if (h.postponed.len > 0 && at == v->now)
		items_string(&v->items, h.postponed);
}
