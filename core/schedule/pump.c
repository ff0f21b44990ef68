/* SPDX-License-Identifier: Apache-2.0
 *
 * What is due becomes jobs, as far as workers have room; see jobs.h.
 */
#include "core/schedule/intake.h"
#include "core/schedule/jobs_internal.h"
#include "core/schedule/piggyback.h"

#include "common/clock.h"

#define PUMP_MAX 500 /* starts in one go: others want the loop, too */
/*
 * Jobs start together, at most so much later: to wake core, ZeroMQ's threads
 * and a worker costs as much as a fetch.
 */
#define BEAT_NS (50 * NS_PER_MS)

static uint32_t
capacity(struct jobs *j)
{
	uint64_t n = 0;

	for (struct worker *w = j->workers.first; w != NULL; w = w->next) {
		w->refused = false;
		n += (uint64_t)(w->draining ? 0 : w->credit) + w->busy;
	}
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* Sources are asked once a minute, as a rule; two rounds are enough. */
#define SETTLE_NS (120 * NS_PER_S)

/*
 * What others sent for the host goes with the job. False: the host lives on
 * others alone, and after a start or a reload these have not been asked yet.
 */
static bool
add_piggyback(struct jobs *j, struct msg_job *job, int64_t now_ns)
{
	if (job->kind != MSG_JOB_AGENT && job->kind != MSG_JOB_PROGRAM &&
	    job->kind != MSG_JOB_PIGGYBACK && job->kind != MSG_JOB_SNMP)
		return true;
	str_clear(&j->buffers.sources);
	piggyback_give(j->piggyback, job->host, &j->buffers.sources);
	job->sources = str_slice(&j->buffers.sources);
	return job->kind != MSG_JOB_PIGGYBACK || job->sources.len > 0 ||
	    now_ns - j->settled > SETTLE_NS;
}

static bool
start(struct jobs *j, struct worker *w, unsigned kind, const struct due *due,
    int64_t now_ns)
{
	struct msg m = {.id = MSG_JOB};
	struct running *r;
	int64_t unused, wall;

	j->ops->clock(j->arg, &unused, &wall);
	job_make(&m.job, &j->buffers, j->schedule->engine,
	    j->ops->links(j->arg), due->object, kind, wall);
	if (!add_piggyback(j, &m.job, now_ns)) {
		schedule_done(j->schedule, due->object);
		return true;
	}
	if (kind == MSG_JOB_PING)
		m.job.window_ms = life_window_ms(&j->life, due->object, now_ns);
	r = jobs_take_slot(j);
	r->object = due->object;
	r->kind = kind;
	r->due = *due;
	r->lost = due->lost;
	r->started = now_ns;
	j->running_of[kind]++;
	m.job.job_id = r->id;
	if (bus_send(w->peer, &m) == -1) {
		j->refused_queue++;
		w->refused = true;
		jobs_free_slot(j, r);
		schedule_again(j->schedule, due);
		return false;
	}
	r->worker = w;
	w->busy++;
	w->running_of[kind]++;
	w->credit--;
	w->taken++;
	jobs_note_latency(j, w, kind, due, now_ns);
	j->sent++;
	heap_set(&j->deadlines, (uint32_t)(r - j->slots),
	    now_ns + m.job.timeout_ms * NS_PER_MS + JOBS_GRACE_S * NS_PER_S);
	jobs_executing(j, due->object, true);
	return true;
}

/* True: there is more of this kind that could start now. */
static bool
pump_kind(struct jobs *j, unsigned kind, unsigned *left, int64_t now_ns)
{
	const struct snapshot *snap = j->schedule->engine->snap;
	struct worker *w;
	struct claim *c;
	struct due due;

	while (schedule_waiting(j->schedule, kind) > 0 &&
	    workers_any(&j->workers)) {
		if (*left == 0)
			return true;
		if (!schedule_take(j->schedule, kind, &due))
			break;
		(*left)--;
		c = workers_claim_on(&j->workers, snap, due.object);
		w = c != NULL && c->waiting[kind].n > 0
		    ? NULL
		    : workers_pick(&j->workers, c, kind);
		if (w != NULL) {
			start(j, w, kind, &due, now_ns);
		} else if (c != NULL) { /* nobody behind it waits for it */
			claim_wait(c, kind, &due);
			j->workers.waited++;
		} else {
			schedule_again(j->schedule, &due);
			return false;
		}
	}
	return false;
}

static void
pump_line(struct jobs *j, struct claim *c, unsigned kind, unsigned *left,
    int64_t now_ns)
{
	struct claim_line *l = &c->waiting[kind];
	struct worker *w;
	uint32_t n = 0;

	while (n<l->n && * left> 0 &&
	    (w = workers_pick(&j->workers, c, kind)) != NULL) {
		struct due due = l->items[n++];
		unsigned now_kind =
		    schedule_kind(j->schedule->engine, due.object);

		(*left)--;
		if (now_kind < MSG_JOB_KINDS)
			start(j, w, now_kind, &due, now_ns);
		else
			schedule_done(j->schedule, due.object);
	}
	l->n -= n;
	if (n > 0)
		memmove(l->items, l->items + n, l->n * sizeof(l->items[0]));
}

/* Jobs whose workers have come back or have room again, the oldest first. */
static void
pump_claims(struct jobs *j, unsigned *left, int64_t now_ns)
{
	for (uint32_t i = 0; i < j->workers.n_claims; i++)
		for (unsigned k = 0; k < MSG_JOB_KINDS; k++)
			pump_line(j, &j->workers.claims[i],
			    (j->turn + k) % MSG_JOB_KINDS, left, now_ns);
}

/* Once a beat, unless somebody waits for a check. */
static bool
pump_kinds(struct jobs *j, unsigned *left, int64_t now_ns)
{
	bool more;

	if (now_ns / BEAT_NS == j->beat && !j->schedule->urgent)
		return false;
	for (unsigned kind = 0; kind < MSG_JOB_KINDS; kind++)
		if (schedule_waiting(j->schedule, kind) > 0)
			j->workers.kinds_used |= 1u << kind;
	more = pump_kind(j, MSG_JOB_PING, left, now_ns);
	for (unsigned i = 0; i < MSG_JOB_KINDS; i++) {
		unsigned kind = (j->turn + i) % MSG_JOB_KINDS;

		if (kind != MSG_JOB_PING)
			more = pump_kind(j, kind, left, now_ns) || more;
	}
	j->turn = (j->turn + 1) % MSG_JOB_KINDS;
	if (!more) {
		j->beat = now_ns / BEAT_NS;
		j->schedule->urgent = false;
	}
	return more;
}

int64_t
jobs_next_start(const struct jobs *j)
{
	int64_t at = schedule_next_start(j->schedule, BEAT_NS);
	int64_t beat = (j->beat + 1) * BEAT_NS;

	for (unsigned kind = 0; kind < MSG_JOB_KINDS; kind++)
		if (schedule_waiting(j->schedule, kind) > 0 && beat < at &&
		    workers_any(&j->workers))
			at = beat;
	return at;
}

void
jobs_pump(struct jobs *j)
{
	unsigned left = PUMP_MAX;
	int64_t now_ns, now;
	bool more;
	struct due due;

	j->ops->clock(j->arg, &now_ns, &now);
	jobs_take_back(j, now_ns);
	more = schedule_advance(j->schedule, now_ns, 4 * PUMP_MAX);
	while (schedule_take(j->schedule, SCHEDULE_LOCAL, &due)) {
		schedule_done(j->schedule, due.object);
		intake_local(j->schedule, due.object, now);
	}
	j->capacity = capacity(j);
	pump_claims(j, &left, now_ns);
	jobs_pump_handlers(j, now_ns);
	more = pump_kinds(j, &left, now_ns) || more;
	jobs_note_usage(j, now_ns);
	if (more)
		j->ops->wake(j->arg);
}
