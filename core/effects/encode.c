/* SPDX-License-Identifier: Apache-2.0
 *
 * From the run-time state to messages; see encode.h.
 */
#include "core/effects/encode.h"

#include "common/mem.h"
#include "core/state/fresh.h"
#include "core/state/override.h"

static uint32_t
flags_of(const struct engine *e, uint32_t object, int64_t now)
{
	static const struct {
		uint32_t from, to;
	} bits[] = {
	    {CHECKABLE_CHECKED, MSG_CHECKABLE_CHECKED},
	    {CHECKABLE_ACTIVE, MSG_CHECKABLE_ACTIVE},
	    {CHECKABLE_PASSIVE, MSG_CHECKABLE_PASSIVE},
	    {CHECKABLE_NOTIFY, MSG_CHECKABLE_NOTIFICATIONS},
	    {CHECKABLE_FLAP_DETECTION, MSG_CHECKABLE_FLAP_DETECTION},
	    {CHECKABLE_FLAPPING, MSG_CHECKABLE_FLAPPING},
	    {CHECKABLE_HANDLER, MSG_CHECKABLE_EVENT_HANDLER},
	    {CHECKABLE_FRESHNESS, MSG_CHECKABLE_FRESHNESS},
	    {CHECKABLE_EXECUTING, MSG_CHECKABLE_EXECUTING},
	    {CHECKABLE_LAST_PASSIVE, MSG_CHECKABLE_LAST_PASSIVE},
	};
	const struct checkable *o = &e->objects[object];
	uint32_t service_period = e->snap->objects[object].service_period;
	uint32_t flags = 0;

	for (size_t i = 0; i < ARRAY_LEN(bits); i++)
		if (o->flags & bits[i].from)
			flags |= bits[i].to;
	if (period_is_in(e->periods, o->check_period, now))
		flags |= MSG_CHECKABLE_IN_CHECK_PERIOD;
	if (period_is_in(e->periods, o->notification_period, now))
		flags |= MSG_CHECKABLE_IN_NOTIFY_PERIOD;
	if (period_is_in(e->periods, service_period, now))
		flags |= MSG_CHECKABLE_IN_SERVICE_PERIOD;
	if (o->state != STATE_GOOD && o->number > 0 &&
	    e->snap->objects[object].notification_interval_ms == 0)
		flags |= MSG_CHECKABLE_NO_MORE;
	return flags;
}

static struct slice
encode_vars(struct str *pairs, const struct override_vars *v)
{
	str_clear(pairs);
	for (uint32_t i = 0; i < v->n; i++) {
		struct msg_pair p = {
		    slice_of(v->items[i].name), slice_of(v->items[i].value)};

		msg_pair_put(pairs, &p);
	}
	return str_slice(pairs);
}

static void
encode_override(
    struct msg_checkable *m, struct str *pairs, const struct override *v)
{
	if (v->check_command != NULL)
		m->check_command = slice_of(v->check_command);
	if (v->event_handler != NULL)
		m->event_handler = *v->event_handler == '\0'
		    ? SLICE("-")
		    : slice_of(v->event_handler);
	m->variables = encode_vars(pairs, &v->vars);
}

void
encode_checkable(struct msg *m, struct str *pairs, const struct engine *e,
    const struct schedule *schedule, uint32_t object, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	double flap_level = engine_flap_level(e, object, now);

	m->id = MSG_CHECKABLE;
	m->checkable = (struct msg_checkable){
	    .object = object,
	    .state = o->state,
	    .hard_state =
		(o->flags & CHECKABLE_HARD) ? o->state : o->hard_state,
	    .last_state = o->last_state,
	    .state_type = (o->flags & CHECKABLE_HARD) != 0,
	    .attempt = o->attempt,
	    .max_attempts = o->max_attempts,
	    .flags = flags_of(e, object, now),
	    .modified = o->modified,
	    .acknowledgement = o->ack,
	    .downtime_depth = o->downtime_depth,
	    .notification_number = o->number,
	    .last_check = o->last_check,
	    .next_check =
		schedule == NULL ? 0 : schedule_next_check(schedule, object),
	    .last_state_change = o->last_change,
	    .last_hard_state_change = o->last_hard_change,
	    .last_time_0 = o->last_time[0],
	    .last_time_1 = o->last_time[1],
	    .last_time_2 = o->last_time[2],
	    .last_time_3 = o->last_time[3],
	    .last_notification = o->last_notification,
	    .next_notification = o->held == HOLD_NONE
		? 0
		: engine_next_notification(e, object, now),
	    .check_interval_ms = o->check_interval_ms,
	    .retry_interval_ms = o->retry_interval_ms,
	    .latency_us = o->latency_us,
	    .execution_us = o->execution_us,
	    .flap_percent = engine_flap_percent(flap_level),
	    .output = checkable_output(o),
	    .long_output = checkable_long_output(o),
	    .perfdata = checkable_perfdata(o),
	    .cached_at = o->cached_at,
	    .cache_interval = o->cache_interval,
	    .feed_interval_ms = fresh_interval_ms(e, object),
	    .freshness_from = fresh_from(e, object),
	    .postponement = slice_of(engine_postponement(o)),
	    .problem_id = o->problem_id,
	    .last_problem_id = o->last_problem_id,
	    .previous_hard = o->previous_hard,
	    .notified = o->notified,
	    .flap_level = flap_level,
	    .check_period = o->check_period,
	    .notification_period = o->notification_period,
	    .feed_period = fresh_period(e, object),
	};
	if (o->over != NULL)
		encode_override(&m->checkable, pairs, o->over);
}

void
encode_contact(
    struct msg *m, struct str *pairs, const struct engine *e, uint32_t contact)
{
	const struct contact_state *c = &e->contacts[contact];

	m->id = MSG_CONTACT_STATE;
	m->contact_state = (struct msg_contact_state){.contact = contact,
	    .host_notifications = c->host_on,
	    .service_notifications = c->service_on,
	    .host_period = c->host_period,
	    .service_period = c->service_period,
	    .modified = c->modified,
	    .modified_host = c->modified_host,
	    .modified_service = c->modified_service,
	    .variables = encode_vars(pairs, &c->vars)};
}

void
encode_downtime(struct msg *m, const struct downtime *d)
{
	m->id = MSG_DOWNTIME;
	m->downtime = (struct msg_downtime){
	    .id = d->id,
	    .object = d->object,
	    .entry_time = d->entry,
	    .start_time = d->start,
	    .end_time = d->end,
	    .fixed = d->fixed,
	    .pending = !d->active,
	    .recurring = d->recurring,
	    .duration = (uint64_t)d->duration,
	    .triggered_by = d->triggered_by,
	    .origin = d->origin,
	    .author = slice_of(d->author),
	    .comment = slice_of(d->comment),
	};
}

void
encode_comment(struct msg *m, const struct comment *c)
{
	m->id = MSG_COMMENT;
	m->comment = (struct msg_comment){
	    .id = c->id,
	    .object = c->object,
	    .entry_time = c->entry,
	    .entry_type = c->type,
	    .source = c->external,
	    .persistent = c->persistent,
	    .expire_time = c->expire,
	    .author = slice_of(c->author),
	    .comment = slice_of(c->text),
	};
}
