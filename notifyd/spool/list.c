/* SPDX-License-Identifier: Apache-2.0
 *
 * Notices, newest first, and what became of their deliveries.
 */
#include "notifyd/spool/spool.h"

#include "common/mem.h"
#include "notifyd/spool/jobs.h"
#include "notifyd/spool/schema.h"

#include <stdlib.h>

struct find_job {
	struct store_job job;
	char *id, *host, *service;
	int64_t last;
	bool failed;
	struct spool_notice *list;
	size_t n, cap;
	struct spool_outcome *outcomes;
	size_t n_outcomes, cap_outcomes;
	spool_found_fn *found; /* one of the two is set */
	spool_listed_fn *listed;
	void *arg;
};

static void
forget(struct find_job *f)
{
	while (f->n > 0)
		spool_notice_clear(&f->list[--f->n]);
	while (f->n_outcomes > 0) {
		struct spool_outcome *o = &f->outcomes[--f->n_outcomes];

		free(o->contact);
		free(o->method);
		free(o->rule);
		free(o->text);
	}
}

static int
read_outcomes(struct store *store, struct find_job *f, size_t notice)
{
	sqlite3_stmt *st;
	int rc = nd_store_query(
	    store, &st, SQL_DELIVERIES_OF, "i", f->list[notice].seq);

	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(f->outcomes, f->n_outcomes, f->cap_outcomes);
		f->outcomes[f->n_outcomes++] =
		    (struct spool_outcome){.notice = notice,
			.contact = nd_store_text(st, 0),
			.method = nd_store_text(st, 1),
			.rule = nd_store_text(st, 2),
			.text = nd_store_text(st, 3),
			.state = (enum spool_state)sqlite3_column_int(st, 4),
			.tries = (unsigned)sqlite3_column_int64(st, 5),
			.code = sqlite3_column_int(st, 6),
			.next_ms = sqlite3_column_int64(st, 7),
			.bulk = sqlite3_column_int64(st, 8),
			.bulk_due_ms = sqlite3_column_int64(st, 9)};
	}
	return rc;
}

static int
find_run(struct store *store, struct store_job *job)
{
	struct find_job *f = (struct find_job *)job;
	sqlite3_stmt *st;
	int rc;

	forget(f);
	rc = nd_store_query(store, &st, SQL_NOTICES_FIND, "sssii", f->id,
	    f->host, f->service, f->last, (int64_t)f->failed);
	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(f->list, f->n, f->cap);
		f->list[f->n] = (struct spool_notice){0};
		spool_read_notice(st, 0, &f->list[f->n++]);
	}
	for (size_t i = 0; f->listed != NULL && i < f->n && rc == 0; i++)
		rc = read_outcomes(store, f, i);
	return rc;
}

static void
find_done(struct store_job *job, bool committed)
{
	struct find_job *f = (struct find_job *)job;

	if (committed && f->listed != NULL)
		f->listed(f->list, f->n, f->outcomes, f->n_outcomes, f->arg);
	else if (committed)
		f->found(f->list, f->n, f->arg);
	forget(f);
	free(f->list);
	free(f->outcomes);
	free(f->id);
	free(f->host);
	free(f->service);
	free(f);
}

static struct find_job *
find_new(const struct spool_filter *filter, void *arg)
{
	struct find_job *f = xnew(struct find_job);

	f->job = (struct store_job){.run = find_run, .done = find_done};
	f->id = xstrdup(filter->id == NULL ? "" : filter->id);
	f->host = xstrdup(filter->host == NULL ? "" : filter->host);
	f->service = xstrdup(filter->service == NULL ? "" : filter->service);
	f->failed = filter->failed;
	f->last = filter->last == 0 ? SPOOL_KEEP_NOTICES : filter->last;
	f->arg = arg;
	return f;
}

void
spool_find(struct spool *spool, const struct spool_filter *filter,
    spool_found_fn *found, void *arg)
{
	struct find_job *f = find_new(filter, arg);

	f->found = found;
	nd_store_put(spool->store, &f->job);
}

void
spool_list(struct spool *spool, const struct spool_filter *filter,
    spool_listed_fn *listed, void *arg)
{
	struct find_job *f = find_new(filter, arg);

	f->listed = listed;
	nd_store_put(spool->store, &f->job);
}
