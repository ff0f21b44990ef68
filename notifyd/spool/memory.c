/* SPDX-License-Identifier: Apache-2.0
 *
 * What methods remember of an incident: a ticket's name, for instance.
 */
#include "common/mem.h"
#include "notifyd/spool/jobs.h"
#include "notifyd/spool/schema.h"

#include <stdlib.h>

struct memory_job {
	struct store_job job;
	char *name, *value; /* put: NULL forgets */
	int64_t now_s;
	spool_memory_fn *got;
	void *arg;
};

static struct memory_job *
memory_job_new(const char *name)
{
	struct memory_job *m = xnew(struct memory_job);

	m->name = xstrdup(name);
	m->job.rows = 1;
	return m;
}

static void
memory_job_free(struct memory_job *m)
{
	free(m->name);
	free(m->value);
	free(m);
}

static int
get_run(struct store *store, struct store_job *job)
{
	struct memory_job *m = (struct memory_job *)job;
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_MEMORY_READ, "s", m->name);

	free(m->value);
	m->value = rc == 1 ? nd_store_text(st, 0) : NULL;
	if (rc >= 0)
		sqlite3_reset(st);
	return rc < 0 ? -1 : 0;
}

static void
get_done(struct store_job *job, bool committed)
{
	struct memory_job *m = (struct memory_job *)job;

	if (committed)
		m->got(m->value, m->arg);
	memory_job_free(m);
}

void
spool_memory_get(
    struct spool *spool, const char *name, spool_memory_fn *got, void *arg)
{
	struct memory_job *m = memory_job_new(name);

	m->job.run = get_run;
	m->job.done = get_done;
	m->got = got;
	m->arg = arg;
	nd_store_put(spool->store, &m->job);
}

static int
put_run(struct store *store, struct store_job *job)
{
	struct memory_job *m = (struct memory_job *)job;

	if (nd_store_exec(
		store, SQL_MEMORY_OLD, "i", m->now_s - SPOOL_KEEP_MEMORY_S) < 0)
		return -1;
	if (m->value == NULL)
		return nd_store_exec(store, SQL_MEMORY_DROP, "s", m->name);
	return nd_store_exec(
	    store, SQL_MEMORY_PUT, "ssi", m->name, m->value, m->now_s);
}

static void
put_done(struct store_job *job, bool committed)
{
	(void)committed;
	memory_job_free((struct memory_job *)job);
}

void
spool_memory_put(
    struct spool *spool, const char *name, const char *value, int64_t now_s)
{
	struct memory_job *m = memory_job_new(name);

	m->job.run = put_run;
	m->job.done = put_done;
	m->value = value == NULL ? NULL : xstrdup(value);
	m->now_s = now_s;
	nd_store_put(spool->store, &m->job);
}

struct list_job {
	struct store_job job;
	char *prefix;
	char **values;
	size_t n, cap;
	spool_memory_fn *got;
	void *arg;
};

static void
list_clear(struct list_job *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->values[i]);
	l->n = 0;
}

static int
list_run(struct store *store, struct store_job *job)
{
	struct list_job *l = (struct list_job *)job;
	sqlite3_stmt *st;
	int rc = nd_store_query(store, &st, SQL_MEMORY_LIST, "s", l->prefix);

	list_clear(l);
	for (; rc == 1; rc = nd_store_next(st)) {
		ARRAY_GROW(l->values, l->n, l->cap);
		l->values[l->n++] = nd_store_text(st, 0);
	}
	return rc < 0 ? -1 : 0;
}

static void
list_done(struct store_job *job, bool committed)
{
	struct list_job *l = (struct list_job *)job;

	for (size_t i = 0; committed && i < l->n; i++)
		l->got(l->values[i], l->arg);
	list_clear(l);
	free(l->values);
	free(l->prefix);
	free(l);
}

void
spool_memory_list(
    struct spool *spool, const char *prefix, spool_memory_fn *got, void *arg)
{
	struct list_job *l = xnew(struct list_job);

	l->job =
	    (struct store_job){.rows = 1, .run = list_run, .done = list_done};
	l->prefix = xstrdup(prefix);
	l->got = got;
	l->arg = arg;
	nd_store_put(spool->store, &l->job);
}
