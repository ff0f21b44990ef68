/* SPDX-License-Identifier: Apache-2.0
 *
 * What a result makes of a host or a service: the state machines of
 * core-semantics 3.2, 3.3 and 3.5, and the order of the steps (NO-7).
 */
#include "core/state/cluster.h"
#include "core/state/internal.h"
#include "core/state/override.h"

#include "core/history/lines.h"

#include <stdlib.h>

/* What the state machine found; the rest follows from it. */
struct step {
	bool changed;      /* another state than before */
	bool hard_changed; /* another hard state, or hard reached again */
	bool line;         /* an alert line */
	bool line_hard;
	unsigned line_attempt;
	bool stalked; /* the line is for the output alone (ST-40) */
};

const char *
engine_refuses(
    struct engine *e, uint32_t object, const struct result *r, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	uint32_t global = engine_is_service(e, object)
	    ? MSG_SWITCH_SVC_PASSIVE
	    : MSG_SWITCH_HOST_PASSIVE;

	if (r->passive &&
	    (!(e->switches & global) || !(o->flags & CHECKABLE_PASSIVE))) {
		e->counters.passive_off++;
		return "passive_off";
	}
	if (r->passive &&
	    !period_is_in(e->periods, conf(e, object)->passive_period, now)) {
		e->counters.passive_period++;
		return "passive_period";
	}
	if (r->start < o->last_check && o->last_check <= now) {
		e->counters.older++;
		return "older";
	}
	return NULL;
}

/* FR-1: a newer passive result makes a run for freshness unnecessary. */
static void
note_fresh(struct checkable *o, const struct result *r)
{
	if ((o->flags & CHECKABLE_REFRESHING) && r->passive)
		o->flags |= CHECKABLE_REFRESHED;
	o->flags &= (uint16_t)~CHECKABLE_REFRESHING;
}

/* The parts of a result that do not steer anything. True: other output. */
static bool
accept(struct checkable *o, const struct result *r, int64_t now)
{
	int64_t end = r->start + r->execution_us / 1000000;
	bool other;

	o->last_check = end > now + 60 ? now : end;
	o->latency_us = r->latency_us;
	o->execution_us = r->execution_us;
	o->cached_at = r->cached_at;
	o->cache_interval = r->cache_interval;
	o->flags &= (uint16_t)~CHECKABLE_LAST_PASSIVE;
	o->flags |=
	    CHECKABLE_CHECKED | (r->passive ? CHECKABLE_LAST_PASSIVE : 0);
	o->last_time[o->state] = o->last_check;
	if (o->flags & CHECKABLE_REFRESHING)
		note_fresh(o, r);
	other = checkable_set_text(o, r->output, r->long_output, r->perfdata);
	if (r->has_blob)
		checkable_set_blob(o, r->blob);
	return other;
}

/* ST-40: the same hard state with other words. */
static void
stalk(const struct snap_object *c, const struct checkable *o, struct step *s,
    bool first)
{
	if (first || s->line || s->changed || !is_hard(o) ||
	    !(c->stalking & 1u << o->state))
		return;
	s->line = s->line_hard = s->stalked = true;
	s->line_attempt = o->attempt;
}

/* Times and numbers that go with a change of state. */
static void
note_change(
    struct engine *e, struct checkable *o, const struct step *s, uint8_t before)
{
	if (s->changed) {
		o->last_state = before;
		o->last_change = o->last_check;
	}
	if (s->hard_changed)
		o->last_hard_change = o->last_check;
	if (before == STATE_GOOD && o->state != STATE_GOOD) {
		o->problem_id = e->next_problem++;
		o->problem_start = o->last_check;
		o->problem_end = 0;
	} else if (before != STATE_GOOD && o->state == STATE_GOOD) {
		o->last_problem_id = o->problem_id;
		o->problem_id = 0;
		o->problem_end = o->last_check;
	}
	if (s->changed) { /* MC-7: one counter for both */
		o->last_event_id = o->event_id;
		o->event_id = e->next_problem++;
		e->ops->program(e->arg);
	}
}

static void
run_handler(struct engine *e, uint32_t object, const struct step *s,
    struct handler *h, int64_t now)
{
	struct str line = {0};

