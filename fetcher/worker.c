/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs from core, outcomes to core; see worker.h. An outcome that the bus
 * refuses, because core does not read, is kept and sent again; its credit is
 * given back with it, so that core cannot pile up more than the credit.
 */
#include "fetcher/worker.h"
#include "fetcher/fetch.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define RETRY_MS  50 /* kept outcomes are sent again */
#define LINGER_MS 50 /* for the bus to send the last ones */

struct kept { /* an outcome that could not be sent yet */
	struct kept *next;
	struct msg_outcome outcome; /* its lists are these: */
	struct str results, piggyback;
};

struct worker {
	uv_loop_t *loop;
	struct runner *runner;
	struct bus_link *link;
	struct bus_peer *core; /* NULL: down */
	uv_timer_t retry, drain;
	struct kept *first_kept, *last_kept;
	size_t n_kept;
	struct str results, blocks; /* reused for each outcome */
	void (*drained)(void *arg); /* NULL: not draining */
	void *drained_arg;
	bool is_over;  /* draining: only the lingering is left */
	uint32_t owed; /* credit of jobs answered, not given back yet */
	uint64_t jobs, outcomes, refused, dropped, kept;
};

/* --- the end ---------------------------------------------------------------
 */

static void
lingered(uv_timer_t *timer)
{
	struct worker *w = timer->data;
	void (*drained)(void *) = w->drained;

	w->drained = NULL;
	drained(w->drained_arg);
}

static void
look_for_end(struct worker *w)
{
	if (w->drained == NULL || w->is_over || runner_running(w->runner) > 0 ||
	    w->n_kept > 0)
		return;
	w->is_over = true;
	if (w->core != NULL)
		bus_flush(w->core);
	uv_timer_start(&w->drain, lingered, LINGER_MS, 0);
}

/* --- outcomes --------------------------------------------------------------
 */

/* What the bus refuses goes with the next outcome. */
static void
give_credit(struct worker *w)
{
	struct msg m = {.id = MSG_CREDIT, .credit = {.jobs = w->owed}};

	if (w->drained == NULL && bus_send(w->core, &m) == 0)
		w->owed = 0;
}

/* False: the bus is full. */
static bool
send_outcome(struct worker *w, const struct msg_outcome *outcome)
{
	struct msg m = {.id = MSG_OUTCOME, .outcome = *outcome};

	if (bus_send(w->core, &m) != 0)
		return false;
	w->outcomes++;
	w->owed++;
	give_credit(w);
	return true;
}

static void
retry(uv_timer_t *timer)
{
	struct worker *w = timer->data;

	while (w->first_kept != NULL) {
		struct kept *k = w->first_kept;

		if (!send_outcome(w, &k->outcome)) {
			uv_timer_start(&w->retry, retry, RETRY_MS, 0);
			return;
		}
		w->first_kept = k->next;
		w->n_kept--;
		str_free(&k->results);
		str_free(&k->piggyback);
		free(k);
	}
	w->last_kept = NULL;
	look_for_end(w);
}

static void
keep(struct worker *w, const struct msg_outcome *outcome)
{
	struct kept *k = xnew(struct kept);

	str_addslice(&k->results, outcome->results);
	k->outcome = *outcome;
	k->outcome.results = str_slice(&k->results);
	str_addslice(&k->piggyback, outcome->piggyback);
	k->outcome.piggyback = str_slice(&k->piggyback);
	if (w->last_kept != NULL)
		w->last_kept->next = k;
	else
		w->first_kept = k;
	w->last_kept = k;
	w->n_kept++;
	w->kept++;
	if (!uv_is_active((uv_handle_t *)&w->retry))
		uv_timer_start(&w->retry, retry, RETRY_MS, 0);
}

static void
forget_kept(struct worker *w)
{
	while (w->first_kept != NULL) {
		struct kept *k = w->first_kept;

		w->first_kept = k->next;
		str_free(&k->results);
		str_free(&k->piggyback);
		free(k);
	}
	w->last_kept = NULL;
	w->n_kept = 0;
	uv_timer_stop(&w->retry);
}

/* In order: nothing overtakes what is kept. */
static void
give_outcome(struct worker *w, const struct msg_outcome *outcome)
{
	if (w->n_kept > 0 || !send_outcome(w, outcome))
		keep(w, outcome);
}

static void
job_done(struct fetch *f, void *arg)
{
	struct worker *w = arg;
	struct msg_outcome outcome = {
	    .job_id = fetch_job(f)->job_id,
	    .started_us = fetch_started_us(f),
	};

	if (fetch_failure(f) != NULL)
		log_debug("host %.*s: %s", (int)fetch_job(f)->host.len,
		    fetch_job(f)->host.s, fetch_failure(f));
	str_clear(&w->results);
	str_clear(&w->blocks);
	fetch_results(f, &w->results);
	outcome.alive = fetch_is_alive(f);
	outcome.brought = fetch_piggyback(f, &w->blocks);
	outcome.piggyback = str_slice(&w->blocks);
	outcome.duration_us = fetch_duration_us(f);
	outcome.results = str_slice(&w->results);
	give_outcome(w, &outcome);
	look_for_end(w);
}

/* --- jobs ------------------------------------------------------------------
 */

/* Core sent more than its credit: answered in words, never queued. */
static void
refuse_job(struct worker *w, const struct msg_job *job)
{
	struct msg_job_result r = {
	    .object = MSG_OWN_OBJECT,
	    .state = job->service.len > 0 ? 3 : 1,
	    .output = SLICE("UNKNOWN - this fetcher has no free place for the "
			    "check"),
	};
	struct msg_outcome outcome = {
	    .job_id = job->job_id,
	    .started_us = clock_wall() / NS_PER_US,
	};

	w->refused++;
	str_clear(&w->results);
	msg_job_result_put(&w->results, &r);
	outcome.results = str_slice(&w->results);
	give_outcome(w, &outcome);
}

