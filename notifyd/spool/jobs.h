/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the spool's own files alone.
 */
#ifndef NOTIFYD_SPOOL_JOBS_H
#define NOTIFYD_SPOOL_JOBS_H

#include "notifyd/spool/spool.h"
#include "notifyd/spool/store.h"

struct spool {
	struct store *store;
	void (*news)(void *arg);
	void *news_arg;
};

void spool_tell_news(struct spool *spool);

/* Columns from `at` on: seq, id, site, what, host, service, created, context,
 * peer, forward, forward_to */
void spool_read_notice(sqlite3_stmt *st, int at, struct spool_notice *n);

/* Each line (LF between them) for the history; in the thread. */
int spool_add_lines(struct store *store, struct slice lines);

#endif
