/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive of events: SQLite, a file a week, in threads of its own
 * (event-console.md section 18.1, EC-28). Lines are written in batches; a query
 * runs once the lines that were given before it are committed, so whoever asks
 * sees what was answered, and holds up no line.
 */
#ifndef EVENTD_STORE_ARCHIVE_H
#define EVENTD_STORE_ARCHIVE_H

#include "common/err.h"
#include "common/str.h"
#include "eventd/status/query.h"

#include <uv.h>

struct archive;

/* NULL: the query failed, *why says how. On the loop. */
typedef void archive_answer_fn(
    const struct str *answer, const char *why, void *arg);

/* NULL with a reason. Makes what is not there; see archive_sql_open(). */
struct archive *archive_open(
    uv_loop_t *loop, const char *folder, struct err *err_r);
/* Writes what waits (at most 5 s), then closes. */
void archive_close(struct archive **a);

/* A line; a number that is there already is left as it is. */
void archive_add(struct archive *a, uint64_t line, int64_t time_us,
    const char *what, const char *who, const char *addinfo, uint64_t event_id,
    const char *host, const char *text, struct slice event);
/* Lines up to this number are gone; also forgets what waits of them. */
void archive_erase(struct archive *a, uint64_t upto);
/* Lines before this time are found no more; files without others go. */
void archive_expire(struct archive *a, int64_t before_us);
/* Takes the query over; `done` comes unless the archive is closed before. */
void archive_query(
    struct archive *a, struct query *q, archive_answer_fn *done, void *arg);

/*
 * Lines from this number on, the oldest first, at most 1,000: records
 * replica_record of RECORD_HISTORY. Empty: there are none.
 */
void archive_lines(
    struct archive *a, uint64_t from, archive_answer_fn *done, void *arg);

/* Every line up to this number is committed. */
uint64_t archive_committed(const struct archive *a);
/* Committed lines that the index of texts lacks, of those since the start. */
size_t archive_unindexed(const struct archive *a);
/* For tests: bounds of these, above which the index gets more turns. */
void archive_bound_tail(struct archive *a, size_t calm, size_t most);
/* Lines that wait. */
size_t archive_queued(const struct archive *a);
/* Too much waits: take no more work. */
bool archive_is_full(const struct archive *a);

#endif
