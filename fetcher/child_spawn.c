/* SPDX-License-Identifier: Apache-2.0
 *
 * A process with its pipes and limits; see child_spawn.h.
 */
#include "fetcher/child_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The new process runs on this much of its maker's stack until exec. */
#define STACK_BYTES (48u << 10)

struct start {
	const struct child_program *program;
	const struct child_limits *limits;
	int out, err;
	int why; /* errno of what failed in the child */
};

void
child_signals(sigset_t *set_r)
{
	struct sigaction now;

	sigemptyset(set_r);
	for (int signal = 1; signal < NSIG; signal++)
		if (sigaction(signal, NULL, &now) == 0 &&
		    now.sa_handler != SIG_DFL)
			sigaddset(set_r, signal);
}

/* --- in the child: memory is the maker's, who waits ------------------------
 *
 * System calls alone. The sanitizer marks the borders of a frame in memory that
 * nobody would clean up after exec, so it is kept out.
 */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined"), noinline))

IN_CHILD static void
limit_one(__rlimit_resource_t what, uint64_t most, uint64_t at_all)
{
	struct rlimit lim = {most, at_all};

	setrlimit(what, &lim);
}

IN_CHILD static void
limit(const struct child_limits *l)
{
	limit_one(RLIMIT_CORE, 0, 0);
	if (l->memory_bytes > 0)
		limit_one(RLIMIT_AS, l->memory_bytes, l->memory_bytes);
	if (l->cpu_s > 0) /* XCPU first, whose name says what it was */
		limit_one(RLIMIT_CPU, l->cpu_s, l->cpu_s + 5);
	if (l->files > 0)
		limit_one(RLIMIT_NOFILE, l->files, l->files);
	if (l->processes > 0)
		limit_one(RLIMIT_NPROC, l->processes, l->processes);
	if (l->file_bytes > 0)
		limit_one(RLIMIT_FSIZE, l->file_bytes, l->file_bytes);
	if (l->nice > 0)
		setpriority(PRIO_PROCESS, 0, l->nice);
}

IN_CHILD static void
default_signals(const sigset_t *changed)
{
	struct sigaction normal;
	sigset_t none;

	normal.sa_handler = SIG_DFL;
	normal.sa_flags = 0;
	sigemptyset(&normal.sa_mask);
	for (int signal = 1; signal < NSIG; signal++)
		if (sigismember(changed, signal) == 1)
			sigaction(signal, &normal, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

IN_CHILD static int
child_main(void *arg)
{
	struct start *s = arg;
	const struct child_program *p = s->program;

	if (setpgid(0, 0) == 0 && dup2(p->input, STDIN_FILENO) >= 0 &&
	    dup2(s->out, STDOUT_FILENO) >= 0 &&
	    dup2(s->err, STDERR_FILENO) >= 0) {
		close_range(STDERR_FILENO + 1, ~0u, 0);
		limit(s->limits);
		default_signals(p->signals);
		execve(p->argv[0], p->argv, (char **)(uintptr_t)p->envp);
	}
	s->why = errno;
	_exit(127);
}

/* --- in its maker ----------------------------------------------------------
 */

/*
 * As posix_spawn does it, which has no attribute for limits: they hold from
 * the program's first instruction. The pidfd comes along.
 */
static int
start(struct start *s, struct child_process *r)
{
	_Alignas(16) char stack[STACK_BYTES];
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	r->pid = clone(child_main, stack + sizeof(stack),
	    CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, s, &r->pidfd);
	if (r->pid < 0)
		s->why = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r->pid >= 0 && s->why != 0) {
		waitpid(r->pid, NULL, 0);
		close(r->pidfd);
	}
	return s->why;
}

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

int
child_spawn(const struct child_program *p, const struct child_limits *limits,
    struct child_process *r)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	struct start s = {p, limits, -1, -1, 0};

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		s.why = errno;
	s.out = out[1];
	s.err = err[1];
	if (s.why != 0 || start(&s, r) != 0) {
		close_pair(out);
		close_pair(err);
		return s.why;
	}
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	r->out = out[0];
	r->err = err[0];
	return 0;
}
