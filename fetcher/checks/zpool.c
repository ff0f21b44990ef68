/* SPDX-License-Identifier: Apache-2.0
 *
 * Space of ZFS pools.
 */
#include "fetcher/sections/zpool.h"
#include "fetcher/checks/store.h"
#include "fetcher/checks/usage.h"
#include "fetcher/discover.h"

enum {
	P_LEVELS,
	P_RANGE
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "MiB", CHECK_DEF_PERCENT(80, 90),
	"on the used space"},
    {"trend_range", CHECK_PARAM_DURATION, "s", CHECK_DEF_NUMBER(86400),
	"growth is averaged over this time; null: no trend"},
    {0}};

static const struct check_metric metrics[] = {{"fs_used", "MiB", "used space"},
    {"fs_size", "MiB", "size of the pool"},
    {"fs_used_percent", "%", "used share"},
    {"growth", "MiB/day", "growth since the last check"},
    {"trend", "MiB/day", "growth, averaged over trend_range"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_zpool *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		if (s->pools[i].size > 0)
			check_found_add(found, s->pools[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_zpool *s = c->sections[0];
	const struct zpool_pool *p = NULL;
	double range = c->params[P_RANGE].number, growth;

	for (size_t i = 0; i < s->n && p == NULL; i++)
		if (slice_eq(s->pools[i].name, c->item))
			p = &s->pools[i];
	if (p == NULL) {
		check_say(out, CHECK_CRIT, "The pool is gone");
		return;
	}
	double used = p->used / 1048576;
	usage_say(out, used, p->size / 1048576, &c->params[P_LEVELS]);
	if (p->health.len > 0)
		check_tell(out, CHECK_OK, "Health: %.*s", (int)p->health.len,
		    p->health.s);
	if (!c->params[P_RANGE].set || range <= 0 ||
	    !check_store_rate(c->store, "used", c->now, used, false, &growth))
		return;
	check_metric(out, "growth", growth * 86400, NULL, NAN, NAN);
	check_metric(out, "trend",
	    86400 *
		check_store_average(
		    c->store, "trend", c->now, growth, range / 60),
	    NULL, NAN, NAN);
}

const struct check check_zpool = {
    .name = "zpool",
    .title = "ZFS: space of the pools",
    .manual = "How full a storage pool is and how fast it grows. CRIT if it is "
	      "gone. The pools' health is judged by `zpool_status`.",
    .ruleset = "zpools",
    .description = "Storage Pool %s",
    .sections = (const struct section_type *const[]){&section_zpool, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
