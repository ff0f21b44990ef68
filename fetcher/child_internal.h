/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to child.c and child_batch.c.
 */
#ifndef FETCHER_CHILD_INTERNAL_H
#define FETCHER_CHILD_INTERNAL_H

#include "fetcher/child.h"
#include "fetcher/child_spawn.h"
#include "fetcher/limits.h"

enum child_state {
	CHILD_WAITS,  /* in line for a slot */
	CHILD_SPAWNS, /* a thread is at it */
	CHILD_RUNS,
	CHILD_CLOSES /* reaped; handles are being closed */
};

struct watch { /* a descriptor on the loop */
	uv_poll_t poll;
	struct child *child;
	int fd; /* -1: closed */
	bool is_polled;
};

struct child {
	struct children *all;
	enum child_state state;
	struct child *next_spawn;
	uint64_t started_ms; /* uv_now() */
	bool is_young;       /* looked at by the tick, not watched yet */
	uv_timer_t timer;    /* KILL, or the end of waiting for pipes */
	struct watch out, err, process;
	char **argv, *const *envp;
	int input; /* -1: none */
	pid_t pid;
	bool is_reaped, wants_output;
	bool stopped; /* handlers are not called any more */
	unsigned open_handles;
	struct child_end end;
	struct str errors;
	struct child_handlers handlers;
	void *arg;
	struct child *prev, *next; /* in line, or among those that run */
};

struct list {
	struct child *first, *last;
};

struct children {
	uv_loop_t *loop;
	size_t most;
	bool closing, knows_signals;
	struct child_limits limits;
	struct list waiting, running;
	struct child *to_spawn, **last_to_spawn; /* at the next turn */
	struct child *batch;                     /* a thread is at them */
	uv_work_t work;
	uv_timer_t *soon, *tick;
	sigset_t signals; /* see child_signals() */
	int null;         /* /dev/null */
	struct children_counters counters;
	char buffer[65536];
};

/* child.c: it runs, or its spawn_error says why not. */
void child_spawned(struct child *c);
/* child_batch.c: `soon` has fired; spawns what is in to_spawn. */
void children_spawn(uv_timer_t *soon);

#endif
