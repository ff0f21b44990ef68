/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive's files together, for the thread that writes; see archive_sql.h.
 */
#include "eventd/store/archive_sql.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/archive_internal.h"

#include <stdlib.h>

#define WRITERS 2 /* this week's, and one that gets late lines or an index */

struct archive_sql *
archive_sql_open(const char *folder, struct err *err_r)
{
	struct archive_sql *s = xnew(struct archive_sql);

	s->folder = xstrdup(folder);
	atomic_init(&s->least_us, INT64_MIN);
	pthread_mutex_init(&s->gate, NULL);
	pthread_mutex_init(&s->files, NULL);
	pthread_mutex_init(&s->lock, NULL);
	if (archive_scan(s, err_r) != 0)
		archive_sql_close(&s);
	return s;
}

void
archive_sql_close(struct archive_sql **sp)
{
	struct archive_sql *s = *sp;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->parts.n; i++) {
		/* The last one that closes a file empties its log. */
		archive_file_close(&s->parts.v[i]->open[PARTITION_READER].file);
		archive_file_close(&s->parts.v[i]->open[PARTITION_WRITER].file);
	}
	partitions_free(&s->parts);
	pthread_mutex_destroy(&s->gate);
	pthread_mutex_destroy(&s->files);
	pthread_mutex_destroy(&s->lock);
	free(s->folder);
	free(s);
	*sp = NULL;
}

void
archive_sql_stop(struct archive_sql *s)
{
	atomic_store(&s->stopping, true);
}

void
archive_sql_expire(struct archive_sql *s, int64_t before_us)
{
	atomic_store(&s->least_us, before_us);
}

bool
archive_sql_is_unwell(const struct archive_sql *s)
{
	return atomic_load(&s->unwell);
}

uint64_t
archive_sql_last_line(struct archive_sql *s)
{
	uint64_t last = partitions_last(&s->parts, false);

	return last > s->mark ? last : s->mark;
}

struct archive_file *
archive_writer(struct archive_sql *s, struct partition *p,
    enum partition_fault *fault_r, struct err *err_r)
{
	struct partition_handle *h = &p->open[PARTITION_WRITER];
	struct partition *least =
	    partitions_use(&s->parts, p, PARTITION_WRITER, WRITERS);
	char *path;

	if (least != NULL)
		archive_file_close(&least->open[PARTITION_WRITER].file);
	*fault_r = PARTITION_SOUND;
	if (h->file == NULL) {
		path = archive_path(s, p->name);
		h->file = archive_file_open(path, fault_r, err_r);
		free(path);
	}
	return h->file;
}

/* --- what is due --------------------------------------------------------- */

/* Files whose lines have all lived their time. */
static int
drop_expired(struct archive_sql *s, struct err *err_r)
{
	int64_t least_us = atomic_load(&s->least_us);
	bool any = false;

	for (size_t i = 0; i < s->parts.n; i++) {
		s->parts.v[i]->leaving =
		    partition_is_before(s->parts.v[i], least_us);
		any |= s->parts.v[i]->leaving;
	}
	if (!any)
		return 0;
	archive_remove_aside(s, least_us);
	return archive_remove(s, err_r);
}

static enum partition_fault
fault_of(struct archive_sql *s, const struct partition *p)
{
	enum partition_fault fault;

	pthread_mutex_lock(&s->lock);
	fault = p->fault;
	pthread_mutex_unlock(&s->lock);
	return fault;
}

/* What the index cannot give is in the table: it is made anew, bit by bit. */
static int
renew_index(struct archive_sql *s, struct partition *p, struct err *err_r)
{
	enum partition_fault fault;
	struct archive_file *f = archive_writer(s, p, &fault, err_r);

	if (f == NULL || archive_file_renew_index(f, err_r) != 0)
		return -1;
	log_warn("archive: the index of texts of %s is damaged and is made "
		 "anew",
	    p->name);
	p->unindexed = p->last != 0;
	pthread_mutex_lock(&s->lock);
	p->fault = PARTITION_SOUND;
	pthread_mutex_unlock(&s->lock);
	return 0;
}

static int
mend(struct archive_sql *s, struct partition *p, enum partition_fault fault,
    struct err *err_r)
{
	if (fault == PARTITION_BAD)
		return archive_set_aside(s, p, err_r);
	return renew_index(s, p, err_r);
}

/* Faults that queries met, from `least` on. */
static int
mend_all(struct archive_sql *s, enum partition_fault least, struct err *err_r)
{
	int rc = 0;

	if (!atomic_exchange(&s->unwell, false))
		return 0;
	for (size_t i = s->parts.n; i-- > 0 && rc == 0;) {
		enum partition_fault fault = fault_of(s, s->parts.v[i]);

		if (fault >= least)
			rc = mend(s, s->parts.v[i], fault, err_r);
		else if (fault != PARTITION_SOUND)
			atomic_store(&s->unwell, true);
	}
	if (rc != 0)
		atomic_store(&s->unwell, true);
	return rc;
}

