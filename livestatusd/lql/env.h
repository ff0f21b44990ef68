/* SPDX-License-Identifier: Apache-2.0
 *
 * What a query may know beside the mirror: the time, and what only the
 * process around it can tell.
 */
#ifndef LIVESTATUSD_LQL_ENV_H
#define LIVESTATUSD_LQL_ENV_H

#include "common/rrd.h"
#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct past;

/* One of the sites that are asked together: a row of the table `sites`. */
struct lql_site {
	const char *name, *alias, *address, *url_prefix, *status_host;
	const char *state;  /* "online", "dead", ... */
	const char *reason; /* why it is not online; or "" */
	const char *version, *livestatus_version;
	bool own;              /* this one */
	int status;            /* 0 online, 2 not, 4 not known yet */
	int64_t since;         /* wall seconds: in this state */
	int64_t last_answer;   /* wall seconds; 0: never */
	int64_t program_start; /* wall seconds, of its core; 0: not known */
	int64_t num_hosts, num_services;
	double response_time; /* seconds, of the last heartbeat */
	uint64_t queries, failures, sent, received;
	uint32_t connections, waiting;
};

/* Where the history of metrics is read; a call may wait. */
struct metric_source {
	/* false: nothing is kept of it, or nobody answers. See rrd_fetch(). */
	bool (*fetch)(struct metric_source *src, struct slice host,
	    struct slice service, struct slice metric, const char *function,
	    int64_t from, int64_t until, struct rrd_series *s_r);
};

struct lql_env {
	int64_t now_ns; /* wall time */
	/* Monotonic nanoseconds, for Timelimit; NULL: there is no limit. */
	int64_t (*mono)(void);
	size_t max_body;                /* bytes of an answer; 0: 100 MiB */
	struct past *past;              /* NULL: the log is empty */
	struct metric_source *metrics;  /* NULL: there is none */
	uint64_t log_lines;             /* lines in its indexes */
	const char *version;            /* of the build; NULL: "" */
	int64_t pid;                    /* of core as far as known, else 0 */
	bool core_down;                 /* the mirror is not being fed */
	int64_t started;                /* wall seconds, of this process */
	uint64_t requests, connections; /* since then */
	uint32_t active_connections;
	/* Of a user's view: settings visibility.services and .groups. */
	bool strict_services, loose_groups;
	/* Queries: threads for them, how busy (0 to 1), how many wait in line;
	 * connections that were refused. */
	uint32_t threads, queued;
	double usage;
	uint64_t overflows;
	/* Commands for core: room, those without an answer, most ever. */
	uint32_t command_slots, commands_open, commands_most;
	bool handlers;                /* the site has event handlers for all */
	const char *site;             /* its name; NULL: "" */
	const struct lql_site *sites; /* this one first; live as long as env */
	size_t n_sites;
};

#endif
