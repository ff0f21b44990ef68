/* SPDX-License-Identifier: Apache-2.0
 *
 * Bulks: entries join, the whole starts, the whole is marked.
 */
#include "notifyd/spool/bulk.h"

#include "common/mem.h"
#include "notifyd/causes.h"
#include "notifyd/rules/rules.h"
#include "notifyd/spool/jobs.h"
#include "notifyd/spool/schema.h"

#include <stdlib.h>

void
spool_gather_free(struct spool_gather **gather)
{
	struct spool_gather *g = *gather;

	if (g == NULL)
		return;
	free(g->key);
	free(g->causes);
	free(g->how);
	free(g);
	*gather = NULL;
}

void
spool_bulk_clear(struct spool_bulk *bulk)
{
	free(bulk->contact);
	free(bulk->method);
	free(bulk->how);
	free(bulk->causes);
	*bulk = (struct spool_bulk){0};
}

/* --- join ------------------------------------------------------------------
 */

struct candidate {
	int64_t id, n, bytes, due_ms;
	char *causes; /* in common; "" where none are asked for */
};

/* 1: found, 0: none fits, -1. */
static int
find_open(struct store *store, const struct spool_gather *g,
    struct candidate *found_r)
{
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_BULKS_GATHERING, "si", g->key,
	    (int64_t)SPOOL_BULK_CANDIDATES);

	for (; rc == 1; rc = nd_store_next(st)) {
		const char *causes = nd_store_column(st, 4);
		char *common = g->causes[0] == '\0'
		    ? xstrdup("")
		    : causes_common(causes, g->causes);

		if (common == NULL)
			continue;
		*found_r = (struct candidate){sqlite3_column_int64(st, 0),
		    sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2),
		    sqlite3_column_int64(st, 3), common};
		sqlite3_reset(st);
		return 1;
	}
	return rc;
}

static int
open_bulk(
    struct store *store, const struct spool_delivery *d, struct candidate *c)
{
	const struct spool_gather *g = d->gather;

	c->due_ms = g->until_ms > 0 ? g->until_ms : d->first_ms + g->horizon_ms;
	if (nd_store_exec(store, SQL_BULK_ADD, "sisssii", g->key,
		(int64_t)g->kind, d->contact, d->method, g->how, d->first_ms,
		c->due_ms) < 0)
		return -1;
	c->id = nd_store_last_id(store);
	c->causes = xstrdup(g->causes);
	return 0;
}

int
spool_bulk_join(struct store *store, struct spool_delivery *d, int64_t bytes)
{
	const struct spool_gather *g = d->gather;
	struct candidate c = {0};
	bool full;
	int rc = find_open(store, g, &c);

	if (rc == 0)
		rc = open_bulk(store, d, &c);
	if (rc < 0) {
		free(c.causes);
		return -1;
	}
	c.n++;
	c.bytes += bytes;
	full = c.n >= g->max || c.bytes >= SPOOL_BULK_MAX_BYTES;
	if (full && !g->hold)
		c.due_ms = d->first_ms;
	d->bulk = c.id;
	d->bulk_due_ms = c.due_ms;
	rc = nd_store_exec(store, SQL_BULK_GROW, "iiisii", c.n, c.bytes,
	    c.due_ms, c.causes, (int64_t)full, c.id);
	free(c.causes);
	if (rc < 0)
		return -1;
	if (g->kind == PLAN_HOLD &&
	    nd_store_exec(
		store, SQL_BULK_HELD, "ii", c.id, (int64_t)PLAN_HOLD) < 0)
		return -1;
	return nd_store_exec(store, SQL_BULK_ENTRY_ADD, "ii", d->row, c.id);
}

int
spool_bulk_recovered(struct store *store, const char *object)
{
	char *from = xasprintf(SPOOL_HELD_KEY "\x1e", object);
	char *to = xasprintf(SPOOL_HELD_KEY "\x1f", object);
	int rc = nd_store_exec(store, SQL_BULKS_RECOVERED, "ssi", from, to,
	    (int64_t)PLAN_HOLD_OVER);

	free(from);
	free(to);
	return rc;
}

/* --- recover ---------------------------------------------------------------
 */

struct recover_job {
	struct store_job job;
	struct spool_bulk *list;
	size_t n, cap;
	spool_bulks_fn *recovered;
	void *arg;
};

static void
recover_clear(struct recover_job *r)
{
	while (r->n > 0)
		spool_bulk_clear(&r->list[--r->n]);
}

static void
read_bulk(sqlite3_stmt *st, struct spool_bulk *b)
{
	*b = (struct spool_bulk){.id = sqlite3_column_int64(st, 0),
	    .due_ms = sqlite3_column_int64(st, 1),
	    .kind = sqlite3_column_int(st, 2),
	    .tries = (unsigned)sqlite3_column_int64(st, 3),
	    .first_ms = sqlite3_column_int64(st, 4),
	    .contact = nd_store_text(st, 5),
	    .method = nd_store_text(st, 6),
	    .how = nd_store_text(st, 7),
	    .causes = nd_store_text(st, 8)};
}

/* One that was under way is started again. */
static int
recover_run(struct store *store, struct store_job *job)
{
	struct recover_job *r = (struct recover_job *)job;
	sqlite3_stmt *st;
	int rc;

	recover_clear(r);
	if (nd_store_exec(store, SQL_BULKS_AGAIN, "") < 0)
		return -1;
	rc = nd_store_query(store, &st, SQL_BULKS_OPEN, "");
	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(r->list, r->n, r->cap);
		read_bulk(st, &r->list[r->n++]);
	}
	return rc;
}

