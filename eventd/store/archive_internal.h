/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files share that are the archive's files and threads; see
 * archive_sql.h.
 *
 * Which files there are is changed by the writing thread alone, and only while
 * no query runs: it asks the one that does to leave, and that begins anew
 * afterwards (archive_change). So no file is removed or renamed that somebody
 * reads, and a new one may bear the name of one that is gone.
 */
#ifndef EVENTD_STORE_ARCHIVE_INTERNAL_H
#define EVENTD_STORE_ARCHIVE_INTERNAL_H

#include "eventd/store/archive_file.h"

#include <pthread.h>
#include <stdatomic.h>

struct archive_sql {
	char *folder;
	pthread_mutex_t gate;  /* a thread that wants `files` holds it */
	pthread_mutex_t files; /* a query runs, or the list changes */
	pthread_mutex_t lock;  /* ranges and faults in the list */
	struct partitions parts;
	atomic_bool leave;        /* the query that runs shall begin anew */
	atomic_bool stopping;     /* no query shall run */
	atomic_bool unwell;       /* a query met a fault */
	_Atomic int64_t least_us; /* lines before are not shown; INT64_MIN */
	uint64_t mark; /* the writer's: lines up to it were all kept once */
	uint64_t mark_kept; /* that is on disk; at least `mark` if no line is */
	int64_t query_until; /* the reader's; monotonic */
};

char *archive_path(const struct archive_sql *s, const char *name);
/* NULL with a reason; fault_r as archive_file_open(). */
struct archive_file *archive_writer(struct archive_sql *s, struct partition *p,
    enum partition_fault *fault_r, struct err *err_r);

/* --- archive_folder.c: the writing thread's, or before it runs ----------- */

void archive_change(struct archive_sql *s);
void archive_changed(struct archive_sql *s);
/* Takes over FOLDER.sqlite, then all that the folder has. 0 or -1. */
int archive_scan(struct archive_sql *s, struct err *err_r);
/* The file of a week, in the list. */
struct partition *archive_partition(struct archive_sql *s, int64_t week);
/*
 * A damaged file gets another name, one that is gone is forgotten; the log gets
 * a line. -1 with a reason.
 */
int archive_set_aside(
    struct archive_sql *s, struct partition *p, struct err *err_r);
/* Removes the files that are marked as leaving. -1 with a reason. */
int archive_remove(struct archive_sql *s, struct err *err_r);
/* Removes files that were set aside before that time. */
void archive_remove_aside(struct archive_sql *s, int64_t before_us);

#endif
