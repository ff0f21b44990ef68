/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs and workers; see jobs.h. A job's number is its slot in the table and a
 * serial above it, so an answer finds its job at once and a late one is known
 * by its serial.
 */
#include "core/schedule/jobs_internal.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "core/schedule/intake.h"
#include "core/schedule/job.h"
#include "core/schedule/piggyback.h"

#include <stdlib.h>

#define SLOT_BITS 24

static uint64_t
serial_of(uint64_t id)
{
	return id >> SLOT_BITS;
}

struct running *
jobs_take_slot(struct jobs *j)
{
	struct running *r;

	if (j->free_slot == UINT32_MAX) {
		uint32_t n = j->n_slots == 0 ? 256 : j->n_slots * 2;

		must(n <= 1u << SLOT_BITS);
		j->slots = xreallocarray(j->slots, n, sizeof(*j->slots));
		heap_resize(&j->deadlines, n);
		for (uint32_t i = n; i-- > j->n_slots;) {
			j->slots[i] =
			    (struct running){.next_free = j->free_slot};
			j->free_slot = i;
		}
		j->n_slots = n;
	}
	r = &j->slots[j->free_slot];
	j->free_slot = r->next_free;
	*r = (struct running){
	    .id = ++j->serial << SLOT_BITS | (uint64_t)(r - j->slots)};
	j->n_running++;
	return r;
}

void
jobs_free_slot(struct jobs *j, struct running *r)
{
	uint32_t slot = (uint32_t)(r - j->slots);

	heap_set(&j->deadlines, slot, HEAP_NEVER);
	if (r->worker != NULL && r->worker->busy > 0) {
		r->worker->busy--;
		r->worker->running_of[r->kind]--;
	}
	j->running_of[r->kind]--;
	j->n_running--;
	*r = (struct running){.next_free = j->free_slot};
	j->free_slot = slot;
}

void
jobs_executing(struct jobs *j, uint32_t object, bool on)
{
	struct checkable *o = &j->schedule->engine->objects[object];

	o->flags &= (uint16_t)~CHECKABLE_EXECUTING;
	if (on)
		o->flags |= CHECKABLE_EXECUTING;
}

/* The job has no answer: another worker, or a result that says so. */
static void
lost(struct jobs *j, struct running *r, const char *why, bool again)
{
	struct due due = r->due;
	uint32_t object = r->object;
	unsigned before = r->lost;
	char *alert = r->alert;
	int64_t now_ns, now;

	j->ops->clock(j->arg, &now_ns, &now);
	if (r->handler != 0)
		log_warn("event handler: %s",
		    why == NULL ? "no answer in time" : why);
	r->alert = NULL;
	jobs_free_slot(j, r);
	if (alert != NULL)
		jobs_alert_ended(j, alert, 3,
		    slice_of(why == NULL ? "no answer in time" : why));
	if (object == SNAP_NONE)
		return;
	jobs_executing(j, object, false);
	due.lost = before + 1;
	if (again && due.lost < 2) {
		j->given_away++;
		schedule_again(j->schedule, &due);
	} else {
		schedule_done(j->schedule, object);
		intake_failed(j->schedule, object, why, now);
	}
}

static void
worker_up(struct bus_peer *peer, void *arg)
{
	struct jobs *j = arg;
	struct worker *w;
	int64_t now_ns, now;

	j->ops->clock(j->arg, &now_ns, &now);
	w = workers_add(&j->workers, peer, now);
	bus_peer_set_data(peer, w);
	log_info("worker %s: is up%s", w->name,
	    w->def < 0 ? "" : ", on another machine");
	if (w->def >= 0)
		jobs_greet(j, w);
}

static void
worker_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct jobs *j = arg;
	struct worker *w = bus_peer_data(peer);
	int64_t now_ns, now;
	uint32_t n = 0;

	for (uint32_t i = 0; i < j->n_slots; i++) {
		struct running *r = &j->slots[i];

		if (r->id == 0 || r->worker != w)
			continue;
		r->worker = NULL;
		w->given_away++;
		n++;
		lost(j, r, "the worker was lost", true);
	}
	log_warn(
	    "worker %s: is down: %s; %u jobs go to others", w->name, why, n);
	bus_peer_set_data(peer, NULL);
	j->ops->clock(j->arg, &now_ns, &now);
	workers_remove(&j->workers, w, now);
	j->ops->wake(j->arg);
}