	h->object = object;
	h->hard = s->line_hard;
	h->attempt = s->line_attempt;
	history_handler_line(&line, e, h);
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&line);
	if (e->ops->handler != NULL)
		e->ops->handler(e->arg, h);
}

/* EH-1: the global one first; neither waits for notifications. */
static void
handlers(struct engine *e, uint32_t object, const struct step *s, int64_t now)
{
	const char *global =
	    engine_global_handler(e, engine_is_service(e, object));
	struct handler h = {.global = true, .command = global, .args = ""};

	if (!(e->switches & MSG_SWITCH_HANDLERS) ||
	    !(e->objects[object].flags & CHECKABLE_HANDLER))
		return;
	if (*global != '\0') {
		h.line = engine_command_line(e->snap, global, &h.args);
		if (h.line == NULL)
			h.line = global;
		run_handler(e, object, s, &h, now);
	}
	h = (struct handler){.command = engine_event_handler(e, object)};
	if (*h.command == '\0')
		return;
	h.line = engine_event_handler_line(e, object, &h.args);
	run_handler(e, object, s, &h, now);
}

/* EH-2: at every change, whatever is off, down or acknowledged. */
static void
alert_handler(struct engine *e, uint32_t object, const struct step *s)
{
	const struct snap_object *c = conf(e, object);
	const char *command = snap_s(e->snap, c->alert_handler);
	struct handler h = {.object = object,
	    .alert = true,
	    .command = command,
	    .args = command,
	    .line = snap_s(e->snap, c->alert_handler_line),
	    .hard = s->line_hard,
	    .attempt = s->line_attempt};

	if (*command != '\0' && e->ops->handler != NULL)
		e->ops->handler(e->arg, &h);
}

/* The steps after the state machine, in the order of NO-7. */
static void
follow(struct engine *e, uint32_t object, const struct step *s, bool first,
    int64_t now)
{
	struct checkable *o = &e->objects[object];
	struct str line = {0};
	bool again = s->line && !s->stalked && !s->hard_changed &&
	    s->line_hard && (conf(e, object)->flags & SNAP_VOLATILE);

	if ((s->line || first) && e->ops->state != NULL)
		e->ops->state(e->arg, object);
	if (s->changed && !first)
		flap_change(e, object, now);
	else if (o->flags & CHECKABLE_FLAPPING)
		flap_look(e, object, now);
	if (o->downtimes != NULL && o->state != STATE_GOOD)
		downtime_problem(e, object, now);
	if (s->changed) {
		ack_state_changed(e, object, now);
		o->not_before = 0;
	}
	if (s->line) {
		str_reserve(&line, 250);
		history_state_line(&line, e, object, HISTORY_ALERT,
		    s->line_hard, s->line_attempt);
		e->ops->line(e->arg, now, str_slice(&line));
		str_free(&line);
	}
	if (is_hard(o) && o->state != STATE_GOOD && o->first_problem == 0)
		o->first_problem = o->last_check;
	if (o->held != HOLD_NONE || o->state != o->settled || again ||
	    o->notified != o->state)
		notify_look(e, object, again, now);
	if (o->state == STATE_GOOD)
		o->first_problem = 0;
	if (s->line && !s->stalked) {
		handlers(e, object, s, now);
		alert_handler(e, object, s);
	}
}

static void
finish(struct engine *e, uint32_t object, const struct step *s, bool first,
    int64_t now)
{
	unsigned keep = s->line || first ? OBJECT_KEEP : 0;

	engine_plan(e, object, now);
	engine_touch(e, object, OBJECT_CHANGED | keep);
}

/* A CUSTOM one may have been counted while all was well (NO-28). */
static void
forget_number(struct checkable *o)
{
	if (o->notified == STATE_GOOD)
		o->number = 0;
}

static void
service_good(struct checkable *o, struct step *s)
{
	s->line = s->changed || s->hard_changed;
	s->line_hard = s->hard_changed;
	s->line_attempt = o->attempt;
	o->attempt = 1;
	if (o->hard_state != STATE_GOOD)
		o->previous_hard = o->hard_state;
	o->hard_state = SERVICE_OK;
	o->flags |= CHECKABLE_HARD;
	o->flags &= (uint16_t)~CHECKABLE_HOST_PROBLEM;
	forget_number(o);
}

