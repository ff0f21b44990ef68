/* SPDX-License-Identifier: Apache-2.0
 *
 * Performance data on its way to rrdcached: a bounded buffer and a thread that
 * writes to its socket in batches, makes files that are not there, and tries
 * again. Core never waits for any of it; what the buffer does not take is
 * counted and lost.
 */
#ifndef CORE_EFFECTS_METRICS_H
#define CORE_EFFECTS_METRICS_H

#include "common/err.h"
#include "common/str.h"

#include <stdint.h>

struct metrics;

/* `root`: of the site; rrdcached is looked for at METRIC_SOCKET below it. */
struct metrics *metrics_new(const char *root);
/* Waits for what the thread does now, at most a few seconds. */
void metrics_free(struct metrics **m);
/* What a result said, measured at `time` (wall seconds). service "": the
 * host. Copies. */
void metrics_add(struct metrics *m, struct slice host, struct slice service,
    int64_t time, struct slice perfdata);

struct metrics_counters {
	uint64_t values;  /* taken by rrdcached */
	uint64_t refused; /* by rrdcached: too old, not a number */
	uint64_t dropped; /* results: the buffer was full */
	uint64_t files;   /* made */
	uint64_t results; /* that had performance data */
	uint64_t bytes;   /* sent */
	uint64_t waiting; /* bytes */
	double usage;     /* of the buffer, 0 to 1 */
	bool connected;
};
void metrics_counters(struct metrics *m, struct metrics_counters *c_r);

#endif
