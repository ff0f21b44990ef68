/* SPDX-License-Identifier: Apache-2.0
 *
 * Every bound of the fetcher in one place. DESIGN says what happens at each.
 */
#ifndef FETCHER_LIMITS_H
#define FETCHER_LIMITS_H

/* Jobs that a worker takes at once: the credit that it gives to core. */
#define LIMIT_JOBS 4096
/* Children (plugins and programs) that run at once, unless fetcher.children
 * says another number; more wait for a slot. */
#define LIMIT_CHILDREN 100
/* Up to so many children are spawned on the loop itself, more in a thread. */
#define LIMIT_SPAWN_ON_LOOP 8

/* One agent's or program's output. */
#define LIMIT_OUTPUT_BYTES (16u << 20)
/* Output of all fetches of a worker that are under way. */
#define LIMIT_BUFFERED_BYTES (256u << 20)
/* Fewer bytes than this are not an agent's output. */
#define LIMIT_OUTPUT_LEAST 16
/* A plugin's output, and any child's standard error. */
#define LIMIT_PLUGIN_BYTES (64u << 10)
#define LIMIT_STDERR_BYTES (4u << 10)
/* What a program gets on its standard input; a pipe takes as much at once. */
#define LIMIT_INPUT_BYTES 4096

/* Threads that decrypt symmetric output at once; never more than cores. */
#define LIMIT_DECRYPTS 8
/* Bytes that TLS wants to send and that an agent does not read. */
#define LIMIT_TLS_UNSENT (256u << 10)

/* A job that names no timeout. */
#define LIMIT_TIMEOUT_MS 60000
/* One address may take so long to accept a connection. */
#define LIMIT_CONNECT_MS 5000
/* A child is not watched before this, most have ended by then; until then all
 * of them are looked at together, so often. */
#define LIMIT_QUIET_MS 30
#define LIMIT_TICK_MS  10
/* Between TERM and KILL of a child that is out of time. */
#define LIMIT_TERM_MS 2000
/* A child that ended may leave its pipe open (to a grandchild) so long. */
#define LIMIT_PIPE_MS 1000
/* Jobs that run when the end is asked for get so long. */
#define LIMIT_DRAIN_MS 5000

/* Names of hosts that are remembered, how long, and how long unknown ones. */
#define LIMIT_NAMES        16384
#define LIMIT_NAME_GOOD_MS 60000
#define LIMIT_NAME_BAD_MS  10000
/* Addresses of one name that are tried. */
#define LIMIT_ADDRESSES 8

/* What a network check in the worker reads; beyond it the plugin is run. */
#define LIMIT_NET_BYTES (4u << 20)

/* Packets of one PING service. */
#define LIMIT_PING_PACKETS 20

#endif
