/* SPDX-License-Identifier: Apache-2.0
 *
 * Work for a request that may wait (for rrdcached, for another program), done
 * by libuv's threads, a few at a time: the same threads compare passwords.
 */
#ifndef LIVESTATUSD_HTTP_CHORE_H
#define LIVESTATUSD_HTTP_CHORE_H

#include "livestatusd/http/internal.h"

#define CHORES_WAITING 200 /* of a queue; then 503 */
#define CHORES_RUNNING 4   /* of a queue, at most */

struct chore {
	void (*work)(struct chore *e); /* in a thread */
	/*
	 * On the loop; frees the chore. r NULL: the request is gone, or its
	 * answer was made a failure; `work` may not have been called.
	 */
	void (*done)(struct http_request *r, struct chore *e);
	/* The queue's. */
	uv_work_t uv;
	struct chore *next;
	struct chores *q;       /* NULL: it ended */
	struct http_request *r; /* NULL: it is gone */
};

struct chores;

struct chores *chores_new(uv_loop_t *loop, unsigned at_once);
/* Work that runs ends by itself; its request is gone. */
void chores_free(struct chores **q);
/* Suspends the request until done(). */
void chore_begin(struct chores *q, struct http_request *r, struct chore *e);

#endif
