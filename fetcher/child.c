/* SPDX-License-Identifier: Apache-2.0
 *
 * Children on the loop; see child.h.
 *
 * A child is over when its process was reaped and both pipes are at their end.
 * A grandchild may hold a pipe open: after LIMIT_PIPE_MS the pipes are closed
 * all the same. A stopped child keeps its slot until it is reaped.
 */
#include "fetcher/child_internal.h"
#include "fetcher/limits.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
list_add(struct list *l, struct child *c)
{
	c->next = NULL;
	c->prev = l->last;
	if (l->last != NULL)
		l->last->next = c;
	else
		l->first = c;
	l->last = c;
}

static void
list_remove(struct list *l, struct child *c)
{
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		l->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	else
		l->last = c->prev;
	c->prev = c->next = NULL;
}

void
child_free_words(char **words)
{
	if (words == NULL)
		return;
	for (char **w = words; *w != NULL; w++)
		free(*w);
	free(words);
}

static void
free_child(struct child *c)
{
	child_free_words(c->argv);
	str_free(&c->errors);
	if (c->input >= 0)
		close(c->input);
	free(c);
}

/* --- the end of a child ----------------------------------------------------
 */

static void start_waiting(struct children *cs);

static void
handle_closed(uv_handle_t *handle)
{
	struct child *c = handle->data;

	if (--c->open_handles == 0)
		free_child(c);
}

static void
close_watch(struct watch *w)
{
	if (w->fd < 0)
		return;
	if (w->is_polled)
		uv_close((uv_handle_t *)&w->poll, handle_closed);
	close(w->fd);
	w->fd = -1;
}

/* Tells the owner, frees the slot, closes what is open. */
static void
finish(struct child *c)
{
	struct children *cs = c->all;

	c->state = CHILD_CLOSES;
	list_remove(&cs->running, c);
	cs->counters.running--;
	c->end.errors = str_slice(&c->errors);
	if (!c->stopped)
		c->handlers.ended(c, &c->end, c->arg);
	close_watch(&c->out);
	close_watch(&c->err);
	close_watch(&c->process);
	uv_close((uv_handle_t *)&c->timer, handle_closed);
	start_waiting(cs);
}

/* --- output ----------------------------------------------------------------
 */

static void look_for_end(struct child *c);

static void
take(struct child *c, struct watch *w, size_t n)
{
	const char *bytes = c->all->buffer;

	if (c->stopped)
		return;
	if (w == &c->out) {
		if (c->wants_output)
			c->wants_output =
			    c->handlers.output(c, bytes, n, c->arg);
		return;
	}
	if (c->errors.len + n > LIMIT_STDERR_BYTES)
		n = LIMIT_STDERR_BYTES - c->errors.len;
	str_addn(&c->errors, bytes, n);
}

/* True: there may be more. At its end the pipe is closed. */
static bool
read_pipe(struct child *c, struct watch *w)
{
	ssize_t n = read(w->fd, c->all->buffer, sizeof(c->all->buffer));

	if (n > 0) {
		take(c, w, (size_t)n);
		return true;
	}
	if (n < 0 && errno == EINTR)
		return true;
	if (n == 0 || errno != EAGAIN)
		close_watch(w);
	return false;
}

static void
readable(uv_poll_t *poll, int status, int events)
{
	struct watch *w = (struct watch *)poll;

	(void)status, (void)events;
	/* One read a wake-up: a flood from one child delays nobody. */
	read_pipe(w->child, w);
	look_for_end(w->child);
}

static void
watch(struct child *c, struct watch *w, uv_poll_cb callback)
{
	if (w->fd < 0 || w->is_polled)
		return;
	w->child = c;
	must(uv_poll_init(c->all->loop, &w->poll, w->fd) == 0);
	w->poll.data = c;
	w->is_polled = true;
	c->open_handles++;
	uv_poll_start(&w->poll, UV_READABLE | UV_DISCONNECT, callback);
}

static void
watch_pipes(struct child *c)
{
	watch(c, &c->out, readable);
	watch(c, &c->err, readable);
}

/* The process has ended: takes what is in its pipes. */
static void
drain_pipe(struct child *c, struct watch *w)
{
	for (int i = 0; i < 64 && w->fd >= 0 && read_pipe(c, w); i++)
		;
}

