/* SPDX-License-Identifier: Apache-2.0
 *
 * Forwarding to other syslog servers: each target of eventd.forward has a queue
 * on disk and a connection that is made anew, with growing pauses, where it is
 * lost.
 */
#ifndef EVENTD_FORWARD_FORWARD_H
#define EVENTD_FORWARD_FORWARD_H

#include "common/err.h"
#include "eventd/forward/format.h"
#include "eventd/forward/options.h"

#include <uv.h>

struct forwarders;

/* `folder`: of the queues; one below it for each target. */
struct forwarders *forwarders_new(
    uv_loop_t *loop, const char *root, const char *folder);
/* Flushes the queues. */
void forwarders_free(struct forwarders **f);
/*
 * Works by these targets from now on. One that keeps its name keeps its queue;
 * what waits for one that is gone is left on disk.
 */
void forwarders_set(
    struct forwarders *f, const struct forward_targets *targets);
/* `made`: a rule made use of it. */
void forwarders_add(struct forwarders *f, const struct message *m, bool made);

/* One target as it stands. Borrowed. */
struct forward_state {
	const char *name;
	const char *state;   /* connecting, connected, waiting */
	const char *why;     /* of the last failure; "" */
	uint64_t queued;     /* bytes */
	uint64_t sent, lost; /* messages since start */
};
/* False: there is no such target. */
bool forwarders_state(
    const struct forwarders *f, size_t i, struct forward_state *state_r);

#endif
