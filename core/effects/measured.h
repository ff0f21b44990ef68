/* SPDX-License-Identifier: Apache-2.0
 *
 * Results' performance data on its way to a thread that writes it elsewhere: a
 * bounded buffer, into which core puts without ever waiting for the thread.
 */
#ifndef CORE_EFFECTS_MEASURED_H
#define CORE_EFFECTS_MEASURED_H

#include "common/str.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define MEASURED_BUFFER (32u << 20) /* bytes: what waits and what was taken */

struct measured {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct str waiting;
	size_t taken; /* bytes that the thread has */
	bool stop;
	uint64_t added;   /* results */
	uint64_t dropped; /* of them: the buffer was full */
};

void measured_init(struct measured *q);
/* After the thread's end. */
void measured_fini(struct measured *q);
/* service "": the host. `time` in wall seconds. Copies. */
void measured_add(struct measured *q, struct slice host, struct slice service,
    int64_t time, struct slice perfdata);
/* From now on nothing rests. */
void measured_stop(struct measured *q);

/* The thread's: waits until there is something, or for the end. */
void measured_wait(struct measured *q);
/* All that waits takes the place of what was taken before. */
void measured_take(struct measured *q, struct str *taken);
/* Sleeps; true: measured_stop() was called. */
bool measured_rest(struct measured *q, unsigned ms);

struct measured_values { /* borrow from what was taken */
	struct slice host, service, perfdata;
	int64_t time;
};
/* The result at `at`; where the next one is. */
size_t measured_next(
    const struct str *taken, size_t at, struct measured_values *v_r);

#endif
