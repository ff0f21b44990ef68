/* SPDX-License-Identifier: Apache-2.0
 *
 * One job and an end; see fetch_once.h.
 */
#include "fetcher/fetch_once.h"
#include "fetcher/limits.h"
#include "fetcher/ping_by_fetcher.h"
#include "fetcher/ping_result.h"
#include "fetcher/runner.h"

#include "common/log.h"
#include "common/mem.h"

#include <oping.h>
#include <stdlib.h>
#include <time.h>

#define CLOSE_TRIES 30 /* of 10 ms */

static const char *site_root = "";
static bool inprocess = true;

struct once {
	uv_loop_t loop;
	struct runner *runner;
	struct str *output; /* NULL: results are wanted */
	struct str *results;
	struct err *err;
	bool is_done;
	int rc;
	struct once *next; /* see below */
};

/*
 * A lookup that hangs in a thread of libuv still uses the loop: what it uses
 * is left behind, reachable, and the process ends soon.
 */
static struct once *left_behind;

void
fetch_once_root(const char *root)
{
	site_root = root;
}

void
fetch_once_inprocess(bool on)
{
	inprocess = on;
}

static void
done(struct fetch *f, void *arg)
{
	struct once *o = arg;

	o->is_done = true;
	if (o->results != NULL)
		fetch_results(f, o->results);
	if (o->output == NULL)
		return;
	if (fetch_failure(f) == NULL) {
		str_addslice(o->output, fetch_output(f));
		return;
	}
	err_set(o->err, "%s", fetch_failure(f));
	o->rc = -1;
}

static void
close_once(struct once *o)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	runner_close(o->runner);
	for (int i = 0; i < CLOSE_TRIES; i++) {
		uv_run(&o->loop, UV_RUN_NOWAIT);
		if (uv_loop_close(&o->loop) == 0) {
			runner_free(&o->runner);
			free(o);
			return;
		}
		nanosleep(&pause, NULL);
	}
	o->next = left_behind;
	left_behind = o;
}

static int
run_once(const struct msg_job *job, struct str *output, struct str *results,
    struct err *err_r)
{
	struct once *o = xnew(struct once);
	int rc;

	must(uv_loop_init(&o->loop) == 0);
	o->runner = runner_new(&o->loop, site_root);
	runner_set_inprocess(o->runner, inprocess);
	o->output = output;
	o->results = results;
	o->err = err_r;
	if (job->kind == MSG_JOB_PING &&
	    runner_open_ping(o->runner, err_r) == -1) {
		close_once(o);
		return -1;
	}
	runner_start(o->runner, job, done, o);
	while (!o->is_done)
		uv_run(&o->loop, UV_RUN_ONCE);
	rc = o->rc;
	close_once(o);
	return rc;
}

int
fetch_once(const struct msg_job *job, struct str *output, struct err *err_r)
{
	must(job->kind == MSG_JOB_AGENT || job->kind == MSG_JOB_PROGRAM ||
	    job->kind == MSG_JOB_SNMP);
	return run_once(job, output, NULL, err_r);
}

/* --- pings -----------------------------------------------------------------
 */

/* The host's address as text; false: liboping has none. */
static bool
address_of(pingobj_t *oping, char *buf, size_t len)
{
	pingobj_iter_t *i = ping_iterator_get(oping);

	return i != NULL &&
	    ping_iterator_get_info(i, PING_INFO_ADDRESS, buf, &len) == 0;
}

/* One request and its answer. False: it cannot be asked at all. */
static bool
ask(pingobj_t *oping, struct ping_answers *a)
{
	pingobj_iter_t *i;
	double ms = -1;
	size_t len = sizeof(ms);

	a->sent++;
	if (ping_send(oping) < 0)
		return false;
	i = ping_iterator_get(oping);
	if (i != NULL &&
	    ping_iterator_get_info(i, PING_INFO_LATENCY, &ms, &len) == 0 &&
	    ms >= 0)
		ping_answers_add(a, ms);
	return true;
}

static void
put_result(const struct msg_job *job, const struct ping_answers *a,
    const struct ping_plan *plan, uint32_t window_ms, struct str *results)
{
	struct msg_job_result r = {.object = MSG_OWN_OBJECT};
	struct str output = {0}, perfdata = {0};
	bool is_host = job->service.len == 0;

	if (is_host)
		r.state = ping_judge_host(a, window_ms, &output) == 0 ? 0 : 1;
	else
		r.state = ping_judge_service(a, plan, &output, &perfdata);
	r.output = str_slice(&output);
	r.perfdata = str_slice(&perfdata);
	msg_job_result_put(results, &r);
	str_free(&output);
	str_free(&perfdata);
}

/* False: liboping cannot; nothing was appended. */
static bool
ping_by_liboping(
    pingobj_t *oping, const struct msg_job *job, struct str *results)
{
	char *name = slice_dup(job->address.len > 0 ? job->address : job->host);
	int family = job->family == 4 ? AF_INET
	    : job->family == 6        ? AF_INET6
				      : AF_UNSPEC;
	struct ping_plan plan = ping_plan_read(job->options);
	bool is_host = job->service.len == 0, ok;
	uint32_t n = is_host ? 3 : plan.packets;
	uint32_t timeout =
	    job->timeout_ms == 0 ? LIMIT_TIMEOUT_MS : job->timeout_ms;
	double each = timeout / 1000.0 / n;
	struct ping_answers a = {0};
	char address[64];

	if (each > 1)
		each = 1;
	ping_setopt(oping, PING_OPT_AF, &family);
	ping_setopt(oping, PING_OPT_TIMEOUT, &each);
	ok = ping_host_add(oping, name) == 0 &&
	    address_of(oping, address, sizeof(address));
	a.address = address;
	while (ok && a.sent < n && !(is_host && a.answered > 0))
		ok = ask(oping, &a);
	if (ok)
		put_result(
		    job, &a, &plan, (uint32_t)(each * 1000) * n, results);
	free(name);
	return ok;
}

int
fetch_ping_once(
    const struct msg_job *job, struct str *results, struct err *err_r)
{
	pingobj_t *oping = ping_construct();
	bool ok = oping != NULL && ping_by_liboping(oping, job, results);

	ping_destroy(oping);
	return ok ? 0 : run_once(job, NULL, results, err_r);
}

void
fetch_results_once(const struct msg_job *job, struct str *results)
{
	struct msg_job_result r = {.object = MSG_OWN_OBJECT, .state = 3};
	struct err err = {""};

	if (job->kind != MSG_JOB_PING) {
		run_once(job, NULL, results, NULL);
	} else if (fetch_ping_once(job, results, &err) == -1 &&
	    ping_by_fetcher(job, results, NULL) == -1) {
		r.output = slice_of(err.text);
		msg_job_result_put(results, &r);
	}
}
