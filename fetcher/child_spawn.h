/* SPDX-License-Identifier: Apache-2.0
 *
 * The start of a process: a group of its own, both outputs on pipes, no other
 * descriptor, limits. May be called in any thread.
 */
#ifndef FETCHER_CHILD_SPAWN_H
#define FETCHER_CHILD_SPAWN_H

#include "fetcher/child.h"

#include <signal.h>
#include <sys/types.h>

struct child_program {
	char **argv, *const *envp;
	int input;               /* becomes its standard input */
	const sigset_t *signals; /* back to their defaults in the child */
};
struct child_process {
	pid_t pid;
	int pidfd, out, err; /* the caller's; the pipes do not block */
};
/* What this process ignores or handles. */
void child_signals(sigset_t *set_r);
/* 0, or an errno; then there is no process. */
int child_spawn(const struct child_program *p,
    const struct child_limits *limits, struct child_process *process_r);

#endif
