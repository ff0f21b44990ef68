/* SPDX-License-Identifier: Apache-2.0
 *
 * Between core and the runner: gives credit, takes jobs, answers each exactly
 * once with an outcome. When core goes, its jobs are dropped (core gives them
 * to others or anew); when it comes back, it gets the whole credit again.
 */
#ifndef FETCHER_WORKER_H
#define FETCHER_WORKER_H

#include "fetcher/runner.h"

#include "common/bus.h"
#include "common/err.h"
#include "common/str.h"

struct worker;

/*
 * `endpoint` is core's "jobs", `keys` those of a remote worker, else NULL. NULL
 * with a reason.
 */
struct worker *worker_new(uv_loop_t *loop, struct bus *bus,
    struct runner *runner, const char *endpoint, const struct bus_curve *keys,
    struct err *err_r);
/*
 * Takes no more jobs, lets those that run finish for LIMIT_DRAIN_MS, then
 * calls `drained` once.
 */
void worker_drain(struct worker *w, void (*drained)(void *arg), void *arg);
/* Appends the worker's and the runner's counters. */
void worker_counters(const struct worker *w, struct str *list);
/* Drops what runs and closes its handles; run the loop, then free. */
void worker_close(struct worker *w);
void worker_free(struct worker **w);

#endif
