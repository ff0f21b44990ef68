/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking over the state at a reload; see adopt.h.
 */
#include "core/state/adopt.h"

#include "common/mem.h"
#include "core/state/cluster.h"
#include "core/state/internal.h"
#include "core/state/override.h"

#include <stdlib.h>

static uint32_t
same_period(const struct engine *e, const struct engine *old, uint32_t period)
{
	if (period == SNAP_NONE)
		return SNAP_NONE;
	return snap_find_period(e->snap,
	    slice_of(snap_s(old->snap, old->snap->periods[period].name)));
}

static void
take(struct engine *e, struct engine *old, uint32_t to, uint32_t from)
{
	struct checkable *o = &e->objects[to], *was = &old->objects[from];
	uint32_t modified = was->modified;

	cluster_forget(was);
	*o = *was;
	/* Owned by the new one from now on. */
	*was = (struct checkable){0};
	for (struct downtime *d = o->downtimes; d != NULL; d = d->next) {
		d->object = to;
		idmap_remove(&old->downtimes, d->id);
		idmap_put(&e->downtimes, d->id, d);
	}
	for (struct comment *c = o->comments; c != NULL; c = c->next) {
		c->object = to;
		idmap_remove(&old->comments, c->id);
		idmap_put(&e->comments, c->id, c);
	}
	if (modified & MODIFIED_CHECK_PERIOD)
		o->check_period = same_period(e, old, o->check_period);
	if (modified & MODIFIED_NOTIFY_PERIOD)
		o->notification_period =
		    same_period(e, old, o->notification_period);
	engine_configure(e, to, modified);
}

static void
take_contact(
    struct engine *e, const struct engine *old, uint32_t to, uint32_t from)
{
	struct contact_state *c = &e->contacts[to], *was = &old->contacts[from];

	*c = *was;
	was->vars = (struct override_vars){0};
	c->host_period = same_period(e, old, was->host_period);
	c->service_period = same_period(e, old, was->service_period);
	contact_configure(e, to);
}

static void
take_contacts(struct engine *e, struct engine *old)
{
	for (uint32_t i = 0; i < old->snap->n_contacts; i++) {
		uint32_t at = snap_find_contact(e->snap,
		    slice_of(snap_s(old->snap, old->snap->contacts[i].name)));

		if (at != SNAP_NONE)
			take_contact(e, old, at, i);
	}
	for (int i = 0; i < 2; i++) {
		e->handlers[i] = old->handlers[i];
		old->handlers[i] = NULL;
	}
}

void
engine_adopt(struct engine *e, struct engine *old, const uint32_t *old_of)
{
	take_contacts(e, old);
	e->counters = old->counters;
	e->next_downtime = old->next_downtime;
	e->next_comment = old->next_comment;
	e->next_problem = old->next_problem;
	e->switches = old->switches;
	e->started = old->started;
	e->back_at = old->back_at;
	for (uint32_t i = 0; i < e->snap->n_objects; i++)
		if (old_of[i] != SNAP_NONE)
			take(e, old, i, old_of[i]);
	for (uint32_t p = 0; p < old->snap->n_periods; p++) {
		uint32_t now_at = same_period(e, old, p);

		if (now_at != SNAP_NONE)
			e->period_in[now_at] = old->period_in[p];
	}
}

void
engine_adopted(struct engine *e, int64_t now)
{
	engine_turn_periods(e, now);
	for (uint32_t h = 0; h < e->snap->n_hosts; h++) {
		const struct checkable *o = &e->objects[h];

		if (o->withheld != NULL &&
		    reach_known(e, h, o->withheld->since, now))
			result_release(e, h, now);
		else if (o->state != HOST_UP)
			result_reclass(e, h, now);
	}
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		const struct checkable *o = &e->objects[i];

		if (o->downtimes != NULL || o->ack != ACK_NONE ||
		    o->held != HOLD_NONE || o->withheld != NULL ||
		    o->state != STATE_GOOD ||
		    (o->flags & (CHECKABLE_FLAPPING | CHECKABLE_FRESHNESS)))
			engine_settings_changed(e, i, now);
	}
	byrule_sync(e, now);
}
