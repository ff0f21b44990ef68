/* SPDX-License-Identifier: Apache-2.0
 *
 * Scheduled downtimes (core-semantics section 8): fixed, flexible, triggered,
 * recurring.
 */
#include "core/state/internal.h"

#include "common/mem.h"
#include "core/history/lines.h"
#include "core/state/recur.h"

#include <inttypes.h>
#include <stdlib.h>

/* When an active one ends. */
static int64_t
end_of(const struct downtime *d)
{
	return d->fixed ? d->end : d->actual_start + d->duration;
}

static void
tell(
    struct engine *e, const struct downtime *d, const char *status, int64_t now)
{
	struct str line = {0};

	history_event_line(
	    &line, e, d->object, "DOWNTIME", status, slice_of(d->comment));
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&line);
}

/* RT-4: the core was off all the time of it. */
static void
note_missed(struct engine *e, const struct downtime *d, int64_t now)
{
	struct str line = {0};

	str_addf(&line, "NOTE: downtime %" PRIu64 " of ", d->id);
	history_add_object(&line, e, d->object);
	str_add(&line, " was missed, because the core was off");
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&line);
}

static void
changed(struct engine *e, const struct downtime *d, enum downtime_event event)
{
	e->ops->downtime(e->arg, d, event);
	engine_touch(e, d->object, OBJECT_CHANGED | OBJECT_KEEP);
}

/* Waiting notifications of the object, and of a host's services, may go. */
static void
unblock(struct engine *e, uint32_t object, int64_t now)
{
	const struct snap_object *c = conf(e, object);

	notify_unblock(e, object, now);
	if (c->is_service)
		return;
	for (uint32_t i = c->services.off; i < c->services.off + c->services.n;
	     i++)
		if (e->objects[i].held == HOLD_HOST_DOWNTIME)
			notify_unblock(e, i, now);
}

static void start(struct engine *e, struct downtime *d, int64_t now);
static void finish(
    struct engine *e, struct downtime *d, enum downtime_event how, int64_t now);

/* DT-11: what hangs on `id` starts, or ends, with it. */
static void
pull_triggered(struct engine *e, uint64_t id, bool starts,
    enum downtime_event how, int64_t now)
{
	uint64_t *ids = NULL;
	uint32_t n = 0, cap = 0, at = 0;

	for (struct downtime *d; (d = idmap_next(&e->downtimes, &at)) != NULL;)
		if (d->triggered_by == id) {
			ARRAY_GROW(ids, n, cap);
			ids[n++] = d->id;
		}
	for (uint32_t i = 0; i < n; i++) {
		struct downtime *d = idmap_get(&e->downtimes, ids[i]);
		uint32_t object;

		if (d == NULL)
			continue;
		object = d->object;
		if (!starts)
			finish(e, d, how, now);
		else if (!d->active)
			start(e, d, now);
		engine_plan(e, object, now);
	}
	free(ids);
}

static void
start(struct engine *e, struct downtime *d, int64_t now)
{
	struct checkable *o = &e->objects[d->object];

	d->active = true;
	d->actual_start = d->fixed && d->start <= now && d->triggered_by == 0
	    ? d->start
	    : now;
	if (o->downtime_depth == 0) {
		tell(e, d, "STARTED", now);
		notify_event(e, d->object, "DOWNTIMESTART", SNAP_ON_DOWNTIME,
		    slice_of(d->author), slice_of(d->comment), now);
	}
	o->downtime_depth++;
	changed(e, d, DOWNTIME_STARTED);
	pull_triggered(e, d->id, true, DOWNTIME_STARTED, now);
}

/* Takes it out of effect. */
static void
lower(
    struct engine *e, struct downtime *d, enum downtime_event how, int64_t now)
{
	struct checkable *o = &e->objects[d->object];
	bool cancelled = how == DOWNTIME_CANCELLED;

	d->active = false;
	o->downtime_depth--;
	if (o->downtime_depth > 0)
		return;
	tell(e, d, cancelled ? "CANCELLED" : "STOPPED", now);
	if (e->starting && e->settings.drop_missed_end)
		return;
	notify_event(e, d->object,
	    cancelled ? "DOWNTIMECANCELLED" : "DOWNTIMEEND", SNAP_ON_DOWNTIME,
	    slice_of(d->author), slice_of(d->comment), now);
}

