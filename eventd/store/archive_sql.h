/* SPDX-License-Identifier: Apache-2.0
 *
 * What the archive's thread does with SQLite. One thread at a time.
 */
#ifndef EVENTD_STORE_ARCHIVE_SQL_H
#define EVENTD_STORE_ARCHIVE_SQL_H

#include "eventd/store/archive.h"

enum archive_kind {
	ARCHIVE_LINE,
	ARCHIVE_ERASE,
	ARCHIVE_EXPIRE,
	ARCHIVE_QUERY
};

struct archive_item {
	struct archive_item *next;
	enum archive_kind kind;
	uint64_t line, event_id;
	int64_t time_us;
	char *what, *who, *addinfo, *host;
	struct str body; /* LINE: the event; QUERY: the answer or why not */
	size_t queued;   /* bytes of body when it was queued */
	struct query *query;
	archive_answer_fn *done;
	void *arg;
	bool failed;
};

struct archive_sql;

struct archive_sql *archive_sql_open(const char *path, struct err *err_r);
void archive_sql_close(struct archive_sql **sql);
uint64_t archive_sql_last_line(struct archive_sql *sql);
/*
 * All items in order; queries see the lines before them, committed. -1 with a
 * reason: nothing since the last commit was kept, the same list may be given
 * again.
 */
int archive_sql_run(
    struct archive_sql *sql, struct archive_item *list, struct err *err_r);

#endif
