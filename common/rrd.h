/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection to rrdcached (rrdcached(1), "PROTOCOL") for threads: each call
 * waits, at most RRD_WAIT_S for each step. After a failure the connection is of
 * no use: close it. Paths are those of metric_path().
 */
#ifndef COMMON_RRD_H
#define COMMON_RRD_H

#include "common/err.h"
#include "common/str.h"

#include <stdint.h>

#define RRD_WAIT_S     5
#define RRD_POINTS_MAX 20000 /* of one answer */

struct rrd;

/* NULL with a reason. */
struct rrd *rrd_open(const char *socket_path, struct err *err_r);
void rrd_close(struct rrd **r);

/*
 * Sends lines, each with its end, as one batch; `failed` is called with the
 * number of each line (from 1) that was refused and why. How many were, or -1.
 */
typedef void rrd_failed_fn(void *arg, uint32_t number, struct slice why);
int64_t rrd_batch(
    struct rrd *r, struct slice lines, rrd_failed_fn *failed, void *arg);

/*
 * Makes the file of a metric: a value a minute for 2 days, averages and
 * greatest values of 5 minutes for 10 days, of 30 minutes for 90 days, of 6
 * hours for 4 years; 250 kB. Values after `begin` (wall seconds) are taken. 1:
 * made, 0: refused (it is there), -1: failure.
 */
int rrd_create(struct rrd *r, struct slice path, int64_t begin);

struct rrd_series {
	int64_t start, step; /* the first value is of start + step */
	double *values;      /* NAN: unknown */
	size_t n, cap;
};
/* Appends nothing on failure. 0; 1: there is no such file; -1: failure. */
int rrd_fetch(struct rrd *r, const char *path, const char *function,
    int64_t from, int64_t until, struct rrd_series *s_r, struct err *err_r);
/*
 * FLUSH: what is in memory of that file is written. FORGET: it is forgotten.
 * 0, also if there is nothing of it, or -1: no answer.
 */
int rrd_command(struct rrd *r, const char *command, const char *path);

#endif
