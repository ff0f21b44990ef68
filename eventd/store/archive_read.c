/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive's files together, for the thread that queries; see archive_sql.h.
 */
#include "eventd/store/archive_sql.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"
#include "eventd/store/archive_internal.h"

#include <stdlib.h>

#define QUERY_NS  (30 * NS_PER_S)
#define READERS   4
#define LINES_MAX 1000

enum answer {
	ANSWERED,
	REFUSED,
	ANEW /* the list of files changes */
};

/* --- one file ------------------------------------------------------------ */

static bool
stop(void *arg)
{
	struct archive_sql *s = arg;

	return atomic_load(&s->leave) || atomic_load(&s->stopping) ||
	    clock_mono() > s->query_until;
}

static struct archive_file *
reader(struct archive_sql *s, struct partition *p,
    enum partition_fault *fault_r, struct err *err_r)
{
	struct partition_handle *h = &p->open[PARTITION_READER];
	struct partition *least =
	    partitions_use(&s->parts, p, PARTITION_READER, READERS);
	char *path;

	if (least != NULL)
		archive_file_close(&least->open[PARTITION_READER].file);
	*fault_r = PARTITION_SOUND;
	if (h->file == NULL) {
		path = archive_path(s, p->name);
		h->file =
		    archive_file_open_reader(path, stop, s, fault_r, err_r);
		/* Somebody made room by hand. */
		if (h->file == NULL && !file_exists(path))
			*fault_r = PARTITION_BAD;
		free(path);
	}
	return h->file;
}

/* The writing thread will mend it; until then its lines are not there. */
static void
note_fault(
    struct archive_sql *s, struct partition *p, enum partition_fault fault)
{
	pthread_mutex_lock(&s->lock);
	if (fault > p->fault)
		p->fault = fault;
	pthread_mutex_unlock(&s->lock);
	atomic_store(&s->unwell, true);
}

/* Why a file did not answer; ANSWERED: go on without it. */
static enum answer
why_not(struct archive_sql *s, struct partition *p, enum partition_fault fault,
    struct err *err_r)
{
	if (fault == PARTITION_BAD) {
		note_fault(s, p, fault);
		return ANSWERED;
	}
	if (atomic_load(&s->stopping))
		err_set(err_r, "the event console ends");
	else if (atomic_load(&s->leave))
		return ANEW;
	else if (clock_mono() > s->query_until)
		err_set(err_r, "the query takes over 30 s (narrow the time)");
	else
		err_prefix(err_r, "the archive");
	return REFUSED;
}

/* --- a question of all --------------------------------------------------- */

static void
enter(struct archive_sql *s)
{
	pthread_mutex_lock(&s->gate);
	pthread_mutex_lock(&s->files);
	pthread_mutex_unlock(&s->gate);
}

typedef enum answer work_fn(
    struct archive_sql *s, struct archive_item *it, struct err *err_r);

static void
ask(struct archive_sql *s, struct archive_item *it, work_fn *work)
{
	enum answer what;
	struct err err;

	s->query_until = clock_mono() + QUERY_NS;
	do {
		str_clear(&it->body);
		enter(s);
		what = work(s, it, &err);
		pthread_mutex_unlock(&s->files);
	} while (what == ANEW);
	if (what == REFUSED) {
		it->failed = true;
		str_clear(&it->body);
		str_add(&it->body, err.text);
	}
}

/* --- rows of a query ----------------------------------------------------- */

/* Bounds of time that the file's own do not keep already. */
static int
query_file(struct archive_sql *s, struct partition *p, struct archive_item *it,
    const struct partition_want *want, enum partition_fault *fault_r,
    struct err *err_r)
{
	uint64_t rows = it->query->n_rows;
	struct archive_file *f = reader(s, p, fault_r, err_r);
	int64_t from_us, to_us;
	bool indexed;
	int rc;

	if (f == NULL)
		return -1;
	pthread_mutex_lock(&s->lock);
	from_us = p->min_us >= want->min_us ? INT64_MIN : want->min_us;
	to_us = p->max_us <= want->max_us ? INT64_MAX : want->max_us;
	indexed = p->fault == PARTITION_SOUND;
	pthread_mutex_unlock(&s->lock);
	rc = archive_file_query(f, it, from_us, to_us, indexed, err_r);
	if (rc == -1 && archive_file_fault(f) == PARTITION_BAD_INDEX) {
		note_fault(s, p, PARTITION_BAD_INDEX);
		if (it->query->n_rows == rows)
			rc = archive_file_query(
			    f, it, from_us, to_us, false, err_r);
	}
	*fault_r = rc == -1 ? archive_file_fault(f) : PARTITION_SOUND;
	return rc;
}