static void
drop(struct engine *e, struct downtime *d, enum downtime_event how)
{
	struct downtime **at = &e->objects[d->object].downtimes;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	idmap_remove(&e->downtimes, d->id);
	if (d->comment_id != 0 &&
	    idmap_get(&e->comments, d->comment_id) != NULL)
		engine_comment_remove(e, d->comment_id, NULL);
	changed(e, d, how);
	free(d->author);
	free(d->comment);
	free(d);
}

/* DT-15: the next occurrence that is not over; false: there is none. */
static bool
move_on(struct downtime *d, int64_t now)
{
	int64_t length = d->end - d->start, at = d->start;

	if (d->recurring == 0)
		return false;
	do {
		at = recur_next(d->first, at, d->recurring);
		if (at == HEAP_NEVER)
			return false;
	} while (at + length <= now);
	d->start = at;
	d->end = at + length;
	d->actual_start = 0;
	return true;
}

/* Ends it in whatever phase it is; `d` may be gone afterwards. */
static void
finish(
    struct engine *e, struct downtime *d, enum downtime_event how, int64_t now)
{
	uint32_t object = d->object;
	uint64_t id = d->id;
	bool was_active = d->active;

	if (was_active)
		lower(e, d, how, now);
	if (how == DOWNTIME_ENDED && move_on(d, now))
		changed(e, d, was_active ? DOWNTIME_ENDED : DOWNTIME_CHANGED);
	else
		drop(e, d, how);
	pull_triggered(e, id, false, how, now);
	if (was_active && e->objects[object].downtime_depth == 0)
		unblock(e, object, now);
}

/* DT-7: may a flexible one start now? */
static bool
is_problem(const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];

	return o->state != STATE_GOOD &&
	    (is_hard(o) || !engine_is_service(e, object));
}

static void
turn(struct engine *e, struct downtime *d, int64_t now)
{
	uint64_t id = d->id;

	if (d->triggered_by != 0 || (d->active && end_of(d) > now))
		return;
	if (d->active || d->end <= now) {
		if (e->starting && !d->active && d->fixed)
			note_missed(e, d, now);
		finish(e, d, DOWNTIME_ENDED, now);
		/* DT-15: the next one may have begun already. */
		d = idmap_get(&e->downtimes, id);
	}
	if (d != NULL && d->start <= now &&
	    (d->fixed || is_problem(e, d->object)))
		start(e, d, now);
}

void
downtime_advance(struct engine *e, uint32_t object, int64_t now)
{
	uint64_t *ids = NULL;
	uint32_t n = 0, cap = 0;

	for (struct downtime *d = e->objects[object].downtimes; d != NULL;
	     d = d->next) {
		ARRAY_GROW(ids, n, cap);
		ids[n++] = d->id;
	}
	while (n > 0) { /* oldest first */
		struct downtime *d = idmap_get(&e->downtimes, ids[--n]);

		if (d != NULL)
			turn(e, d, now);
	}
	free(ids);
}

void
downtime_problem(struct engine *e, uint32_t object, int64_t now)
{
	if (is_problem(e, object))
		downtime_advance(e, object, now);
}

int64_t
downtime_next(const struct engine *e, uint32_t object, int64_t now)
{
	int64_t at = HEAP_NEVER;

	for (const struct downtime *d = e->objects[object].downtimes; d != NULL;
	     d = d->next) {
		if (d->triggered_by != 0)
			continue;
		if (d->active)
			at = earlier(at, end_of(d));
		else
			at = earlier(at, d->start > now ? d->start : d->end);
	}
	return at;
}

