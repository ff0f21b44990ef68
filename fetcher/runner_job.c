/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a job: wait for its host, resolve, run, end; see runner.h.
 */
#include "fetcher/runner_internal.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define GRACE_FROM_MS 5 /* less is the loop's usual round */

static const struct fetch_kind *const kinds[MSG_JOB_KINDS] = {
    [MSG_JOB_AGENT] = &fetch_kind_agent,
    [MSG_JOB_PROGRAM] = &fetch_kind_program,
    [MSG_JOB_PING] = &fetch_kind_ping,
    [MSG_JOB_TCP] = &fetch_kind_tcp,
    [MSG_JOB_PLUGIN] = &fetch_kind_plugin,
    [MSG_JOB_PIGGYBACK] = &fetch_kind_piggyback,
    [MSG_JOB_SNMP] = &fetch_kind_snmp,
};

static void run(struct fetch *f);
static void deadline(uv_timer_t *timer);

static bool
take_host(struct fetch *f)
{
	if (host_lines_take(&f->runner->hosts, f))
		return true;
	f->runner->counters.jobs_waited++;
	return false;
}

static void
leave_host(struct fetch *f)
{
	struct fetch *next = host_lines_leave(&f->runner->hosts, f);

	if (next != NULL)
		run(next);
}

/* --- a fetch's end ---------------------------------------------------------
 */

static void
free_fetch(uv_handle_t *handle)
{
	struct fetch *f = handle->data;

	str_free(&f->copy);
	str_free(&f->output);
	str_free(&f->results);
	free(f->name);
	free(f->failure);
	free(f->snmp_failure);
	free(f);
}

/* From here on nothing of the runner knows the fetch. */
static void
unlink_fetch(struct fetch *f)
{
	struct runner *e = f->runner;

	must(f->stage != FETCH_ENDED && f->transport == NULL);
	resolver_cancel(&f->ask);
	f->stage = FETCH_ENDED;
	if (f->prev != NULL)
		f->prev->next = f->next;
	else
		e->first = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
	e->n_running--;
	e->buffered -= f->output.cap;
	uv_close((uv_handle_t *)&f->deadline, free_fetch);
}

static bool
has_agent_and_snmp(const struct fetch *f)
{
	return f->job.snmp.len > 0 &&
	    (f->job.kind == MSG_JOB_AGENT || f->job.kind == MSG_JOB_PROGRAM);
}

/*
 * The agent is done with, for better or worse: now SNMP, in what is left of
 * the job's time. False: that was all.
 */
static bool
goes_on(struct fetch *f)
{
	struct err unused;

	if (f->snmp_begun || !has_agent_and_snmp(f) ||
	    f->stage < FETCH_RESOLVES)
		return false;
	f->snmp_begun = true;
	f->snmp_started_ns = clock_mono();
	if (f->failure != NULL) {
		struct str output = fetch_steal(f);

		str_free(&output);
	}
	f->snmp_from = f->output.len;
	/* Whatever the agent's output ended in, this ends it. */
	fetch_take(f, "\n<<<<>>>>\n", 10, &unused);
	f->kind = &fetch_kind_snmp;
	f->job.timeout_ms = f->whole_ms;
	f->had_grace = false;
	uv_timer_start(&f->deadline, deadline, fetch_left_ms(f), 0);
	run(f);
	return true;
}

static void
end(struct fetch *f)
{
	if (goes_on(f))
		return;
	unlink_fetch(f);
	f->runner->counters.jobs_done++;
	if (fetch_failure(f) != NULL)
		f->runner->counters.jobs_failed++;
	f->done(f, f->arg);
	if (f->kind != NULL && f->kind->one_per_host)
		leave_host(f);
}

/* Of the source that is being asked. */
static void
set_failure(struct fetch *f, const char *why)
{
	*(f->snmp_begun ? &f->snmp_failure : &f->failure) = xstrdup(why);
}

void
fetch_fail(struct fetch *f, const char *fmt, ...)
{
	struct err why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	set_failure(f, why.text);
	end(f);
}

static void
fail_now(uv_timer_t *timer)
{
	end(timer->data);
}

void
fetch_fail_soon(struct fetch *f, const char *fmt, ...)
{
	struct err why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	set_failure(f, why.text);
	uv_timer_start(&f->deadline, fail_now, 0, 0);
}

void
fetch_success(struct fetch *f)
{
	end(f);
}

/* A host is UP or DOWN; a plugin's WARNING counts as UP. */
static uint32_t
state_of(const struct fetch *f, uint32_t state)
{
	if (f->job.service.len > 0 || f->job.patience_ms > 0)
		return state;
	return state <= 1 ? 0 : 1;
}

void
fetch_result(struct fetch *f, uint32_t state, struct slice output,
    struct slice long_output, struct slice perfdata)
{
	struct msg_job_result r = {
	    .object = MSG_OWN_OBJECT,
	    .state = state_of(f, state),
	    .output = output,
	    .long_output = long_output,
	    .perfdata = perfdata,
	};

