/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking after the history's indexes; see keeper.h.
 */
#include "livestatusd/server/keeper.h"

#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/pool.h"
#include "livestatusd/server/logfiles.h"

#include <stdlib.h>

#define SLICE_NS (3 * NS_PER_MS)

struct keeper {
	struct pool_job job; /* first */
	struct livestatusd *l;
	bool busy, more;
	/* What the job found. */
	uint64_t changes, lines, unwritten;
	/* What is told. */
	uint64_t told, told_lines, told_unwritten;
};

static void
work(struct pool_job *job)
{
	struct keeper *k = (struct keeper *)job;
	struct logfiles *l = k->l->logfiles;
	int64_t until = clock_mono() + SLICE_NS;

	logfiles_lock(l);
	if (!k->more)
		logfiles_refresh(l);
	do
		k->more = logfiles_index(l);
	while (k->more && clock_mono() < until);
	k->changes = logfiles_changes(l);
	k->lines = past_lines(logfiles_past(l));
	k->unwritten = logfiles_unwritten(l);
	logfiles_unlock(l);
}

static void
done(struct pool_job *job)
{
	struct keeper *k = (struct keeper *)job;
	bool is_new = k->told != k->changes;

	k->busy = false;
	k->told = k->changes;
	k->told_lines = k->lines;
	k->told_unwritten = k->unwritten;
	if (pool_ends(k->l->pool))
		return;
	if (k->more)
		keeper_look(k);
	if (is_new)
		feed_log_event(k->l->feed);
}

struct keeper *
keeper_new(struct livestatusd *l)
{
	struct keeper *k = xnew(struct keeper);

	k->l = l;
	k->job = (struct pool_job){.work = work, .done = done, .history = true};
	return k;
}

void
keeper_free(struct keeper **k)
{
	free(*k);
	*k = NULL;
}

void
keeper_look(struct keeper *k)
{
	if (k->busy)
		return;
	k->busy = true;
	pool_give(k->l->pool, &k->job);
}

uint64_t
keeper_lines(const struct keeper *k)
{
	return k->told_lines;
}

uint64_t
keeper_unwritten(const struct keeper *k)
{
	return k->told_unwritten;
}
