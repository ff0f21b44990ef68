/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive's queue and threads; see archive.h. Everything of its files is
 * behind archive_sql.h.
 */
#include "eventd/store/archive.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/archive_sql.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define QUEUE_BYTES (64u << 20)
#define GATHER_NS   (100 * NS_PER_MS)
#define BATCH_LINES 1000
/*
 * Lines that the index of texts lacks are looked through by each search, a
 * million a second: above the first figure it gets a turn behind each batch,
 * above the second as many as it needs, and then input waits for it.
 */
#define TAIL_CALM 100000
#define TAIL_MOST 1000000

struct archive {
	struct archive_sql *sql;
	pthread_t thread, querying;
	pthread_mutex_t lock;
	pthread_cond_t wake, ask;
	/* Under the lock. */
	struct archive_item *first, *last;
	struct archive_item *asked;    /* queries that the lines before are */
	struct archive_item *answered; /* committed for; in order */
	size_t n_queued, queued_bytes;
	uint64_t committed;
	bool hurry, stopping;
	bool due;    /* archive_sql_index() may have work */
	size_t tail; /* lines committed since the start and not indexed */
	size_t tail_calm, tail_most;
	/* The loop's. */
	uv_async_t async;
};

static void
item_free(struct archive_item *it)
{
	free(it->what);
	free(it->who);
	free(it->addinfo);
	free(it->host);
	free(it->text);
	str_free(&it->body);
	query_free(&it->query);
	free(it);
}

/* Under the lock. */
static void
append(struct archive *a, struct archive_item *it)
{
	it->next = NULL;
	if (a->last == NULL)
		a->first = it;
	else
		a->last->next = it;
	a->last = it;
	a->n_queued += it->kind == ARCHIVE_LINE;
	a->queued_bytes += it->queued + sizeof(*it);
}

