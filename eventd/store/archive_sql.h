/* SPDX-License-Identifier: Apache-2.0
 *
 * What the archive's threads do with SQLite: one writes, one queries. Each
 * connection is of one thread.
 */
#ifndef EVENTD_STORE_ARCHIVE_SQL_H
#define EVENTD_STORE_ARCHIVE_SQL_H

#include "eventd/store/archive.h"

enum archive_kind {
	ARCHIVE_LINE,
	ARCHIVE_ERASE,
	ARCHIVE_EXPIRE,
	ARCHIVE_QUERY,
	ARCHIVE_LINES
};

struct archive_item {
	struct archive_item *next;
	enum archive_kind kind;
	uint64_t line, event_id;
	int64_t time_us;
	char *what, *who, *addinfo, *host, *text;
	struct str body; /* LINE: the event; QUERY: the answer or why not */
	size_t queued;   /* bytes of body when it was queued */
	struct query *query;
	archive_answer_fn *done;
	void *arg;
	bool failed;
	bool again; /* EXPIRE: there is more to delete */
};

struct archive_sql;

struct archive_sql *archive_sql_open(const char *path, struct err *err_r);
void archive_sql_close(struct archive_sql **sql);
/* The greatest line that was ever kept and not only for a moment; it may be
 * erased by now. Lines up to it must not be given again. */
uint64_t archive_sql_last_line(struct archive_sql *sql);
/* For queries alone, beside the one that writes. */
struct archive_sql *archive_sql_open_reader(
    const char *path, struct err *err_r);
/* Ends a query that runs; from another thread. */
void archive_sql_interrupt(struct archive_sql *sql);
/* Answers into the item's body; at most 30 s, at most 64 MiB. */
void archive_sql_query(struct archive_sql *sql, struct archive_item *it);
/* Records from the item's line on into its body; see archive_lines(). */
void archive_sql_lines(struct archive_sql *sql, struct archive_item *it);
#define ARCHIVE_INDEX_LINES 500
/*
 * Puts ARCHIVE_INDEX_LINES more lines into the index of texts. 1: there may be
 * more; 0: all are there; -1 with a reason.
 */
int archive_sql_index(struct archive_sql *sql, struct err *err_r);
/*
 * Everything but queries, in order, in one transaction. -1 with a reason:
 * nothing was kept, the same list may be given again. An index of texts that
 * turns out to be damaged is made anew by then, from the table.
 */
int archive_sql_run(
    struct archive_sql *sql, struct archive_item *list, struct err *err_r);

#endif
