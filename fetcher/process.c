/* SPDX-License-Identifier: Apache-2.0
 *
 * The fetcher as a daemon; see process.h.
 */
#include "fetcher/process.h"
#include "fetcher/fetch.h"
#include "fetcher/worker.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <sys/capability.h>
#include <unistd.h>

#define CLOSE_TRIES 50 /* of 10 ms: killed children must be reaped */

struct process {
	struct runner *runner;
	struct worker *worker;
};

/* The ICMP sockets are open: nothing here needs a capability any more. */
static void
drop_capabilities(void)
{
	cap_t none = cap_init();

	if (none == NULL || cap_set_proc(none) != 0)
		log_warn("capabilities: cannot drop them");
	cap_free(none);
}

static void
set_limits(struct runner *runner, const struct settings *s)
{
	const struct child_limits limits = {
	    .memory_bytes = (uint64_t)s->fetcher_limit_memory << 20,
	    .cpu_s = (uint64_t)s->fetcher_limit_cpu,
	    .files = (uint64_t)s->fetcher_limit_files,
	    .processes = (uint64_t)s->fetcher_limit_processes,
	    .file_bytes = (uint64_t)s->fetcher_limit_file_size << 20,
	    .nice = (int)s->fetcher_limit_nice,
	};

	children_limit(runner_children(runner), &limits);
}

int
process_init(struct daemon *d, struct err *err_r)
{
	struct process *p = xnew(struct process);
	char *endpoint = daemon_endpoint(d, "jobs");
	struct err why;

	d->state = p;
	p->runner = runner_new(d->loop, d->root);
	set_limits(p->runner, d->settings);
	runner_set_inprocess(p->runner, d->settings->fetcher_inprocess);
	if (runner_open_ping(p->runner, &why) != 0)
		log_error("ping: %s", why.text);
	drop_capabilities();
	p->worker = worker_new(d->loop, d->bus, p->runner, endpoint, err_r);
	free(endpoint);
	return p->worker == NULL ? -1 : 0;
}

void
process_counters(struct daemon *d, struct str *list)
{
	struct process *p = d->state;

	worker_counters(p->worker, list);
}

static void
drained(void *arg)
{
	daemon_exit(arg, 0);
}

void
process_stop(struct daemon *d)
{
	struct process *p = d->state;

	worker_drain(p->worker, drained, d);
}

/* The loop goes on for the rest of the skeleton's handles, so it is run by
 * hand until ours are closed. */
void
process_deinit(struct daemon *d)
{
	struct process *p = d->state;

	worker_close(p->worker);
	runner_close(p->runner);
	for (int i = 0; i < CLOSE_TRIES; i++) {
		uv_run(d->loop, UV_RUN_NOWAIT);
		if (runner_is_closed(p->runner))
			break;
		usleep(10000);
	}
	uv_run(d->loop, UV_RUN_NOWAIT);
	worker_free(&p->worker);
	runner_free(&p->runner);
	free(p);
}
