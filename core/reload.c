/* SPDX-License-Identifier: Apache-2.0
 *
 * Another configuration without losing a state (PR-2): what takes time is
 * built while the old one works, then both change places in one step.
 */
#include "core/core.h"

#include "common/clock.h"
#include "common/config/renames.h"
#include "common/log.h"
#include "core/config/exchange.h"
#include "core/config/options.h"
#include "core/state/adopt.h"

#include <inttypes.h>

int
core_reload_prepare(struct daemon *d, struct snapshot *next, struct err *err_r)
{
	struct core *core = d->state;
	struct engine_settings settings = options_of(d->settings);

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

static void
vanished(void *arg, int64_t now, struct slice line)
{
	struct core *core = arg;

	history_add(core->fx.history, now, line);
}

void
core_tell_renames(struct core *core, uint64_t generation, int64_t now)
{
	const struct snapshot *snap = core->engine->snap;
	struct renames r;

	renames_parse(slice_of(snap_s(snap, snap->renames)), &r);
	for (size_t i = 0; i < r.n; i++) {
		const struct rename_entry *e = &r.items[i];
		struct str line = {0};

		if (e->generation <= generation)
			continue;
		str_addf(&line, "HOST RENAMED: %.*s;%.*s", (int)e->from.len,
		    e->from.s, (int)e->to.len, e->to.s);
		history_add(core->fx.history, now, str_slice(&line));
		str_free(&line);
	}
	renames_free(&r);
}

static void
exchange(struct core *core, int64_t now)
{
	struct engine *old = core->engine, *e = core->next.engine;
	uint64_t generation = old->snap->generation;
	struct schedule *schedule;
	const struct match *m = &core->next.match;

	exchange_states(&(struct exchange){.old = old,
			    .next = e,
			    .match = m,
			    .tombs = core->tombs,
			    .line = vanished,
			    .arg = core,
			    .new_later = true},
	    now);
	jobs_unpark(core->jobs);
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
	record_put_generation(&core->fx.records, e->snap->generation);
	core_tell_renames(core, generation, now);
	history_introduce(core->fx.history, m->old_of, now);
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
	core->next.engine->settings = options_of(d->settings);
	effects_settle(&core->fx, now);
	exchange(core, now);
	core_remote(core);
	core_metrics(core);
	core->reloads++;
	core->reload_us = (clock_mono() - began) / NS_PER_US;
	log_info("configuration %" PRIu64 ": in use, %u hosts, %u services; "
		 "took %" PRId64 " us",
	    d->snapshot->generation, d->snapshot->n_hosts,
	    d->snapshot->n_objects - d->snapshot->n_hosts, core->reload_us);
	core->wake = true;
}
