/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs other people's programs: several at once, each in its own process group
 * with a time limit and a bound on its output.
 */
#ifndef AGENT_RUN_H
#define AGENT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RUN_MAX_OUTPUT (8u << 20) /* bytes of one program */
#define RUN_AT_ONCE    8

struct run {
	const char *path; /* of the program, or a line for the shell */
	bool shell;
	/* Filled by run_all(). */
	char *output; /* NUL-terminated, freed by the caller; never NULL */
	size_t len;
	int code; /* exit code; -1: killed by its time limit or a signal */
	bool timed_out, cut; /* cut: it wrote more than the bound */

	pid_t pid;
	int fd; /* -1: not running */
	long long deadline_ms;
};

/* Runs all of them and returns when each has ended, failed or been killed. */
void run_all(struct run *runs, size_t n, int timeout_s);
/* Kills what run_all() has running now; for signal handlers. */
void run_kill_all(void);

#endif
