/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated site's engine_ops: what the engine tells becomes events.
 */
#include "site/simulate/sim.h"

#include "common/mem.h"
#include "site/simulate/quick.h"

void
sim_tell_state(struct sim *s, uint32_t object)
{
	const struct checkable *o = &s->engine->objects[object];
	bool hard = (o->flags & CHECKABLE_HARD) != 0;
	bool checked = (o->flags & CHECKABLE_CHECKED) != 0;
	struct sim_seen *seen = &s->seen[object];
	const struct snap_object *c = &s->snap->objects[object];

	if (!checked ||
	    (seen->checked && seen->state == o->state && seen->hard == hard &&
		seen->attempt == o->attempt))
		return;
	if (!c->is_service && seen->state != o->state)
		for (uint32_t i = 0; i < c->services.n; i++)
			sim_quick_take(s, c->services.off + i);
	seen->checked = true;
	seen->state = o->state;
	seen->hard = hard;
	seen->attempt = o->attempt;
	sim_begin(s, "state");
	sim_object(s, object);
	sim_text(s, "state", slice_of(sim_state_word(s, object, o->state)));
	sim_text(s, "type", hard ? SLICE("HARD") : SLICE("SOFT"));
	sim_number(s, "attempt", o->attempt);
	sim_number(s, "max_attempts", o->max_attempts);
	sim_text(s, "output", checkable_output(o));
	sim_end(s);
}

static void
on_object(void *arg, uint32_t object, unsigned what)
{
	struct sim *s = arg;

	(void)what;
	sim_quick_take(s, object);
	sim_tell_state(s, object);
	sim_stale_touch(s, object);
}

static void
on_state(void *arg, uint32_t object)
{
	sim_tell_state(arg, object);
}

static void
on_line(void *arg, int64_t now, struct slice line)
{
	(void)now;
	sim_log(arg, line);
}

static void
on_notice(void *arg, int64_t now, const struct notice *n)
{
	(void)now;
	sim_notice(arg, n);
}

static void
on_suppressed(void *arg, uint32_t object, const char *what, enum hold reason)
{
	static const char *const rules[HOLDS] = {
	    [HOLD_GLOBAL_OFF] = "NO-2.1 NO-5",
	    [HOLD_OBJECT_OFF] = "NO-2.2 NO-5",
	    [HOLD_STATE_OFF] = "NO-2.3 NO-15",
	    [HOLD_ACKNOWLEDGED] = "NO-2.5 AK-3",
	    [HOLD_HOST_DOWN] = "NO-2.6 ST-20",
	    [HOLD_PARENTS_DOWN] = "NO-2.7 NO-6",
	    [HOLD_PERIOD] = "NO-2.8 NO-20",
	    [HOLD_FLAPPING] = "NO-2.9 FL-4",
	    [HOLD_DOWNTIME] = "NO-2.10 DT-19",
	    [HOLD_HOST_DOWNTIME] = "NO-2.11 DT-12",
	    [HOLD_DELAY] = "NO-2.12 NO-24",
	    [HOLD_PENDING_CHECK] = "NO-2.13 ST-30",
	    [HOLD_INTERVAL] = "NO-2.15 NO-26"};
	struct sim *s = arg;

	sim_tell_state(s, object);
	sim_begin(s, "suppressed");
	sim_object(s, object);
	sim_text(s, "what", slice_of(what));
	sim_text(s, "reason", slice_of(engine_hold_name(reason)));
	s->rule = rules[reason];
	sim_end(s);
}

static void
on_quiet(void *arg, uint32_t object, const char *what, int64_t now)
{
	(void)now;
	sim_quiet(arg, object, what);
}

/* Was it active? Remembers it from its start on. */
static bool
was_active(struct sim *s, uint64_t id, bool starts)
{
	if (id >= s->n_started) {
		uint64_t n = (id + 64) * 2;

		s->started = xreallocarray(s->started, n, 1);
		memset(s->started + s->n_started, 0, n - s->n_started);
		s->n_started = n;
	}
	if (starts)
		s->started[id] = 1;
	return s->started[id] != 0;
}