/* --- the end of a process --------------------------------------------------
 */

static void
out_of_patience(uv_timer_t *timer)
{
	finish(timer->data);
}

static void
look_for_end(struct child *c)
{
	if (!c->is_reaped)
		return;
	if (c->stopped || (c->out.fd < 0 && c->err.fd < 0))
		finish(c);
	else if (!uv_is_active((uv_handle_t *)&c->timer)) {
		watch_pipes(c);
		uv_timer_start(&c->timer, out_of_patience, LIMIT_PIPE_MS, 0);
	}
}

static double
seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

/* False: it still runs. */
static bool
reap(struct child *c)
{
	struct rusage used = {0};
	siginfo_t info;

	/* What it left behind goes with it; before the reaping, so that the
	 * group's number is still its own. */
	if (c->stopped)
		kill(-c->pid, SIGKILL);
	memset(&info, 0, sizeof(info));
	/* Not waitid(3): only the system call tells what was used. */
	if (syscall(SYS_waitid, P_PIDFD, c->process.fd, &info,
		WEXITED | WNOHANG, &used) != 0 ||
	    info.si_pid == 0)
		return false;
	c->end.user_seconds = seconds(&used.ru_utime);
	c->end.system_seconds = seconds(&used.ru_stime);
	c->is_reaped = true;
	c->end.exit_code = -1;
	if (info.si_code == CLD_EXITED)
		c->end.exit_code = info.si_status;
	else
		c->end.signal = info.si_status;
	if (c->process.is_polled)
		uv_poll_stop(&c->process.poll);
	uv_timer_stop(&c->timer);
	drain_pipe(c, &c->out);
	drain_pipe(c, &c->err);
	look_for_end(c);
	return true;
}

static void
process_ended(uv_poll_t *poll, int status, int events)
{
	(void)status, (void)events;
	reap(poll->data);
}

/*
 * Most plugins write a line and end within moments: those are looked at
 * together, which spares three wake-ups of the loop for each. One that runs on
 * is watched, before it has filled a pipe for long.
 */
static void
look_at_young(uv_timer_t *timer)
{
	struct children *cs = timer->data;
	uint64_t now = uv_now(cs->loop);
	bool any = false;

	for (struct child *c = cs->running.first, *next; c != NULL; c = next) {
		next = c->next;
		if (c->state != CHILD_RUNS || !c->is_young)
			continue;
		if (!c->is_reaped && reap(c))
			continue;
		if (now - c->started_ms < LIMIT_QUIET_MS) {
			any = true;
			continue;
		}
		c->is_young = false;
		watch(c, &c->process, process_ended);
		watch_pipes(c);
	}
	if (!any)
		uv_timer_stop(timer);
}

/* --- the start of a child --------------------------------------------------
 */

static void
kill_now(uv_timer_t *timer)
{
	struct child *c = timer->data;

	kill(-c->pid, SIGKILL);
}

static void
terminate(struct child *c, uint32_t ms)
{
	c->all->counters.killed++;
	if (c->is_reaped) { /* a grandchild holds its pipe */
		kill(-c->pid, SIGKILL);
		finish(c);
		return;
	}
	watch(c, &c->process, process_ended);
	kill(-c->pid, c->all->closing ? SIGKILL : SIGTERM);
	uv_timer_start(&c->timer, kill_now, ms, 0);
}

static void
not_started(uv_timer_t *timer)
{
	finish(timer->data);
}

void
child_spawned(struct child *c)
{
	struct children *cs = c->all;

	c->state = CHILD_RUNS;
	if (c->end.spawn_error != 0) {
		uv_timer_start(&c->timer, not_started, 0, 0);
		return;
	}
	cs->counters.started++;
	c->started_ms = uv_now(cs->loop);
	c->is_young = true;
	if (!cs->closing && !uv_is_active((uv_handle_t *)cs->tick))
		uv_timer_start(
		    cs->tick, look_at_young, LIMIT_TICK_MS, LIMIT_TICK_MS);
	if (c->stopped)
		terminate(c, LIMIT_TERM_MS);
}

