/* SPDX-License-Identifier: Apache-2.0
 *
 * What the archive's threads do with its files: one writes, one queries. A
 * file has the lines of a week (archive_partitions.h), is opened when it is
 * needed, and is removed as a whole when all its lines have lived their time.
 */
#ifndef EVENTD_STORE_ARCHIVE_SQL_H
#define EVENTD_STORE_ARCHIVE_SQL_H

#include "eventd/store/archive.h"

enum archive_kind {
	ARCHIVE_LINE,
	ARCHIVE_ERASE,
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
	bool kept; /* LINE, ERASE: it is on disk */
};

struct archive_sql;

/*
 * Makes the folder; takes over FOLDER.sqlite, the one file of an earlier
 * version. A damaged file is set aside with a line in the log. NULL with a
 * reason.
 */
struct archive_sql *archive_sql_open(const char *folder, struct err *err_r);
void archive_sql_close(struct archive_sql **sql);

/* --- from any thread ----------------------------------------------------- */

/* Ends a query that runs, and all to come. */
void archive_sql_stop(struct archive_sql *sql);
/*
 * Lines before this time are not shown any more; files without others are
 * removed by the next archive_sql_run() or archive_sql_index().
 */
void archive_sql_expire(struct archive_sql *sql, int64_t before_us);
/* A query met a damaged file: archive_sql_index() has work. */
bool archive_sql_is_unwell(const struct archive_sql *sql);

/* --- from the thread that writes ----------------------------------------- */

/* The greatest line that was ever kept; it may be erased by now. Lines up to it
 * must not be given again. */
uint64_t archive_sql_last_line(struct archive_sql *sql);
#define ARCHIVE_INDEX_LINES 500
/*
 * What is due: removes and repairs files, or puts ARCHIVE_INDEX_LINES more
 * lines into the index of texts. 1: there may be more; 0: all is done; -1 with
 * a reason.
 */
int archive_sql_index(struct archive_sql *sql, struct err *err_r);
/*
 * Everything but queries, in order: if a line is on disk, those before it are.
 * -1 with a reason: some were not kept, the same list may be given again.
 */
int archive_sql_run(
    struct archive_sql *sql, struct archive_item *list, struct err *err_r);

/* --- from the thread that queries ---------------------------------------- */

/* Answers into the item's body; at most 30 s, at most 64 MiB. */
void archive_sql_query(struct archive_sql *sql, struct archive_item *it);
/* Records from the item's line on into its body; see archive_lines(). */
void archive_sql_lines(struct archive_sql *sql, struct archive_item *it);

#endif
