/* SPDX-License-Identifier: Apache-2.0
 *
 * Flapping (core-semantics section 7): a level that each change of state
 * raises by one and that decays with time.
 */
#include "core/state/internal.h"

#include "core/history/lines.h"

#include <math.h>

/* The one place that knows the decay (FL-2): linear, changes per minute. */
static double
level_at(const struct engine *e, uint32_t object, int64_t now)
{
	const struct checkable *o = &e->objects[object];
	double gone = (double)(now - o->flap_at) / 60.0;
	double level =
	    (double)o->flap_level - gone * conf(e, object)->flap_decay;

	return level > 0 ? level : 0;
}

double
engine_flap_level(const struct engine *e, uint32_t object, int64_t now)
{
	return e->objects[object].flap_level > 0 ? level_at(e, object, now) : 0;
}

double
engine_flap_percent(double level)
{
	double p = level * 100.0 / 20.0;

	return p < 100.0 ? p : 100.0;
}

int64_t
flap_stops_at(const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];
	const struct snap_object *c = conf(e, object);
	double above = (double)o->flap_level - c->flap_low;

	if (above <= 0)
		return o->flap_at;
	if (c->flap_decay <= 0)
		return HEAP_NEVER;
	return o->flap_at + (int64_t)ceil(above / c->flap_decay * 60.0);
}

static void
comment_start(struct engine *e, uint32_t object, int64_t now)
{
	struct comment fields = {.type = COMMENT_FLAPPING};

	engine_comment_add(e, object, &fields, SLICE("(Vedette)"),
	    SLICE("Notifications are held while the state keeps changing."),
	    now);
}

static void
comment_stop(struct engine *e, uint32_t object)
{
	for (struct comment *c = e->objects[object].comments, *next; c != NULL;
	     c = next) {
		next = c->next;
		if (c->type == COMMENT_FLAPPING)
			engine_comment_remove(e, c->id, NULL);
	}
}

static void
tell(struct engine *e, uint32_t object, const char *status, const char *what,
    double level, int64_t now)
{
	struct str text = {0}, line = {0};

	str_addf(&text, "level %.1f of %.1f", level,
	    *status == 'S' && status[2] == 'A' ? conf(e, object)->flap_high
					       : conf(e, object)->flap_low);
	history_event_line(
	    &line, e, object, "FLAPPING", status, str_slice(&text));
	e->ops->line(e->arg, now, str_slice(&line));
	notify_event(e, object, what, SNAP_ON_FLAPPING, SLICE(""),
	    str_slice(&text), now);
	str_free(&text);
	str_free(&line);
}

static void
stop(struct engine *e, uint32_t object, const char *status, const char *what,
    int64_t now)
{
	struct checkable *o = &e->objects[object];

	o->flags &= (uint16_t)~CHECKABLE_FLAPPING;
	comment_stop(e, object);
	tell(e, object, status, what, (double)o->flap_level, now);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
	if (e->ops->flapping != NULL)
		e->ops->flapping(e->arg, object, false);
	notify_look(e, object, false, now);
}

static bool
enabled(const struct engine *e, uint32_t object)
{
	return (e->objects[object].flags & CHECKABLE_FLAP_DETECTION) &&
	    (e->switches & MSG_SWITCH_FLAPPING);
}

void
flap_change(struct engine *e, uint32_t object, int64_t now)
{
	struct checkable *o = &e->objects[object];
	double level = level_at(e, object, now) + 1;

	o->flap_level = (float)level;
	o->flap_at = now;
	if (!enabled(e, object))
		return;
	if (o->flags & CHECKABLE_FLAPPING) {
		flap_look(e, object, now);
		return;
	}
	/* The stored level is a float: 5.0 must not become 4.9999998. */
	if (conf(e, object)->flap_high <= 0 ||
	    level + 1e-6 < conf(e, object)->flap_high)
		return;
	tell(e, object, "STARTED", "FLAPPINGSTART", level, now);
	o->flags |= CHECKABLE_FLAPPING;
	comment_start(e, object, now);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
	if (e->ops->flapping != NULL)
		e->ops->flapping(e->arg, object, true);
}

void
flap_look(struct engine *e, uint32_t object, int64_t now)
{
	struct checkable *o = &e->objects[object];
	double level = level_at(e, object, now);

	if (level > conf(e, object)->flap_low + 1e-6)
		return;
	o->flap_level = (float)level;
	o->flap_at = now;
	stop(e, object, "STOPPED", "FLAPPINGSTOP", now);
}

void
flap_settings(struct engine *e, uint32_t object, int64_t now)
{
	if (!enabled(e, object))
		flap_disable(e, object, now);
}

void
flap_disable(struct engine *e, uint32_t object, int64_t now)
{
	if (!(e->objects[object].flags & CHECKABLE_FLAPPING))
		return;
	stop(e, object, "DISABLED", "FLAPPINGDISABLED", now);
	engine_plan(e, object, now);
}
