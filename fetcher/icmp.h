/* SPDX-License-Identifier: Apache-2.0
 *
 * Echo requests to thousands of addresses over two sockets, one a family. A
 * reply counts only if type, ident, sequence, the process's random cookie, the
 * request's number and the source address all fit: a 16-bit ident alone gives
 * wrong answers at thousands of hosts.
 *
 * Time-outs belong to the caller: stop a probe that has waited long enough.
 */
#ifndef FETCHER_ICMP_H
#define FETCHER_ICMP_H

#include "fetcher/address.h"

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct icmp;

struct icmp_probe { /* embedded by whoever asks; zeroed is idle */
	union address to;
	/* status 0: the reply came after rtt_ns; -errno: the request could
	 * not be sent. The probe is idle again. */
	void (*done)(struct icmp_probe *probe, int status, int64_t rtt_ns);
	void *arg;
	/* private */
	uint32_t slot; /* 0: idle */
	bool queued;
	struct icmp_probe *prev, *next;
};

struct icmp_counters {
	uint64_t sent, received, strange, refused;
};

/*
 * Opens raw sockets, or datagram ones where the group may use them. One family
 * is enough. NULL with words that say what to do.
 */
struct icmp *icmp_new(uv_loop_t *loop, struct err *err_r);
/* Closes the handles; run the loop, then free. */
void icmp_close(struct icmp *icmp);
void icmp_free(struct icmp **icmp);

bool icmp_has_family(const struct icmp *icmp, int family);
/* Queues one request; at most 64 go out at once. `done` comes later. */
void icmp_start(struct icmp *icmp, struct icmp_probe *probe);
/* `done` does not come any more. Idle probes are fine. */
void icmp_stop(struct icmp *icmp, struct icmp_probe *probe);
const struct icmp_counters *icmp_counters(const struct icmp *icmp);

#endif
