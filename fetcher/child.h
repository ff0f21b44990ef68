/* SPDX-License-Identifier: Apache-2.0
 *
 * Child processes: in a process group and limits of their own, their output
 * through pipes on the loop, their end through a pidfd. Bounded in number:
 * more wait in line. Up to eight are spawned on the loop itself, because that
 * is cheapest; with more, that moves to a thread, because a start suspends its
 * caller until the child has called exec.
 */
#ifndef FETCHER_CHILD_H
#define FETCHER_CHILD_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct children; /* all of a loop */
struct child;

/* What a child may use; 0: no limit of ours. */
struct child_limits {
	uint64_t memory_bytes, cpu_s, files, processes, file_bytes;
	int nice;
};

struct child_end {
	int spawn_error; /* errno, the program was not started; 0: it was */
	int exit_code;   /* -1: ended by `signal` */
	int signal;
	struct slice errors; /* standard error, cut at LIMIT_STDERR_BYTES */
	double user_seconds, system_seconds; /* CPU time, of its children too */
};

struct child_handlers {
	/* Bytes of standard output. False: no more, please; the rest is
	 * discarded, and the child is not disturbed. */
	bool (*output)(struct child *c, const char *bytes, size_t n, void *arg);
	/* The child has ended and its output is complete; it is gone after
	 * the return. */
	void (*ended)(struct child *c, const struct child_end *end, void *arg);
};

struct children_counters {
	uint64_t started, killed;
	size_t running, waiting;
};

struct children *children_new(uv_loop_t *loop, size_t most);
/* How many may run at once, from now on. */
void children_allow(struct children *cs, size_t most);
size_t children_most(const struct children *cs);
/* Of children that are started from now on. They never dump core. */
void children_limit(struct children *cs, const struct child_limits *limits);
/* Kills what runs; run the loop, then free. */
void children_close(struct children *cs);
void children_free(struct children **cs);
const struct children_counters *children_counters(const struct children *cs);

/*
 * `argv` is taken over and freed with child_free_words(), argv[0] is the path.
 * `envp` is borrowed until all children are freed. `input` is a descriptor to
 * be its standard input, taken over, or -1: that is empty. Nothing is called
 * back from within.
 */
struct child *child_start(struct children *cs, char **argv, char *const *envp,
    int input, const struct child_handlers *handlers, void *arg);
/* Still in line? */
bool child_waits(const struct child *c);
/*
 * No callback comes any more. The process group gets TERM now and KILL two
 * seconds later. The caller's pointer is void.
 */
void child_stop(struct child *c);
/*
 * TERM now and KILL after `ms`; its end is told as ever. Only if it is not
 * child_waits().
 */
void child_terminate(struct child *c, uint32_t ms);
void child_free_words(char **words);

#endif
