/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool's jobs about results of deliveries that belong to another site.
 */
#include "common/mem.h"
#include "notifyd/spool/forward.h"
#include "notifyd/spool/jobs.h"
#include "notifyd/spool/schema.h"

#include <stdlib.h>

#define PRUNE_EVERY 256

static void
result_clear(struct spool_result *r)
{
	free(r->key);
	free(r->notice);
	free(r->host);
	free(r->service);
	free(r->contact);
	free(r->method);
	free(r->text);
}

/* --- read ------------------------------------------------------------------
 */

struct results_job {
	struct store_job job;
	char *peer;
	int64_t id, max;
	struct spool_result *list;
	size_t n, cap;
	spool_results_fn *got;
	void *arg;
};

static int
results_run(struct store *store, struct store_job *job)
{
	struct results_job *r = (struct results_job *)job;
	sqlite3_stmt *st;
	int rc;

	while (r->n > 0)
		result_clear(&r->list[--r->n]);
	rc = nd_store_query(
	    store, &st, SQL_RESULTS_READ, "sii", r->peer, r->id, r->max);
	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(r->list, r->n, r->cap);
		r->list[r->n++] =
		    (struct spool_result){.id = sqlite3_column_int64(st, 0),
			.key = nd_store_text(st, 1),
			.notice = nd_store_text(st, 2),
			.host = nd_store_text(st, 3),
			.service = nd_store_text(st, 4),
			.contact = nd_store_text(st, 5),
			.method = nd_store_text(st, 6),
			.code = sqlite3_column_int(st, 7),
			.text = nd_store_text(st, 8)};
	}
	return rc;
}

static void
results_done(struct store_job *job, bool committed)
{
	struct results_job *r = (struct results_job *)job;

	if (committed)
		r->got(r->list, r->n, r->arg);
	while (r->n > 0)
		result_clear(&r->list[--r->n]);
	free(r->list);
	free(r->peer);
	free(r);
}

void
spool_results(struct spool *spool, const char *peer, int64_t id, unsigned max,
    spool_results_fn *got, void *arg)
{
	struct results_job *r = xnew(struct results_job);

	r->job = (struct store_job){.run = results_run, .done = results_done};
	r->peer = xstrdup(peer);
	r->id = id;
	r->max = max;
	r->got = got;
	r->arg = arg;
	nd_store_put(spool->store, &r->job);
}

/* --- taken -----------------------------------------------------------------
 */

struct taken_job {
	struct store_job job;
	char *peer;
	int64_t id;
};

static int
taken_run(struct store *store, struct store_job *job)
{
	struct taken_job *t = (struct taken_job *)job;

	return nd_store_exec(store, SQL_RESULT_DROP, "is", t->id, t->peer);
}

static void
taken_done(struct store_job *job, bool committed)
{
	struct taken_job *t = (struct taken_job *)job;

	(void)committed;
	free(t->peer);
	free(t);
}

void
spool_result_taken(struct spool *spool, const char *peer, int64_t id)
{
	struct taken_job *t = xnew(struct taken_job);

	t->job =
	    (struct store_job){.rows = 1, .run = taken_run, .done = taken_done};
	t->peer = xstrdup(peer);
	t->id = id;
	nd_store_put(spool->store, &t->job);
}

/* --- sites that are gone ---------------------------------------------------
 */

struct keep_job {
	struct store_job job;
	char **peers;
	size_t n;
};

static bool
keeps(const struct keep_job *k, const char *peer)
{
	for (size_t i = 0; i < k->n; i++) {
		if (strcmp(k->peers[i], peer) == 0)
			return true;
	}
	return false;
}

