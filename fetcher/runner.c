/* SPDX-License-Identifier: Apache-2.0
 *
 * What all jobs share: sockets, children, counters, the bound of what they
 * read; see runner.h. Their life is in runner_job.c.
 */
#include "fetcher/evaluate.h"
#include "fetcher/process.h"
#include "fetcher/runner_internal.h"
#include "fetcher/snmp/collect_memory.h"
#include "fetcher/snmp/options_memory.h"
#include "fetcher/snmp/sockets.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

/* --- the runner ----------------------------------------------------------- */

struct runner *
runner_new(uv_loop_t *loop, const char *root)
{
	struct runner *e = xnew(struct runner);

	/* Half of libuv's threads at most resolve names; spawning needs
	 * the others free. Set before the first use of the pool. */
	setenv("UV_THREADPOOL_SIZE", "16", 0);
	process_raise_open_files();
	e->loop = loop;
	e->root = root;
	e->resolver = resolver_new(loop);
	e->children = children_new(loop, LIMIT_CHILDREN);
	e->decrypts = decrypts_new(loop);
	e->identity = identity_new(root);
	e->snmp = snmp_sockets_new(loop);
	e->snmp_options = options_memory_new();
	e->snmp_readings = collect_memory_new();
	e->evaluate_room = evaluate_room_new();
	err_set(&e->no_ping, "the ICMP sockets were not opened");
	return e;
}

int
runner_open_ping(struct runner *e, struct err *err_r)
{
	must(e->icmp == NULL);
	e->icmp = icmp_new(e->loop, &e->no_ping);
	if (e->icmp != NULL)
		return 0;
	err_set(err_r, "%s", e->no_ping.text);
	return -1;
}

void
runner_close(struct runner *e)
{
	runner_cancel_all(e);
	resolver_free(&e->resolver);
	snmp_sockets_free(&e->snmp);
	options_memory_free(&e->snmp_options);
	collect_memory_free(&e->snmp_readings);
	evaluate_room_free(&e->evaluate_room);
	decrypts_free(&e->decrypts);
	children_close(e->children);
	if (e->icmp != NULL)
		icmp_close(e->icmp);
}

bool
runner_is_closed(const struct runner *e)
{
	return children_counters(e->children)->running == 0;
}

void
runner_free(struct runner **ep)
{
	struct runner *e = *ep;

	if (e == NULL)
		return;
	must(e->resolver == NULL && e->n_running == 0);
	if (runner_is_closed(e)) {
		children_free(&e->children);
		for (size_t i = 0; i < COMMAND_USES; i++)
			child_free_words(e->environments[i]);
	}
	icmp_free(&e->icmp);
	identity_free(&e->identity);
	command_paths_free(&e->paths);
	free(e);
	*ep = NULL;
}

size_t
runner_running(const struct runner *e)
{
	return e->n_running;
}

struct runner_counters
runner_counters(const struct runner *e)
{
	struct runner_counters c = e->counters;
	const struct children_counters *cc = children_counters(e->children);

	c.running = e->n_running;
	c.buffered_bytes = e->buffered;
	c.names_asked = resolver_running(e->resolver);
	c.children_started = cc->started;
	c.children_killed = cc->killed;
	c.children_running = cc->running;
	c.children_waiting = cc->waiting;
	if (e->decrypts != NULL) {
		struct decrypts_counters dc = decrypts_counters(e->decrypts);

		c.decrypted = dc.done;
		c.decrypt_us = dc.microseconds;
		c.decrypts_running = dc.running;
		c.decrypts_waiting = dc.waiting;
	}
	if (e->icmp != NULL) {
		const struct icmp_counters *ic = icmp_counters(e->icmp);

		c.pings_sent = ic->sent;
		c.pings_received = ic->received;
		c.pings_strange = ic->strange;
		c.pings_refused = ic->refused;
	}
	return c;
}

struct net_services
runner_net(struct runner *e)
{
	return (struct net_services){e->loop, e->resolver, e->icmp, e->buffer};
}

bool
runner_inprocess(const struct runner *e)
{
	return !e->no_inprocess;
}

void
runner_set_inprocess(struct runner *e, bool on)
{
	e->no_inprocess = !on;
}

struct snmp_sockets *
runner_snmp(struct runner *e)
{
	return e->snmp;
}

struct options_memory *
runner_snmp_options(struct runner *e)
{
	return e->snmp_options;
}

struct collect_memory *
runner_snmp_readings(struct runner *e)
{
	return e->snmp_readings;
}

struct evaluate_room *
runner_evaluate_room(struct runner *e)
{
	return e->evaluate_room;
}

uv_loop_t *
runner_loop(struct runner *e)
{
	return e->loop;
}

struct icmp *
runner_icmp(struct runner *e)
{
	return e->icmp;
}

const char *
runner_no_ping(const struct runner *e)
{
	return e->no_ping.text;
}

struct children *
runner_children(struct runner *e)
{
	return e->children;
}

char *const *
runner_environment(struct runner *e, enum command_use use)
{
	if (e->environments[use] == NULL)
		e->environments[use] = command_environment(e->root, use);
	return e->environments[use];
}

char **
runner_argv(struct runner *e, enum command_use use, struct slice line,
    struct err *err_r)
{
	return command_argv_soon(
	    &e->paths, clock_mono(), e->root, use, line, err_r);
}

struct decrypts *
runner_decrypts(struct runner *e)
{
	return e->decrypts;
}

struct identity *
runner_identity(struct runner *e)
{
	return e->identity;
}

struct runner_counters *
runner_counting(struct runner *e)
{
	return &e->counters;
}

char *
runner_buffer(struct runner *e)
{
	return e->buffer;
}

/* --- what fetches read --------------------------------------------------- */

int
fetch_take(struct fetch *f, const char *bytes, size_t n, struct err *err_r)
{
	struct runner *e = f->runner;
	size_t cap = f->output.cap;

	e->counters.bytes_read += n;
	if (f->output.len + n > LIMIT_OUTPUT_BYTES) {
		e->counters.outputs_cut++;
		err_set(err_r,
		    "the output is larger than %u MiB, reading was stopped",
		    LIMIT_OUTPUT_BYTES >> 20);
		return -1;
	}
	if (f->output.len + n >= cap &&
	    e->buffered + decrypts_counters(e->decrypts).bytes + 2 * cap >
		LIMIT_BUFFERED_BYTES) {
		e->counters.outputs_cut++;
		err_set(err_r,
		    "all fetches together hold %u MiB of output, this one was "
		    "stopped at %zu bytes",
		    LIMIT_BUFFERED_BYTES >> 20, f->output.len);
		return -1;
	}
	str_addn(&f->output, bytes, n);
	e->buffered += f->output.cap - cap;
	return 0;
}

struct str
fetch_steal(struct fetch *f)
{
	struct str output = f->output;

	f->runner->buffered -= output.cap;
	f->output = (struct str){0};
	return output;
}

int
fetch_replace(struct fetch *f, struct slice output, struct err *err_r)
{
	struct str old = fetch_steal(f);

	str_free(&old);
	f->runner->counters.bytes_read -= output.len; /* counted before */
	return fetch_take(f, output.s, output.len, err_r);
}