uint64_t
engine_downtime_add(struct engine *e, uint32_t object,
    const struct downtime_spec *spec, int64_t now, struct err *err_r)
{
	struct checkable *o = &e->objects[object];
	struct downtime *d;
	uint64_t id;

	if (spec->end <= spec->start || spec->end <= now) {
		err_set(err_r, "the downtime would end %s",
		    spec->end <= now ? "in the past" : "before it starts");
		return 0;
	}
	if (!spec->fixed && spec->duration <= 0) {
		err_set(err_r, "a flexible downtime needs a duration");
		return 0;
	}
	if (spec->triggered_by != 0 &&
	    idmap_get(&e->downtimes, spec->triggered_by) == NULL) {
		err_set(err_r, "there is no downtime %" PRIu64 " to trigger it",
		    spec->triggered_by);
		return 0;
	}
	d = xnew(struct downtime);
	*d = (struct downtime){.id = e->next_downtime++,
	    .object = object,
	    .entry = now,
	    .first = spec->first != 0 ? spec->first : spec->start,
	    .origin = spec->origin,
	    .start = spec->start,
	    .end = spec->end,
	    .duration = spec->duration,
	    .fixed = spec->fixed,
	    .recurring = spec->recurring,
	    .triggered_by = spec->triggered_by,
	    .author = slice_dup(spec->author),
	    .comment = slice_dup(spec->comment),
	    .next = o->downtimes};
	id = d->id;
	o->downtimes = d;
	idmap_put(&e->downtimes, id, d);
	d->comment_id = engine_comment_add(e, object,
	    &(struct comment){.type = COMMENT_DOWNTIME}, spec->author,
	    spec->comment, now);
	e->ops->program(e->arg);
	changed(e, d, DOWNTIME_ADDED);
	if (d->triggered_by != 0) {
		const struct downtime *by =
		    idmap_get(&e->downtimes, d->triggered_by);

		if (by->active)
			start(e, d, now);
	} else {
		turn(e, d, now);
	}
	engine_plan(e, object, now);
	return id;
}

static struct downtime *
find(struct engine *e, uint64_t id, struct err *err_r)
{
	struct downtime *d = idmap_get(&e->downtimes, id);

	if (d == NULL)
		err_set(err_r, "there is no downtime %" PRIu64, id);
	return d;
}

int
engine_downtime_cancel(
    struct engine *e, uint64_t id, int64_t now, struct err *err_r)
{
	struct downtime *d = find(e, id, err_r);
	uint32_t object;

	if (d == NULL)
		return -1;
	object = d->object;
	finish(e, d, DOWNTIME_CANCELLED, now);
	engine_plan(e, object, now);
	return 0;
}

static void
replace(char **to, struct slice with)
{
	if (with.len == 0)
		return;
	free(*to);
	*to = slice_dup(with);
}

/* DT-11: does `id` wait for `by` already, directly or by others? */
static bool
waits_for(const struct engine *e, uint64_t id, uint64_t by)
{
	const struct downtime *d;

	while (id != by && (d = idmap_get(&e->downtimes, id)) != NULL &&
	    d->triggered_by != 0)
		id = d->triggered_by;
	return id == by;
}

static int
verify_trigger(
    const struct engine *e, uint64_t id, uint64_t trigger, struct err *err_r)
{
	if (trigger == 0)
		return 0;
	if (idmap_get(&e->downtimes, trigger) == NULL)
		err_set(err_r, "there is no downtime %" PRIu64 " to trigger it",
		    trigger);
	else if (waits_for(e, trigger, id))
		err_set(
		    err_r, "downtime %" PRIu64 " cannot trigger itself", id);
	else
		return 0;
	return -1;
}

int
engine_downtime_modify(struct engine *e, uint64_t id,
    const struct downtime_spec *spec, int64_t now, struct err *err_r)
{
	struct downtime *d = find(e, id, err_r);
	uint32_t object;

	if (d == NULL)
		return -1;
	if (spec->end <= spec->start || (!spec->fixed && spec->duration <= 0)) {
		err_set(err_r, "the downtime would have no length");
		return -1;
	}
	if (verify_trigger(e, id, spec->triggered_by, err_r) == -1)
		return -1;
	object = d->object;
	if (d->start != spec->start)
		d->first = spec->start;
	d->start = spec->start;
	d->end = spec->end;
	d->duration = spec->duration;
	d->fixed = spec->fixed;
	d->recurring = spec->recurring;
	d->triggered_by = spec->triggered_by;
	replace(&d->author, spec->author);
	replace(&d->comment, spec->comment);
	changed(e, d, DOWNTIME_CHANGED);
	if (d->active && d->fixed && d->start > now &&
	    d->end > now) { /* DT-17 */
		lower(e, d, DOWNTIME_ENDED, now);
		d->actual_start = 0;
		changed(e, d, DOWNTIME_CHANGED);
		if (e->objects[object].downtime_depth == 0)
			unblock(e, object, now);
	}
	turn(e, d, now);
	engine_plan(e, object, now);
	return 0;
}