/* 3.2 and 3.5: a bad result. `was_soft` before it. */
static void
service_bad(struct checkable *o, struct step *s, bool host_up, bool was_soft,
    bool is_volatile)
{
	bool hard;

	if (!host_up) { /* ST-20 */
		hard = true;
		o->flags |= CHECKABLE_HOST_PROBLEM;
		s->line = s->changed || was_soft;
	} else {
		if (o->flags & CHECKABLE_HOST_PROBLEM) { /* ST-21 */
			o->flags &= (uint16_t)~CHECKABLE_HOST_PROBLEM;
			if (was_soft)
				o->attempt = 1;
		}
		hard = o->attempt >= o->max_attempts;
		s->line = !hard || was_soft || s->hard_changed ||
		    (hard && is_volatile);
	}
	if (hard) {
		s->hard_changed =
		    s->hard_changed || was_soft || o->hard_state != o->state;
		if (o->hard_state != o->state)
			o->previous_hard = o->hard_state;
		o->hard_state = o->state;
		o->flags |= CHECKABLE_HARD;
	} else {
		s->hard_changed = false;
		o->flags &= (uint16_t)~CHECKABLE_HARD;
	}
	s->line_hard = hard;
	s->line_attempt = o->attempt;
}

static void
service_result(
    struct engine *e, uint32_t object, const struct result *r, int64_t now)
{
	const struct snap_object *c = conf(e, object);
	struct checkable *o = &e->objects[object];
	bool first = !(o->flags & CHECKABLE_CHECKED), was_soft = !is_hard(o);
	bool host_up = e->objects[c->host].state == HOST_UP;
	bool host_problem = (o->flags & CHECKABLE_HOST_PROBLEM) != 0;
	uint8_t before = o->state;
	struct step s = {0};
	bool other;

	o->state = r->code & 3;
	other = accept(o, r, now);
	if (was_soft && o->attempt < o->max_attempts)
		o->attempt++;
	s.changed = o->state != before;
	s.hard_changed = (host_problem && o->state == SERVICE_OK) ||
	    (o->attempt >= o->max_attempts && o->state != o->hard_state);
	if (o->state != SERVICE_OK)
		service_bad(
		    o, &s, host_up, was_soft, (c->flags & SNAP_VOLATILE) != 0);
	else
		service_good(o, &s);
	note_change(e, o, &s, before);
	if (other && c->stalking != 0)
		stalk(c, o, &s, first);
	if (s.line || first || o->held != HOLD_NONE || s.changed ||
	    (o->flags & CHECKABLE_FLAPPING) || o->state != o->settled ||
	    o->notified != o->state)
		follow(e, object, &s, first, now);
	finish(e, object, &s, first, now);
	if (!is_hard(o))
		e->ops->replan(e->arg, object, REPLAN_RETRY);
}

/* 3.3: `to` is what the host is now; a result counts as an attempt. */
static void
host_step(struct engine *e, uint32_t host, uint8_t to, struct step *s)
{
	struct checkable *o = &e->objects[host];
	bool was_soft = !is_hard(o), hard;
	uint8_t before = o->state;

	if (was_soft && o->attempt < o->max_attempts)
		o->attempt++;
	o->state = to;
	s->changed = to != before;
	if (to == HOST_UP) {
		s->line = s->changed;
		s->line_hard = !was_soft;
		s->hard_changed = s->changed && !was_soft;
		s->line_attempt = was_soft ? o->attempt : 1;
		o->attempt = 1;
		hard = true;
		forget_number(o);
	} else {
		if (before == HOST_UP)
			o->attempt = 1;
		hard = (before != HOST_UP && !was_soft) ||
		    o->attempt >= o->max_attempts;
		if (hard)
			o->attempt = o->max_attempts;
		s->hard_changed = hard && (was_soft || to != o->hard_state);
		s->line = !hard || s->hard_changed ||
		    (conf(e, host)->flags & SNAP_VOLATILE);
		s->line_hard = hard;
		s->line_attempt = o->attempt;
	}
	if (hard && to != o->hard_state) {
		o->previous_hard = o->hard_state;
		o->hard_state = to;
	}
	o->flags &= (uint16_t)~CHECKABLE_HARD;
	if (hard)
		o->flags |= CHECKABLE_HARD;
}

