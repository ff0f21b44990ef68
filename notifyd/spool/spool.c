/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool's jobs that change something: one struct and one `run` for each.
 */
#include "notifyd/spool/spool.h"

#include "common/mem.h"
#include "common/notice.h"
#include "notifyd/spool/bulk.h"
#include "notifyd/spool/forward.h"
#include "notifyd/spool/jobs.h"
#include "notifyd/spool/schema.h"

#include <stdlib.h>

/* Pruning looks at so many new notices at once. */
#define PRUNE_EVERY 256

void
spool_notice_clear(struct spool_notice *n)
{
	free(n->id);
	free(n->site);
	free(n->what);
	free(n->host);
	free(n->service);
	str_free(&n->context);
	free(n->peer);
	free(n->forward_to);
	*n = (struct spool_notice){0};
}

void
spool_delivery_clear(struct spool_delivery *d)
{
	free(d->contact);
	free(d->method);
	free(d->who);
	free(d->params);
	free(d->rule);
	free(d->rule_text);
	spool_gather_free(&d->gather);
	*d = (struct spool_delivery){0};
}

void
spool_batch_free(struct spool_batch **batch)
{
	struct spool_batch *b = *batch;

	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n_deliveries; i++)
		spool_delivery_clear(&b->deliveries[i]);
	for (size_t i = 0; i < b->n_lines; i++)
		free(b->lines[i]);
	spool_notice_clear(&b->notice);
	free(b->deliveries);
	free(b->lines);
	free(b->object);
	free(b);
	*batch = NULL;
}

struct spool *
spool_open(uv_loop_t *loop, const char *path, struct err *err_r)
{
	struct store *store = nd_store_open(loop, path, &spool_schema, err_r);
	struct spool *spool;

	if (store == NULL)
		return NULL;
	spool = xnew(struct spool);
	spool->store = store;
	return spool;
}

void
spool_close(struct spool **spool)
{
	if (*spool == NULL)
		return;
	nd_store_close(&(*spool)->store);
	free(*spool);
	*spool = NULL;
}

void
spool_on_news(struct spool *spool, void (*news)(void *arg), void *arg)
{
	spool->news = news;
	spool->news_arg = arg;
}

void
spool_tell_news(struct spool *spool)
{
	if (spool->news != NULL)
		spool->news(spool->news_arg);
}

size_t
spool_waiting(const struct spool *spool)
{
	return nd_store_waiting(spool->store);
}

const char *
spool_trouble(const struct spool *spool)
{
	return nd_store_trouble(spool->store);
}

/* --- add -------------------------------------------------------------------
 */

struct add_job {
	struct store_job job;
	struct spool *spool;
	struct spool_batch *batch;
	int64_t now_s;
	bool duplicate;
	spool_added_fn *added;
	void *arg;
};

static int
prune_notices(struct store *store, int64_t old)
{
	int64_t seqs[1000];
	size_t n = 0;
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_NOTICES_CLOSED, "i", old);

	for (; rc == 1; rc = nd_store_next(st))
		seqs[n++] = sqlite3_column_int64(st, 0);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = nd_store_exec(store, SQL_DELIVERIES_PRUNE, "i", seqs[i]);
		if (rc == 0)
			rc = nd_store_exec(
			    store, SQL_BULK_ENTRIES_PRUNE, "i", seqs[i]);
		if (rc == 0)
			rc = nd_store_exec(
			    store, SQL_NOTICES_PRUNE, "i", seqs[i]);
	}
	return rc;
}

static int
prune(struct store *store, int64_t seq, int64_t now_s)
{
	if (seq % PRUNE_EVERY != 0)
		return 0;
	if (prune_notices(store, seq - SPOOL_KEEP_NOTICES) < 0)
		return -1;
	return nd_store_exec(store, SQL_SEEN_OLD, "iii",
	    (int64_t)(now_s - SPOOL_KEEP_IDS_S), seq - SPOOL_KEEP_IDS,
	    seq - SPOOL_KEEP_IDS_MIN);
}

static int
add_told(
    struct store *store, const char *object, const struct spool_delivery *d)
{
	struct slice rest = slice_of(d->contact), name;

