/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision to notify (core-semantics section 11). Three values carry it:
 * `notified`, the state that somebody was told last (L of NO-15); `settled`,
 * the state that was decided last, be it sent or lost; `held`, why a decision
 * waits. Nothing is remembered of states in between (NO-3).
 */
#include "core/state/internal.h"

#include "core/history/lines.h"

/* Name for simulate, words for the column (NO-9). */
static const struct {
	const char *name, *words;
} holds[HOLDS] = {
    [HOLD_NONE] = {"", ""},
    [HOLD_GLOBAL_OFF] = {"global_off", "notifications are disabled"},
    [HOLD_OBJECT_OFF] = {"object_off", "notifications are disabled"},
    [HOLD_STATE_OFF] = {"state_off", "state not selected"},
    [HOLD_ACKNOWLEDGED] = {"acknowledged", "acknowledged"},
    [HOLD_HOST_DOWN] = {"host_down", "host of this service is not up"},
    [HOLD_PARENTS_DOWN] = {"parents_down", "all parents are down"},
    [HOLD_PERIOD] = {"period", "not in notification period"},
    [HOLD_FLAPPING] = {"flapping", "flapping"},
    [HOLD_DOWNTIME] = {"downtime", "in downtime"},
    [HOLD_HOST_DOWNTIME] = {"downtime", "host in downtime"},
    [HOLD_DELAY] = {"delay", "delayed notification"},
    [HOLD_PENDING_CHECK] = {"pending_check", "last check not recent enough"},
    [HOLD_INTERVAL] = {"interval", "waiting for periodic notification"},
};

enum event {
	EVENT_PROBLEM,
	EVENT_RECOVERY
};

static uint32_t
option_of(const struct engine *e, uint32_t object, uint8_t state)
{
	static const uint32_t host[] = {
	    SNAP_ON_RECOVERY, SNAP_ON_DOWN, SNAP_ON_UNREACH, SNAP_ON_UNREACH};
	static const uint32_t service[] = {
	    SNAP_ON_RECOVERY, SNAP_ON_WARN, SNAP_ON_CRIT, SNAP_ON_UNKNOWN};

	return (engine_is_service(e, object) ? service : host)[state & 3];
}

/* Conditions 1 to 3 and 8, which hold for every kind of event. */
static enum hold
general(const struct engine *e, uint32_t object, uint32_t option)
{
	const struct checkable *o = &e->objects[object];

	if (!(e->switches & MSG_SWITCH_NOTIFICATIONS))
		return HOLD_GLOBAL_OFF;
	if (!(o->flags & CHECKABLE_NOTIFY))
		return HOLD_OBJECT_OFF;
	if (option != 0 && !(conf(e, object)->notify_on & option))
		return HOLD_STATE_OFF;
	return HOLD_NONE;
}

static enum hold
downtimes(const struct engine *e, uint32_t object)
{
	const struct snap_object *c = conf(e, object);

	if (e->objects[object].downtime_depth > 0)
		return HOLD_DOWNTIME;
	if (c->is_service && e->objects[c->host].downtime_depth > 0)
		return HOLD_HOST_DOWNTIME;
	return HOLD_NONE;
}

/* Conditions 5 to 7: what stands in a problem's way before the period. */
static enum hold
circumstances(const struct engine *e, uint32_t object)
{
	const struct snap_object *c = conf(e, object);
	const struct checkable *o = &e->objects[object];

	if (o->ack != ACK_NONE)
		return HOLD_ACKNOWLEDGED;
	if (c->is_service &&
	    (e->objects[c->host].state != HOST_UP ||
		(o->flags & CHECKABLE_HOST_PROBLEM)))
		return HOLD_HOST_DOWN;
	if (!c->is_service && o->state == HOST_UNREACH &&
	    !e->settings.notify_unreachable)
		return HOLD_PARENTS_DOWN;
	return HOLD_NONE;
}

static int64_t
delay_end(const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];
	int64_t delay = conf(e, object)->first_notification_delay_ms / 1000;
	int64_t first = o->first_problem + delay;

	/* Without a delay a sender's clock that is ahead delays nothing. */
	if (delay == 0 || o->number > 0 || o->notified != STATE_GOOD)
		first = 0;
	return first > o->not_before ? first : o->not_before;
}

/* ST-30: until when a problem waits for checks younger than it; 0: it does
 * not. */
