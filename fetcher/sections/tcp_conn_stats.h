/* SPDX-License-Identifier: Apache-2.0
 *
 * Section tcp_conn_stats: TCP sockets by state.
 */
#ifndef FETCHER_SECTIONS_TCP_CONN_STATS_H
#define FETCHER_SECTIONS_TCP_CONN_STATS_H

#include "fetcher/sections/section.h"

#define TCP_STATES 12

struct section_tcp_conn_stats {
	double counts[TCP_STATES]; /* by the kernel's number of the state */
};

/* "ESTABLISHED"; NULL for 0, which is no state. */
extern const char *const tcp_state_names[TCP_STATES];
extern const struct section_type section_tcp_conn_stats;

#endif