static enum answer
query_all(struct archive_sql *s, struct archive_item *it, struct err *err_r)
{
	int64_t least_us = atomic_load(&s->least_us);
	struct partition_want want;
	enum answer what = ANSWERED;
	struct partition **list;
	int rc = it->query->limit > 0;
	size_t n;

	query_bounds(it->query, "history_time", &want.min_us, &want.max_us);
	query_bounds(it->query, "event_id", &want.min_event, &want.max_event);
	if (least_us > want.min_us)
		want.min_us = least_us;
	pthread_mutex_lock(&s->lock);
	n = partitions_with(&s->parts, &want, &list);
	pthread_mutex_unlock(&s->lock);
	query_begin(it->query, &it->body);
	for (size_t i = 0; i < n && rc == 1 && what == ANSWERED; i++) {
		enum partition_fault fault;

		rc = query_file(s, list[i], it, &want, &fault, err_r);
		if (rc == -1) {
			what = why_not(s, list[i], fault, err_r);
			rc = 1;
		}
	}
	if (what == ANSWERED && !it->failed)
		query_end(it->query, &it->body);
	free(list);
	return what;
}

void
archive_sql_query(struct archive_sql *s, struct archive_item *it)
{
	ask(s, it, query_all);
}

/* --- lines in order ------------------------------------------------------ */

/* Where lines go on: the file that has the least one, and how far it goes. */
struct stretch {
	struct partition *p;
	uint64_t from, upto;
};

static enum answer
next_line(struct archive_sql *s, struct partition *p, uint64_t from,
    uint64_t *line_r, struct err *err_r)
{
	enum partition_fault fault;
	struct archive_file *f;
	uint64_t first, last;

	pthread_mutex_lock(&s->lock);
	first = p->first;
	last = p->fault == PARTITION_BAD ? 0 : p->last;
	pthread_mutex_unlock(&s->lock);
	*line_r = last < from ? 0 : first;
	if (*line_r == 0 || first >= from)
		return ANSWERED;
	f = reader(s, p, &fault, err_r);
	if (f != NULL && archive_file_next(f, from, line_r, err_r) == 0)
		return ANSWERED;
	*line_r = 0;
	return why_not(s, p, f == NULL ? fault : archive_file_fault(f), err_r);
}

/* Files may have lines in turn: late ones are in their own time's. */
static enum answer
next_stretch(
    struct archive_sql *s, uint64_t from, struct stretch *t, struct err *err_r)
{
	enum answer what = ANSWERED;

	*t = (struct stretch){NULL, UINT64_MAX, INT64_MAX};
	for (size_t i = 0; i < s->parts.n && what == ANSWERED; i++) {
		uint64_t line;

		what = next_line(s, s->parts.v[i], from, &line, err_r);
		if (line == 0 || what != ANSWERED)
			continue;
		if (line < t->from) {
			if (t->p != NULL)
				t->upto = t->from - 1;
			t->p = s->parts.v[i];
			t->from = line;
		} else if (line > t->from && line <= t->upto) {
			t->upto = line - 1;
		}
	}
	return what;
}

static enum answer
lines_all(struct archive_sql *s, struct archive_item *it, struct err *err_r)
{
	uint64_t from = it->line;
	size_t room = LINES_MAX;
	enum answer what = ANSWERED;

	while (what == ANSWERED && room > 0 &&
	    it->body.len < ARCHIVE_LINES_BYTES) {
		enum partition_fault fault;
		struct archive_file *f;
		struct stretch t;

		what = next_stretch(s, from, &t, err_r);
		if (what != ANSWERED || t.p == NULL)
			break;
		f = reader(s, t.p, &fault, err_r);
		if (f == NULL ||
		    archive_file_lines(
			f, &it->body, t.from, t.upto, &room, err_r) != 0)
			what = why_not(s, t.p,
			    f == NULL ? fault : archive_file_fault(f), err_r);
		from = t.upto + 1;
	}
	return what;
}

void
archive_sql_lines(struct archive_sql *s, struct archive_item *it)
{
	ask(s, it, lines_all);
}
