/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs programs and ends processes.
 */
#include "site/proc.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (64u << 10)
#define PROC_MAX   (128u << 10)

extern char **environ;

static void
read_all(int fd, struct str *out)
{
	char buf[4096];
	ssize_t n;

	while (
	    (n = read(fd, buf, sizeof(buf))) > 0 || (n == -1 && errno == EINTR))
		if (n > 0 && out->len < OUTPUT_MAX)
			str_addn(out, buf, (size_t)n);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
proc_run(const char *const *argv, struct str *out, struct err *err_r)
{
	posix_spawn_file_actions_t fa;
	char **args = (char **)(uintptr_t)argv;
	int fds[2] = {-1, -1}, error, code;
	pid_t pid;

	if (out != NULL && pipe2(fds, O_CLOEXEC) == -1) {
		err_set(err_r, "pipe: %s", strerror(errno));
		return -1;
	}
	posix_spawn_file_actions_init(&fa);
	if (out != NULL) {
		posix_spawn_file_actions_adddup2(&fa, fds[1], 1);
		posix_spawn_file_actions_adddup2(&fa, fds[1], 2);
	}
	error = posix_spawnp(&pid, argv[0], &fa, NULL, args, environ);
	posix_spawn_file_actions_destroy(&fa);
	if (out != NULL)
		close(fds[1]);
	if (error != 0) {
		err_set(err_r, "%s: %s%s", argv[0], strerror(error),
		    error == ENOENT ? " (the package that has it is missing:"
				      " packaging/dependencies)"
				    : "");
		code = -1;
	} else {
		if (out != NULL)
			read_all(fds[0], out);
		code = wait_for(pid);
	}
	if (out != NULL)
		close(fds[0]);
	return code;
}

void
proc_sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

bool
proc_read(pid_t pid, const char *what, struct str *to)
{
	char path[64], buf[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	while ((n = read(fd, buf, sizeof(buf))) > 0 && to->len < PROC_MAX)
		str_addn(to, buf, (size_t)n);
	close(fd);
	return n >= 0;
}

/* Sends `sig` (0: only counts) to each process that `pick` wants. */
static size_t
signal_each(proc_pick_fn *pick, void *arg, int sig)
{
	DIR *dir = opendir("/proc");
	const struct dirent *d;
	struct stat st;
	size_t n = 0;
	int64_t pid;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (!num_range(slice_of(d->d_name), 1, INT32_MAX, &pid) ||
		    pid == getpid() || pid == getppid() ||
		    fstatat(dirfd(dir), d->d_name, &st, 0) == -1 ||
		    !pick((pid_t)pid, st.st_uid, arg))
			continue;
		if (kill((pid_t)pid, sig) == 0 || errno != ESRCH)
			n++;
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

size_t
proc_end(proc_pick_fn *pick, void *arg, int grace_ms)
{
	int64_t until = clock_mono() + grace_ms * NS_PER_MS;
	size_t n = signal_each(pick, arg, SIGTERM);

	if (n == 0)
		return 0;
	while (signal_each(pick, arg, 0) > 0 && clock_mono() < until)
		proc_sleep_ms(20);
	for (int i = 0; i < 50 && signal_each(pick, arg, SIGKILL) > 0; i++)
		proc_sleep_ms(20);
	return n;
}