	msg_job_result_put(&f->results, &r);
	end(f);
}

/* --- a fetch's way ---------------------------------------------------------
 */

static void
resolved(struct resolve_ask *ask, const union address *addresses, size_t n,
    const char *why)
{
	struct fetch *f =
	    (struct fetch *)((char *)ask - offsetof(struct fetch, ask));

	f->stage = FETCH_RUNS;
	if (n == 0) {
		fetch_fail_soon(f, "Cannot resolve %s: %s", f->name, why);
		return;
	}
	f->n_addresses = n < LIMIT_ADDRESSES ? n : LIMIT_ADDRESSES;
	memcpy(f->addresses, addresses, f->n_addresses * sizeof(*addresses));
	f->kind->start(f);
}

static void
run(struct fetch *f)
{
	if (!f->kind->needs_address) {
		f->stage = FETCH_RUNS;
		f->kind->start(f);
		return;
	}
	f->stage = FETCH_RESOLVES;
	resolver_ask(f->runner->resolver, f->name, f->job.family, &f->ask);
}

/*
 * Timers come before sockets: of a loop that was held up the deadline would
 * be taken before the answer that has long come. So its delay is given back,
 * once.
 */
static bool
has_grace(struct fetch *f)
{
	int64_t used_ms = (clock_mono() - f->started_ns) / NS_PER_MS;
	int64_t late_ms = used_ms - (int64_t)f->job.timeout_ms;

	if (f->had_grace || late_ms < GRACE_FROM_MS)
		return false;
	f->had_grace = true;
	uv_timer_start(&f->deadline, deadline, (uint64_t)late_ms, 0);
	return true;
}

static void
deadline(uv_timer_t *timer)
{
	struct fetch *f = timer->data;
	char timeout[32];

	if (has_grace(f))
		return;
	f->runner->counters.jobs_late++;
	fetch_timeout_text(f, timeout);
	switch (f->stage) {
	case FETCH_WAITS:
		fetch_fail(f,
		    "Not fetched: an earlier fetch of this host still runs "
		    "after %s",
		    timeout);
		return;
	case FETCH_RESOLVES:
		fetch_fail(f,
		    "Cannot resolve %s: no answer from the name servers "
		    "within %s",
		    f->name, timeout);
		return;
	case FETCH_RUNS:
		f->kind->late(f);
		return;
	case FETCH_ENDED:
		break;
	}
	panic("the deadline of a fetch that has ended");
}

static void
count(struct runner *e, uint32_t kind)
{
	uint64_t *const counters[MSG_JOB_KINDS] = {
	    [MSG_JOB_AGENT] = &e->counters.jobs_agent,
	    [MSG_JOB_PROGRAM] = &e->counters.jobs_program,
	    [MSG_JOB_PING] = &e->counters.jobs_ping,
	    [MSG_JOB_TCP] = &e->counters.jobs_tcp,
	    [MSG_JOB_PLUGIN] = &e->counters.jobs_plugin,
	    [MSG_JOB_PIGGYBACK] = &e->counters.jobs_piggyback,
	    [MSG_JOB_SNMP] = &e->counters.jobs_snmp,
	};

	if (kind < MSG_JOB_KINDS && counters[kind] != NULL)
		(*counters[kind])++;
	else
		e->counters.jobs_unknown++;
}

struct fetch *
runner_start(struct runner *e, const struct msg_job *job, runner_done_fn *done,
    void *arg)
{
	struct fetch *f = xnew(struct fetch);

	f->runner = e;
	f->done = done;
	f->arg = arg;
	f->ask.done = resolved;
	f->started_ns = clock_mono();
	f->started_wall_ns = clock_wall();
	fetch_copy_job(f, job);
	f->next = e->first;
	if (e->first != NULL)
		e->first->prev = f;
	e->first = f;
	e->n_running++;
	uv_timer_init(e->loop, &f->deadline);
	f->deadline.data = f;
	f->whole_ms = f->job.timeout_ms;
	if (has_agent_and_snmp(f)) /* half for each of the two */
		f->job.timeout_ms /= 2;
	uv_timer_start(&f->deadline, deadline, f->job.timeout_ms, 0);
	count(e, job->kind);
	f->snmp_begun = job->kind == MSG_JOB_SNMP;
	f->snmp_started_ns = f->started_ns;
	if (job->kind < MSG_JOB_KINDS)
		f->kind = kinds[job->kind];
	if (f->kind == NULL)
		fetch_fail_soon(f,
		    "This fetcher cannot do jobs of kind %u (is it older than "
		    "the site's core?)",
		    job->kind);
	else if (!f->kind->one_per_host || take_host(f))
		run(f);
	return f;
}

void
runner_cancel_all(struct runner *e)
{
	/* Nobody may start while the line before him is being dropped. */
	e->hosts = (struct host_lines){0};
	while (e->first != NULL) {
		struct fetch *f = e->first;

		if (f->stage == FETCH_RUNS && f->transport != NULL)
			f->kind->stop(f);
		unlink_fetch(f);
	}
}
