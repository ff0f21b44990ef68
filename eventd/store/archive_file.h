/* SPDX-License-Identifier: Apache-2.0
 *
 * One file of the archive: tables and statements of SQLite. Whoever opened it
 * uses it alone; one that writes and one that queries stand beside each other.
 */
#ifndef EVENTD_STORE_ARCHIVE_FILE_H
#define EVENTD_STORE_ARCHIVE_FILE_H

#include "eventd/store/archive_partitions.h"
#include "eventd/store/archive_sql.h"

/*
 * Makes what is not there. NULL with a reason; *fault_r says whether the file
 * is damaged or only could not be opened.
 */
struct archive_file *archive_file_open(
    const char *path, enum partition_fault *fault_r, struct err *err_r);
/* For queries alone. True from `stop`, asked now and then, ends one. */
typedef bool archive_stop_fn(void *arg);
struct archive_file *archive_file_open_reader(const char *path,
    archive_stop_fn *stop, void *arg, enum partition_fault *fault_r,
    struct err *err_r);
void archive_file_close(struct archive_file **f);
/* What the last failure says of the file. */
enum partition_fault archive_file_fault(const struct archive_file *f);

/* --- by the one that writes ---------------------------------------------- */

/*
 * Lines and times of the partition, whether its index lacks some, and the
 * greatest line that the index has seen, which may be gone. 0 or -1.
 */
int archive_file_range(struct archive_file *f, struct partition *p,
    uint64_t *seen_r, struct err *err_r);
/* A transaction; -1 with a reason, and what was written in it is not kept. */
int archive_file_begin(struct archive_file *f, struct err *err_r);
int archive_file_commit(struct archive_file *f, struct err *err_r);
void archive_file_rollback(struct archive_file *f);
/* A line; a number that is there already is left as it is. */
int archive_file_insert(
    struct archive_file *f, const struct archive_item *it, struct err *err_r);
/* ARCHIVE_INDEX_LINES more for the index of texts: as archive_sql_index(). */
int archive_file_index(struct archive_file *f, struct err *err_r);
/* The index begins anew, empty. */
int archive_file_renew_index(struct archive_file *f, struct err *err_r);

/* --- by the one that queries --------------------------------------------- */

/*
 * Puts rows of the query into the item's body, the last line first. `from_us`,
 * `to_us`: bounds of their times; `indexed`: by the index of texts. 1: more are
 * wanted of other files; 0: it is answered, or failed for good; -1 with a
 * reason.
 */
int archive_file_query(struct archive_file *f, struct archive_item *it,
    int64_t from_us, int64_t to_us, bool indexed, struct err *err_r);
/* The first line from this number on; 0: there is none. -1 with a reason. */
int archive_file_next(
    struct archive_file *f, uint64_t from, uint64_t *line_r, struct err *err_r);
/*
 * Records of the lines `from` to `upto` into the body, at most *room_r and not
 * above ARCHIVE_LINES_BYTES; *room_r becomes what is left. 0 or -1.
 */
#define ARCHIVE_LINES_BYTES (4u << 20)
int archive_file_lines(struct archive_file *f, struct str *body, uint64_t from,
    uint64_t upto, size_t *room_r, struct err *err_r);

#endif
