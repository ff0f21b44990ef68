/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to run.c and connection.c.
 */
#ifndef FETCHER_NET_NET_INTERNAL_H
#define FETCHER_NET_NET_INTERNAL_H

#include "common/log.h"
#include "fetcher/child.h"
#include "fetcher/limits.h"
#include "fetcher/net/check.h"
#include "fetcher/net/net.h"
#include "fetcher/net/tls_link.h"

struct net_plan {
	const struct net_check *check;
	void *options;
	char **argv; /* that the options borrow from */
};

struct link; /* a socket; outlives its run until it is closed */

struct net_run {
	struct net_services services;
	const struct net_check *check;
	struct net_plan *plan;
	void *state;
	net_done_fn *done;
	void *arg;
	uv_timer_t timer, deadline;
	unsigned open_handles;
	bool is_over, is_told, out_of_time, must_give_up;
	int end_state;
	uint32_t limit_s, limit_state;
	int64_t began_ns;
	struct str out; /* what the plugin would have written */
	/* connection.c */
	struct resolve_ask ask;
	bool is_udp, wants_no_link;
	union address addresses[LIMIT_ADDRESSES];
	size_t n_addresses, i_address;
	uint16_t port;
	struct link *link; /* NULL: none */
	struct tls_link *tls;
	bool tls_stands;
	struct str in, wire, tls_words;
	int error;
	char address[ADDRESS_TEXT];
	struct icmp_probe probes[LIMIT_PING_PACKETS];
	double rtt_ms;
};

/* Tells the check; the run may be gone after it. */
void net_emit(struct net_run *r, enum net_event e);

#endif