static void
start(struct child *c)
{
	struct children *cs = c->all;

	list_add(&cs->running, c);
	cs->counters.running++;
	uv_timer_init(cs->loop, &c->timer);
	c->timer.data = c;
	c->open_handles = 1;
	c->state = CHILD_SPAWNS;
	*cs->last_to_spawn = c;
	cs->last_to_spawn = &c->next_spawn;
	if (!uv_is_active((uv_handle_t *)cs->soon))
		uv_timer_start(cs->soon, children_spawn, 0, 0);
}

static void
start_waiting(struct children *cs)
{
	while (!cs->closing && cs->waiting.first != NULL &&
	    cs->counters.running < cs->most) {
		struct child *c = cs->waiting.first;

		list_remove(&cs->waiting, c);
		cs->counters.waiting--;
		start(c);
	}
}

struct child *
child_start(struct children *cs, char **argv, char *const *envp, int input,
    const struct child_handlers *handlers, void *arg)
{
	struct child *c = xnew(struct child);

	c->all = cs;
	c->argv = argv;
	c->envp = envp;
	c->input = input;
	c->handlers = *handlers;
	c->arg = arg;
	c->wants_output = true;
	c->out.fd = c->err.fd = c->process.fd = -1;
	list_add(&cs->waiting, c);
	cs->counters.waiting++;
	start_waiting(cs);
	return c;
}

bool
child_waits(const struct child *c)
{
	return c->state == CHILD_WAITS;
}

void
child_stop(struct child *c)
{
	must(!c->stopped);
	c->stopped = true;
	switch (c->state) {
	case CHILD_WAITS:
		list_remove(&c->all->waiting, c);
		c->all->counters.waiting--;
		free_child(c);
		return;
	case CHILD_SPAWNS: /* child_spawned() will see to it */
		return;
	case CHILD_RUNS:
		if (c->end.spawn_error == 0)
			terminate(c, LIMIT_TERM_MS);
		return;
	case CHILD_CLOSES:
		return;
	}
}

void
child_terminate(struct child *c, uint32_t ms)
{
	if (c->state == CHILD_RUNS && c->end.spawn_error == 0)
		terminate(c, ms);
}

/* --- all of them -----------------------------------------------------------
 */

static void
free_timer(uv_handle_t *handle)
{
	free(handle);
}

static uv_timer_t *
timer_new(struct children *cs)
{
	uv_timer_t *timer = xnew(uv_timer_t);

	uv_timer_init(cs->loop, timer);
	timer->data = cs;
	return timer;
}

struct children *
children_new(uv_loop_t *loop, size_t most)
{
	struct children *cs = xnew(struct children);

	cs->loop = loop;
	cs->most = most;
	cs->last_to_spawn = &cs->to_spawn;
	cs->soon = timer_new(cs);
	cs->tick = timer_new(cs);
	sigemptyset(&cs->signals);
	cs->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	must(cs->null >= 0);
	return cs;
}

void
children_allow(struct children *cs, size_t most)
{
	cs->most = most;
	start_waiting(cs);
}

size_t
children_most(const struct children *cs)
{
	return cs->most;
}

void
children_limit(struct children *cs, const struct child_limits *limits)
{
	cs->limits = *limits;
}

void
children_close(struct children *cs)
{
	cs->closing = true;
	uv_close((uv_handle_t *)cs->soon, free_timer);
	uv_close((uv_handle_t *)cs->tick, free_timer);
	while (cs->waiting.first != NULL)
		child_stop(cs->waiting.first);
	for (struct child *c = cs->running.first, *next; c != NULL; c = next) {
		next = c->next;
		if (!c->stopped)
			child_stop(c);
		else if (c->state == CHILD_RUNS && c->end.spawn_error == 0 &&
		    !c->is_reaped)
			kill(-c->pid, SIGKILL);
	}
	for (struct child *c = cs->to_spawn, *next; c != NULL; c = next) {
		next = c->next_spawn;
		c->end.spawn_error = ECANCELED;
		child_spawned(c);
	}
	cs->to_spawn = NULL;
}

void
children_free(struct children **cs)
{
	if (*cs == NULL)
		return;
	must((*cs)->running.first == NULL && (*cs)->waiting.first == NULL);
	close((*cs)->null);
	free(*cs);
	*cs = NULL;
}

const struct children_counters *
children_counters(const struct children *cs)
{
	return &cs->counters;
}