static void
recover_done(struct store_job *job, bool committed)
{
	struct recover_job *r = (struct recover_job *)job;

	if (committed)
		r->recovered(r->list, r->n, r->arg);
	recover_clear(r);
	free(r->list);
	free(r);
}

void
spool_bulks_recover(struct spool *spool, spool_bulks_fn *recovered, void *arg)
{
	struct recover_job *r = xnew(struct recover_job);

	r->job = (struct store_job){
	    .rows = 1, .run = recover_run, .done = recover_done};
	r->recovered = recovered;
	r->arg = arg;
	nd_store_put(spool->store, &r->job);
}

/* --- start -----------------------------------------------------------------
 */

struct start_job {
	struct store_job job;
	int64_t id, now_ms;
	bool found;
	struct spool_bulk bulk;
	struct spool_bulk_entry *entries;
	size_t n, cap;
	spool_bulk_started_fn *started;
	void *arg;
};

static void
start_clear(struct start_job *s)
{
	while (s->n > 0) {
		struct spool_bulk_entry *e = &s->entries[--s->n];

		spool_delivery_clear(&e->d);
		spool_notice_clear(&e->notice);
	}
	spool_bulk_clear(&s->bulk);
	s->found = false;
}

static int
start_read(struct store *store, struct start_job *s)
{
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_BULK_READ, "i", s->id);

	if (rc == 1) {
		read_bulk(st, &s->bulk);
		sqlite3_reset(st);
		s->found = true;
		rc = nd_store_query(
		    store, &st, SQL_BULK_ENTRIES_READ, "i", s->id);
	}
	for (; rc == 1; rc = nd_store_next(st)) {
		struct spool_bulk_entry *e;

		ARRAY_GROW(s->entries, s->n, s->cap);
		e = &s->entries[s->n++];
		*e = (struct spool_bulk_entry){0};
		spool_read_delivery(st, &e->d);
		spool_read_notice(st, 12, &e->notice);
		e->d.row = sqlite3_column_int64(st, 23);
	}
	return rc;
}

static int
start_run(struct store *store, struct store_job *job)
{
	struct start_job *s = (struct start_job *)job;

	start_clear(s);
	if (nd_store_exec(store, SQL_BULK_START, "ii", s->id, s->now_ms) < 0)
		return -1;
	if (nd_store_changes(store) == 0)
		return 0;
	if (nd_store_exec(store, SQL_BULK_ENTRIES_START, "i", s->id) < 0)
		return -1;
	return start_read(store, s);
}

static void
start_done(struct store_job *job, bool committed)
{
	struct start_job *s = (struct start_job *)job;

	if (committed)
		s->started(
		    s->found ? &s->bulk : NULL, s->entries, s->n, s->arg);
	start_clear(s);
	free(s->entries);
	free(s);
}

void
spool_bulk_start(struct spool *spool, int64_t id, int64_t now_ms,
    spool_bulk_started_fn *started, void *arg)
{
	struct start_job *s = xnew(struct start_job);

	s->job =
	    (struct store_job){.rows = 2, .run = start_run, .done = start_done};
	s->id = id;
	s->now_ms = now_ms;
	s->started = started;
	s->arg = arg;
	nd_store_put(spool->store, &s->job);
}

/* --- mark ------------------------------------------------------------------
 */

struct mark_job {
	struct store_job job;
	struct spool *spool;
	struct spool_bulk_mark m;
	char *text, *lines;
	spool_marked_fn *marked;
	void *arg;
};

static int
mark_run(struct store *store, struct store_job *job)
{
	struct mark_job *j = (struct mark_job *)job;
	const struct spool_bulk_mark *m = &j->m;

	if (nd_store_exec(store, SQL_BULK_MARK, "iisii", (int64_t)m->state,
		(int64_t)m->code, j->text, m->next_ms, m->id) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++) {
		const struct spool_bulk_result *r = &m->results[i];

		if (spool_mark_row(store, r->row, r->state, r->code, r->text,
			m->next_ms) < 0)
			return -1;
	}
	if (m->state >= SPOOL_DONE &&
	    nd_store_exec(
		store, SQL_BULKS_PRUNE, "i", m->id - SPOOL_KEEP_BULKS) < 0)
		return -1;
	return spool_add_lines(store, slice_of(j->lines));
}

static void
mark_done(struct store_job *job, bool committed)
{
	struct mark_job *j = (struct mark_job *)job;

	if (committed && j->marked != NULL)
		j->marked(j->arg);
	if (committed)
		spool_tell_news(j->spool);
	for (size_t i = 0; i < j->m.n; i++)
		free(j->m.results[i].text);
	free(j->m.results);
	free(j->text);
	free(j->lines);
	free(j);
}

void
spool_bulk_mark(struct spool *spool, const struct spool_bulk_mark *mark,
    spool_marked_fn *marked, void *arg)
{
	struct mark_job *j = xnew(struct mark_job);

	j->job = (struct store_job){.rows = 2 + 4 * (unsigned)mark->n,
	    .run = mark_run,
	    .done = mark_done};
	j->spool = spool;
	j->m = *mark;
	j->text = xstrdup(mark->text);
	j->lines = xstrdup(mark->lines);
	j->marked = marked;
	j->arg = arg;
	nd_store_put(spool->store, &j->job);
}