static void
core_up(struct bus_peer *peer, void *arg)
{
	struct worker *w = arg;
	struct msg m = {.id = MSG_CREDIT, .credit = {.jobs = LIMIT_JOBS}};

	w->core = peer;
	w->owed = 0;
	if (w->drained != NULL)
		m.credit = (struct msg_credit){.draining = true};
	bus_send(peer, &m);
	bus_flush(peer);
	log_info("core: connected, version %s", bus_peer_version(peer));
}

static void
core_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct worker *w = arg;
	size_t n = runner_running(w->runner) + w->n_kept;

	(void)peer;
	w->core = NULL;
	w->dropped += n;
	runner_cancel_all(w->runner);
	forget_kept(w);
	log_warn("core: %s, %zu jobs dropped", why, n);
	look_for_end(w);
}

/* On another machine: the site's secrets and settings. */
static void
set_up(struct worker *w, const struct msg_worker_setup *m)
{
	const struct child_limits limits = {
	    .memory_bytes = (uint64_t)m->memory_mb << 20,
	    .cpu_s = m->cpu_s,
	    .files = m->files,
	    .processes = m->processes,
	    .file_bytes = (uint64_t)m->file_mb << 20,
	    .nice = (int)m->nice,
	};
	struct children *children = runner_children(w->runner);

	identity_give(runner_identity(w->runner), m);
	runner_set_inprocess(w->runner, m->inprocess);
	children_limit(children, &limits);
	children_allow(children, m->children > 0 ? m->children : 1);
}

static void
core_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct worker *w = arg;

	(void)peer;
	if (m->id == MSG_WORKER_SETUP) {
		set_up(w, &m->worker_setup);
		return;
	}
	if (m->id != MSG_JOB) {
		log_warn("core: sent an unexpected %s", msg_name(m->id));
		return;
	}
	w->jobs++;
	/* After `draining` a job may still be on its way; it is done. */
	if (runner_running(w->runner) >= LIMIT_JOBS || w->is_over)
		refuse_job(w, &m->job);
	else
		runner_start(w->runner, &m->job, job_done, w);
}

/* --- from start to end -----------------------------------------------------
 */

struct worker *
worker_new(uv_loop_t *loop, struct bus *bus, struct runner *runner,
    const char *endpoint, const struct bus_curve *keys, struct err *err_r)
{
	static const struct bus_handlers handlers = {
	    .up = core_up, .down = core_down, .message = core_message};
	struct bus_options options = {.curve = keys};
	struct worker *w = xnew(struct worker);

	w->loop = loop;
	w->runner = runner;
	w->link = bus_dial(bus, endpoint, &options, &handlers, w, err_r);
	if (w->link == NULL) {
		free(w);
		return NULL;
	}
	uv_timer_init(loop, &w->retry);
	uv_timer_init(loop, &w->drain);
	w->retry.data = w->drain.data = w;
	return w;
}

static void
drained_late(uv_timer_t *timer)
{
	struct worker *w = timer->data;
	size_t n = runner_running(w->runner) + w->n_kept;

	log_warn("stop: %zu jobs are not done after %d s and are dropped", n,
	    LIMIT_DRAIN_MS / 1000);
	w->dropped += n;
	runner_cancel_all(w->runner);
	forget_kept(w);
	look_for_end(w);
}

void
worker_drain(struct worker *w, void (*drained)(void *arg), void *arg)
{
	struct msg m = {.id = MSG_CREDIT, .credit = {.draining = true}};

	must(w->drained == NULL);
	w->drained = drained;
	w->drained_arg = arg;
	if (w->core != NULL) {
		bus_send(w->core, &m);
		bus_flush(w->core);
	}
	uv_timer_start(&w->drain, drained_late, LIMIT_DRAIN_MS, 0);
	look_for_end(w);
}

static void
put(struct str *list, const char *name, uint64_t value)
{
	struct msg_counter c = {slice_of(name), (double)value};

	msg_counter_put(list, &c);
}

void
worker_counters(const struct worker *w, struct str *list)
{
	struct runner_counters c = runner_counters(w->runner);

	put(list, "jobs_taken", w->jobs);
	put(list, "jobs_refused", w->refused);
	put(list, "jobs_dropped", w->dropped);
	put(list, "outcomes_sent", w->outcomes);
	put(list, "outcomes_delayed", w->kept);
#define PUT(name, help) put(list, #name, c.name);
	ENGINE_COUNTERS(PUT)
#undef PUT
	put(list, "jobs_running", c.running);
	put(list, "children_running", c.children_running);
	put(list, "children_waiting", c.children_waiting);
	put(list, "bytes_buffered", c.buffered_bytes);
	put(list, "lookups_running", c.names_asked);
	put(list, "decrypts_running", c.decrypts_running);
	put(list, "decrypts_waiting", c.decrypts_waiting);
}

void
worker_close(struct worker *w)
{
	w->drained = NULL;
	bus_close(&w->link);
	runner_cancel_all(w->runner);
	forget_kept(w);
	uv_close((uv_handle_t *)&w->retry, NULL);
	uv_close((uv_handle_t *)&w->drain, NULL);
}

void
worker_free(struct worker **w)
{
	if (*w == NULL)
		return;
	str_free(&(*w)->results);
	str_free(&(*w)->blocks);
	free(*w);
	*w = NULL;
}
