/* SPDX-License-Identifier: Apache-2.0
 *
 * One conversation and an end; see once.h.
 */
#include "fetcher/snmp/once.h"

#include "common/log.h"
#include "common/mem.h"
#include "fetcher/identity.h"
#include "fetcher/resolve.h"
#include "fetcher/snmp/sockets.h"

#include <stdlib.h>

#define CLOSE_TRIES 30 /* of 10 ms */

struct once {
	uv_loop_t loop;
	struct resolver *resolver;
	struct identity *identity;
	struct snmp_sockets *sockets;
	struct snmp_options options;
	struct resolve_ask ask;
	union address address;
	struct snmp_talk talk;
	struct device_session *session;
	struct err why;
	bool is_done, has_failed;
	struct once *next;
};

/* A lookup that hangs in a thread still uses its loop; the process ends soon.
 */
static struct once *left_behind;

static void
fail(struct once *o, const char *why)
{
	err_set(&o->why, "%s", why);
	o->has_failed = true;
	o->is_done = true;
}

static void
done(const char *failure, void *arg)
{
	struct once *o = arg;

	o->session = NULL;
	o->is_done = true;
	if (failure != NULL)
		fail(o, failure);
}

static void
resolved(struct resolve_ask *ask, const union address *addresses, size_t n,
    const char *why)
{
	struct once *o =
	    (struct once *)((char *)ask - offsetof(struct once, ask));

	if (n == 0) {
		fail(o, why);
		return;
	}
	o->address = addresses[0];
	address_set_port(&o->address, (uint16_t)o->options.port);
	o->session = device_session_start(
	    &o->loop, o->sockets, &o->address, &o->options, &o->talk, done, o);
}

static void
close_once(struct once *o)
{
	resolver_free(&o->resolver);
	snmp_sockets_free(&o->sockets);
	identity_free(&o->identity);
	for (int i = 0; i < CLOSE_TRIES; i++) {
		uv_run(&o->loop, UV_RUN_NOWAIT);
		if (uv_loop_close(&o->loop) == 0) {
			snmp_options_free(&o->options);
			free(o);
			return;
		}
		uv_sleep(10);
	}
	o->next = left_behind;
	left_behind = o;
}

int
snmp_once(const struct msg_job *job, const char *root,
    snmp_once_begin_fn *begin, void *arg, struct err *err_r)
{
	struct once *o = xnew(struct once);
	char *name = slice_dup(job->address.len > 0 ? job->address : job->host);
	int rc;

	must(uv_loop_init(&o->loop) == 0);
	o->resolver = resolver_new(&o->loop);
	o->identity = identity_new(root);
	o->sockets = snmp_sockets_new(&o->loop);
	o->ask.done = resolved;
	if (snmp_options_read(job->snmp, o->identity, &o->options, &o->why) ==
	    -1) {
		o->is_done = o->has_failed = true;
	} else {
		begin(&o->options, &o->talk, arg);
		resolver_ask(o->resolver, name, job->family, &o->ask);
	}
	while (!o->is_done)
		uv_run(&o->loop, UV_RUN_ONCE);
	rc = o->has_failed ? -1 : 0;
	if (rc == -1)
		err_set(err_r, "%s", o->why.text);
	close_once(o);
	free(name);
	return rc;
}