static int64_t
evidence_end(const struct engine *e, uint32_t object, int64_t now)
{
	const struct snap_object *c = conf(e, object);
	const struct checkable *o = &e->objects[object];
	int64_t since = begin_of(e, o->last_hard_change, now);

	if (o->evidence_from != 0 &&
	    !is_checked_since(e, object, o->evidence_from, now))
		return o->evidence_from + reach_patience(e, object);
	if (c->is_service) {
		if (conf(e, c->host)->check == SNAP_CHECK_ALWAYS_UP ||
		    (e->objects[c->host].withheld == NULL &&
			is_checked_since(e, c->host, since, now)))
			return 0;
		return since + reach_patience(e, c->host);
	}
	if (o->state != HOST_DOWN || reach_confirmed(e, object, since, now))
		return 0;
	return since + reach_patience(e, snap_at(e->snap, c->parents, 0));
}

/* The NO table from top to bottom. */
static enum hold
decide(const struct engine *e, uint32_t object, enum event event, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	enum hold why = general(e, object, option_of(e, object, o->state));

	if (why == HOLD_NONE && event == EVENT_PROBLEM)
		why = circumstances(e, object);
	if (why == HOLD_NONE &&
	    !period_is_in(e->periods, o->notification_period, now))
		why = HOLD_PERIOD;
	if (why == HOLD_NONE && (o->flags & CHECKABLE_FLAPPING))
		why = HOLD_FLAPPING;
	if (why == HOLD_NONE)
		why = downtimes(e, object);
	if (why != HOLD_NONE || event != EVENT_PROBLEM)
		return why;
	if (now < delay_end(e, object))
		return HOLD_DELAY;
	if (now < evidence_end(e, object, now))
		return HOLD_PENDING_CHECK;
	return HOLD_NONE;
}

static bool
is_lost(enum hold why)
{
	return why == HOLD_GLOBAL_OFF || why == HOLD_OBJECT_OFF ||
	    why == HOLD_STATE_OFF;
}

/* Somebody knows of a problem: it may be escalated meanwhile. Of a host's
 * downtime those of its services are told as well. */
static void
tell_quietly(struct engine *e, uint32_t object, const char *what, int64_t now)
{
	bool all =
	    !engine_is_service(e, object) && strcmp(what, "DOWNTIMESTART") == 0;

	if (e->ops->quiet != NULL && (all || e->objects[object].number > 0))
		e->ops->quiet(e->arg, object, what, now);
}

static void
send(struct engine *e, uint32_t object, const char *what, uint32_t number,
    struct slice author, struct slice comment, int64_t now)
{
	struct notice n = {.what = what,
	    .object = object,
	    .number = number,
	    .state = e->objects[object].state,
	    .author = author,
	    .comment = comment};
	struct str line = {0};

	str_reserve(&line, 250);
	history_notice_line(&line, e, &n);
	e->ops->line(e->arg, now, str_slice(&line));
	e->ops->notice(e->arg, now, &n);
	str_free(&line);
}

static void
suppress(struct engine *e, uint32_t object, const char *what, enum hold why,
    int64_t now)
{
	struct str line = {0};

	if (e->ops->suppressed != NULL)
		e->ops->suppressed(e->arg, object, what, why);
	if (!e->settings.log_suppressed)
		return;
	str_addf(&line, "%s NOTIFICATION SUPPRESSED: ",
	    engine_is_service(e, object) ? "SERVICE" : "HOST");
	history_add_object(&line, e, object);
	str_addf(&line, ";%s", holds[why].name);
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&line);
}

/* Waits; told once for each state and reason. */
static void
hold(struct engine *e, uint32_t object, const char *what, enum hold why,
    int64_t now)
{
	struct checkable *o = &e->objects[object];

	if (o->held == (uint8_t)why && o->held_for == o->state)
		return;
	o->held = (uint8_t)why;
	o->held_for = o->state;
	if (why == HOLD_PENDING_CHECK)
		reach_await(e, object);
	suppress(e, object, what, why, now);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
}

static void
incident_over(struct checkable *o)
{
	o->notified = o->settled = STATE_GOOD;
	o->number = 0;
	o->held = HOLD_NONE;
	o->last_notification = 0;
	o->evidence_from = 0;
	o->not_before = 0;
}

static bool
is_recovery_held(const struct checkable *o)
{
	return o->held != HOLD_NONE && o->held != HOLD_INTERVAL &&
	    o->held_for == STATE_GOOD;
}

