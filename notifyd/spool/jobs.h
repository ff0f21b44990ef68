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

/* Columns from 0 on as SQL_DELIVERY_READ has them; keeps the row. */
void spool_read_delivery(sqlite3_stmt *st, struct spool_delivery *d);

/* Marks one delivery. 1, 0: it was finished before, -1. */
int spool_mark_row(struct store *store, int64_t row, enum spool_state state,
    int code, const char *text, int64_t next_ms);
/* Lines of the history, LF between them. 0 or -1. */
int spool_add_lines(struct store *store, struct slice lines);

#endif
