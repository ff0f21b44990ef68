/* SPDX-License-Identifier: Apache-2.0
 *
 * Running scripts: posix_spawn in a process group of their own, a pidfd and
 * the output's pipe on the loop, TERM and then KILL at the time-out.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/action_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE    4
#define QUEUE_MAX  1000
#define OUTPUT_MAX 1000
#define KILL_MS    5000

extern char **environ;

struct run {
	struct run *next;
	struct action_runner *owner;
	char *id, *script;
	char **env;
	pid_t pid;
	int pidfd, output_fd;
	uv_poll_t exited, readable;
	uv_timer_t timer;
	unsigned open_handles;
	bool termed, late;
	struct str output;
};

struct action_runner {
	uv_loop_t *loop;
	struct run *waiting, *last, *running;
	size_t n_waiting, n_running;
	uint64_t refused;
	int64_t timeout_us;
	bool ending;
};

static void start_next(struct action_runner *r);

static void
run_free(struct run *run)
{
	free(run->id);
	free(run->script);
	action_env_free(run->env);
	str_free(&run->output);
	free(run);
}

static void
handle_closed(uv_handle_t *handle)
{
	struct run *run = handle->data;

	if (--run->open_handles == 0) {
		close(run->pidfd);
		close(run->output_fd);
		run_free(run);
	}
}

static void
read_output(struct run *run)
{
	char buf[4096];
	ssize_t n = -1;

	/* A script that never stops writing does not hold up the loop. */
	for (int i = 0; i < 16; i++) {
		size_t room = OUTPUT_MAX - run->output.len;

		n = read(run->output_fd, buf, sizeof(buf));
		if (n <= 0)
			break;
		str_addn(
		    &run->output, buf, (size_t)n < room ? (size_t)n : room);
	}
	if (n == 0)
		uv_poll_stop(&run->readable);
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	read_output(poll->data);
}

static void
unlink_run(struct action_runner *r, struct run *run)
{
	struct run **at = &r->running;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
	r->n_running--;
}

static void
close_handles(struct run *run)
{
	uv_close((uv_handle_t *)&run->exited, handle_closed);
	uv_close((uv_handle_t *)&run->readable, handle_closed);
	uv_close((uv_handle_t *)&run->timer, handle_closed);
}

static void
on_exit_of(uv_poll_t *poll, int status, int events)
{
	struct run *run = poll->data;
	struct action_runner *r = run->owner;
	int code;

	(void)status;
	(void)events;
	if (waitpid(run->pid, &code, WNOHANG) != run->pid)
		return;
	read_output(run);
	if (run->late)
		log_warn("action %s: ended after its time-out", run->id);
	else if (WIFEXITED(code) && WEXITSTATUS(code) == 0)
		log_info("action %s: done", run->id);
	else
		log_warn("action %s: %s %d, output: %s", run->id,
		    WIFEXITED(code) ? "exit code" : "killed by signal",
		    WIFEXITED(code) ? WEXITSTATUS(code) : WTERMSIG(code),
		    str_get(&run->output));
	unlink_run(r, run);
	close_handles(run);
	start_next(r);
}

static void
on_timeout(uv_timer_t *timer)
{
	struct run *run = timer->data;

	run->late = true;
	kill(-run->pid, run->termed ? SIGKILL : SIGTERM);
	run->termed = true;
	uv_timer_start(timer, on_timeout, KILL_MS, 0);
}

static char **
whole_environment(char **own)
{
	size_t n = 0, k = 0;
	char **all;

	while (environ[n] != NULL)
		n++;
	while (own[k] != NULL)
		k++;
	all = xcalloc(n + k + 1, sizeof(*all));
	memcpy(all, environ, n * sizeof(*all));
	memcpy(all + n, own, k * sizeof(*all));
	return all;
}

