/* SPDX-License-Identifier: Apache-2.0
 *
 * The process: what its parts share. HTTP plugs in beside the Livestatus
 * server and asks through the same mirror, commands and environment.
 */
#ifndef LIVESTATUSD_LIVESTATUSD_H
#define LIVESTATUSD_LIVESTATUSD_H

#include "common/daemon.h"
#include "livestatusd/feed/commands.h"
#include "livestatusd/feed/feed.h"
#include "livestatusd/feed/questions.h"
#include "livestatusd/lql/env.h"

struct http;
struct livestatus; /* the server of tmp/run/live */
struct logfiles;   /* reader of var/history */
struct source;
struct keeper;
struct pool;
struct sites; /* other sites, and this one among them */

struct livestatusd {
	struct daemon *d;
	struct feed *feed;
	struct commands *commands;       /* to core */
	struct commands *event_commands; /* to eventd: EC_* */
	struct questions *questions;     /* to eventd: its tables */
	struct commands *notifier;       /* the connection to notifyd */
	struct questions *of_notifier;   /* its table */
	struct logfiles *logfiles;
	struct keeper *keeper; /* of its indexes */
	struct pool *pool;     /* carries out queries */
	struct pool *metrics;  /* ... that may wait for rrdcached */
	struct sites *sites;
	struct livestatus *server;
	struct http *http;     /* its own */
	struct source *source; /* what http asks */
	int64_t started;       /* wall seconds */
	int64_t committed;     /* monotonic, of the last start or activation */
};

/* What a query may know, at this moment. */
void livestatusd_env(struct livestatusd *l, struct lql_env *env_r);
/*
 * May queries be answered, or does the mirror not yet show what was activated
 * or commanded? Never false for long.
 */
bool livestatusd_is_current(const struct livestatusd *l);

extern const struct daemon_def livestatusd_def;

#endif
