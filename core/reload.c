/* SPDX-License-Identifier: Apache-2.0
 *
 * Another configuration without losing a state (PR-2): what takes time is
 * built while the old one works, then both change places in one step.
 */
#include "core/core.h"

#include "common/clock.h"
#include "common/log.h"
#include "core/state/adopt.h"

#include <inttypes.h>

static struct engine_settings
settings_of(const struct daemon *d)
{
	return (struct engine_settings){
	    .notify_unreachable = d->settings->notify_unreachable};
}

int
core_reload_prepare(struct daemon *d, struct snapshot *next, struct err *err_r)
{
	struct core *core = d->state;
	struct engine_settings settings = settings_of(d);

	core_reload_abort(d);
	core->next.periods = periods_compile(next, err_r);
	if (core->next.periods == NULL)
		return -1;
	core->next.snap = next;
	core->next.engine = engine_new(next, core->next.periods, &settings,
	    &effects_ops, &core->fx, core_now());
	match_make(&core->next.match, core->engine->snap, next);
	return 0;
}

void
core_reload_abort(struct daemon *d)
{
	struct core *core = d->state;

	engine_free(&core->next.engine);
	periods_free(&core->next.periods);
	match_free(&core->next.match);
	core->next.snap = NULL;
}

static struct slice
host_name(const struct snapshot *snap, uint32_t object)
{
	return slice_of(
	    snap_s(snap, snap->objects[snap->objects[object].host].name));
}

static struct slice
service_name(const struct snapshot *snap, uint32_t object)
{
	const struct snap_object *c = &snap->objects[object];

	return c->is_service ? slice_of(snap_s(snap, c->name)) : SLICE("");
}

/* OM-3, RT-7: told, and kept in case it comes back. */
static void
bury(struct core *core, struct engine *old, uint32_t object, int64_t now)
{
	struct slice host = host_name(old->snap, object);
	struct slice service = service_name(old->snap, object);
	const struct checkable *o = &old->objects[object];
	struct str line = {0}, records = {0};

	if (service.len > 0)
		str_addf(&line, "VANISHED SERVICE: %.*s;%.*s", (int)host.len,
		    host.s, (int)service.len, service.s);
	else
		str_addf(&line, "VANISHED HOST: %.*s", (int)host.len, host.s);
	history_add(core->fx.history, now, str_slice(&line));
	if (o->flags & CHECKABLE_CHECKED) {
		record_put_object(&records, old, object);
		for (const struct downtime *d = o->downtimes; d != NULL;
		     d = d->next)
			record_put_downtime(&records, old, d);
		for (const struct comment *c = o->comments; c != NULL;
		     c = c->next)
			record_put_comment(&records, old, c);
		tombs_add(core->tombs, host, service, str_slice(&records), now);
	}
	str_free(&line);
	str_free(&records);
}

/* A new object that was there before. */
static void
revive(struct core *core, uint32_t object)
{
	struct engine *e = core->next.engine;
	struct record_reader reader = {.engine = e, .hint = object};
	struct str records;
	struct err err;

	if (!tombs_take(core->tombs, host_name(e->snap, object),
		service_name(e->snap, object), &records))
		return;
	if (record_read(&reader, str_slice(&records), &err) == -1)
		log_error("state of a vanished object: %s", err.text);
	str_free(&records);
}

static void
exchange(struct core *core, int64_t now)
{
	struct engine *old = core->engine, *e = core->next.engine;
	struct schedule *schedule;
	const struct match *m = &core->next.match;

	engine_adopt(e, old, m->old_of);
	for (uint32_t i = 0; i < m->n_old; i++)
		if (m->new_of[i] == SNAP_NONE)
			bury(core, old, i, now);
	for (uint32_t i = 0; tombs_count(core->tombs) > 0 && i < m->n_new; i++)
		if (m->old_of[i] == SNAP_NONE)
			revive(core, i);
	schedule = schedule_adopt(
	    core->schedule, e, m->old_of, effects_clock(&core->fx));
	jobs_adopt(core->jobs, schedule, m->new_of, m->n_old);
	schedule_free(&core->schedule);
	core->schedule = schedule;
	core->engine = e;
	effects_adopt(&core->fx, e, schedule);
	stream_adopt(core->fx.stream,
	    &(struct stream_view){.engine = e, .schedule = schedule});
	history_adopt(core->fx.history, e);
	store_adopt(core->fx.store, e);
	engine_adopted(e, now);
	engine_free(&old);
	periods_free(&core->periods);
	core->periods = core->next.periods;
	core->next.engine = NULL;
	core->next.periods = NULL;
	core->next.snap = NULL;
	match_free(&core->next.match);
}

void
core_reload_commit(struct daemon *d, struct snapshot *old)
{
	struct core *core = d->state;
	int64_t began = clock_mono(), now = core_now();

	(void)old;
	must(core->next.engine != NULL && core->next.snap == d->snapshot);
	core->next.engine->settings = settings_of(d);
	effects_settle(&core->fx, now);
	exchange(core, now);
	core->reloads++;
	core->reload_us = (clock_mono() - began) / NS_PER_US;
	log_info("configuration %" PRIu64 ": in use, %u hosts, %u services; "
		 "took %" PRId64 " us",
	    d->snapshot->generation, d->snapshot->n_hosts,
	    d->snapshot->n_objects - d->snapshot->n_hosts, core->reload_us);
	core->wake = true;
}
