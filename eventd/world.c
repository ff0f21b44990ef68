/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts, periods and downtimes of the site; see world.h.
 */
#include "eventd/world.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/period.h"
#include "eventd/hosts.h"

#include <stdlib.h>

struct world {
	struct daemon *d;
	const struct snapshot *snap;
	struct periods *periods;
	struct host_names *names;
	bool *in_downtime; /* by host */
	struct bus_link *state, *ask;
	uint64_t seq, stream_generation, answer_generation;
	bool in_step; /* no frame is missing */
	bool notifications_off;
	struct engine_world engine;
	world_downtime_fn *ended;
	world_service_fn *service;
	void *ended_arg; /* of both */
};

/* --- for the engine ----------------------------------------------------------
 */

static const char *
core_host(const char *name, void *arg)
{
	const struct world *w = arg;
	uint32_t host = host_names_find(w->names, name);

	return host == SNAP_NONE ? NULL
				 : snap_s(w->snap, w->snap->objects[host].name);
}

uint32_t
world_host(const struct world *w, const char *name)
{
	return snap_find_host(w->snap, slice_of(name));
}

bool
world_in_downtime(const struct world *w, uint32_t host)
{
	return host < w->snap->n_hosts && w->in_downtime[host];
}

bool
world_notifications(const struct world *w)
{
	return !w->notifications_off;
}

static bool
host_in_downtime(const char *name, void *arg)
{
	return world_in_downtime(arg, world_host(arg, name));
}

static bool
host_limit(const char *name, struct limit *limit_r, void *arg)
{
	const struct world *w = arg;

	return host_event_limit(w->snap, world_host(w, name), limit_r);
}

static bool
period_active(const char *name, void *arg)
{
	const struct world *w = arg;
	uint32_t index = snap_find_period(w->snap, slice_of(name));

	return index == SNAP_NONE ||
	    period_is_in(w->periods, index, clock_wall() / NS_PER_S);
}

/* --- the snapshot
 * -------------------------------------------------------------- */

int
world_load(struct world *w, const struct snapshot *snap, struct err *err_r)
{
	struct periods *periods = periods_compile(snap, err_r);
	bool *downtime;

	if (periods == NULL)
		return -1;
	downtime = xcalloc(snap->n_hosts + 1, sizeof(*downtime));
	for (uint32_t i = 0; w->snap != NULL && i < snap->n_hosts; i++) {
		uint32_t old = snap_find_host(
		    w->snap, slice_of(snap_s(snap, snap->objects[i].name)));

		downtime[i] = old != SNAP_NONE && w->in_downtime[old];
	}
	free(w->in_downtime);
	w->in_downtime = downtime;
	host_names_free(&w->names);
	w->names = host_names_new(snap);
	periods_free(&w->periods);
	w->periods = periods;
	w->snap = snap;
	w->in_step = false;
	return 0;
}

/* --- core's stream
 * --------------------------------------------------------------- */

static void
ask_snapshot(struct world *w)
{
	struct bus_peer *core = bus_dialled(w->ask);
	struct msg m = {
	    .id = MSG_SNAPSHOT_WANT, .snapshot_want = {.seq = w->seq}};

	if (core != NULL && bus_send(core, &m) == 0)
		bus_flush(core);
}

static void
take_checkable(
    struct world *w, const struct msg_checkable *c, uint64_t generation)
{
	bool now = c->downtime_depth > 0, before;

	if (generation != w->snap->generation)
		return;
	if (c->object >= w->snap->n_hosts) {
		w->service(
		    c->object, c->state, c->last_check != 0, w->ended_arg);
		return;
	}
	before = w->in_downtime[c->object];
	w->in_downtime[c->object] = now;
	if (before && !now)
		w->ended(snap_s(w->snap, w->snap->objects[c->object].name),
		    w->ended_arg);
}

static void
take_switches(struct world *w, const struct msg_core_status *c)
{
	w->notifications_off = (c->switches & MSG_SWITCH_NOTIFICATIONS) == 0;
}

static void
on_stream(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct world *w = arg;

	(void)peer;
	if (m->id == MSG_STREAM_HEAD) {
		if (w->in_step && m->stream_head.seq > w->seq + 1) {
			w->in_step = false;
			ask_snapshot(w);
		}
		w->seq = m->stream_head.seq;
		w->stream_generation = m->stream_head.generation;
	} else if (m->id == MSG_CHECKABLE) {
		take_checkable(w, &m->checkable, w->stream_generation);
	} else if (m->id == MSG_CORE_STATUS) {
		take_switches(w, &m->core_status);
	}
}

static void
on_answer(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct world *w = arg;

	(void)peer;
	if (m->id == MSG_STREAM_HEAD)
		w->answer_generation = m->stream_head.generation;
	else if (m->id == MSG_CHECKABLE)
		take_checkable(w, &m->checkable, w->answer_generation);
	else if (m->id == MSG_CORE_STATUS)
		take_switches(w, &m->core_status);
	else if (m->id == MSG_SNAPSHOT_END)
		w->in_step = true;
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct world *w = arg;

	(void)peer;
	w->answer_generation = w->snap->generation;
	ask_snapshot(w);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct world *w = arg;

	(void)peer;
	(void)why;
	w->in_step = false;
}

int
world_connect(struct world *w, struct err *err_r)
{
	static const struct bus_handlers stream = {.message = on_stream};
	static const struct bus_handlers answers = {
	    .up = on_up, .down = on_down, .message = on_answer};
	char *state = daemon_endpoint(w->d, "state");
	char *ask = daemon_endpoint(w->d, "snapshot");

	w->state = bus_subscribe(w->d->bus, state, &stream, w, err_r);
	if (w->state != NULL)
		w->ask = bus_dial(w->d->bus, ask, NULL, &answers, w, err_r);
	free(state);
	free(ask);
	return w->ask == NULL ? -1 : 0;
}

struct world *
world_new(struct daemon *d, world_downtime_fn *ended, world_service_fn *service,
    void *arg)
{
	struct world *w = xnew(struct world);

	w->d = d;
	w->ended = ended;
	w->service = service;
	w->ended_arg = arg;
	w->engine = (struct engine_world){.match = {.site = d->site,
					      .period_active = period_active,
					      .arg = w},
	    .core_host = core_host,
	    .in_downtime = host_in_downtime,
	    .host_limit = host_limit,
	    .arg = w};
	return w;
}

void
world_free(struct world **wp)
{
	struct world *w = *wp;

	if (w == NULL)
		return;
	if (w->state != NULL)
		bus_close(&w->state);
	if (w->ask != NULL)
		bus_close(&w->ask);
	periods_free(&w->periods);
	host_names_free(&w->names);
	free(w->in_downtime);
	free(w);
	*wp = NULL;
}

struct engine_world *
world_engine(struct world *w)
{
	return &w->engine;
}

const struct snapshot *
world_snapshot(const struct world *w)
{
	return w->snap;
}