static struct partition *
first_unindexed(struct archive_sql *s)
{
	for (size_t i = 0; i < s->parts.n; i++) {
		if (s->parts.v[i]->unindexed)
			return s->parts.v[i];
	}
	return NULL;
}

int
archive_sql_index(struct archive_sql *s, struct err *err_r)
{
	struct partition *p;
	enum partition_fault fault;
	struct archive_file *f;
	int rc;

	if (drop_expired(s, err_r) != 0 ||
	    mend_all(s, PARTITION_BAD_INDEX, err_r) != 0)
		return -1;
	p = first_unindexed(s);
	if (p == NULL)
		return 0;
	f = archive_writer(s, p, &fault, err_r);
	rc = f == NULL ? -1 : archive_file_index(f, err_r);
	if (rc == -1) {
		if (f != NULL)
			fault = archive_file_fault(f);
		if (fault == PARTITION_SOUND)
			return -1;
		rc = mend(s, p, fault, err_r) == 0 ? 1 : -1;
	} else if (rc == 0) {
		p->unindexed = false;
		rc = first_unindexed(s) != NULL;
	}
	return rc;
}

/* --- a batch ------------------------------------------------------------- */

/* As far as the lines are of one week. */
static struct archive_item *
end_of_week(struct archive_item *first, int64_t week)
{
	struct archive_item *it = first;

	while (it != NULL && it->kind != ARCHIVE_ERASE &&
	    (it->kind != ARCHIVE_LINE || partition_week(it->time_us) == week))
		it = it->next;
	return it;
}

static int
write_into(struct archive_sql *s, struct partition *p,
    struct archive_item *first, const struct archive_item *end,
    enum partition_fault *fault_r, struct err *err_r)
{
	struct archive_file *f = archive_writer(s, p, fault_r, err_r);
	struct archive_item *it;
	int rc;

	if (f == NULL)
		return -1;
	rc = archive_file_begin(f, err_r);
	for (it = first; rc == 0 && it != end; it = it->next) {
		if (it->kind != ARCHIVE_LINE)
			continue;
		rc = archive_file_insert(f, it, err_r);
		if (rc != 0)
			archive_file_rollback(f);
	}
	if (rc == 0)
		rc = archive_file_commit(f, err_r);
	*fault_r = rc == 0 ? PARTITION_SOUND : archive_file_fault(f);
	if (rc != 0)
		return -1;
	p->unindexed = true;
	pthread_mutex_lock(&s->lock);
	for (it = first; it != end; it = it->next) {
		if (it->kind != ARCHIVE_LINE)
			continue;
		it->kept = true;
		partition_note(p, it->line, it->time_us, it->event_id);
	}
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* Lines of one week, from `first` on. */
static int
write_week(struct archive_sql *s, struct archive_item *first, struct err *err_r)
{
	int64_t week = partition_week(first->time_us);
	const struct archive_item *end = end_of_week(first, week);
	struct partition *p = archive_partition(s, week);
	enum partition_fault fault;

	if (write_into(s, p, first, end, &fault, err_r) == 0)
		return 0;
	if (fault != PARTITION_BAD || archive_set_aside(s, p, err_r) != 0)
		return -1;
	p = archive_partition(s, week);
	return write_into(s, p, first, end, &fault, err_r);
}

/*
 * Files are whole: those without a line above `upto`. No file has both, since
 * whatever is written after an erasure is written into files that it left.
 */
static int
erase(struct archive_sql *s, uint64_t upto, struct err *err_r)
{
	bool any = false;

	for (size_t i = 0; i < s->parts.n; i++) {
		s->parts.v[i]->leaving = s->parts.v[i]->last <= upto;
		any |= s->parts.v[i]->leaving;
	}
	return any ? archive_remove(s, err_r) : 0;
}

int
archive_sql_run(
    struct archive_sql *s, struct archive_item *list, struct err *err_r)
{
	struct err why;
	int rc = 0;

	/* What fails of this is told by archive_sql_index(). */
	(void)drop_expired(s, &why);
	(void)mend_all(s, PARTITION_BAD, &why);
	for (struct archive_item *it = list; it != NULL && rc == 0;
	     it = it->next) {
		if (it->kept)
			continue;
		if (it->kind == ARCHIVE_LINE) {
			rc = write_week(s, it, err_r);
		} else if (it->kind == ARCHIVE_ERASE) {
			rc = erase(s, it->line, err_r);
			it->kept = rc == 0;
		}
	}
	return rc;
}
