/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs other people's programs.
 */
#include "agent/run.h"

#include "agent/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_BYTES 4096

/* The groups that a signal handler has to end. */
static volatile pid_t running[RUN_AT_ONCE];

static long long
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
run_kill_all(void)
{
	for (size_t i = 0; i < RUN_AT_ONCE; i++)
		if (running[i] > 0)
			kill(-running[i], SIGKILL);
}

static void
note(pid_t old, pid_t new)
{
	for (size_t i = 0; i < RUN_AT_ONCE; i++)
		if (running[i] == old) {
			running[i] = new;
			return;
		}
}

static void
become(const struct run *run, int out)
{
	int null = open("/dev/null", O_RDWR);
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(null, 0);
	dup2(out, 1);
	dup2(null, 2);
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	if (run->shell)
		execl("/bin/sh", "sh", "-c", run->path, (char *)NULL);
	else
		execl(run->path, run->path, (char *)NULL);
	_exit(127);
}

static void
start(struct run *run, int timeout_s)
{
	int fds[2];

	run->output = text_alloc(FIRST_BYTES);
	run->len = 0;
	run->fd = -1;
	run->code = -1;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return;
	run->pid = fork();
	if (run->pid == 0)
		become(run, fds[1]);
	close(fds[1]);
	if (run->pid < 0) {
		close(fds[0]);
		return;
	}
	setpgid(run->pid, run->pid); /* whoever comes first */
	note(0, run->pid);
	run->fd = fds[0];
	run->deadline_ms = now_ms() + timeout_s * 1000LL;
}

/* Ends the group: what a program leaves behind does not outlive it here. */
static void
finish(struct run *run)
{
	int status = 0;

	close(run->fd);
	run->fd = -1;
	if (!run->timed_out && !run->cut) {
		/* It closed its output; it may need a moment to end. */
		for (int i = 0; i < 100; i++) {
			pid_t done = waitpid(run->pid, &status, WNOHANG);
			if (done == run->pid || done < 0) {
				kill(-run->pid, SIGKILL);
				note(run->pid, 0);
				run->code = WIFEXITED(status)
				    ? WEXITSTATUS(status)
				    : -1;
				return;
			}
			struct timespec pause = {0, 10 * 1000000};
			nanosleep(&pause, NULL);
		}
		run->timed_out = true;
	}
	kill(-run->pid, SIGKILL);
	/* Not waited for longer than it takes: it may hang in the kernel. */
	for (int i = 0; i < 50 && waitpid(run->pid, &status, WNOHANG) == 0;
	     i++) {
		struct timespec pause = {0, 2 * 1000000};
		nanosleep(&pause, NULL);
	}
	note(run->pid, 0);
}

/* `cap` follows from the length: the next power of two. */
static void
take(struct run *run)
{
	char buf[65536];
	ssize_t n = read(run->fd, buf, sizeof(buf));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		finish(run);
		return;
	}
	size_t cap = FIRST_BYTES;
	while (cap < run->len + 1)
		cap *= 2;
	size_t want = run->len + (size_t)n + 1;
	if (want > RUN_MAX_OUTPUT) {
		run->cut = true;
		finish(run);
		return;
	}
	if (want > cap) {
		while (cap < want)
			cap *= 2;
		char *bigger = text_alloc(cap);
		memcpy(bigger, run->output, run->len);
		free(run->output);
		run->output = bigger;
	}
	memcpy(run->output + run->len, buf, (size_t)n);
	run->len += (size_t)n;
	run->output[run->len] = '\0';
}

/* Waits for output or for the next deadline of these. */
static void
watch(struct run **active, size_t n)
{
	struct pollfd fds[RUN_AT_ONCE];
	long long now = now_ms(), wait = 60000;

	for (size_t i = 0; i < n; i++) {
		fds[i] = (struct pollfd){.fd = active[i]->fd, .events = POLLIN};
		if (active[i]->deadline_ms - now < wait)
			wait = active[i]->deadline_ms - now;
	}
	poll(fds, n, wait > 0 ? (int)wait : 0);
	now = now_ms();
	for (size_t i = 0; i < n; i++) {
		if (fds[i].revents != 0)
			take(active[i]);
		if (active[i]->fd >= 0 && now >= active[i]->deadline_ms) {
			active[i]->timed_out = true;
			finish(active[i]);
		}
	}
}

void
run_all(struct run *runs, size_t n, int timeout_s)
{
	struct run *active[RUN_AT_ONCE];
	size_t n_active = 0, next = 0;

	while (next < n || n_active > 0) {
		while (next < n && n_active < RUN_AT_ONCE) {
			start(&runs[next], timeout_s);
			if (runs[next].fd >= 0)
				active[n_active++] = &runs[next];
			next++;
		}
		if (n_active > 0)
			watch(active, n_active);
		size_t left = 0;
		for (size_t i = 0; i < n_active; i++)
			if (active[i]->fd >= 0)
				active[left++] = active[i];
		n_active = left;
	}
}