/* What a host's change means for those behind it (ST-14, ST-16). */
static void
host_spread(struct engine *e, uint32_t host, const struct step *s, int64_t now)
{
	if (s->changed) /* first: else its parents would be judged alone */
		cluster_node_changed(e, host, now);
	if (s->changed || (e->objects[host].flags & CHECKABLE_AWAITED))
		reach_spread(e, host, now);
	if (s->hard_changed)
		for (uint32_t i = e->children_of[host];
		     i < e->children_of[host + 1]; i++)
			e->ops->replan(e->arg, e->children[i], REPLAN_SOON);
}

static void
host_apply(struct engine *e, uint32_t host, const struct result *r, int64_t now)
{
	struct checkable *o = &e->objects[host];
	bool first = !(o->flags & CHECKABLE_CHECKED);
	uint8_t before = o->state;
	struct step s = {0};

	o->flags &= (uint16_t)~CHECKABLE_NOT_UP;
	if (r->code != 0)
		o->flags |= CHECKABLE_NOT_UP;
	host_step(e, host, r->code == 0 ? HOST_UP : reach_class(e, host), &s);
	if (accept(o, r, now))
		stalk(conf(e, host), o, &s, first);
	note_change(e, o, &s, before);
	follow(e, host, &s, first, now);
	finish(e, host, &s, first, now);
	if (!is_hard(o))
		e->ops->replan(e->arg, host, REPLAN_RETRY);
	host_spread(e, host, &s, now);
}

void
result_release(struct engine *e, uint32_t host, int64_t now)
{
	struct checkable *o = &e->objects[host];
	struct withheld *w = o->withheld;

	o->withheld = NULL;
	host_apply(e, host, &w->result, now);
	free(w);
}

void
result_reclass(struct engine *e, uint32_t host, int64_t now)
{
	struct checkable *o = &e->objects[host];
	uint8_t before = o->state, to = reach_class(e, host);
	struct step s = {.changed = true};

	if (to == before)
		return;
	o->state = to;
	s.line = true;
	s.line_hard = s.hard_changed = is_hard(o);
	s.line_attempt = o->attempt;
	if (is_hard(o)) {
		o->previous_hard = o->hard_state;
		o->hard_state = to;
	}
	note_change(e, o, &s, before);
	o->last_change = now;
	if (s.hard_changed)
		o->last_hard_change = now;
	/* ST-30: its own result is from before; the next one decides. */
	if (o->held == HOLD_PARENTS_DOWN)
		o->evidence_from = now;
	follow(e, host, &s, false, now);
	finish(e, host, &s, false, now);
	host_spread(e, host, &s, now);
}

static void
host_result(
    struct engine *e, uint32_t host, const struct result *r, int64_t now)
{
	struct checkable *o = &e->objects[host];

	/* A cluster's result is made of its parents' states: they are known. */
	if (r->code != 0 && o->state == HOST_UP &&
	    conf(e, host)->check != SNAP_CHECK_CLUSTER) {
		int64_t since =
		    o->withheld != NULL ? o->withheld->since : r->start;

		if (!reach_known(e, host, since, now)) {
			reach_withhold(e, host, r, now);
			return;
		}
	}
	free(o->withheld);
	o->withheld = NULL;
	host_apply(e, host, r, now);
}

void
engine_result(
    struct engine *e, uint32_t object, const struct result *r, int64_t now)
{
	const struct snap_object *c = conf(e, object);
	struct result taken;

	if (r->perfdata.len > 0 && e->ops->measured != NULL)
		e->ops->measured(e->arg, object, r, now);
	if (!c->is_service) {
		host_result(e, object, r, now);
		return;
	}
	service_result(e, object, r, now);
	/* OM-4: a host whose state is that of this service */
	if (conf(e, c->host)->check != SNAP_CHECK_SERVICE ||
	    conf(e, c->host)->collector != object)
		return;
	taken = *r;
	taken.code = r->code >= SERVICE_CRIT;
	taken.has_blob = false;
	host_result(e, c->host, &taken, now);
}
