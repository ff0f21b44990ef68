/* SPDX-License-Identifier: Apache-2.0
 *
 * A process with its pipes and limits; see child_spawn.h.
 */
#include "fetcher/child_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Handlers are gone with exec; a call for each of 64 signals is spared. */
void
child_ignored(sigset_t *set_r)
{
	struct sigaction now;

	sigemptyset(set_r);
	for (int signal = 1; signal < NSIG; signal++)
		if (sigaction(signal, NULL, &now) == 0 &&
		    now.sa_handler == SIG_IGN)
			sigaddset(set_r, signal);
	sigaddset(set_r, SIGPIPE);
}

static int
spawn_with(const struct child_program *p, const int out[2], const int err[2],
    pid_t *pid_r)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, p->ignored);
	if (p->input >= 0)
		posix_spawn_file_actions_adddup2(
		    &files, p->input, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(
		    &files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, err[1], STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	rc = posix_spawn(pid_r, p->argv[0], &files, &attr, p->argv,
	    (char **)(uintptr_t)p->envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static void
limit_one(pid_t pid, __rlimit_resource_t what, uint64_t most)
{
	struct rlimit lim = {most, most};

	if (most > 0)
		prlimit(pid, what, &lim, NULL);
}

/*
 * posix_spawn has no attribute for these; they hold from here on, while the
 * program is still being loaded.
 */
static void
limit(pid_t pid, const struct child_limits *l)
{
	const struct rlimit no_core = {0, 0};
	/* XCPU first, whose name says what it was. */
	const struct rlimit cpu = {l->cpu_s, l->cpu_s + 5};

	prlimit(pid, RLIMIT_CORE, &no_core, NULL);
	limit_one(pid, RLIMIT_AS, l->memory_bytes);
	if (l->cpu_s > 0)
		prlimit(pid, RLIMIT_CPU, &cpu, NULL);
	limit_one(pid, RLIMIT_NOFILE, l->files);
	limit_one(pid, RLIMIT_NPROC, l->processes);
	limit_one(pid, RLIMIT_FSIZE, l->file_bytes);
	if (l->nice > 0)
		setpriority(PRIO_PROCESS, (id_t)pid, l->nice);
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
	int rc = 0;

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		rc = errno;
	if (rc == 0)
		rc = spawn_with(p, out, err, &r->pid);
	if (rc == 0) {
		limit(r->pid, limits);
		r->pidfd = pidfd_open(r->pid, 0);
		if (r->pidfd < 0) { /* out of descriptors */
			rc = errno;
			kill(-r->pid, SIGKILL);
			waitpid(r->pid, NULL, 0);
		}
	}
	if (rc != 0) {
		close_pair(out);
		close_pair(err);
		return rc;
	}
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	r->out = out[0];
	r->err = err[0];
	return 0;
}