static int
keep_run(struct store *store, struct store_job *job)
{
	struct keep_job *k = (struct keep_job *)job;
	struct str gone = {0};
	struct slice rest, name;
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_RESULTS_PEERS, "");

	for (; rc == 1; rc = nd_store_next(st)) {
		char *peer = nd_store_text(st, 0);

		if (!keeps(k, peer))
			str_addf(&gone, "%s\n", peer);
		free(peer);
	}
	rest = str_slice(&gone);
	while (rc == 0 && slice_next(&rest, '\n', &name)) {
		char *peer = slice_dup(name);

		if (peer[0] != '\0')
			rc = nd_store_exec(
			    store, SQL_RESULTS_DROP_OF, "s", peer);
		free(peer);
	}
	str_free(&gone);
	return rc;
}

static void
keep_done(struct store_job *job, bool committed)
{
	struct keep_job *k = (struct keep_job *)job;

	(void)committed;
	for (size_t i = 0; i < k->n; i++)
		free(k->peers[i]);
	free(k->peers);
	free(k);
}

void
spool_results_keep(struct spool *spool, const char *const *peers, size_t n)
{
	struct keep_job *k = xnew(struct keep_job);

	k->job =
	    (struct store_job){.rows = 1, .run = keep_run, .done = keep_done};
	k->peers = xcalloc(n + 1, sizeof(*k->peers));
	for (k->n = 0; k->n < n; k->n++)
		k->peers[k->n] = xstrdup(peers[k->n]);
	nd_store_put(spool->store, &k->job);
}

/* --- of another site -------------------------------------------------------
 */

struct add_job {
	struct store_job job;
	struct spool *spool;
	struct spool_result r;
	char *line;
	bool known, duplicate;
	spool_result_stored_fn *stored;
	void *arg;
};

/* The site that the notice came from wants to know, too. */
static int
pass_on(struct store *store, const struct spool_result *r)
{
	return nd_store_exec(store, SQL_RESULT_PASS, "sssssssis", r->notice,
	    r->key, r->notice, r->host, r->service, r->contact, r->method,
	    (int64_t)r->code, r->text);
}

static int
add_run(struct store *store, struct store_job *job)
{
	struct add_job *a = (struct add_job *)job;
	sqlite3_stmt *st;
	int64_t seq;
	int rc = nd_store_query(store, &st, SQL_NOTICE_KNOWN, "s", a->r.notice);

	if (rc < 0)
		return -1;
	sqlite3_reset(st);
	a->known = rc == 1;
	a->duplicate = false;
	if (!a->known)
		return 0;
	if (nd_store_exec(store, SQL_RESULT_SEEN, "s", a->r.key) < 0)
		return -1;
	a->duplicate = nd_store_changes(store) == 0;
	if (a->duplicate)
		return 0;
	seq = nd_store_last_id(store);
	if (seq % PRUNE_EVERY == 0 &&
	    nd_store_exec(
		store, SQL_RESULTS_SEEN_OLD, "i", seq - SPOOL_KEEP_IDS) < 0)
		return -1;
	if (spool_add_lines(store, slice_of(a->line)) < 0)
		return -1;
	return pass_on(store, &a->r);
}

static void
add_done(struct store_job *job, bool committed)
{
	struct add_job *a = (struct add_job *)job;

	a->stored(a->known, a->duplicate, committed, a->arg);
	if (committed && a->known && !a->duplicate)
		spool_tell_news(a->spool);
	result_clear(&a->r);
	free(a->line);
	free(a);
}

void
spool_result_add(struct spool *spool, const struct spool_result *r,
    const char *line, spool_result_stored_fn *stored, void *arg)
{
	struct add_job *a = xnew(struct add_job);

	a->job =
	    (struct store_job){.rows = 3, .run = add_run, .done = add_done};
	a->spool = spool;
	a->r = (struct spool_result){.key = xstrdup(r->key),
	    .notice = xstrdup(r->notice),
	    .host = xstrdup(r->host),
	    .service = xstrdup(r->service),
	    .contact = xstrdup(r->contact),
	    .method = xstrdup(r->method),
	    .text = xstrdup(r->text),
	    .code = r->code};
	a->line = xstrdup(line);
	a->stored = stored;
	a->arg = arg;
	nd_store_put(spool->store, &a->job);
}
