/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads for methods that wait; see crew.h.
 */
#include "notifyd/methods/crew.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct jobs { /* first in, first out */
	struct crew_job *first, **last;
};

struct thread {
	struct thread *next;
	pthread_t id;
	struct crew *crew;
};

struct crew {
	const struct crew_def *def;
	uv_async_t async;
	pthread_mutex_t lock;      /* of all below */
	pthread_cond_t wake, left; /* left: a thread has */
	struct jobs waiting, ended;
	size_t n_waiting;
	unsigned threads, idle;
	struct thread *running, *gone; /* gone: to be joined */
	bool stop;
};

static void
jobs_add(struct jobs *jobs, struct crew_job *job)
{
	job->next = NULL;
	*jobs->last = job;
	jobs->last = &job->next;
}

static struct crew_job *
jobs_take(struct jobs *jobs)
{
	struct crew_job *job = jobs->first;

	jobs->first = job->next;
	if (jobs->first == NULL)
		jobs->last = &jobs->first;
	return job;
}

/* --- a thread ------------------------------------------------------------- */

/* Locked. The next job; NULL: the thread's time is over. */
static struct crew_job *
next_job(struct crew *crew)
{
	struct timespec until; /* of the real clock, by which threads wait */
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CREW_IDLE_S;
	crew->idle++;
	while (!crew->stop && crew->waiting.first == NULL && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&crew->wake, &crew->lock, &until);
	crew->idle--;
	if (crew->stop || crew->waiting.first == NULL) {
		crew->threads--; /* a new job needs another one */
		return NULL;
	}
	crew->n_waiting--;
	return jobs_take(&crew->waiting);
}

/* Locked. */
static void
leave(struct crew *crew, struct thread *t)
{
	struct thread **at = &crew->running;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->next = crew->gone;
	crew->gone = t;
	pthread_cond_signal(&crew->left);
	uv_async_send(&crew->async);
}

static void *
run(void *arg)
{
	struct thread *t = arg;
	struct crew *crew = t->crew;
	struct crew_job *job;
	void *own = NULL;

	pthread_mutex_lock(&crew->lock);
	while ((job = next_job(crew)) != NULL) {
		pthread_mutex_unlock(&crew->lock);
		crew->def->work(job, &own);
		pthread_mutex_lock(&crew->lock);
		jobs_add(&crew->ended, job);
		uv_async_send(&crew->async);
		pthread_mutex_unlock(&crew->lock);
		crew->def->tidy(&own, false);
		pthread_mutex_lock(&crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
	crew->def->tidy(&own, true);
	pthread_mutex_lock(&crew->lock);
	leave(crew, t);
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

/* Locked. Without one the job waits for those that there are. */
static void
start_thread(struct crew *crew)
{
	struct thread *t = xnew(struct thread);
	sigset_t all, was;
	int rc;

	t->crew = crew;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	rc = pthread_create(&t->id, NULL, run, t);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (rc != 0) {
		log_error("no thread for a method: %s", strerror(rc));
		must(crew->threads > 0);
		free(t);
		return;
	}
	t->next = crew->running;
	crew->running = t;
	crew->threads++;
}

/* --- on the loop ---------------------------------------------------------- */

static void
join_all(struct thread *list)
{
	struct thread *next;

	for (; list != NULL; list = next) {
		next = list->next;
		pthread_join(list->id, NULL);
		free(list);
	}
}

static void
hand_over(struct crew_job *list, void (*to)(struct crew_job *job))
{
	struct crew_job *next;

	for (; list != NULL; list = next) {
		next = list->next;
		to(list);
	}
}

static void
on_async(uv_async_t *async)
{
	struct crew *crew = async->data;
	struct crew_job *ended;
	struct thread *gone;

	pthread_mutex_lock(&crew->lock);
	ended = crew->ended.first;
	crew->ended = (struct jobs){NULL, &crew->ended.first};
	gone = crew->gone;
	crew->gone = NULL;
	pthread_mutex_unlock(&crew->lock);
	join_all(gone);
	hand_over(ended, crew->def->done);
}

struct crew *
crew_new(uv_loop_t *loop, const struct crew_def *def)
{
	struct crew *crew = xnew(struct crew);
	pthread_condattr_t attr;

	crew->def = def;
	crew->waiting.last = &crew->waiting.first;
	crew->ended.last = &crew->ended.first;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&crew->wake, &attr);
	pthread_condattr_destroy(&attr);
	pthread_cond_init(&crew->left, NULL);
	crew->async.data = crew;
	must(uv_async_init(loop, &crew->async, on_async) == 0);
	return crew;
}

void
crew_put(struct crew *crew, struct crew_job *job)
{
	pthread_mutex_lock(&crew->lock);
	jobs_add(&crew->waiting, job);
	crew->n_waiting++;
	if (crew->n_waiting > crew->idle && crew->threads < crew->def->threads)
		start_thread(crew);
	pthread_cond_signal(&crew->wake);
	pthread_mutex_unlock(&crew->lock);
}

bool
crew_stops(struct crew *crew)
{
	bool stop;

	pthread_mutex_lock(&crew->lock);
	stop = crew->stop;
	pthread_mutex_unlock(&crew->lock);
	return stop;
}

static void
on_closed(uv_handle_t *handle)
{
	struct crew *crew = handle->data;

	pthread_cond_destroy(&crew->wake);
	pthread_cond_destroy(&crew->left);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}

void
crew_free(struct crew **poolp)
{
	struct crew *crew = *poolp;

	if (crew == NULL)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->stop = true;
	pthread_cond_broadcast(&crew->wake);
	while (crew->running != NULL)
		pthread_cond_wait(&crew->left, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
	join_all(crew->gone);
	*poolp = NULL; /* until now threads may have asked crew_stops() */
	hand_over(crew->ended.first, crew->def->done);
	hand_over(crew->waiting.first, crew->def->drop);
	uv_close((uv_handle_t *)&crew->async, on_closed);
}