/* The object's present number; SNAP_NONE if it vanished meanwhile. */
static uint32_t
present(const struct jobs *j, uint64_t serial, uint32_t object)
{
	/* Oldest first: each renumbering takes over the one before. */
	for (const struct renumbered *n = j->renumbered; n != NULL; n = n->next)
		if (serial <= n->upto_serial && object != SNAP_NONE)
			object =
			    object < n->n_old ? n->new_of[object] : SNAP_NONE;
	return object;
}

/* Numbers that no running job is old enough for. */
static void
forget_older(struct jobs *j)
{
	uint64_t oldest = UINT64_MAX;

	for (uint32_t i = 0; i < j->n_slots; i++)
		if (j->slots[i].id != 0 && serial_of(j->slots[i].id) < oldest)
			oldest = serial_of(j->slots[i].id);
	while (j->renumbered != NULL && j->renumbered->upto_serial < oldest) {
		struct renumbered *n = j->renumbered;

		j->renumbered = n->next;
		free(n);
	}
}

/* ST-31: silence of one kind may be refuted by a sign of another. */
static void
take_own(struct jobs *j, const struct intake *in, struct msg_job_result *own)
{
	int64_t now_ns, now;
	struct str words = {0};

	j->ops->clock(j->arg, &now_ns, &now);
	if (schedule_kind(j->schedule->engine, in->collector) == MSG_JOB_PING)
		life_refutes(&j->life, in->collector, now_ns, own, &words);
	intake_own(in, own);
	str_free(&words);
}

/* CR-7: what the job fed first, then the job's own object. */
static void
take_results(struct jobs *j, const struct msg_outcome *m, uint64_t serial,
    uint32_t object, int64_t planned, int64_t started, int64_t now)
{
	struct intake in = {.schedule = j->schedule,
	    .collector = object,
	    .started_us = m->started_us,
	    .duration_us = m->duration_us,
	    .now = now};
	struct msg_job_result r, own = {.object = 0};
	struct slice list = m->results;
	bool has_own = false;

	in.latency_us =
	    started > planned ? (uint32_t)((started - planned) / NS_PER_US) : 0;
	while (msg_job_result_next(&list, &r)) {
		j->results++;
		if (r.object == MSG_OWN_OBJECT) {
			own = r;
			has_own = true;
			continue;
		}
		j->service_checks++;
		if (!intake_collected(&in, present(j, serial, r.object), &r))
			j->results_stray++;
	}
	if (has_own && engine_is_service(j->schedule->engine, object))
		j->service_checks++;
	else
		j->host_checks++;
	if (has_own)
		take_own(j, &in, &own);
	else
		intake_failed(j->schedule, object,
		    "the worker answered without a result", now);
}

static void
outcome(struct jobs *j, struct worker *w, const struct msg_outcome *m)
{
	const struct snapshot *snap = j->schedule->engine->snap;
	uint32_t slot = (uint32_t)(m->job_id & ((1u << SLOT_BITS) - 1)), object;
	struct running *r = slot < j->n_slots ? &j->slots[slot] : NULL;
	int64_t now_ns, now, planned, started;

	if (r == NULL || r->id != m->job_id || m->job_id == 0 ||
	    r->worker != w) {
		j->late++;
		return;
	}
	j->answered++;
	w->answered++;
	if (r->handler != 0) {
		jobs_handler_ended(j, r, m);
		return;
	}
	object = r->object;
	planned = r->due.planned;
	started = r->started;
	jobs_free_slot(j, r);
	j->ops->clock(j->arg, &now_ns, &now);
	w->line += ((double)(now_ns - started) / (double)NS_PER_S -
		       (double)m->duration_us / 1e6 - w->line) *
	    0.05;
	if (object == SNAP_NONE)
		return;
	jobs_executing(j, object, false);
	schedule_done(j->schedule, object);
	if (m->alive)
		life_note(&j->life, snap->objects[object].host, now_ns,
		    schedule_kind(j->schedule->engine, object) == MSG_JOB_PING);
	if (m->brought)
		piggyback_take(j->piggyback,
		    slice_of(snap_s(
			snap, snap->objects[snap->objects[object].host].name)),
		    m->piggyback, now);
	take_results(j, m, serial_of(m->job_id), object, planned, started, now);
}

