/* SPDX-License-Identifier: Apache-2.0
 *
 * What transports, and whoever is told of a job's end, ask of a fetch; see
 * fetch.h and runner.h.
 */
#include "fetcher/fetch.h"
#include "fetcher/evaluate.h"
#include "fetcher/piggyback.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <sys/resource.h>

#define JOB_BYTES 256 /* of most, beside the large parts */

/* Encoding and decoding is the catalogue's way of copying a message. */
void
fetch_copy_job(struct fetch *f, const struct msg_job *job)
{
	struct msg m = {.id = MSG_JOB, .job = *job};
	const char *why = NULL;
	struct wire w;

	str_reserve(&f->copy,
	    job->items.len + job->sources.len + job->snmp.len + JOB_BYTES);
	msg_put(&f->copy, &m);
	w = wire_of(str_slice(&f->copy));
	must(msg_get(&w, &m, &why) == 1);
	f->job = m.job;
	if (f->job.timeout_ms == 0)
		f->job.timeout_ms = LIMIT_TIMEOUT_MS;
	f->name = slice_dup(job->address.len > 0 ? job->address : job->host);
}

uint64_t
fetch_left_ms(const struct fetch *f)
{
	int64_t used = (clock_mono() - f->started_ns) / NS_PER_MS;
	int64_t left = (int64_t)f->job.timeout_ms - used;

	return left > 0 ? (uint64_t)left : 0;
}

static void
late_now(uv_timer_t *timer)
{
	struct fetch *f = timer->data;

	f->kind->late(f);
}

void
fetch_hurry(struct fetch *f)
{
	uv_timer_start(&f->deadline, late_now, 0, 0);
}

const char *
fetch_timeout_text(const struct fetch *f, char buf[32])
{
	snprintf(buf, 32, "%.4gs", f->job.timeout_ms / 1000.0);
	return buf;
}

const struct msg_job *
fetch_job(const struct fetch *f)
{
	return &f->job;
}

int64_t
fetch_started_us(const struct fetch *f)
{
	return f->started_wall_ns / NS_PER_US;
}

uint64_t
fetch_duration_us(const struct fetch *f)
{
	int64_t ns = clock_mono() - f->started_ns;

	return ns > 0 ? (uint64_t)(ns / NS_PER_US) : 0;
}

bool
fetch_is_alive(const struct fetch *f)
{
	return f->alive;
}

const char *
fetch_failure(const struct fetch *f)
{
	return f->failure != NULL ? f->failure : f->snmp_failure;
}

struct slice
fetch_output(const struct fetch *f)
{
	return str_slice(&f->output);
}

/* Does the job's output, or what others sent, feed services? */
static bool
is_evaluated(const struct fetch *f)
{
	return f->job.kind == MSG_JOB_AGENT || f->job.kind == MSG_JOB_PROGRAM ||
	    f->job.kind == MSG_JOB_PIGGYBACK || f->job.kind == MSG_JOB_SNMP;
}

/* CPU seconds of this thread, user's and kernel's. */
static void
cpu_used(double used[2])
{
	struct rusage r;

	if (getrusage(RUSAGE_THREAD, &r) != 0)
		return;
	used[0] = (double)r.ru_utime.tv_sec + (double)r.ru_utime.tv_usec / 1e6;
	used[1] = (double)r.ru_stime.tv_sec + (double)r.ru_stime.tv_usec / 1e6;
}

static void
evaluate(const struct fetch *f, struct str *results)
{
	struct piggyback_sources sources = {0};
	struct slice all = str_slice(&f->output);
	size_t from = f->snmp_begun ? f->snmp_from : all.len;
	struct evaluate_input in = {
	    .job = &f->job,
	    .output = {all.s, from},
	    .has_snmp = f->snmp_begun,
	    .snmp = {all.s == NULL ? NULL : all.s + from, all.len - from},
	    .snmp_failure = f->snmp_failure,
	    .failure = f->failure,
	    .now_us = clock_wall() / NS_PER_US,
	    .fetch_us = fetch_duration_us(f),
	    .late = f->failure != NULL && fetch_left_ms(f) == 0,
	    .cpu = cpu_used,
	    .children = {f->child_user, f->child_system},
	    .no_agent =
		f->job.kind == MSG_JOB_PIGGYBACK || f->job.kind == MSG_JOB_SNMP,
	};

	in.room = runner_evaluate_room(f->runner);
	if (f->snmp_begun)
		in.snmp_us =
		    (uint64_t)((clock_mono() - f->snmp_started_ns) / NS_PER_US);
	piggyback_sources_read(&sources, &f->job, in.now_us / 1000000);
	in.sources = sources.list;
	in.n_sources = sources.n;
	in.persisted = sources.persisted;
	evaluate_agent(&in, results);
	piggyback_sources_free(&sources);
}

bool
fetch_piggyback(const struct fetch *f, struct str *blocks)
{
	bool by_snmp = f->job.kind == MSG_JOB_SNMP && f->snmp_news &&
	    f->snmp_failure == NULL;

	if (f->failure != NULL ||
	    (f->job.kind != MSG_JOB_AGENT && f->job.kind != MSG_JOB_PROGRAM &&
		!by_snmp))
		return false;
	piggyback_blocks(
	    &f->job, str_slice(&f->output), clock_wall() / NS_PER_S, blocks);
	return true;
}

void
fetch_results(const struct fetch *f, struct str *results)
{
	if (is_evaluated(f)) {
		evaluate(f, results);
	} else if (f->failure != NULL) {
		struct msg_job_result r = {
		    .object = MSG_OWN_OBJECT,
		    .state = f->job.service.len > 0 ? 3 : 1,
		    .output = slice_of(f->failure),
		};

		msg_job_result_put(results, &r);
	} else {
		str_addn(results, f->results.s, f->results.len);
	}
}
