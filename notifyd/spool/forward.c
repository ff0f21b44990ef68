/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool's jobs about notices that wait for another site.
 */
#include "notifyd/spool/forward.h"

#include "common/mem.h"
#include "common/notice.h"
#include "notifyd/history.h"
#include "notifyd/spool/jobs.h"
#include "notifyd/spool/schema.h"

#include <stdlib.h>

int64_t
spool_forward_bytes(const struct spool_batch *b)
{
	return (int64_t)(b->notice.context.len + 256);
}

/* --- read ------------------------------------------------------------------
 */

struct forwards_job {
	struct store_job job;
	int64_t seq, max;
	struct spool_forwarded *list;
	size_t n, cap;
	spool_forwards_fn *got;
	void *arg;
};

static void
forwards_clear(struct forwards_job *f)
{
	while (f->n > 0)
		spool_notice_clear(&f->list[--f->n].notice);
}

static int
forwards_run(struct store *store, struct store_job *job)
{
	struct forwards_job *f = (struct forwards_job *)job;
	uint64_t bytes = 0;
	sqlite3_stmt *st;
	int rc;

	forwards_clear(f);
	rc =
	    nd_store_query(store, &st, SQL_FORWARDS_READ, "ii", f->seq, f->max);
	while (rc == 1 && bytes < SPOOL_FORWARD_READ_BYTES) {
		struct spool_forwarded *one;

		ARRAY_GROW(f->list, f->n, f->cap);
		one = &f->list[f->n++];
		*one = (struct spool_forwarded){
		    .tries = (unsigned)sqlite3_column_int64(st, 0)};
		spool_read_notice(st, 1, &one->notice);
		bytes += one->notice.context.len;
		rc = nd_store_next(st);
	}
	if (st != NULL)
		sqlite3_reset(st);
	return rc < 0 ? -1 : 0;
}

static void
forwards_done(struct store_job *job, bool committed)
{
	struct forwards_job *f = (struct forwards_job *)job;

	if (committed)
		f->got(f->list, f->n, f->arg);
	forwards_clear(f);
	free(f->list);
	free(f);
}

void
spool_forwards(struct spool *spool, int64_t seq, unsigned max,
    spool_forwards_fn *got, void *arg)
{
	struct forwards_job *f = xnew(struct forwards_job);

	f->job = (struct store_job){.run = forwards_run, .done = forwards_done};
	f->seq = seq;
	f->max = max;
	f->got = got;
	f->arg = arg;
	nd_store_put(spool->store, &f->job);
}

/* --- tried, taken ----------------------------------------------------------
 */

struct taken_job {
	struct store_job job;
	struct spool *spool;
	int64_t seq, bytes;
	char *to;
	spool_forward_taken_fn *taken;
	void *arg;
};

static void
taken_free(struct taken_job *t)
{
	free(t->to);
	free(t);
}

static int
tried_run(struct store *store, struct store_job *job)
{
	return nd_store_exec(
	    store, SQL_FORWARDS_TRIED, "i", ((struct taken_job *)job)->seq);
}

static void
tried_done(struct store_job *job, bool committed)
{
	(void)committed;
	taken_free((struct taken_job *)job);
}

void
spool_forwards_tried(struct spool *spool, int64_t seq)
{
	struct taken_job *t = xnew(struct taken_job);

	t->job =
	    (struct store_job){.rows = 1, .run = tried_run, .done = tried_done};
	t->seq = seq;
	nd_store_put(spool->store, &t->job);
}

static int
add_line(struct store *store, const char *host, const char *service,
    enum history_result result, const char *text)
{
	const struct history_fields of = {
	    host, service, "check-mk-notify", "forward"};
	struct str line = {0};
	int rc;

	history_progress(&line, &of, result, text);
	rc = nd_store_exec(store, SQL_LINE_ADD, "s", str_get(&line));
	str_free(&line);
	return rc;
}

static int
add_progress(struct store *store, int64_t seq, const char *to)
{
	sqlite3_stmt *st;
	char *host, *service, *text, *what;
	int rc = nd_store_query(store, &st, SQL_NOTICE_OBJECT, "i", seq);
	bool quiet;

	if (rc <= 0)
		return rc;
	what = nd_store_text(st, 2);
	quiet = slice_starts(slice_of(what), NOTICE_QUIET);
	free(what);
	if (quiet) {
		sqlite3_reset(st);
		return 0;
	}
	host = nd_store_text(st, 0);
	service = nd_store_text(st, 1);
	text = xasprintf("taken by %s", to);
	sqlite3_reset(st);
	rc = add_line(store, host, service, HISTORY_OK, text);
	free(host);
	free(service);
	free(text);
	return rc;
}