static void
look_good(struct engine *e, uint32_t object, int64_t now)
{
	struct checkable *o = &e->objects[object];
	enum hold why;

	if (o->notified == STATE_GOOD) { /* condition 14 */
		incident_over(o);
		return;
	}
	why = decide(e, object, EVENT_RECOVERY, now);
	if (e->settings.drop_late_recovery &&
	    (why == HOLD_DOWNTIME || why == HOLD_HOST_DOWNTIME)) { /* NO-4 */
		suppress(e, object, "RECOVERY", why, now);
		tell_quietly(e, object, "RECOVERY", now);
		incident_over(o);
		engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
		return;
	}
	if (why != HOLD_NONE && !is_lost(why)) {
		if (!is_recovery_held(o))
			tell_quietly(e, object, "GOOD", now);
		hold(e, object, "RECOVERY", why, now);
		return;
	}
	if (why != HOLD_NONE) {
		suppress(e, object, "RECOVERY", why, now);
		tell_quietly(e, object, "RECOVERY", now);
	} else {
		send(e, object, "RECOVERY", o->number + 1, SLICE(""), SLICE(""),
		    now);
	}
	incident_over(o);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
}

/* NO-26; after the clock was set back, not later than an interval from there.
 */
static int64_t
repeats_at(const struct engine *e, uint32_t object, int64_t now)
{
	return begin_of(e, e->objects[object].last_notification, now) +
	    conf(e, object)->notification_interval_ms / 1000;
}

/* Is there something to say about a problem at all (15)? */
static bool
is_due(const struct engine *e, uint32_t object, bool again, int64_t now)
{
	const struct checkable *o = &e->objects[object];

	if (again)
		return true;
	if (o->state != o->settled)
		return o->state != o->notified; /* D-19 */
	return conf(e, object)->notification_interval_ms > 0 &&
	    o->last_notification != 0 && now >= repeats_at(e, object, now);
}

static void
look_bad(struct engine *e, uint32_t object, bool again, int64_t now)
{
	struct checkable *o = &e->objects[object];
	bool repeats = conf(e, object)->notification_interval_ms > 0;
	enum hold why;

	if (!is_due(e, object, again, now)) {
		o->settled = o->state;
		o->held = repeats && o->last_notification != 0 ? HOLD_INTERVAL
							       : HOLD_NONE;
		return;
	}
	why = decide(e, object, EVENT_PROBLEM, now);
	if (why != HOLD_NONE && !is_lost(why)) {
		hold(e, object, "PROBLEM", why, now);
		return;
	}
	o->settled = o->state;
	o->last_notification = now;
	o->evidence_from = 0;
	o->not_before = 0;
	o->held = repeats ? HOLD_INTERVAL : HOLD_NONE;
	if (why != HOLD_NONE) {
		suppress(e, object, "PROBLEM", why, now);
	} else {
		o->number++;
		o->notified = o->state;
		send(
		    e, object, "PROBLEM", o->number, SLICE(""), SLICE(""), now);
	}
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
}

void
notify_look(struct engine *e, uint32_t object, bool volatile_again, int64_t now)
{
	struct checkable *o = &e->objects[object];

	if (!(o->flags & CHECKABLE_CHECKED))
		return;
	if (o->state != STATE_GOOD && is_recovery_held(o))
		tell_quietly(e, object, "BAD", now);
	if (!is_hard(o)) /* condition 4: not an event yet */
		o->held = HOLD_NONE;
	else if (o->state == STATE_GOOD)
		look_good(e, object, now);
	else
		look_bad(e, object, volatile_again, now);
}

void
notify_unblock(struct engine *e, uint32_t object, int64_t now)
{
	struct checkable *o = &e->objects[object];

	/* For the host, a result of its own alone ends the wait (ST-21). */
	if (o->held == HOLD_NONE || o->held == HOLD_INTERVAL ||
	    (o->held == HOLD_HOST_DOWN &&
		e->objects[conf(e, object)->host].state == HOST_UP))
		return;
	if (o->state != STATE_GOOD)
		o->evidence_from = now;
	notify_look(e, object, false, now);
	engine_plan(e, object, now);
}

void
notify_settings(struct engine *e, uint32_t object, int64_t now)
{
	struct checkable *o = &e->objects[object];

	if (o->held == HOLD_PERIOD &&
	    period_is_in(e->periods, o->notification_period, now))
		notify_unblock(e, object, now);
	else if (o->held == HOLD_PARENTS_DOWN && e->settings.notify_unreachable)
		notify_look(e, object, false, now);
	else if (o->held == HOLD_NONE && is_hard(o) && o->state != STATE_GOOD &&
	    o->last_notification != 0 &&
	    conf(e, object)->notification_interval_ms > 0)
		o->held = HOLD_INTERVAL;
}

