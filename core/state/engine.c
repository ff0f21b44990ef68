/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's frame: making and freeing, one timer an object, periods,
 * switches.
 */
#include "core/state/cluster.h"
#include "core/state/internal.h"
#include "core/state/override.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/notice.h"

#include <stdlib.h>

/* children_of and children from the parents of all hosts. */
static void
index_children(struct engine *e)
{
	const struct snapshot *s = e->snap;
	uint32_t total = 0, *at;

	e->children_of = xcalloc(s->n_hosts + 2, sizeof(*e->children_of));
	for (uint32_t h = 0; h < s->n_hosts; h++)
		for (uint32_t i = 0; i < conf(e, h)->parents.n; i++, total++)
			e->children_of[snap_at(s, conf(e, h)->parents, i) +
			    2]++;
	for (uint32_t h = 0; h < s->n_hosts; h++)
		e->children_of[h + 2] += e->children_of[h + 1];
	e->children = xcalloc(total + 1, sizeof(*e->children));
	at = e->children_of + 1; /* grows to the ends, which are the starts */
	for (uint32_t h = 0; h < s->n_hosts; h++)
		for (uint32_t i = 0; i < conf(e, h)->parents.n; i++)
			e->children[at[snap_at(s, conf(e, h)->parents, i)]++] =
			    h;
}

void
engine_configure(struct engine *e, uint32_t object, uint32_t modified)
{
	static const struct {
		uint32_t snap, flag, bit;
	} switches[] = {
	    {SNAP_ACTIVE, CHECKABLE_ACTIVE, MODIFIED_ACTIVE},
	    {SNAP_PASSIVE, CHECKABLE_PASSIVE, MODIFIED_PASSIVE},
	    {SNAP_NOTIFICATIONS, CHECKABLE_NOTIFY, MODIFIED_NOTIFICATIONS},
	    {SNAP_FLAP_DETECTION, CHECKABLE_FLAP_DETECTION,
		MODIFIED_FLAP_DETECTION},
	    {SNAP_EVENT_HANDLER, CHECKABLE_HANDLER, MODIFIED_HANDLER},
	    {SNAP_FRESHNESS, CHECKABLE_FRESHNESS, MODIFIED_FRESHNESS},
	};
	const struct snap_object *c = conf(e, object);
	struct checkable *o = &e->objects[object];

	o->modified = modified;
	for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
		if (modified & switches[i].bit)
			continue;
		o->flags &= (uint16_t)~switches[i].flag;
		if (c->flags & switches[i].snap)
			o->flags |= (uint16_t)switches[i].flag;
	}
	if (!(modified & MODIFIED_CHECK_INTERVAL))
		o->check_interval_ms = c->check_interval_ms;
	if (!(modified & MODIFIED_RETRY_INTERVAL))
		o->retry_interval_ms = c->retry_interval_ms;
	if (!(modified & MODIFIED_MAX_ATTEMPTS))
		o->max_attempts = (uint16_t)(c->max_check_attempts == 0 ? 1
			: c->max_check_attempts > 1000                  ? 1000
						       : c->max_check_attempts);
	if (!(modified & MODIFIED_CHECK_PERIOD))
		o->check_period = c->check_period;
	if (!(modified & MODIFIED_NOTIFY_PERIOD))
		o->notification_period = c->notification_period;
	if (o->over != NULL)
		override_configure(o, modified);
	/* ST-10 */
	if (is_hard(o) && o->state != STATE_GOOD &&
	    !(o->flags & CHECKABLE_HOST_PROBLEM))
		o->attempt = o->max_attempts;
	else if (o->attempt > o->max_attempts)
		o->attempt = o->max_attempts;
}

struct engine *
engine_new(const struct snapshot *snap, const struct periods *periods,
    const struct engine_settings *settings, const struct engine_ops *ops,
    void *arg, int64_t now)
{
	struct engine *e = xnew(struct engine);

	*e = (struct engine){.snap = snap,
	    .periods = periods,
	    .settings = *settings,
	    .next_downtime = 1,
	    .next_comment = 1,
	    .next_problem = 1,
	    .switches = MSG_SWITCH_ALL,
	    .started = now,
	    .back_at = now,
	    .ops = ops,
	    .arg = arg};
	e->objects = xcalloc_huge(snap->n_objects + 1, sizeof(*e->objects));
	for (uint32_t i = 0; i < snap->n_objects; i++) {
		e->objects[i].attempt = 1;
		e->objects[i].created = now;
		e->objects[i].flags = CHECKABLE_HARD;
		engine_configure(e, i, 0);
	}
	e->contacts = xcalloc(snap->n_contacts + 1, sizeof(*e->contacts));
	contacts_configure(e);
	index_children(e);
	cluster_index(e);
	e->period_in = xcalloc(snap->n_periods + 1, 1);
	memset(e->period_in, -1, snap->n_periods + 1);
	heap_resize(&e->timers, snap->n_objects);
	heap_resize(&e->period_timers, snap->n_periods);
	return e;
}

