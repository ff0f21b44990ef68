/* SPDX-License-Identifier: Apache-2.0
 *
 * Children that were started together are spawned together.
 */
#include "fetcher/child_internal.h"

/* May run in a thread, touches `c` alone. */
static void
spawn(struct child *c)
{
	const struct children *cs = c->all;
	struct child_program program = {c->argv, c->envp,
	    c->input >= 0 ? c->input : cs->null, &cs->signals};
	struct child_process process;
	int rc = child_spawn(&program, &cs->limits, &process);

	if (rc != 0) {
		c->end.spawn_error = rc;
		return;
	}
	c->pid = process.pid;
	c->process.fd = process.pidfd;
	c->out.fd = process.out;
	c->err.fd = process.err;
}

static void
spawn_in_thread(uv_work_t *work)
{
	const struct children *cs = work->data;

	for (struct child *c = cs->batch; c != NULL; c = c->next_spawn)
		spawn(c);
}

static void
all_spawned(struct children *cs)
{
	struct child *c;

	while ((c = cs->batch) != NULL) {
		cs->batch = c->next_spawn;
		child_spawned(c);
	}
}

static void
thread_done(uv_work_t *work, int status)
{
	struct children *cs = work->data;

	(void)status; /* is never cancelled */
	all_spawned(cs);
	if (!cs->closing)
		children_spawn(cs->soon);
}

/*
 * All that were started in one turn of the loop: a few here, more in one
 * thread one after the other, which is woken once for them.
 */
void
children_spawn(uv_timer_t *timer)
{
	struct children *cs = timer->data;

	if (cs->batch != NULL || cs->to_spawn == NULL)
		return;
	cs->batch = cs->to_spawn;
	cs->to_spawn = NULL;
	cs->last_to_spawn = &cs->to_spawn;
	cs->work.data = cs;
	if (!cs->knows_signals) /* set up long before the first child */
		child_signals(&cs->signals);
	cs->knows_signals = true;
	if (cs->counters.running <= LIMIT_SPAWN_ON_LOOP ||
	    uv_queue_work(cs->loop, &cs->work, spawn_in_thread, thread_done) !=
		0) {
		spawn_in_thread(&cs->work);
		all_spawned(cs);
	}
}
