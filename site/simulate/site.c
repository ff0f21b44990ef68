/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated site starts, stops and takes another configuration, through
 * core's own retention and adoption.
 */
#include "site/simulate/sim.h"

#include "common/log.h"
#include "common/mem.h"
#include "core/config/exchange.h"
#include "core/config/options.h"
#include "core/retention/record.h"
#include "core/state/adopt.h"
#include "site/simulate/quick.h"

#include <stdlib.h>

/* --- retention -------------------------------------------------------------
 */

void
sim_image(struct sim *s)
{
	const struct engine *e = s->engine;
	uint32_t tombs_at = 0;

	sim_quick_take_all(s); /* their plans are kept, too */
	str_clear(&s->image);
	record_put_program(&s->image, e);
	for (uint32_t i = 0; i < e->snap->n_contacts; i++)
		record_put_contact(&s->image, e, i);
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		const struct checkable *o = &e->objects[i];

		record_put_object(&s->image, e, i);
		for (const struct downtime *d = o->downtimes; d != NULL;
		     d = d->next)
			record_put_downtime(&s->image, e, d);
		for (const struct comment *c = o->comments; c != NULL;
		     c = c->next)
			record_put_comment(&s->image, e, c);
	}
	while (!tombs_put(s->tombs, &tombs_at, &s->image))
		;
	record_put_end(&s->image, e->snap->n_objects);
}

static void
found_stranger(
    void *arg, struct slice host, struct slice service, struct slice record)
{
	struct sim *s = arg;

	tombs_add(s->tombs, host, service, record, sim_now(s));
}

static void
load(struct sim *s)
{
	struct record_reader reader = {
	    .engine = s->engine, .stranger = found_stranger, .arg = s};
	struct err err;

	if (s->image.len > 0 &&
	    record_read(&reader, str_slice(&s->image), &err) == -1)
		panic("simulate: what was kept: %s", err.text);
}

/* --- up and down -----------------------------------------------------------
 */

void
sim_site_boot(struct sim *s)
{
	struct engine_settings settings = options_of(s->settings);
	int64_t now = sim_now(s);

	s->tombs = tombs_new();
	s->engine =
	    engine_new(s->snap, s->periods, &settings, &sim_ops, s, now);
	load(s);
	s->up = true;
	heap_free(&s->stale); /* starting touches objects */
	heap_resize(&s->stale, s->snap->n_objects);
	sim_log_start(s);
	engine_start(s->engine, now);
	s->schedule = schedule_new(s->engine, s->jump, sim_mono(s));
	sim_stale_init(s);
}

void
sim_site_stop(struct sim *s, bool crash, int64_t down)
{
	if (!crash) {
		sim_log_stop(s);
		sim_image(s);
	}
	sim_quick_free(s);
	s->up = false;
	s->boot_at = s->t + down;
	schedule_free(&s->schedule);
	engine_free(&s->engine);
	tombs_free(&s->tombs);
}

static void
take_config(struct sim *s, struct sim_config *c)
{
	if (s->settings != NULL)
		settings_free(&s->settings);
	json_decref(s->config);
	s->snap = c->snap;
	s->periods = c->periods;
	s->settings = c->settings;
	s->config = c->config;
	rulebook_free(&s->book);
	s->book = c->book;
	*c = (struct sim_config){0};
}

static void
make_tables(struct sim *s)
{
	s->seen = xcalloc(s->snap->n_objects + 1, sizeof(*s->seen));
	s->last = xcalloc(s->snap->n_objects + 1, sizeof(*s->last));
	sim_keys_make(s);
}

void
sim_site_start(struct sim *s, struct sim_config *c)
{
	take_config(s, c);
	make_tables(s);
	s->told = told_new();
	s->chains = sim_chains_new(s);
	s->past = past_memory_new();
	s->day_ends = sim_now(s);
}

/* --- reload ----------------------------------------------------------------
 */

static void
line(void *arg, int64_t now, struct slice text)
{
	(void)now;
	sim_log(arg, text);
}

static void
move_tables(struct sim *s, const struct match *m)
{
	struct sim_seen *seen = s->seen;
	struct sim_last *last = s->last;

	make_tables(s);
	for (uint32_t i = 0; i < m->n_new; i++) {
		uint32_t was = m->old_of[i];

		if (was == SNAP_NONE)
			continue;
		s->seen[i] = seen[was];
		s->last[i] = last[was];
		last[was].raw = NULL;
	}
	for (uint32_t i = 0; i < m->n_old; i++)
		free(last[i].raw);
	free(seen);
	free(last);
}

void
sim_site_reload(struct sim *s, struct sim_config *c)
{
	struct snapshot *old_snap = s->snap;
	struct periods *old_periods = s->periods;
	struct engine_settings settings;
	struct engine *old = s->engine;
	struct schedule *schedule;
	struct match m;

	sim_quick_free(s);
	match_make(&m, s->snap, c->snap);
	mirror_free(&s->mirror);
	sim_keys_free(s);
	take_config(s, c);
	move_tables(s, &m);
	settings = options_of(s->settings);
	s->engine =
	    engine_new(s->snap, s->periods, &settings, &sim_ops, s, sim_now(s));
	exchange_states(&(struct exchange){.old = old,
			    .next = s->engine,
			    .match = &m,
			    .tombs = s->tombs,
			    .line = line,
			    .arg = s},
	    sim_now(s));
	schedule =
	    schedule_adopt(s->schedule, s->engine, m.old_of, sim_mono(s));
	schedule_free(&s->schedule);
	s->schedule = schedule;
	heap_free(&s->stale);
	heap_resize(&s->stale, s->snap->n_objects);
	engine_adopted(s->engine, sim_now(s));
	sim_stale_init(s);
	engine_free(&old);
	periods_free(&old_periods);
	snapshot_close(&old_snap);
	match_free(&m);
}

void
sim_site_free(struct sim *s)
{
	for (uint32_t i = 0; s->last != NULL && i < s->snap->n_objects; i++)
		free(s->last[i].raw);
	free(s->last);
	free(s->seen);
	sim_quick_free(s);
	sim_keys_free(s);
	mirror_free(&s->mirror);
	rulebook_free(&s->book);
	schedule_free(&s->schedule);
	engine_free(&s->engine);
	if (s->tombs != NULL)
		tombs_free(&s->tombs);
	if (s->told != NULL)
		told_free(&s->told);
	chains_free(&s->chains);
	past_memory_free(&s->past);
	heap_free(&s->stale);
	periods_free(&s->periods);
	snapshot_close(&s->snap);
	if (s->settings != NULL)
		settings_free(&s->settings);
	json_decref(s->config);
	free(s->started);
	str_free(&s->image);
	str_free(&s->out);
}