static void
free_lists(struct checkable *o)
{
	while (o->downtimes != NULL) {
		struct downtime *d = o->downtimes;

		o->downtimes = d->next;
		free(d->author);
		free(d->comment);
		free(d);
	}
	while (o->comments != NULL) {
		struct comment *c = o->comments;

		o->comments = c->next;
		free(c->author);
		free(c->text);
		free(c);
	}
}

void
engine_free(struct engine **engine)
{
	struct engine *e = *engine;

	if (e == NULL)
		return;
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		free_lists(&e->objects[i]);
		override_free(&e->objects[i].over);
		cluster_forget(&e->objects[i]);
		checkable_clear(&e->objects[i]);
	}
	for (uint32_t i = 0; i < e->snap->n_contacts; i++)
		override_free_vars(&e->contacts[i].vars);
	free(e->contacts);
	free(e->planned);
	free(e->handlers[0]);
	free(e->handlers[1]);
	free(e->objects);
	free(e->children);
	free(e->clusters);
	free(e->clusters_of);
	free(e->children_of);
	free(e->period_in);
	heap_free(&e->timers);
	heap_free(&e->period_timers);
	idmap_free(&e->downtimes);
	idmap_free(&e->comments);
	free(e);
	*engine = NULL;
}

void
engine_touch(struct engine *e, uint32_t object, unsigned what)
{
	e->ops->object(e->arg, object, what);
}

void
engine_plan(struct engine *e, uint32_t object, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	int64_t at = HEAP_NEVER;

	if (o->downtimes != NULL)
		at = earlier(at, downtime_next(e, object, now));
	if (o->ack != ACK_NONE && o->ack_expire != 0)
		at = earlier(at, o->ack_expire);
	if (o->withheld != NULL)
		at = earlier(at, o->withheld->deadline);
	if (o->flags & CHECKABLE_FLAPPING)
		at = earlier(at, flap_stops_at(e, object));
	if (o->held != HOLD_NONE)
		at = earlier(at, notify_next(e, object, now));
	if (o->flags & CHECKABLE_FRESHNESS)
		at = earlier(at, freshness_next(e, object));
	if (at != HEAP_NEVER && at <= now)
		at = now + 1;
	if (at != HEAP_NEVER || heap_key(&e->timers, object) != HEAP_NEVER)
		heap_set(&e->timers, object, at);
}

/* TP-8: logs the change and lets go what waited for the period. */
static void
period_turn(struct engine *e, uint32_t period, int64_t now)
{
	bool in = period_is_in(e->periods, period, now);
	struct str line = {0};
	int before = e->period_in[period];

	heap_set(&e->period_timers, period,
	    period_next_change(e->periods, period, now));
	if (before == (int)in)
		return;
	e->period_in[period] = in;
	str_addf(&line, "TIMEPERIOD TRANSITION: %s;%d;%d",
	    snap_s(e->snap, e->snap->periods[period].name), before, in);
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&line);
	if (e->ops->period != NULL)
		e->ops->period(e->arg, period, in);
	if (before < 0)
		return;
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		const struct checkable *o = &e->objects[i];

		if (o->notification_period == period && in &&
		    o->held == HOLD_PERIOD)
			notify_unblock(e, i, now);
		if (o->notification_period == period ||
		    o->check_period == period ||
		    conf(e, i)->service_period == period)
			engine_touch(e, i, OBJECT_CHANGED);
	}
}

/* Everything that time alone brings to one object. */
static void
object_turn(struct engine *e, uint32_t object, int64_t now)
{
	struct checkable *o = &e->objects[object];

	downtime_advance(e, object, now);
	if (o->ack != ACK_NONE && o->ack_expire != 0 && o->ack_expire <= now)
		ack_clear(e, object, ACK_EXPIRED, now);
	if (o->withheld != NULL && o->withheld->deadline <= now)
		result_release(e, object, now);
	if (o->flags & CHECKABLE_FLAPPING)
		flap_look(e, object, now);
	if (o->held != HOLD_NONE && notify_next(e, object, now) <= now)
		notify_look(e, object, false, now);
	if (o->flags & CHECKABLE_FRESHNESS)
		freshness_look(e, object, now);
	engine_plan(e, object, now);
}

void
engine_turn_periods(struct engine *e, int64_t now)
{
	for (uint32_t p = 0; p < e->snap->n_periods; p++)
		period_turn(e, p, now);
}

void
engine_start(struct engine *e, int64_t now)
{
	e->starting = true;
	engine_turn_periods(e, now);
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		struct checkable *o = &e->objects[i];

		/* Periods may have begun while nobody looked. */
		if (o->held != HOLD_NONE)
			notify_unblock(e, i, now);
		if (o->state != STATE_GOOD || (o->flags & CHECKABLE_FLAPPING))
			engine_settings_changed(e, i, now);
		if (o->downtimes != NULL || o->ack != ACK_NONE ||
		    o->held != HOLD_NONE ||
		    (o->flags & (CHECKABLE_FLAPPING | CHECKABLE_FRESHNESS)))
			object_turn(e, i, now);
	}
	byrule_sync(e, now);
	e->starting = false;
}