static void
on_downtime(void *arg, const struct downtime *d, enum downtime_event event)
{
	static const char *const words[] = {[DOWNTIME_STARTED] = "start",
	    [DOWNTIME_ENDED] = "end",
	    [DOWNTIME_CANCELLED] = "cancel"};
	struct sim *s = arg;
	bool active = was_active(s, d->id, event == DOWNTIME_STARTED);

	if (event == DOWNTIME_ADDED || event == DOWNTIME_CHANGED ||
	    (event == DOWNTIME_ENDED && !active))
		return;
	if (event != DOWNTIME_STARTED)
		s->started[d->id] = 0;
	sim_begin(s, "downtime");
	sim_text(s, "what", slice_of(words[event]));
	sim_object(s, d->object);
	sim_number(s, "id", (int64_t)d->id);
	s->rule = d->fixed ? "DT-4" : "DT-7 DT-8";
	sim_end(s);
}

static void
on_comment(void *arg, const struct comment *c, bool gone)
{
	(void)arg;
	(void)c;
	(void)gone;
}

static void
on_acknowledgement(void *arg, uint32_t object, bool set)
{
	struct sim *s = arg;

	sim_tell_state(s, object);
	sim_begin(s, "acknowledgement");
	sim_text(s, "what", set ? SLICE("set") : SLICE("clear"));
	sim_object(s, object);
	s->rule = set ? "AK-3" : "AK-4";
	sim_end(s);
}

static void
on_flapping(void *arg, uint32_t object, bool on)
{
	struct sim *s = arg;

	sim_tell_state(s, object);
	sim_begin(s, "flapping");
	sim_text(s, "what", on ? SLICE("start") : SLICE("stop"));
	sim_object(s, object);
	sim_real(s, "level", (double)s->engine->objects[object].flap_level);
	s->rule = on ? "FL-2 FL-4" : "FL-3";
	sim_end(s);
}

static void
on_replan(void *arg, uint32_t object, enum replan how)
{
	struct sim *s = arg;

	sim_quick_take(s, object);
	if (s->schedule != NULL)
		schedule_replan(s->schedule, object, how, sim_mono(s));
	sim_stale_touch(s, object);
}

static void
on_check_at(void *arg, uint32_t object, int64_t when, bool forced)
{
	struct sim *s = arg;
	int64_t at =
	    when > INT64_MAX / NS_PER_S ? INT64_MAX / 2 : when * NS_PER_S;

	sim_quick_take(s, object);
	if (s->schedule != NULL)
		schedule_check_at(s->schedule, object, at - s->schedule->drift,
		    forced, sim_mono(s));
}

static uint64_t
on_planned(void *arg, const struct engine *e, uint32_t object)
{
	const struct sim *s = arg;

	if (s->schedule == NULL || s->schedule->engine != e)
		return 0;
	return schedule_plan_of(s->schedule, object);
}

static void
on_program(void *arg)
{
	(void)arg;
}

static void
on_period(void *arg, uint32_t period, bool active)
{
	struct sim *s = arg;

	sim_begin(s, "period");
	sim_text(s, "name",
	    slice_of(snap_s(
		s->engine->snap, s->engine->snap->periods[period].name)));
	sim_bool(s, "active", active);
	s->rule = "TP-8";
	sim_end(s);
}

static void
on_contact(void *arg, uint32_t contact)
{
	(void)arg;
	(void)contact;
}

const struct engine_ops sim_ops = {
    .object = on_object,
    .state = on_state,
    .line = on_line,
    .notice = on_notice,
    .suppressed = on_suppressed,
    .quiet = on_quiet,
    .downtime = on_downtime,
    .comment = on_comment,
    .acknowledgement = on_acknowledgement,
    .flapping = on_flapping,
    .replan = on_replan,
    .check_at = on_check_at,
    .program = on_program,
    .period = on_period,
    .contact = on_contact,
    .planned = on_planned,
};
