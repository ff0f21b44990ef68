/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of the runner: run jobs on a loop until all have ended, keep what
 * came out; and agents that misbehave, each in a thread of its own.
 */
#ifndef TESTS_UNIT_FETCHER_RUNNER_RUN_H
#define TESTS_UNIT_FETCHER_RUNNER_RUN_H

#include "fetcher/runner.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct bench {
	uv_loop_t loop;
	struct runner *runner;
	size_t waiting;
};

struct ended { /* what came out of a job */
	struct bench *bench;
	bool is_done;
	char *failure; /* NULL: none */
	size_t output_len;
	uint32_t state; /* kinds without sections */
	char *output, *long_output, *perfdata;
	int64_t after_ms;
};

static inline void
ended_clear(struct ended *e)
{
	free(e->failure);
	free(e->output);
	free(e->long_output);
	free(e->perfdata);
	memset(e, 0, sizeof(*e));
}

static inline void
bench_done(struct fetch *f, void *arg)
{
	struct ended *e = arg;
	struct str results = {0};
	struct msg_job_result r;
	struct slice list;

	must(!e->is_done);
	e->is_done = true;
	e->after_ms = (int64_t)fetch_duration_us(f) / 1000;
	e->output_len = fetch_output(f).len;
	if (fetch_failure(f) != NULL)
		e->failure = xstrdup(fetch_failure(f));
	if (fetch_job(f)->kind != MSG_JOB_AGENT &&
	    fetch_job(f)->kind != MSG_JOB_PROGRAM) {
		fetch_results(f, &results);
		list = str_slice(&results);
		must(msg_job_result_next(&list, &r));
		must(r.object == MSG_OWN_OBJECT && list.len == 0);
		e->state = r.state;
		e->output = slice_dup(r.output);
		e->long_output = slice_dup(r.long_output);
		e->perfdata = slice_dup(r.perfdata);
		str_free(&results);
	}
	e->bench->waiting--;
}

static inline void
bench_open(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	signal(SIGPIPE, SIG_IGN);
	must(uv_loop_init(&b->loop) == 0);
	b->runner = runner_new(&b->loop, "");
}

static inline void
bench_close(struct bench *b)
{
	runner_close(b->runner);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	must(runner_is_closed(b->runner));
	runner_free(&b->runner);
	must(uv_loop_close(&b->loop) == 0);
}

static inline void
bench_start(struct bench *b, const struct msg_job *job, struct ended *e)
{
	e->bench = b;
	b->waiting++;
	runner_start(b->runner, job, bench_done, e);
}

static inline void
bench_wait(struct bench *b)
{
	while (b->waiting > 0)
		uv_run(&b->loop, UV_RUN_ONCE);
}

/* One job on an runner of its own. */
static inline struct ended
run_job(const struct msg_job *job)
{
	struct bench b;
	struct ended e = {0};
	struct err why;

	bench_open(&b);
	if (job->kind == MSG_JOB_PING)
		(void)runner_open_ping(b.runner, &why);
	bench_start(&b, job, &e);
	must(!e.is_done); /* never from within */
	bench_wait(&b);
	bench_close(&b);
	return e;
}

/* --- peers -----------------------------------------------------------------
 */

struct peer {
	int fd; /* listening */
	uint16_t port;
	void (*behave)(int fd);
	pthread_t thread;
};

static inline void *
peer_run(void *arg)
{
	struct peer *p = arg;
	int fd;

	while ((fd = accept(p->fd, NULL, NULL)) >= 0) {
		p->behave(fd);
		close(fd);
	}
	return NULL;
}

/* Accepts one connection after the other on 127.0.0.1 (or ::1). */
static inline void
peer_open(struct peer *p, int family, void (*behave)(int fd))
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in4;
		struct sockaddr_in6 in6;
	} a;
	socklen_t len = family == AF_INET ? sizeof(a.in4) : sizeof(a.in6);

	memset(&a, 0, sizeof(a));
	a.sa.sa_family = (sa_family_t)family;
	if (family == AF_INET)
		a.in4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		a.in6.sin6_addr = in6addr_loopback;
	p->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(p->fd, &a.sa, len) == 0 && listen(p->fd, 1024) == 0);
	must(getsockname(p->fd, &a.sa, &len) == 0);
	p->port = ntohs(a.in4.sin_port);
	p->behave = behave;
	if (behave != NULL)
		must(pthread_create(&p->thread, NULL, peer_run, p) == 0);
}

static inline void
peer_close(struct peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
	if (p->behave != NULL)
		pthread_join(p->thread, NULL);
	close(p->fd);
}

#endif