int64_t
engine_next(const struct engine *e)
{
	int64_t key, at = HEAP_NEVER;
	uint32_t id;

	if (heap_top(&e->timers, &key, &id))
		at = key;
	if (heap_top(&e->period_timers, &key, &id))
		at = earlier(at, key);
	return at;
}

void
engine_advance(struct engine *e, int64_t now)
{
	int64_t key;
	uint32_t id;

	while (heap_top(&e->period_timers, &key, &id) && key <= now)
		period_turn(e, id, now);
	while (heap_top(&e->timers, &key, &id) && key <= now)
		object_turn(e, id, now);
}

static void
shift(int64_t *time, int64_t by)
{
	if (*time != 0)
		*time += by;
}

/* What is a distance stays one: delays, the wait for evidence, the decay. */
static void
shift_distances(struct checkable *o, int64_t by, int64_t now)
{
	shift(&o->flap_at, by);
	shift(&o->first_problem, by);
	shift(&o->evidence_from, by);
	if (o->held == HOLD_PENDING_CHECK && o->evidence_from == 0)
		o->evidence_from = now; /* its own result, or a minute */
	if (o->withheld == NULL)
		return;
	o->withheld->since += by;
	o->withheld->deadline += by;
	o->withheld->result.start += by;
}

void
engine_clock_jumped(struct engine *e, int64_t by, int64_t now)
{
	if (by < 0)
		e->back_at = now;
	for (uint32_t i = 0; i < e->snap->n_objects; i++)
		shift_distances(&e->objects[i], by, now);
	engine_turn_periods(e, now);
	for (uint32_t i = 0; i < e->snap->n_objects; i++)
		if (heap_key(&e->timers, i) != HEAP_NEVER)
			object_turn(e, i, now);
}

void
engine_settings_changed(struct engine *e, uint32_t object, int64_t now)
{
	const struct checkable *o = &e->objects[object];

	if (o->flags & CHECKABLE_FLAPPING)
		flap_settings(e, object, now);
	if (o->state != STATE_GOOD || o->held != HOLD_NONE)
		notify_settings(e, object, now);
	engine_plan(e, object, now);
}

static uint32_t
modified_bit(uint32_t flag)
{
	switch (flag) {
	case CHECKABLE_ACTIVE:
		return MODIFIED_ACTIVE;
	case CHECKABLE_PASSIVE:
		return MODIFIED_PASSIVE;
	case CHECKABLE_NOTIFY:
		return MODIFIED_NOTIFICATIONS;
	case CHECKABLE_FLAP_DETECTION:
		return MODIFIED_FLAP_DETECTION;
	case CHECKABLE_HANDLER:
		return MODIFIED_HANDLER;
	case CHECKABLE_FRESHNESS:
		return MODIFIED_FRESHNESS;
	default:
		panic("no switch %u", flag);
	}
}

void
engine_switch(
    struct engine *e, uint32_t object, uint32_t flag, bool on, int64_t now)
{
	struct checkable *o = &e->objects[object];

	o->modified |= modified_bit(flag);
	if (((o->flags & flag) != 0) == on) {
		engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
		return;
	}
	o->flags ^= (uint16_t)flag;
	if (flag == CHECKABLE_FLAP_DETECTION && !on)
		flap_disable(e, object, now);
	if (flag == CHECKABLE_ACTIVE)
		e->ops->replan(e->arg, object, REPLAN_SETTINGS);
	engine_plan(e, object, now);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
}

void
engine_switch_global(struct engine *e, uint32_t bit, bool on, int64_t now)
{
	if (on)
		e->switches |= bit;
	else
		e->switches &= ~bit;
	if (bit == MSG_SWITCH_FLAPPING && !on)
		for (uint32_t i = 0; i < e->snap->n_objects; i++)
			flap_disable(e, i, now);
	if (bit == MSG_SWITCH_HOST_FRESHNESS || bit == MSG_SWITCH_SVC_FRESHNESS)
		for (uint32_t i = 0; i < e->snap->n_objects; i++)
			if (e->objects[i].flags & CHECKABLE_FRESHNESS)
				engine_plan(e, i, now);
	e->ops->program(e->arg);
}

const char *
engine_global_handler(const struct engine *e, bool of_services)
{
	const char *configured = e->settings.handlers[of_services];

	if (e->handlers[of_services] != NULL)
		return e->handlers[of_services];
	return configured == NULL ? "" : configured;
}

void
engine_set_global_handler(
    struct engine *e, bool of_services, const char *command)
{
	free(e->handlers[of_services]);
	e->handlers[of_services] = command == NULL ? NULL : xstrdup(command);
	e->ops->program(e->arg);
}

bool
engine_is_service(const struct engine *e, uint32_t object)
{
	return object >= e->snap->n_hosts;
}

const char *
engine_state_word(const struct engine *e, uint32_t object, uint8_t state)
{
	return notice_state_word(engine_is_service(e, object), state);
}
