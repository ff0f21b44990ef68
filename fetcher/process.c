/* SPDX-License-Identifier: Apache-2.0
 *
 * The fetcher as a daemon; see process.h.
 */
#include "fetcher/process.h"
#include "fetcher/fetch.h"
#include "fetcher/worker.h"

#include "common/fetcher_key.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
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
	children_allow(runner_children(runner), (size_t)s->fetcher_children);
	runner_set_inprocess(runner, s->fetcher_inprocess);
}

/* A worker of a site on another machine: what the options say of it. */
static int
read_options(struct daemon *d, struct bus_curve *keys, struct err *err_r)
{
	const char *endpoint = daemon_option(d, "connect");
	const char *file = daemon_option(d, "key-file");
	struct fetcher_key key;

	if (endpoint == NULL || file == NULL) {
		err_set(err_r,
		    "--connect and --key-file belong together (or --root, of "
		    "a site on this machine)");
		return -1;
	}
	if (strncmp(endpoint, "tcp://", 6) != 0) {
		err_set(err_r, "%s: expected tcp://HOST:PORT", endpoint);
		return -1;
	}
	if (fetcher_key_read(file, &key, err_r) == -1)
		return -1;
	memcpy(keys->public_key, key.public_key, sizeof(key.public_key));
	memcpy(keys->secret_key, key.secret_key, sizeof(key.secret_key));
	memcpy(keys->server_key, key.server_key, sizeof(key.server_key));
	log_info("fetcher %s of the site %s, connecting to %s", key.name,
	    key.site, endpoint);
	explicit_bzero(&key, sizeof(key));
	return 0;
}

int
process_init(struct daemon *d, struct err *err_r)
{
	const char *local = daemon_option(d, "local");
	bool remote = d->root[0] == '\0';
	struct process *p = xnew(struct process);
	struct bus_curve keys = {.allow = NULL};
	char *endpoint;
	struct err why;

	d->state = p;
	p->runner =
	    runner_new(d->loop, remote && local != NULL ? local : d->root);
	if (!remote) /* else core tells */
		set_limits(p->runner, d->settings);
	if (remote && read_options(d, &keys, err_r) == -1)
		return -1;
	endpoint = remote ? xstrdup(daemon_option(d, "connect"))
			  : daemon_endpoint(d, "jobs");
	if (runner_open_ping(p->runner, &why) != 0)
		log_error("ping: %s", why.text);
	drop_capabilities();
	p->worker = worker_new(
	    d->loop, d->bus, p->runner, endpoint, remote ? &keys : NULL, err_r);
	explicit_bzero(&keys, sizeof(keys));
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

void
process_raise_open_files(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 &&
	    lim.rlim_cur < lim.rlim_max) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
}