	while (slice_next(&rest, ',', &name)) {
		char *contact = slice_dup(name);
		int rc = nd_store_exec(
		    store, SQL_TOLD_ADD, "sss", object, contact, d->method);

		free(contact);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
add_delivery(
    struct store *store, const struct spool_batch *b, struct spool_delivery *d)
{
	d->row = b->notice.seq * SPOOL_ROWS + d->ordinal;
	if (nd_store_exec(store, SQL_DELIVERY_ADD, "iiissssssiii", d->row,
		b->notice.seq, (int64_t)d->ordinal, d->contact, d->method,
		d->who, d->params, d->rule, d->rule_text,
		(int64_t)d->rule_number, d->next_ms, d->first_ms) < 0)
		return -1;
	if (d->gather != NULL &&
	    spool_bulk_join(store, d, (int64_t)b->notice.context.len) < 0)
		return -1;
	return b->remember ? add_told(store, b->object, d) : 0;
}

static bool
is_over(const char *what)
{
	return strcmp(what, "RECOVERY") == 0 ||
	    strcmp(what, NOTICE_QUIET "RECOVERY") == 0;
}

static int
add_run(struct store *store, struct store_job *job)
{
	struct add_job *a = (struct add_job *)job;
	struct spool_batch *b = a->batch;
	struct spool_notice *n = &b->notice;
	bool forward = n->forward == SPOOL_FORWARD_WAITS;

	if (nd_store_exec(store, SQL_SEEN_ADD, "si", n->id, a->now_s) < 0)
		return -1;
	a->duplicate = nd_store_changes(store) == 0;
	if (a->duplicate)
		return 0;
	n->seq = nd_store_last_id(store);
	if ((!b->quiet || forward) &&
	    nd_store_exec(store, SQL_NOTICE_ADD, "isssssibisi", n->seq, n->id,
		n->site, n->what, n->host, n->service, n->created_us,
		str_slice(&n->context), (int64_t)b->n_deliveries + forward,
		n->peer == NULL ? "" : n->peer, (int64_t)n->forward) < 0)
		return -1;
	if (forward &&
	    nd_store_exec(store, SQL_FORWARD_ADD, "iii", n->seq,
		(int64_t)b->repeated, spool_forward_bytes(b)) < 0)
		return -1;
	if (b->forget &&
	    nd_store_exec(store, SQL_TOLD_DROP, "s", b->object) < 0)
		return -1;
	for (size_t i = 0; i < b->n_deliveries; i++) {
		if (add_delivery(store, b, &b->deliveries[i]) < 0)
			return -1;
	}
	if (is_over(n->what) && b->object != NULL &&
	    spool_bulk_recovered(store, b->object) < 0)
		return -1;
	for (size_t i = 0; i < b->n_lines; i++) {
		if (nd_store_exec(store, SQL_LINE_ADD, "s", b->lines[i]) < 0)
			return -1;
	}
	return prune(store, n->seq, a->now_s);
}

static void
add_done(struct store_job *job, bool committed)
{
	struct add_job *a = (struct add_job *)job;

	a->added(a->batch, a->duplicate, committed, a->arg);
	if (committed && !a->duplicate && a->batch->n_lines > 0)
		spool_tell_news(a->spool);
	spool_batch_free(&a->batch);
	free(a);
}

void
spool_add(struct spool *spool, struct spool_batch *batch, int64_t now_s,
    spool_added_fn *added, void *arg)
{
	struct add_job *a = xnew(struct add_job);

	a->job = (struct store_job){
	    .rows = 2 + (unsigned)(batch->n_deliveries + batch->n_lines),
	    .run = add_run,
	    .done = add_done};
	a->spool = spool;
	a->batch = batch;
	a->now_s = now_s;
	a->added = added;
	a->arg = arg;
	nd_store_put(spool->store, &a->job);
}

/* --- mark ------------------------------------------------------------------
 */

int
spool_add_lines(struct store *store, struct slice lines)
{
	struct slice line;

	while (slice_next(&lines, '\n', &line)) {
		char *text = slice_dup(line);
		int rc = line.len == 0
		    ? 0
		    : nd_store_exec(store, SQL_LINE_ADD, "s", text);

		free(text);
		if (rc < 0)
			return -1;
	}
	return 0;
}

struct mark_job {
	struct store_job job;
	struct spool *spool;
	int64_t row, next_ms;
	enum spool_state state;
	int code;
	char *text, *line;
	spool_marked_fn *marked;
	void *arg;
};

int
spool_mark_row(struct store *store, int64_t row, enum spool_state state,
    int code, const char *text, int64_t next_ms)
{
	if (nd_store_exec(store, SQL_DELIVERY_MARK, "iisii", (int64_t)state,
		(int64_t)code, text, next_ms, row) < 0)
		return -1;
	if (nd_store_changes(store) == 0)
		return 0; /* was finished before */
	if (nd_store_exec(store, SQL_RESULT_ADD, "iis", row,
		(int64_t)(state == SPOOL_DONE   ? 0
			: state == SPOOL_FAILED ? 2
						: 1),
		text) < 0)
		return -1;
	if (state >= SPOOL_DONE &&
	    nd_store_exec(store, SQL_NOTICE_CLOSE, "i", row) < 0)
		return -1;
	return 1;
}

static int
mark_run(struct store *store, struct store_job *job)
{
	struct mark_job *m = (struct mark_job *)job;
	int rc = spool_mark_row(
	    store, m->row, m->state, m->code, m->text, m->next_ms);

	if (rc <= 0)
		return rc;
	return spool_add_lines(store, slice_of(m->line));
}

static void
mark_done(struct store_job *job, bool committed)
{
	struct mark_job *m = (struct mark_job *)job;

	if (committed && m->marked != NULL)
		m->marked(m->arg);
	if (committed)
		spool_tell_news(m->spool);
	free(m->text);
	free(m->line);
	free(m);
}

void
spool_mark(struct spool *spool, int64_t row, enum spool_state state, int code,
    const char *text, int64_t next_ms, const char *line,
    spool_marked_fn *marked, void *arg)
{
	struct mark_job *m = xnew(struct mark_job);

	m->job =
	    (struct store_job){.rows = 2, .run = mark_run, .done = mark_done};
	m->spool = spool;
	m->row = row;
	m->state = state;
	m->code = code;
	m->text = xstrdup(text);
	m->next_ms = next_ms;
	m->line = xstrdup(line == NULL ? "" : line);
	m->marked = marked;
	m->arg = arg;
	nd_store_put(spool->store, &m->job);
}

/* --- a line that core has taken ------------------------------------------- */

struct taken_job {
	struct store_job job;
	int64_t id;
};

static int
taken_run(struct store *store, struct store_job *job)
{
	return nd_store_exec(
	    store, SQL_LINE_DROP, "i", ((struct taken_job *)job)->id);
}

static void
taken_done(struct store_job *job, bool committed)
{
	(void)committed;
	free(job);
}

void
spool_line_taken(struct spool *spool, int64_t id)
{
	struct taken_job *t = xnew(struct taken_job);

	t->job =
	    (struct store_job){.rows = 1, .run = taken_run, .done = taken_done};
	t->id = id;
	nd_store_put(spool->store, &t->job);
}
