/* SPDX-License-Identifier: Apache-2.0
 *
 * TCP Connections: sockets by state.
 */
#include "fetcher/sections/tcp_conn_stats.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

#include <ctype.h>

#define STATE_PARAM(state)                                                     \
	{                                                                      \
		state, CHECK_PARAM_UPPER, "sockets", CHECK_DEF_NONE,           \
		    "on sockets in this state"                                 \
	}

/* In the order of the kernel's numbers, from 1. */
static const struct check_param params[] = {STATE_PARAM("ESTABLISHED"),
    STATE_PARAM("SYN_SENT"), STATE_PARAM("SYN_RECV"), STATE_PARAM("FIN_WAIT1"),
    STATE_PARAM("FIN_WAIT2"), STATE_PARAM("TIME_WAIT"), STATE_PARAM("CLOSED"),
    STATE_PARAM("CLOSE_WAIT"), STATE_PARAM("LAST_ACK"), STATE_PARAM("LISTEN"),
    STATE_PARAM("CLOSING"), {0}};

static const struct check_metric metrics[] = {
    {"ESTABLISHED", "", "open connections; the other states likewise"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_tcp_conn_stats *tcp = c->sections[0];

	for (size_t i = 1; i < TCP_STATES; i++) {
		struct check_levels l =
		    check_levels_of(&c->params[i - 1].levels, 1);
		const char *name = tcp_state_names[i];
		char label[16];
		size_t n = 0;
		for (; name[n] != '\0' && n + 1 < sizeof(label); n++)
			label[n] = n == 0 ? name[n]
			    : name[n] == '_'
			    ? ' '
			    : (char)tolower((unsigned char)name[n]);
		label[n] = '\0';
		if (i == 1 || tcp->counts[i] > 0)
			check_value_say(out, i != 1, label, tcp->counts[i], &l,
			    NULL, render_count);
		check_metric(out, name, tcp->counts[i], &l, 0, NAN);
	}
}

const struct check check_tcp_conn_stats = {
    .name = "tcp_conn_stats",
    .title = "TCP connections",
    .manual = "How many TCP sockets are in which state. Nothing is judged "
	      "without levels.",
    .ruleset = "tcp_conn_stats",
    .description = "TCP Connections",
    .sections =
	(const struct section_type *const[]){&section_tcp_conn_stats, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
