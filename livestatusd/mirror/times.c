/* SPDX-License-Identifier: Apache-2.0
 *
 * A lock around the time periods; see times.h. It is held for a look into a
 * table, and not at all where there is no period.
 */
#include "livestatusd/mirror/times.h"

#include "common/log.h"
#include "common/mem.h"

#include <pthread.h>
#include <stdlib.h>

struct times {
	pthread_mutex_t lock;
	struct periods *periods;
};

struct times *
times_new(const struct snapshot *snap, struct err *err_r)
{
	struct periods *periods = periods_compile(snap, err_r);
	struct times *t;

	if (periods == NULL)
		return NULL;
	t = xnew(struct times);
	t->periods = periods;
	must(pthread_mutex_init(&t->lock, NULL) == 0);
	return t;
}

void
times_free(struct times **tp)
{
	struct times *t = *tp;

	if (t == NULL)
		return;
	*tp = NULL;
	periods_free(&t->periods);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

bool
times_is_in(struct times *t, uint32_t period, int64_t at)
{
	bool in;

	if (period == SNAP_NONE)
		return true;
	pthread_mutex_lock(&t->lock);
	in = period_is_in(t->periods, period, at);
	pthread_mutex_unlock(&t->lock);
	return in;
}

int64_t
times_next_change(struct times *t, uint32_t period, int64_t at)
{
	int64_t next;

	pthread_mutex_lock(&t->lock);
	next = period_next_change(t->periods, period, at);
	pthread_mutex_unlock(&t->lock);
	return next;
}

int64_t
times_seconds_in(struct times *t, uint32_t period, int64_t from, int64_t to)
{
	int64_t seconds;

	pthread_mutex_lock(&t->lock);
	seconds = period_seconds_in(t->periods, period, from, to);
	pthread_mutex_unlock(&t->lock);
	return seconds;
}
