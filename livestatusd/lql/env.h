/* SPDX-License-Identifier: Apache-2.0
 *
 * What a query may know beside the mirror: the time, and what only the
 * process around it can tell.
 */
#ifndef LIVESTATUSD_LQL_ENV_H
#define LIVESTATUSD_LQL_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct past;

struct lql_env {
	int64_t now_ns; /* wall time */
	/* Monotonic nanoseconds, for Timelimit; NULL: there is no limit. */
	int64_t (*mono)(void);
	size_t max_body;                /* bytes of an answer; 0: 100 MiB */
	struct past *past;              /* NULL: the log is empty */
	const char *version;            /* of the build; NULL: "" */
	int64_t pid;                    /* of core as far as known, else 0 */
	bool core_down;                 /* the mirror is not being fed */
	int64_t started;                /* wall seconds, of this process */
	uint64_t requests, connections; /* since then */
	uint32_t active_connections;
};

#endif