static int
taken_run(struct store *store, struct store_job *job)
{
	struct taken_job *t = (struct taken_job *)job;
	sqlite3_stmt *st;
	int rc;

	t->bytes = 0;
	rc = nd_store_query(store, &st, SQL_FORWARD_BYTES, "i", t->seq);
	if (rc <= 0)
		return rc; /* it was dropped, or this is the second answer */
	t->bytes = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (nd_store_exec(store, SQL_FORWARD_DROP, "i", t->seq) < 0 ||
	    nd_store_exec(store, SQL_NOTICE_RELEASE, "iis", t->seq,
		(int64_t)SPOOL_FORWARD_TAKEN, t->to) < 0)
		return -1;
	return add_progress(store, t->seq, t->to);
}

static void
taken_done(struct store_job *job, bool committed)
{
	struct taken_job *t = (struct taken_job *)job;

	if (committed) {
		t->taken(t->bytes, t->arg);
		if (t->bytes > 0)
			spool_tell_news(t->spool);
	}
	taken_free(t);
}

void
spool_forward_taken(struct spool *spool, int64_t seq, const char *to,
    spool_forward_taken_fn *taken, void *arg)
{
	struct taken_job *t = xnew(struct taken_job);

	t->job =
	    (struct store_job){.rows = 3, .run = taken_run, .done = taken_done};
	t->spool = spool;
	t->seq = seq;
	t->to = xstrdup(to);
	t->taken = taken;
	t->arg = arg;
	nd_store_put(spool->store, &t->job);
}

/* --- give up ---------------------------------------------------------------
 */

struct drop_job {
	struct store_job job;
	struct spool *spool;
	int64_t want, bytes;
	struct spool_notice *list;
	size_t n, cap;
	spool_forwards_dropped_fn *dropped;
	void *arg;
};

static void
drop_clear(struct drop_job *d)
{
	while (d->n > 0)
		spool_notice_clear(&d->list[--d->n]);
	d->bytes = 0;
}

/* 1: one more was given up; 0: there is none. */
static int
drop_one(struct store *store, struct drop_job *d)
{
	struct spool_notice *n;
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_FORWARDS_REPEATED, "");

	if (rc <= 0)
		return rc;
	ARRAY_GROW(d->list, d->n, d->cap);
	n = &d->list[d->n++];
	*n = (struct spool_notice){0};
	d->bytes += sqlite3_column_int64(st, 0);
	spool_read_notice(st, 1, n);
	sqlite3_reset(st);
	rc = nd_store_exec(store, SQL_FORWARD_DROP, "i", n->seq);
	if (rc == 0)
		rc = nd_store_exec(store, SQL_NOTICE_RELEASE, "iis", n->seq,
		    (int64_t)SPOOL_FORWARD_DROPPED, "");
	if (rc == 0)
		rc = add_line(store, n->host, n->service, HISTORY_CRITICAL,
		    "given up: too much waits for another site");
	return rc < 0 ? -1 : 1;
}

static int
drop_run(struct store *store, struct store_job *job)
{
	struct drop_job *d = (struct drop_job *)job;
	int rc = 1;

	drop_clear(d);
	while (rc == 1 && d->bytes < d->want)
		rc = drop_one(store, d);
	return rc < 0 ? -1 : 0;
}

static void
drop_done(struct store_job *job, bool committed)
{
	struct drop_job *d = (struct drop_job *)job;

	if (committed) {
		d->dropped(d->list, d->n, d->bytes, d->arg);
		if (d->n > 0)
			spool_tell_news(d->spool);
	}
	drop_clear(d);
	free(d->list);
	free(d);
}

void
spool_forwards_drop(struct spool *spool, int64_t bytes,
    spool_forwards_dropped_fn *dropped, void *arg)
{
	struct drop_job *d = xnew(struct drop_job);

	d->job =
	    (struct store_job){.rows = 10, .run = drop_run, .done = drop_done};
	d->spool = spool;
	d->want = bytes;
	d->dropped = dropped;
	d->arg = arg;
	nd_store_put(spool->store, &d->job);
}

/* --- sum -------------------------------------------------------------------
 */

struct sum_job {
	struct store_job job;
	int64_t n, bytes;
	spool_forwards_sum_fn *sum;
	void *arg;
};

static int
sum_run(struct store *store, struct store_job *job)
{
	struct sum_job *s = (struct sum_job *)job;
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_FORWARDS_SUM, "");

	if (rc != 1)
		return -1;
	s->n = sqlite3_column_int64(st, 0);
	s->bytes = sqlite3_column_int64(st, 1);
	sqlite3_reset(st);
	return 0;
}

static void
sum_done(struct store_job *job, bool committed)
{
	struct sum_job *s = (struct sum_job *)job;

	if (committed)
		s->sum(s->n, s->bytes, s->arg);
	free(s);
}

void
spool_forwards_sum(struct spool *spool, spool_forwards_sum_fn *sum, void *arg)
{
	struct sum_job *s = xnew(struct sum_job);

	s->job = (struct store_job){.run = sum_run, .done = sum_done};
	s->sum = sum;
	s->arg = arg;
	nd_store_put(spool->store, &s->job);
}
