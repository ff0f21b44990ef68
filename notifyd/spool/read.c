/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool's jobs that read: they stand in the same queue, so that each
 * sees what was put before it.
 */
#include "notifyd/spool/spool.h"

#include "common/mem.h"
#include "notifyd/spool/jobs.h"
#include "notifyd/spool/schema.h"

#include <stdlib.h>

static void
read_blob(sqlite3_stmt *st, int column, struct str *to)
{
	const void *blob = sqlite3_column_blob(st, column);
	int len = sqlite3_column_bytes(st, column);

	str_clear(to);
	if (blob != NULL && len > 0)
		str_addn(to, blob, (size_t)len);
}

void
spool_read_notice(sqlite3_stmt *st, int at, struct spool_notice *n)
{
	spool_notice_clear(n);
	n->seq = sqlite3_column_int64(st, at);
	n->id = nd_store_text(st, at + 1);
	n->site = nd_store_text(st, at + 2);
	n->what = nd_store_text(st, at + 3);
	n->host = nd_store_text(st, at + 4);
	n->service = nd_store_text(st, at + 5);
	n->created_us = sqlite3_column_int64(st, at + 6);
	read_blob(st, at + 7, &n->context);
	n->peer = nd_store_text(st, at + 8);
	n->forward = (enum spool_forward)sqlite3_column_int(st, at + 9);
	n->forward_to = nd_store_text(st, at + 10);
}

/* --- start -----------------------------------------------------------------
 */

struct start_job {
	struct store_job job;
	int64_t row;
	bool found;
	struct spool_delivery d;
	struct spool_notice notice;
	spool_started_fn *started;
	void *arg;
};

void
spool_read_delivery(sqlite3_stmt *st, struct spool_delivery *d)
{
	int64_t row = d->row;

	spool_delivery_clear(d);
	d->row = row;
	d->ordinal = (unsigned)sqlite3_column_int64(st, 0);
	d->contact = nd_store_text(st, 1);
	d->method = nd_store_text(st, 2);
	d->who = nd_store_text(st, 3);
	d->params = nd_store_text(st, 4);
	d->rule = nd_store_text(st, 5);
	d->rule_text = nd_store_text(st, 6);
	d->rule_number = (unsigned)sqlite3_column_int64(st, 7);
	d->state = (enum spool_state)sqlite3_column_int(st, 8);
	d->tries = (unsigned)sqlite3_column_int64(st, 9);
	d->next_ms = sqlite3_column_int64(st, 10);
	d->first_ms = sqlite3_column_int64(st, 11);
}

static int
start_run(struct store *store, struct store_job *job)
{
	struct start_job *s = (struct start_job *)job;
	sqlite3_stmt *st;
	int rc;

	s->found = false;
	if (nd_store_exec(store, SQL_DELIVERY_START, "i", s->row) < 0)
		return -1;
	if (nd_store_changes(store) == 0)
		return 0;
	rc = nd_store_query(store, &st, SQL_DELIVERY_READ, "i", s->row);
	if (rc < 0)
		return -1;
	s->found = rc == 1;
	if (s->found) {
		s->d.row = s->row;
		spool_read_delivery(st, &s->d);
		spool_read_notice(st, 12, &s->notice);
	}
	sqlite3_reset(st);
	return 0;
}

static void
start_done(struct store_job *job, bool committed)
{
	struct start_job *s = (struct start_job *)job;

	if (committed)
		s->started(s->found ? &s->d : NULL, &s->notice, s->row, s->arg);
	spool_delivery_clear(&s->d);
	spool_notice_clear(&s->notice);
	free(s);
}

void
spool_start(
    struct spool *spool, int64_t row, spool_started_fn *started, void *arg)
{
	struct start_job *s = xnew(struct start_job);

	s->job =
	    (struct store_job){.rows = 1, .run = start_run, .done = start_done};
	s->row = row;
	s->started = started;
	s->arg = arg;
	nd_store_put(spool->store, &s->job);
}

/* --- recover ---------------------------------------------------------------
 */

struct recover_job {
	struct store_job job;
	struct spool_delivery *list;
	size_t n, cap;
	struct spool_told *told;
	size_t n_told, cap_told;
	spool_open_fn *open;
	void *arg;
};

static void
recover_clear(struct recover_job *r)
{
	for (size_t i = 0; i < r->n; i++)
		spool_delivery_clear(&r->list[i]);
	for (size_t i = 0; i < r->n_told; i++) {
		free(r->told[i].object);
		free(r->told[i].contact);
		free(r->told[i].method);
	}
	r->n = r->n_told = 0;
}

