/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads that carry out queries, one for each core, so that the loop never
 * waits for one. Jobs are begun in the order in which they were given; what may
 * take long is cut into slices by whoever gives it, so nobody waits for long.
 *
 * Jobs that look at the history share its index, so only one of them runs at a
 * time, and at least one thread is left for all others.
 */
#ifndef LIVESTATUSD_POOL_H
#define LIVESTATUSD_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct pool;

struct pool_job {
	void (*work)(struct pool_job *job); /* in a thread */
	/* On the loop, afterwards; may give the job again. */
	void (*done)(struct pool_job *job);
	bool history;
	/* The pool's. */
	struct pool_job *next;
	uint64_t number;
};

/* `threads` 0: as many as there are cores, two at least. */
struct pool *pool_new(uv_loop_t *loop, unsigned threads);
/*
 * Waits for the jobs that run; every job that was given has had its done()
 * when it returns. Those that had not begun have not had their work().
 */
void pool_free(struct pool **p);
/* The job is borrowed until its done(). Loop's thread alone. */
void pool_give(struct pool *p, struct pool_job *job);
/* pool_free() has begun: nothing more is carried out. */
bool pool_ends(const struct pool *p);

unsigned pool_threads(const struct pool *p);

struct pool_counters {
	uint64_t jobs;    /* carried out */
	uint64_t busy_ns; /* of all threads */
	unsigned threads;
};
void pool_counters(struct pool *p, struct pool_counters *c_r);

#endif
