/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads and their two queues; see pool.h.
 */
#include "livestatusd/pool.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_THREADS 64u
/*
 * Core and the loop come first: they need little, and at once. Who asks for
 * longer turns than others have (2.8 ms at most) is interrupted when one of
 * them wakes up, instead of ending its turn.
 */
#define NICE    5
#define TURN_NS (3500 * NS_PER_US)

struct queue {
	struct pool_job *first, **last;
};

struct pool {
	uv_loop_t *loop;
	uv_async_t wake;
	pthread_t threads[MAX_THREADS];
	unsigned n;
	uint64_t given; /* loop's thread */
	pthread_mutex_t lock;
	pthread_cond_t work;
	/* Guarded by `lock`. */
	struct queue plain, history, finished;
	bool in_history; /* a thread works on a job of the history */
	bool ends;
	uint64_t jobs, busy_ns;
};

static void
put(struct queue *q, struct pool_job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
}

static struct pool_job *
take(struct queue *q)
{
	struct pool_job *job = q->first;

	if (job == NULL)
		return NULL;
	q->first = job->next;
	if (q->first == NULL)
		q->last = &q->first;
	return job;
}

/* The oldest job that may begin. */
static struct pool_job *
next_job(struct pool *p)
{
	const struct pool_job *plain = p->plain.first;
	const struct pool_job *history =
	    p->in_history ? NULL : p->history.first;

	if (history != NULL &&
	    (plain == NULL || history->number < plain->number))
		return take(&p->history);
	return take(&p->plain);
}

/* As sched_setattr(2) has it; the C library does not. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t least, most;
};

/* Kernels that know no turns of one's own take the rest. */
static void
stand_back(void)
{
	struct attributes a = {.size = sizeof(a),
	    .policy = SCHED_BATCH,
	    .nice = NICE,
	    .runtime = (uint64_t)TURN_NS};

	if (syscall(SYS_sched_setattr, 0, &a, 0) != 0)
		setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
}

static void *
run(void *arg)
{
	struct pool *p = arg;
	struct pool_job *job;
	int64_t from;

	stand_back();
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->ends && (job = next_job(p)) == NULL)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->ends)
			break;
		if (job->history)
			p->in_history = true;
		pthread_mutex_unlock(&p->lock);
		from = clock_mono();
		job->work(job);
		from = clock_mono() - from;
		pthread_mutex_lock(&p->lock);
		if (job->history) {
			p->in_history = false;
			if (p->history.first != NULL)
				pthread_cond_signal(&p->work);
		}
		p->jobs++;
		p->busy_ns += (uint64_t)from;
		put(&p->finished, job);
		/* Who is woken does not find the lock taken. */
		pthread_mutex_unlock(&p->lock);
		uv_async_send(&p->wake);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void
finish(struct pool *p)
{
	struct pool_job *job, *next;

	pthread_mutex_lock(&p->lock);
	job = p->finished.first;
	p->finished = (struct queue){NULL, &p->finished.first};
	pthread_mutex_unlock(&p->lock);
	for (; job != NULL; job = next) {
		next = job->next; /* done() may give it again, or free it */
		job->done(job);
	}
}

static void
on_wake(uv_async_t *wake)
{
	finish(wake->data);
}

static unsigned
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 2 ? 2 : n > (long)MAX_THREADS ? MAX_THREADS : (unsigned)n;
}

struct pool *
pool_new(uv_loop_t *loop, unsigned threads)
{
	struct pool *p = xnew(struct pool);
	sigset_t all, old;

	p->loop = loop;
	p->n = threads == 0 ? cores() : threads;
	must(p->n <= MAX_THREADS);
	p->plain.last = &p->plain.first;
	p->history.last = &p->history.first;
	p->finished.last = &p->finished.first;
	must(pthread_mutex_init(&p->lock, NULL) == 0);
	must(pthread_cond_init(&p->work, NULL) == 0);
	must(uv_async_init(loop, &p->wake, on_wake) == 0);
	p->wake.data = p;
	sigfillset(&all); /* signals are the loop's */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 0; i < p->n; i++)
		must(pthread_create(&p->threads[i], NULL, run, p) == 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return p;
}

static void
on_closed(uv_handle_t *wake)
{
	struct pool *p = wake->data;

	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	free(p);
}

void
pool_free(struct pool **pp)
{
	struct pool *p = *pp;
	struct pool_job *job;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ends = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n; i++)
		pthread_join(p->threads[i], NULL);
	while ((job = take(&p->plain)) != NULL)
		put(&p->finished, job);
	while ((job = take(&p->history)) != NULL)
		put(&p->finished, job);
	while (p->finished.first != NULL)
		finish(p);
	*pp = NULL;
	uv_close((uv_handle_t *)&p->wake, on_closed);
}

void
pool_give(struct pool *p, struct pool_job *job)
{
	job->number = ++p->given;
	pthread_mutex_lock(&p->lock);
	put(p->ends            ? &p->finished
		: job->history ? &p->history
			       : &p->plain,
	    job);
	pthread_mutex_unlock(&p->lock);
	pthread_cond_signal(&p->work);
}

bool
pool_ends(const struct pool *p)
{
	return p->ends; /* set by the loop's thread, which asks */
}

unsigned
pool_threads(const struct pool *p)
{
	return p->n;
}

void
pool_counters(struct pool *p, struct pool_counters *c_r)
{
	pthread_mutex_lock(&p->lock);
	*c_r = (struct pool_counters){p->jobs, p->busy_ns, p->n};
	pthread_mutex_unlock(&p->lock);
}