static void
worker_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct jobs *j = arg;
	struct worker *w = bus_peer_data(peer);

	if (m->id == MSG_CREDIT) {
		w->credit = m->credit.jobs > UINT32_MAX - w->credit
		    ? UINT32_MAX
		    : w->credit + m->credit.jobs;
		w->draining = m->credit.draining;
	} else if (m->id == MSG_OUTCOME) {
		outcome(j, w, &m->outcome);
	} else {
		log_warn("worker %s: unexpected message %s", w->name,
		    msg_name(m->id));
		return;
	}
	j->ops->wake(j->arg);
}

const struct bus_handlers jobs_handlers = {
    .up = worker_up, .down = worker_down, .message = worker_message};

struct jobs *
jobs_new(struct bus *bus, const char *endpoint, struct schedule *schedule,
    const struct jobs_ops *ops, void *arg, struct err *err_r)
{
	struct bus_options options = {.queue_bytes = 64u << 20};
	struct jobs *j = xnew(struct jobs);
	int64_t now;

	j->bus = bus;
	j->schedule = schedule;
	j->ops = ops;
	j->arg = arg;
	j->free_slot = UINT32_MAX;
	j->piggyback = piggyback_new();
	life_start(&j->life, schedule->engine->snap->n_hosts);
	ops->clock(arg, &j->settled, &now);
	j->last_handler = &j->handlers;
	j->link = bus_listen(bus, endpoint, &options, &jobs_handlers, j, err_r);
	if (j->link == NULL) {
		piggyback_free(&j->piggyback);
		life_free(&j->life);
		free(j);
		return NULL;
	}
	return j;
}

void
jobs_free(struct jobs **jobs)
{
	struct jobs *j = *jobs;

	if (j == NULL)
		return;
	workers_free(&j->workers);
	jobs_remote_free(j);
	for (uint32_t i = 0; i < j->n_slots; i++)
		j->slots[i].id = 0;
	forget_older(j);
	heap_free(&j->deadlines);
	for (uint32_t i = 0; i < j->n_slots; i++)
		free(j->slots[i].alert);
	free(j->slots);
	job_buffers_free(&j->buffers);
	piggyback_free(&j->piggyback);
	life_free(&j->life);
	jobs_drop_handlers(j);
	free(j);
	*jobs = NULL;
}

/* Handlers are scripts of the site: they run on its machine. */
struct worker *
jobs_pick(struct jobs *j)
{
	return workers_pick_local(&j->workers);
}

void
jobs_take_back(struct jobs *j, int64_t now_ns)
{
	int64_t deadline;
	uint32_t slot;

	while (
	    heap_top(&j->deadlines, &deadline, &slot) && deadline <= now_ns) {
		struct running *r = &j->slots[slot];

		j->timed_out++;
		log_warn("worker %s: no answer in time",
		    r->worker == NULL ? "?" : r->worker->name);
		lost(j, r, NULL, false);
	}
}

int64_t
jobs_next_deadline(const struct jobs *j)
{
	int64_t key;
	uint32_t slot;

	return heap_top(&j->deadlines, &key, &slot) ? key : HEAP_NEVER;
}

void
jobs_adopt(struct jobs *j, struct schedule *schedule, const uint32_t *new_of,
    uint32_t n_old)
{
	struct renumbered **at = &j->renumbered, *n;
	int64_t now;

	j->ops->clock(j->arg, &j->settled, &now);
	j->schedule = schedule;
	j->workers.kinds_used = 0;
	workers_claim(&j->workers, schedule->engine->snap);
	life_adopt(&j->life, new_of, n_old, schedule->engine->snap->n_hosts);
	for (uint32_t i = 0; i < j->n_slots; i++) {
		struct running *r = &j->slots[i];

		if (r->id == 0 || r->object == SNAP_NONE)
			continue;
		r->object = new_of[r->object];
		r->due.object = r->object;
		if (r->object != SNAP_NONE &&
		    schedule_kind(schedule->engine, r->object) == SCHEDULE_NONE)
			r->object = SNAP_NONE;
	}
	forget_older(j);
	if (j->n_running == 0)
		return;
	while (*at != NULL)
		at = &(*at)->next;
	n = xmalloc(sizeof(*n) + n_old * sizeof(n->new_of[0]));
	*n = (struct renumbered){.upto_serial = j->serial, .n_old = n_old};
	memcpy(n->new_of, new_of, n_old * sizeof(n->new_of[0]));
	*at = n;
}

struct piggyback *
jobs_piggyback(struct jobs *j)
{
	return j->piggyback;
}
