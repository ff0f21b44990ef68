/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs and workers: takes due checks from the schedule, hands them to workers
 * that have credit, and their outcomes to the engine. A worker that goes, or
 * that does not answer by the deadline, loses its jobs: the first time they
 * go to another, the second time they count as failed (SC-23, SC-26).
 */
#ifndef CORE_SCHEDULE_JOBS_H
#define CORE_SCHEDULE_JOBS_H

#include "common/agent_link.h"
#include "common/bus.h"
#include "common/settings.h"
#include "core/schedule/schedule.h"
#include "core/state/alert.h"

#define JOBS_GRACE_S 10 /* after a job's own time-out */

struct jobs;
struct piggyback;

/* Times: now_ns of the schedule's clock, now in wall seconds. */
struct jobs_ops {
	void (*clock)(void *arg, int64_t *now_ns_r, int64_t *now_r);
	/* The registrations of agents; borrowed for the call. */
	const struct agent_links *(*links)(void *arg);
	/* An alert handler began or ended; may be NULL (EH-2). */
	void (*alert)(void *arg, const struct alert_run *run);
	/* Something happened that may let jobs_pump() go on. */
	void (*wake)(void *arg);
};

/* Listens. `schedule` is borrowed. NULL with a reason. */
struct jobs *jobs_new(struct bus *bus, const char *endpoint,
    struct schedule *schedule, const struct jobs_ops *ops, void *arg,
    struct err *err_r);
void jobs_free(struct jobs **jobs);

/* Starts what may start; takes back what is overdue. */
void jobs_pump(struct jobs *jobs);
/* The schedule's clock at which jobs_pump() has something to start. */
int64_t jobs_next_start(const struct jobs *jobs);
/* The schedule's clock at which jobs_pump() has something to take back. */
int64_t jobs_next_deadline(const struct jobs *jobs);
/*
 * After a reload: work by another schedule. Jobs under way keep going;
 * new_of[i] is the new number of former object i or SNAP_NONE.
 */
void jobs_adopt(struct jobs *jobs, struct schedule *schedule,
    const uint32_t *new_of, uint32_t n_old);
/* EH-1: queued, run by a worker, forgotten; a full queue drops it (EH-3). */
void jobs_handler(struct jobs *jobs, const struct handler *h);
/* EH-2: at the end of core; tells the end of alert handlers that run. */
void jobs_abort_alerts(struct jobs *jobs);
void jobs_counters(const struct jobs *jobs, struct str *list);
/* What hosts sent for other hosts. */
struct piggyback *jobs_piggyback(struct jobs *jobs);
/*
 * Workers on other machines: reads who may come in (common/fetcher_key.h) and
 * listens, or no longer, as the settings say. At start, after a reload, and
 * when the definitions changed. Failures are logged: local workers go on.
 */
struct jobs_remote {
	const char *root, *site;
	const struct settings_listener *listener;
	const struct settings *settings; /* what they are told of them */
};
void jobs_remote(struct jobs *jobs, const struct jobs_remote *how);
/* Jobs that wait for certain workers go back to the schedule. */
void jobs_unpark(struct jobs *jobs);
/* JSON array of all workers, also those that are down; appended. */
void jobs_list(const struct jobs *jobs, struct str *to);
/* Workers that are up. */
uint32_t jobs_workers(const struct jobs *jobs);

#endif