static void
enqueue(struct archive *a, struct archive_item *it, bool hurry)
{
	pthread_mutex_lock(&a->lock);
	append(a, it);
	a->hurry |= hurry;
	if (hurry || a->n_queued == 1 || a->n_queued >= BATCH_LINES)
		pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

/* Waits for work, and a little for company; takes the whole queue. */
static struct archive_item *
take_queue(struct archive *a, bool *stopping_r)
{
	struct archive_item *list;
	struct timespec until;

	pthread_mutex_lock(&a->lock);
	while (a->first == NULL && !a->stopping && !a->due)
		pthread_cond_wait(&a->wake, &a->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += GATHER_NS;
	until.tv_sec += until.tv_nsec / NS_PER_S;
	until.tv_nsec %= NS_PER_S;
	while (a->first != NULL && !a->hurry && !a->stopping &&
	    a->n_queued < BATCH_LINES) {
		if (pthread_cond_timedwait(&a->wake, &a->lock, &until) ==
		    ETIMEDOUT)
			break;
	}
	list = a->first;
	a->first = a->last = NULL;
	a->hurry = false;
	*stopping_r = a->stopping;
	pthread_mutex_unlock(&a->lock);
	return list;
}

/* Behind those that are there; they are few. */
static void
put_last(struct archive_item **list, struct archive_item *it)
{
	it->next = NULL;
	while (*list != NULL)
		list = &(*list)->next;
	*list = it;
}

/* Forgets what is committed; queries are next. */
static void
settle(struct archive *a, struct archive_item *list)
{
	struct archive_item *next;

	pthread_mutex_lock(&a->lock);
	for (; list != NULL; list = next) {
		next = list->next;
		a->queued_bytes -= list->queued + sizeof(*list);
		if (list->kind == ARCHIVE_LINE) {
			a->n_queued--;
			a->due = true;
			a->tail++;
			if (list->line > a->committed)
				a->committed = list->line;
		}
		if (list->kind == ARCHIVE_QUERY ||
		    list->kind == ARCHIVE_LINES) {
			put_last(&a->asked, list);
		} else {
			item_free(list);
		}
	}
	if (a->asked != NULL)
		pthread_cond_signal(&a->ask);
	pthread_mutex_unlock(&a->lock);
}

/* A slow question holds up other questions, never what is written. */
static void *
run_queries(void *arg)
{
	struct archive *a = arg;
	struct archive_item *it;

	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (a->asked == NULL && !a->stopping)
			pthread_cond_wait(&a->ask, &a->lock);
		if (a->stopping)
			break;
		it = a->asked;
		a->asked = it->next;
		pthread_mutex_unlock(&a->lock);
		if (it->kind == ARCHIVE_LINES)
			archive_sql_lines(a->sql, it);
		else
			archive_sql_query(a->sql, it);
		pthread_mutex_lock(&a->lock);
		put_last(&a->answered, it);
		if (archive_sql_is_unwell(a->sql)) {
			a->due = true;
			pthread_cond_signal(&a->wake);
		}
		uv_async_send(&a->async);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* In a moment without other work; what waits for the index is found too. */
static void
do_due(struct archive *a)
{
	struct err err;
	int rc = archive_sql_index(a->sql, &err);

	if (rc == -1)
		log_warn("archive: upkeep: %s", err.text);
	pthread_mutex_lock(&a->lock);
	if (rc == 1) {
		a->tail -= a->tail < ARCHIVE_INDEX_LINES ? a->tail
							 : ARCHIVE_INDEX_LINES;
	} else {
		a->due = false;
		a->tail = rc == 0 ? 0 : a->tail;
	}
	pthread_mutex_unlock(&a->lock);
}

/* Where there is no quiet moment the index must not fall behind for ever. */
static void
bound_tail(struct archive *a)
{
	for (bool more = true; more;) {
		pthread_mutex_lock(&a->lock);
		more = a->tail > a->tail_calm && a->due && !a->stopping;
		pthread_mutex_unlock(&a->lock);
		if (more)
			do_due(a);
		pthread_mutex_lock(&a->lock);
		more = more && a->tail > a->tail_most;
		pthread_mutex_unlock(&a->lock);
	}
}

static void *
run(void *arg)
{
	struct archive *a = arg;
	bool stopping = false, failed = false;

	while (!stopping) {
		struct archive_item *list = take_queue(a, &stopping);
		int64_t give_up = clock_mono() + 5 * NS_PER_S;
		struct err err;

		if (list == NULL && !stopping) {
			do_due(a);
			continue;
		}
		while (archive_sql_run(a->sql, list, &err) != 0) {
			if (!failed)
				log_error("archive: %s; trying again each "
					  "second (make room or repair it)",
				    err.text);
			failed = true;
			nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
			pthread_mutex_lock(&a->lock);
			stopping |= a->stopping;
			pthread_mutex_unlock(&a->lock);
			if (stopping && clock_mono() > give_up)
				return NULL;
		}
		if (failed)
			log_info("archive: writing works again");
		failed = false;
		settle(a, list);
		bound_tail(a);
	}
	return NULL;
}

static void
answered(uv_async_t *async)
{
	struct archive *a = async->data;
	struct archive_item *list, *next;

	pthread_mutex_lock(&a->lock);
	list = a->answered;
	a->answered = NULL;
	pthread_mutex_unlock(&a->lock);
	for (; list != NULL; list = next) {
		next = list->next;
		list->done(list->failed ? NULL : &list->body,
		    list->failed ? str_get(&list->body) : NULL, list->arg);
		item_free(list);
	}
}

struct archive *
archive_open(uv_loop_t *loop, const char *folder, struct err *err_r)
{
	struct archive *a;
	struct archive_sql *sql = archive_sql_open(folder, err_r);
	pthread_condattr_t attr;

	if (sql == NULL)
		return NULL;
	a = xnew(struct archive);
	a->sql = sql;
	a->committed = archive_sql_last_line(sql);
	a->due = true;
	a->tail_calm = TAIL_CALM;
	a->tail_most = TAIL_MOST;
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->wake, &attr);
	pthread_cond_init(&a->ask, NULL);
	pthread_condattr_destroy(&attr);
	must(uv_async_init(loop, &a->async, answered) == 0);
	uv_unref((uv_handle_t *)&a->async);
	a->async.data = a;
	must(pthread_create(&a->thread, NULL, run, a) == 0);
	must(pthread_create(&a->querying, NULL, run_queries, a) == 0);
	return a;
}

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
archive_close(struct archive **ap)
{
	struct archive *a = *ap;
	struct archive_item *next;

	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopping = true;
	pthread_cond_signal(&a->wake);
	pthread_cond_signal(&a->ask);
	pthread_mutex_unlock(&a->lock);
	archive_sql_stop(a->sql);
	pthread_join(a->thread, NULL);
	pthread_join(a->querying, NULL);
	for (struct archive_item *it = a->first; it != NULL; it = next) {
		next = it->next;
		item_free(it);
	}
	for (struct archive_item *it = a->asked; it != NULL; it = next) {
		next = it->next;
		item_free(it);
	}
	for (struct archive_item *it = a->answered; it != NULL; it = next) {
		next = it->next;
		item_free(it);
	}
	archive_sql_close(&a->sql);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->wake);
	uv_close((uv_handle_t *)&a->async, closed);
	*ap = NULL;
}

void
archive_add(struct archive *a, uint64_t line, int64_t time_us, const char *what,
    const char *who, const char *addinfo, uint64_t event_id, const char *host,
    const char *text, struct slice event)
{
	struct archive_item *it = xnew(struct archive_item);

	it->kind = ARCHIVE_LINE;
	it->line = line;
	it->time_us = time_us;
	it->what = xstrdup(what);
	it->who = xstrdup(who);
	it->addinfo = xstrdup(addinfo);
	it->event_id = event_id;
	it->host = xstrdup(host);
	it->text = xstrdup(text);
	str_addslice(&it->body, event);
	it->queued = event.len;
	enqueue(a, it, false);
}

void
archive_erase(struct archive *a, uint64_t upto)
{
	struct archive_item *it = xnew(struct archive_item);

	it->kind = ARCHIVE_ERASE;
	it->line = upto;
	enqueue(a, it, true);
}

void
archive_expire(struct archive *a, int64_t before_us)
{
	archive_sql_expire(a->sql, before_us);
	pthread_mutex_lock(&a->lock);
	a->due = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

void
archive_query(
    struct archive *a, struct query *q, archive_answer_fn *done, void *arg)
{
	struct archive_item *it = xnew(struct archive_item);

	it->kind = ARCHIVE_QUERY;
	it->query = q;
	it->done = done;
	it->arg = arg;
	enqueue(a, it, true);
}

void
archive_lines(
    struct archive *a, uint64_t from, archive_answer_fn *done, void *arg)
{
	struct archive_item *it = xnew(struct archive_item);

	it->kind = ARCHIVE_LINES;
	it->line = from;
	it->done = done;
	it->arg = arg;
	enqueue(a, it, true);
}

uint64_t
archive_committed(const struct archive *a)
{
	struct archive *m = (struct archive *)a;
	uint64_t n;

	pthread_mutex_lock(&m->lock);
	n = m->committed;
	pthread_mutex_unlock(&m->lock);
	return n;
}

size_t
archive_queued(const struct archive *a)
{
	struct archive *m = (struct archive *)a;
	size_t n;

	pthread_mutex_lock(&m->lock);
	n = m->n_queued;
	pthread_mutex_unlock(&m->lock);
	return n;
}

void
archive_bound_tail(struct archive *a, size_t calm, size_t most)
{
	pthread_mutex_lock(&a->lock);
	a->tail_calm = calm;
	a->tail_most = most;
	pthread_mutex_unlock(&a->lock);
}

size_t
archive_unindexed(const struct archive *a)
{
	struct archive *m = (struct archive *)a;
	size_t n;

	pthread_mutex_lock(&m->lock);
	n = m->tail;
	pthread_mutex_unlock(&m->lock);
	return n;
}

bool
archive_is_full(const struct archive *a)
{
	struct archive *m = (struct archive *)a;
	bool full;

	pthread_mutex_lock(&m->lock);
	full = m->queued_bytes > QUEUE_BYTES;
	pthread_mutex_unlock(&m->lock);
	return full;
}
