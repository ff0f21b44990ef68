/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread, its queue, and the handling of a disk that refuses.
 */
#include "notifyd/spool/store.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_STATEMENTS 64

struct store {
	sqlite3 *db;
	const char *const *sql;
	sqlite3_stmt *statements[MAX_STATEMENTS];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under the lock */
	struct store_job *first, **last;           /* wait */
	struct store_job *done_first, **done_last; /* committed */
	size_t rows;
	bool stop;
	char trouble[512]; /* of the thread */
	/* the loop's */
	uv_async_t async;
	char seen_trouble[512];
};

/* --- the thread ------------------------------------------------------------
 */

sqlite3_stmt *
nd_store_statement(struct store *store, int index)
{
	sqlite3_stmt **st = &store->statements[index];

	if (*st == NULL &&
	    sqlite3_prepare_v3(store->db, store->sql[index], -1,
		SQLITE_PREPARE_PERSISTENT, st, NULL) != SQLITE_OK)
		return NULL;
	sqlite3_reset(*st);
	sqlite3_clear_bindings(*st);
	return *st;
}

static int
bind_all(sqlite3_stmt *st, const char *kinds, va_list ap)
{
	for (int i = 1; *kinds != '\0'; kinds++, i++) {
		struct slice blob;
		int rc;

		switch (*kinds) {
		case 's':
			rc = sqlite3_bind_text(
			    st, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
			break;
		case 'i':
			rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
			break;
		default:
			blob = va_arg(ap, struct slice);
			rc = sqlite3_bind_blob64(st, i,
			    blob.len > 0 ? blob.s : "", blob.len,
			    SQLITE_STATIC);
			break;
		}
		if (rc != SQLITE_OK)
			return -1;
	}
	return 0;
}

int
nd_store_next(sqlite3_stmt *st)
{
	switch (sqlite3_step(st)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return -1;
	}
}

static int
vquery(struct store *store, sqlite3_stmt **st_r, int index, const char *kinds,
    va_list ap)
{
	*st_r = nd_store_statement(store, index);
	if (*st_r == NULL || bind_all(*st_r, kinds, ap) < 0)
		return -1;
	return nd_store_next(*st_r);
}

int
nd_store_query(
    struct store *store, sqlite3_stmt **st_r, int index, const char *kinds, ...)
{
	va_list ap;
	int rc;

	va_start(ap, kinds);
	rc = vquery(store, st_r, index, kinds, ap);
	va_end(ap);
	return rc;
}

int
nd_store_exec(struct store *store, int index, const char *kinds, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int rc;

	va_start(ap, kinds);
	rc = vquery(store, &st, index, kinds, ap);
	va_end(ap);
	if (st != NULL)
		sqlite3_reset(st);
	return rc < 0 ? -1 : 0;
}

int64_t
nd_store_changes(struct store *store)
{
	return sqlite3_changes64(store->db);
}

int64_t
nd_store_last_id(struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}

const char *
nd_store_column(sqlite3_stmt *st, int column)
{
	const unsigned char *text = sqlite3_column_text(st, column);

	return text == NULL ? "" : (const char *)text;
}

char *
nd_store_text(sqlite3_stmt *st, int column)
{
	return xstrdup(nd_store_column(st, column));
}

static void
reset_all(struct store *store)
{
	for (int i = 0; store->sql[i] != NULL; i++) {
		if (store->statements[i] != NULL)
			sqlite3_reset(store->statements[i]);
	}
}

/* One transaction. 0, or -1: rolled back. */
static int
run_group(struct store *store, struct store_job *group)
{
	int rc = sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	for (struct store_job *j = group; j != NULL && rc == 0; j = j->next)
		rc = j->run(store, j);
	if (rc == 0) {
		reset_all(store);
		rc = sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
	}
	if (rc == 0)
		return 0;
	pthread_mutex_lock(&store->lock);
	snprintf(store->trouble, sizeof(store->trouble), "%s",
	    sqlite3_errmsg(store->db));
	pthread_mutex_unlock(&store->lock);
	reset_all(store);
	sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* Waits at most so long for `wake`, the lock held. */
static void
wait_ms(struct store *store, int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts); /* the condition's own clock */
	ts.tv_nsec += (ms % 1000) * 1000000L;
	ts.tv_sec += ms / 1000 + ts.tv_nsec / 1000000000L;
	ts.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(&store->wake, &store->lock, &ts);
}

/* The next group off the queue, the lock held. NULL: the end. */
static struct store_job *
take_group(struct store *store)
{
	struct store_job *first, **end;
	size_t rows = 0;

	while (store->first == NULL && !store->stop)
		pthread_cond_wait(&store->wake, &store->lock);
	if (store->first == NULL)
		return NULL;
	if (store->rows < STORE_GROUP_ROWS && !store->stop)
		wait_ms(store, STORE_GATHER_MS);
	first = store->first;
	for (end = &store->first; *end != NULL && rows < STORE_GROUP_ROWS;
	     end = &(*end)->next)
		rows += (*end)->rows;
	store->first = *end;
	if (store->first == NULL)
		store->last = &store->first;
	*end = NULL;
	return first;
}

static void
give_back(struct store *store, struct store_job *group)
{
	pthread_mutex_lock(&store->lock);
	store->trouble[0] = '\0';
	*store->done_last = group;
	while (*store->done_last != NULL) {
		store->rows -= (*store->done_last)->rows;
		store->done_last = &(*store->done_last)->next;
	}
	pthread_mutex_unlock(&store->lock);
	uv_async_send(&store->async);
}

/* Gives up, at the end only: the jobs stay for nd_store_close(). */
static void
put_back(struct store *store, struct store_job *group)
{
	struct store_job **end = &group;

	while (*end != NULL)
		end = &(*end)->next;
	*end = store->first;
	if (store->first == NULL)
		store->last = end;
	store->first = group;
}

static void *
store_thread(void *arg)
{
	struct store *store = arg;
	struct store_job *group;

	pthread_mutex_lock(&store->lock);
	while ((group = take_group(store)) != NULL) {
		bool stop = false;

		pthread_mutex_unlock(&store->lock);
		while (run_group(store, group) < 0) {
			uv_async_send(&store->async);
			pthread_mutex_lock(&store->lock);
			if (!store->stop)
				wait_ms(store, 1000);
			stop = store->stop;
			pthread_mutex_unlock(&store->lock);
			if (stop)
				break;
		}
		if (stop && run_group(store, group) < 0) {
			pthread_mutex_lock(&store->lock);
			put_back(store, group);
			break;
		}
		give_back(store, group);
		pthread_mutex_lock(&store->lock);
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

/* --- the loop's side -------------------------------------------------------
 */

static void
on_async(uv_async_t *async)
{
	struct store *store = async->data;
	struct store_job *job, *next;
	char trouble[512];

	pthread_mutex_lock(&store->lock);
	job = store->done_first;
	store->done_first = NULL;
	store->done_last = &store->done_first;
	snprintf(trouble, sizeof(trouble), "%s", store->trouble);
	pthread_mutex_unlock(&store->lock);
	if (strcmp(trouble, store->seen_trouble) != 0) {
		if (trouble[0] != '\0')
			log_error("spool: %s (nothing is acknowledged until "
				  "the disk takes it)",
			    trouble);
		else
			log_info("spool: the disk takes data again");
		memcpy(store->seen_trouble, trouble, sizeof(trouble));
	}
	for (; job != NULL; job = next) {
		next = job->next;
		job->done(job, true);
	}
}

/* The SQL that makes the file one of the present version. */
static char *
upgrade_sql(const struct store_schema *schema, int is)
{
	struct str sql = {0};

	str_add(&sql, "BEGIN;");
	for (int v = is; v >= 1 && v < schema->version; v++)
		str_add(&sql, schema->upgrades[v - 1]);
	str_addf(&sql, "%s PRAGMA user_version=%d; COMMIT;", schema->tables,
	    schema->version);
	return str_steal(&sql);
}

static int
open_db(struct store *store, const char *path,
    const struct store_schema *schema, struct err *err_r)
{
	int flags =
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	sqlite3_stmt *st = NULL;
	char *sql, *why = NULL;
	int rc, is;

	rc = sqlite3_open_v2(path, &store->db, flags, NULL);
	if (rc != SQLITE_OK)
		goto fail;
	sqlite3_busy_timeout(store->db, 2000);
	rc = sqlite3_exec(store->db,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000;",
	    NULL, NULL, &why);
	if (rc != SQLITE_OK)
		goto fail;
	rc =
	    sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &st, NULL);
	if (rc != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
		goto fail;
	is = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	st = NULL;
	if (is > schema->version) {
		err_set(err_r, "%s: written by a newer version (%d, not %d)",
		    path, is, schema->version);
		sqlite3_close_v2(store->db);
		return SQLITE_MISUSE;
	}
	sql = upgrade_sql(schema, is);
	rc = sqlite3_exec(store->db, sql, NULL, NULL, &why);
	free(sql);
	if (rc == SQLITE_OK)
		return SQLITE_OK;
fail:
	err_set(err_r, "%s: %s", path, sqlite3_errmsg(store->db));
	sqlite3_free(why);
	sqlite3_finalize(st);
	rc = sqlite3_errcode(store->db);
	sqlite3_close_v2(store->db);
	return rc == SQLITE_OK ? SQLITE_ERROR : rc;
}

/* A damaged file is put aside, so that the site goes on by itself. */
static int
put_aside(const char *path, struct err *err_r)
{
	static const char *const parts[] = {"-wal", "-shm"};
	char *to = xasprintf(
	    "%s.damaged-%lld", path, (long long)(clock_wall() / NS_PER_S));
	int rc = rename(path, to);

	log_error(
	    "spool: %s; put aside as %s, a new one is begun", err_r->text, to);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char *part = xasprintf("%s%s", path, parts[i]);

		unlink(part);
		free(part);
	}
	free(to);
	return rc;
}

struct store *
nd_store_open(uv_loop_t *loop, const char *path,
    const struct store_schema *schema, struct err *err_r)
{
	struct store *store = xnew(struct store);
	pthread_condattr_t attr;
	struct err err;
	int rc;

	rc = open_db(store, path, schema, &err);
	if ((rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB) &&
	    put_aside(path, &err) == 0)
		rc = open_db(store, path, schema, &err);
	if (rc != SQLITE_OK) {
		err_set(err_r, "spool: %s", err.text);
		free(store);
		return NULL;
	}
	store->sql = schema->statements;
	store->last = &store->first;
	store->done_last = &store->done_first;
	pthread_mutex_init(&store->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&store->wake, &attr);
	pthread_condattr_destroy(&attr);
	store->async.data = store;
	must(uv_async_init(loop, &store->async, on_async) == 0);
	must(pthread_create(&store->thread, NULL, store_thread, store) == 0);
	return store;
}

static void
on_closed(uv_handle_t *handle)
{
	struct store *store = handle->data;

	pthread_cond_destroy(&store->wake);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

static void
drop_jobs(struct store_job *job)
{
	struct store_job *next;

	for (; job != NULL; job = next) {
		next = job->next;
		job->done(job, false);
	}
}

void
nd_store_close(struct store **storep)
{
	struct store *store = *storep;

	if (store == NULL)
		return;
	*storep = NULL;
	pthread_mutex_lock(&store->lock);
	store->stop = true;
	pthread_cond_signal(&store->wake);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->thread, NULL);
	drop_jobs(store->done_first);
	if (store->first != NULL)
		log_error("spool: what waited could not be written: %s",
		    store->trouble);
	drop_jobs(store->first);
	for (int i = 0; store->sql[i] != NULL; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close_v2(store->db);
	uv_close((uv_handle_t *)&store->async, on_closed);
}

void
nd_store_put(struct store *store, struct store_job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&store->lock);
	*store->last = job;
	store->last = &job->next;
	store->rows += job->rows;
	if (job == store->first || store->rows >= STORE_GROUP_ROWS)
		pthread_cond_signal(&store->wake);
	pthread_mutex_unlock(&store->lock);
}

size_t
nd_store_waiting(const struct store *store)
{
	struct store *s = (struct store *)store;
	size_t rows;

	pthread_mutex_lock(&s->lock);
	rows = s->rows;
	pthread_mutex_unlock(&s->lock);
	return rows;
}

const char *
nd_store_trouble(const struct store *store)
{
	return store->seen_trouble;
}
