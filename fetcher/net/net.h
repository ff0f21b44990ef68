/* SPDX-License-Identifier: Apache-2.0
 *
 * The standard network checks without a process: what check_tcp, check_http,
 * check_smtp, check_ssh, check_dns, check_ldap, check_icmp and check_ping of
 * the monitoring-plugins would print and return, done on the loop. Whatever is
 * not known to be the same (an option, a name that does not resolve, an odd
 * answer) is left to the plugin itself: never another answer than its.
 */
#ifndef FETCHER_NET_NET_H
#define FETCHER_NET_NET_H

#include "common/str.h"
#include "fetcher/icmp.h"
#include "fetcher/resolve.h"

#include <stdbool.h>
#include <uv.h>

struct net_plan; /* a command line that can be done here */
struct net_run;  /* one under way */

struct net_services {
	uv_loop_t *loop;
	struct resolver *resolver;
	struct icmp *icmp; /* NULL: pings are left to the plugin */
	char *buffer;      /* NET_BUFFER bytes, anyone's within a callback */
};
#define NET_BUFFER 65536

/* NULL: the plugin has to do it. Reads the words alone. */
struct net_plan *net_read(char *const *argv);
void net_plan_free(struct net_plan **plan);

/*
 * `state` 0 to 3 and what the plugin would have written; or -1: the plugin
 * has to do it after all. The run is gone after the return.
 */
typedef void net_done_fn(int state, struct slice text, void *arg);
/* Takes the plan over; `done` comes later, never from within. */
struct net_run *net_start(const struct net_services *services,
    struct net_plan *plan, net_done_fn *done, void *arg);
/* `done` does not come any more. */
void net_stop(struct net_run *run);

#endif
