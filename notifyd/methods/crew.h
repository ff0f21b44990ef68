/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded pool of threads for methods whose libraries wait: a thread is
 * made when a job comes and none is free, and ends when it had nothing to do
 * for CREW_IDLE_S. Jobs and their ends go through two queues under one lock;
 * an uv_async_t brings the ends to the loop.
 */
#ifndef NOTIFYD_METHODS_CREW_H
#define NOTIFYD_METHODS_CREW_H

#include <stdbool.h>
#include <uv.h>

#define CREW_IDLE_S 60

struct crew;

struct crew_job { /* first in the caller's own */
	struct crew_job *next;
};

struct crew_def {
	unsigned threads; /* at most */
	/* In a thread. `own` is the thread's, NULL at first. What waits there
	 * looks at crew_stops() at least once a second. */
	void (*work)(struct crew_job *job, void **own);
	/* In a thread, when the end of a job is handed over already; may take
	 * a while. `leaving`: the thread ends, nothing is left in `own`. */
	void (*tidy)(void **own, bool leaving);
	/* On the loop: its work has ended, and it is the caller's again. */
	void (*done)(struct crew_job *job);
	/* On the loop, within crew_free(): it never came to its turn. */
	void (*drop)(struct crew_job *job);
};

/* `def` is borrowed for ever. */
struct crew *crew_new(uv_loop_t *loop, const struct crew_def *def);
void crew_put(struct crew *crew, struct crew_job *job);
/* In a thread: is it the end of all? */
bool crew_stops(struct crew *crew);
/* Stops what is under way, waits a second or two for the threads, and hands
 * all jobs back. */
void crew_free(struct crew **crew);

#endif
