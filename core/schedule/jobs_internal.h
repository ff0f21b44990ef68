/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to jobs.c, pump.c, handlers.c and jobs_counters.c.
 */
#ifndef CORE_SCHEDULE_JOBS_INTERNAL_H
#define CORE_SCHEDULE_JOBS_INTERNAL_H

#include "core/schedule/job.h"
#include "core/schedule/jobs.h"
#include "core/schedule/life.h"
#include "core/schedule/share.h"
#include "core/schedule/smooth.h"
#include "core/schedule/workers.h"

#define JOBS_ADDRESSES 8 /* on which remote workers may come */

struct running {
	uint64_t id;           /* 0: free slot */
	struct worker *worker; /* NULL: none yet, or gone */
	uint32_t object, next_free, kind;
	uint64_t handler; /* its key; 0: a check */
	char *alert;      /* of an alert handler: see waiting_handler */
	struct due due;
	int64_t started;
	unsigned lost;
};
/* After a reload: numbers of jobs that are older than it. */
struct renumbered {
	struct renumbered *next;
	uint64_t upto_serial;
	uint32_t n_old, new_of[];
};
/* An event handler that waits for a worker (EH-3). */
struct waiting_handler {
	struct waiting_handler *next;
	uint64_t key; /* of object and command */
	/* Of an alert handler: host, service, command, each with a NUL. */
	char *alert;
	size_t len;
	char bytes[]; /* the encoded job */
};
struct jobs {
	struct piggyback *piggyback;
	struct life life;
	int64_t settled; /* start or reload, the schedule's clock */
	struct bus *bus;
	struct bus_link *link; /* of this machine's workers */
	struct bus_link *remote[JOBS_ADDRESSES];
	char *remote_at;  /* what the latter listen on; "": nowhere */
	struct str setup; /* for remote workers: a worker_setup */
	struct workers workers;
	struct schedule *schedule;
	const struct jobs_ops *ops;
	void *arg;
	struct running *slots;
	uint32_t n_slots, free_slot, n_running, running_of[SCHEDULE_KINDS];
	uint64_t serial;
	struct heap deadlines; /* slots */
	struct renumbered *renumbered;
	struct job_buffers buffers;
	struct waiting_handler *handlers, **last_handler;
	uint32_t n_handlers;
	uint64_t handlers_run, handlers_dropped, handlers_skipped;
	unsigned turn; /* which kind is first */
	int64_t beat;  /* the last in which jobs were started */
	uint64_t sent, answered, late, given_away, timed_out, results;
	uint64_t refused_queue, results_stray;
	uint64_t overdue; /* started more than an interval late (SC-22) */
	uint64_t host_checks, service_checks, plugins;
	uint32_t capacity; /* all workers' credit, used and unused */
	/* Bits of the kinds that had work since the last reload; how often
	 * one waited though there was room, as others' places are kept. */
	/* SC-22: of plugins, of all others; seconds, part of the capacity */
	struct smooth_mean latency_plugin, latency_other;
	struct smooth_level usage_plugin, usage_other;
};

/* handlers.c: an alert handler ended; it is freed. */
void jobs_alert_ended(
    struct jobs *j, char *alert, unsigned exit_code, struct slice output);

/* jobs.c */
void jobs_executing(struct jobs *j, uint32_t object, bool on);
/* Those whose workers did not answer by the deadline. */
void jobs_take_back(struct jobs *j, int64_t now_ns);
struct running *jobs_take_slot(struct jobs *j);
void jobs_free_slot(struct jobs *j, struct running *r);
/* The one of this machine with most of its credit left; or NULL. */
struct worker *jobs_pick(struct jobs *j);

/* jobs_counters.c */
/* What the workers do from now on, for the numbers of SC-22. */
void jobs_note_usage(struct jobs *j, int64_t now_ns);
/* CR-6: how late it starts. */
void jobs_note_latency(struct jobs *j, struct worker *w, unsigned kind,
    const struct due *due, int64_t now_ns);

/* handlers.c */
void jobs_pump_handlers(struct jobs *j, int64_t now_ns);
void jobs_handler_ended(
    struct jobs *j, struct running *r, const struct msg_outcome *m);
void jobs_drop_handlers(struct jobs *j);
/* jobs.c: what both kinds of links do. */
extern const struct bus_handlers jobs_handlers;
/* jobs_remote.c */
const char *jobs_refuse(struct bus_peer *peer, void *jobs);
void jobs_greet(struct jobs *j, struct worker *w);
void jobs_remote_free(struct jobs *j);

#endif