int64_t
notify_next(const struct engine *e, uint32_t object, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	int64_t at;

	switch ((enum hold)o->held) {
	case HOLD_DELAY:
		return delay_end(e, object);
	case HOLD_PENDING_CHECK:
		at = evidence_end(e, object, now);
		return at == 0 ? now : at;
	case HOLD_INTERVAL:
		return repeats_at(e, object, now);
	case HOLD_NONE:
	case HOLD_GLOBAL_OFF:
	case HOLD_OBJECT_OFF:
	case HOLD_STATE_OFF:
	case HOLD_ACKNOWLEDGED:
	case HOLD_HOST_DOWN:
	case HOLD_PARENTS_DOWN:
	case HOLD_PERIOD:
	case HOLD_FLAPPING:
	case HOLD_DOWNTIME:
	case HOLD_HOST_DOWNTIME:
	case HOLDS:
	default:
		return HEAP_NEVER;
	}
}

/* Why nothing is said now: a repetition that would not be sent is none. */
static enum hold
shown(const struct checkable *o)
{
	if (o->held != HOLD_INTERVAL)
		return (enum hold)o->held;
	if (!(o->flags & CHECKABLE_NOTIFY))
		return HOLD_OBJECT_OFF;
	if (o->ack != ACK_NONE)
		return HOLD_ACKNOWLEDGED;
	if (o->flags & CHECKABLE_FLAPPING)
		return HOLD_FLAPPING;
	return o->downtime_depth > 0 ? HOLD_DOWNTIME : HOLD_INTERVAL;
}

int64_t
engine_next_notification(const struct engine *e, uint32_t object, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	int64_t at;

	if (shown(o) != o->held)
		return 0;
	if (o->held == HOLD_PERIOD)
		at = period_next_in(e->periods, o->notification_period, now);
	else
		at = notify_next(e, object, now);
	return at == HEAP_NEVER ? 0 : at;
}

void
notify_event(struct engine *e, uint32_t object, const char *what,
    uint32_t option, struct slice author, struct slice comment, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	enum hold why = general(e, object, option);

	if (why == HOLD_NONE &&
	    !period_is_in(e->periods, o->notification_period, now))
		why = HOLD_PERIOD;
	if (why == HOLD_NONE && option == SNAP_ON_FLAPPING)
		why = downtimes(e, object);
	if (why == HOLD_NONE && option == SNAP_ON_DOWNTIME &&
	    o->downtime_depth > 0)
		why = HOLD_DOWNTIME;
	if (why == HOLD_NONE) {
		send(e, object, what, o->number, author, comment, now);
		return;
	}
	suppress(e, object, what, why, now);
	if (strcmp(what, "ACKNOWLEDGEMENT") == 0 ||
	    strcmp(what, "DOWNTIMESTART") == 0 ||
	    strcmp(what, "FLAPPINGSTART") == 0)
		tell_quietly(e, object, what, now);
}

void
notify_acknowledged(struct engine *e, uint32_t object, bool notify,
    struct slice author, struct slice comment, int64_t now)
{
	if (notify)
		notify_event(
		    e, object, "ACKNOWLEDGEMENT", 0, author, comment, now);
	else
		tell_quietly(e, object, "ACKNOWLEDGEMENT", now);
}

void
engine_custom_notification(struct engine *e, uint32_t object, unsigned options,
    struct slice author, struct slice comment, int64_t now)
{
	struct checkable *o = &e->objects[object];
	enum hold why = HOLD_NONE;

	if (!(options & 2)) {
		why = general(e, object, 0);
		if (why == HOLD_NONE &&
		    !period_is_in(e->periods, o->notification_period, now))
			why = HOLD_PERIOD;
		if (why == HOLD_NONE)
			why = downtimes(e, object);
	}
	if (why != HOLD_NONE) {
		suppress(e, object, "CUSTOM", why, now);
		return;
	}
	if (options & 4) {
		o->number++;
		engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
	}
	send(e, object, "CUSTOM", o->number, author, comment, now);
}

void
engine_delay_notification(
    struct engine *e, uint32_t object, int64_t until, int64_t now)
{
	struct checkable *o = &e->objects[object];

	o->not_before = until;
	if (o->held != HOLD_NONE)
		notify_look(e, object, false, now);
	engine_plan(e, object, now);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
}

const char *
engine_postponement(const struct checkable *o)
{
	return holds[shown(o)].words;
}

const char *
engine_hold_name(enum hold why)
{
	return holds[why].name;
}
