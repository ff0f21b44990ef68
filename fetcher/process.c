/* SPDX-License-Identifier: Apache-2.0
 *
 * The fetcher as a daemon; see process.h.
 */
#include "fetcher/process.h"
#include "fetcher/worker.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <sys/capability.h>
#include <unistd.h>

#define CLOSE_TRIES 50 /* of 10 ms: killed children must be reaped */

struct process {
	struct engine *engine;
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

int
process_init(struct daemon *d, struct err *err_r)
{
	struct process *p = xnew(struct process);
	char *endpoint = daemon_endpoint(d, "jobs");
	struct err why;

	d->state = p;
	p->engine = engine_new(d->loop, d->root);
	if (engine_open_ping(p->engine, &why) != 0)
		log_error("ping: %s", why.text);
	drop_capabilities();
	p->worker = worker_new(d->loop, d->bus, p->engine, endpoint, err_r);
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
	engine_close(p->engine);
	for (int i = 0; i < CLOSE_TRIES; i++) {
		uv_run(d->loop, UV_RUN_NOWAIT);
		if (engine_is_closed(p->engine))
			break;
		usleep(10000);
	}
	uv_run(d->loop, UV_RUN_NOWAIT);
	worker_free(&p->worker);
	engine_free(&p->engine);
	free(p);
}