static int
spawn(struct run *run)
{
	char *argv[] = {(char *)"bash", (char *)"-c", run->script, NULL};
	char **env = whole_environment(run->env);
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int pipe_fds[2], rc;

	sigfillset(&all);
	sigemptyset(&none);
	if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
		free(env);
		return errno;
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, pipe_fds[1], 1);
	posix_spawn_file_actions_adddup2(&files, pipe_fds[1], 2);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	rc = posix_spawn(&run->pid, "/bin/bash", &files, &attr, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	free(env);
	close(pipe_fds[1]);
	run->output_fd = pipe_fds[0];
	if (rc != 0)
		close(pipe_fds[0]);
	return rc;
}

static void
begin(struct action_runner *r, struct run *run)
{
	int rc = spawn(run);

	if (rc != 0) {
		log_error("action %s: cannot start: %s", run->id, strerror(rc));
		run_free(run);
		return;
	}
	run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	must(run->pidfd != -1);
	fcntl(run->output_fd, F_SETFL, O_NONBLOCK);
	must(uv_poll_init(r->loop, &run->exited, run->pidfd) == 0);
	must(uv_poll_init(r->loop, &run->readable, run->output_fd) == 0);
	must(uv_timer_init(r->loop, &run->timer) == 0);
	run->exited.data = run->readable.data = run->timer.data = run;
	run->open_handles = 3;
	uv_poll_start(&run->exited, UV_READABLE, on_exit_of);
	uv_poll_start(&run->readable, UV_READABLE, on_readable);
	uv_timer_start(
	    &run->timer, on_timeout, (uint64_t)(r->timeout_us / 1000), 0);
	run->next = r->running;
	r->running = run;
	r->n_running++;
}

static void
start_next(struct action_runner *r)
{
	while (!r->ending && r->waiting != NULL && r->n_running < AT_ONCE) {
		struct run *run = r->waiting;

		r->waiting = run->next;
		if (r->waiting == NULL)
			r->last = NULL;
		r->n_waiting--;
		begin(r, run);
	}
}

struct action_runner *
action_runner_new(uv_loop_t *loop)
{
	struct action_runner *r = xnew(struct action_runner);

	r->loop = loop;
	r->timeout_us = 60000000;
	return r;
}

void
action_runner_free(struct action_runner **rp)
{
	struct action_runner *r = *rp;
	struct run *next;

	if (r == NULL)
		return;
	r->ending = true;
	for (struct run *run = r->waiting; run != NULL; run = next) {
		next = run->next;
		run_free(run);
	}
	for (struct run *run = r->running; run != NULL; run = next) {
		next = run->next;
		kill(-run->pid, SIGKILL);
		waitpid(run->pid, NULL, 0);
		close_handles(run);
	}
	free(r);
	*rp = NULL;
}

void
action_set_timeout(struct action_runner *r, int64_t timeout_us)
{
	r->timeout_us = timeout_us;
}

int
action_start(struct action_runner *r, const struct action_table *t,
    const char *id, const struct event *ev, struct err *err_r)
{
	const struct action *a = action_find(t, id);
	struct run *run;

	if (a == NULL || a->disabled) {
		err_set(err_r, "action %s: %s", id,
		    a == NULL ? "there is none" : "is disabled");
		return -1;
	}
	if (r->n_waiting >= QUEUE_MAX) {
		r->refused++;
		err_set(
		    err_r, "action %s: %d actions wait already", id, QUEUE_MAX);
		return -1;
	}
	run = xnew(struct run);
	run->owner = r;
	run->id = xstrdup(id);
	run->script = xstrdup(a->script);
	run->env = action_env(ev);
	if (r->last == NULL)
		r->waiting = run;
	else
		r->last->next = run;
	r->last = run;
	r->n_waiting++;
	start_next(r);
	return 0;
}

size_t
action_queued(const struct action_runner *r)
{
	return r->n_waiting + r->n_running;
}

uint64_t
action_refused(const struct action_runner *r)
{
	return r->refused;
}