static int
recover_run(struct store *store, struct store_job *job)
{
	struct recover_job *r = (struct recover_job *)job;
	sqlite3_stmt *st;
	int rc;

	recover_clear(r);
	rc = nd_store_query(store, &st, SQL_DELIVERIES_OPEN, "");
	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(r->list, r->n, r->cap);
		r->list[r->n++] =
		    (struct spool_delivery){.row = sqlite3_column_int64(st, 0),
			.method = nd_store_text(st, 1),
			.state = (enum spool_state)sqlite3_column_int(st, 2),
			.next_ms = sqlite3_column_int64(st, 3)};
	}
	if (rc < 0)
		return -1;
	rc = nd_store_query(store, &st, SQL_TOLD_READ, "");
	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(r->told, r->n_told, r->cap_told);
		r->told[r->n_told++] = (struct spool_told){nd_store_text(st, 0),
		    nd_store_text(st, 1), nd_store_text(st, 2)};
	}
	return rc;
}

static void
recover_done(struct store_job *job, bool committed)
{
	struct recover_job *r = (struct recover_job *)job;

	if (committed)
		r->open(r->list, r->n, r->told, r->n_told, r->arg);
	recover_clear(r);
	free(r->list);
	free(r->told);
	free(r);
}

void
spool_recover(struct spool *spool, spool_open_fn *open, void *arg)
{
	struct recover_job *r = xnew(struct recover_job);

	r->job = (struct store_job){.run = recover_run, .done = recover_done};
	r->open = open;
	r->arg = arg;
	nd_store_put(spool->store, &r->job);
}

/* --- history lines ---------------------------------------------------------
 */

struct lines_job {
	struct store_job job;
	int64_t id, max;
	struct spool_line *list;
	size_t n, cap;
	spool_lines_fn *got;
	void *arg;
};

static int
lines_run(struct store *store, struct store_job *job)
{
	struct lines_job *l = (struct lines_job *)job;
	sqlite3_stmt *st;
	int rc;

	while (l->n > 0)
		free(l->list[--l->n].line);
	rc = nd_store_query(store, &st, SQL_LINES_READ, "ii", l->id, l->max);
	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(l->list, l->n, l->cap);
		l->list[l->n++] = (struct spool_line){
		    sqlite3_column_int64(st, 0), nd_store_text(st, 1)};
	}
	return rc;
}

static void
lines_done(struct store_job *job, bool committed)
{
	struct lines_job *l = (struct lines_job *)job;

	if (committed)
		l->got(l->list, l->n, l->arg);
	while (l->n > 0)
		free(l->list[--l->n].line);
	free(l->list);
	free(l);
}

void
spool_lines(struct spool *spool, int64_t id, unsigned max, spool_lines_fn *got,
    void *arg)
{
	struct lines_job *l = xnew(struct lines_job);

	l->job = (struct store_job){.run = lines_run, .done = lines_done};
	l->id = id;
	l->max = max;
	l->got = got;
	l->arg = arg;
	nd_store_put(spool->store, &l->job);
}

/* --- counts ----------------------------------------------------------------
 */

struct count_job {
	struct store_job job;
	struct spool_counts counts;
	spool_counts_fn *got;
	void *arg;
};

static int
count_run(struct store *store, struct store_job *job)
{
	struct count_job *c = (struct count_job *)job;
	sqlite3_stmt *st;
	int rc;

	c->counts = (struct spool_counts){.lines = 0};
	rc = nd_store_query(store, &st, SQL_DELIVERIES_COUNT, "");
	for (; rc == 1; rc = nd_store_next(st)) {
		int state = sqlite3_column_int(st, 0);

		if (state >= 0 && state < SPOOL_STATES)
			c->counts.deliveries[state] =
			    sqlite3_column_int64(st, 1);
	}
	if (rc < 0)
		return -1;
	rc = nd_store_query(store, &st, SQL_LINES_COUNT, "");
	if (rc == 1)
		c->counts.lines = sqlite3_column_int64(st, 0);
	if (rc < 0)
		return -1;
	rc = nd_store_query(store, &st, SQL_BULKS_COUNT, "");
	if (rc == 1) {
		c->counts.bulks = sqlite3_column_int64(st, 0);
		c->counts.entries = sqlite3_column_int64(st, 1);
		sqlite3_reset(st);
	}
	if (rc < 0)
		return -1;
	rc = nd_store_query(store, &st, SQL_OLDEST, "");
	if (rc == 1) {
		c->counts.oldest_ms = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	return rc < 0 ? -1 : 0;
}

static void
count_done(struct store_job *job, bool committed)
{
	struct count_job *c = (struct count_job *)job;

	if (committed)
		c->got(&c->counts, c->arg);
	free(c);
}

void
spool_count(struct spool *spool, spool_counts_fn *counts, void *arg)
{
	struct count_job *c = xnew(struct count_job);

	c->job = (struct store_job){.run = count_run, .done = count_done};
	c->got = counts;
	c->arg = arg;
	nd_store_put(spool->store, &c->job);
}
