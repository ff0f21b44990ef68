/* SPDX-License-Identifier: Apache-2.0
 *
 * Ceph: space of the pools.
 */
#include "fetcher/checks/usage.h"
#include "fetcher/discover.h"
#include "fetcher/sections/ceph.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "MiB", CHECK_DEF_PERCENT(80, 90),
	"on the used space"},
    {0}};

static const struct check_metric metrics[] = {{"fs_used", "MiB", "used space"},
    {"fs_size", "MiB", "used space and what is left for the pool"},
    {"fs_used_percent", "%", "used share"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_ceph_df *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->pools[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_ceph_df *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		const struct ceph_pool *p = &s->pools[i];
		if (!slice_eq(p->name, c->item))
			continue;
		usage_say(out, p->used / 1048576, p->size / 1048576,
		    &c->params[P_LEVELS]);
		return;
	}
	check_say(out, CHECK_CRIT, "The pool is gone");
}

const struct check check_ceph_df = {
    .name = "ceph_df",
    .title = "Ceph: space of the pools",
    .manual = "How full a pool of a Ceph cluster is, and the whole cluster "
	      "(item SUMMARY). CRIT if the pool is gone.",
    .ruleset = "ceph_df",
    .description = "Ceph Pool %s",
    .sections = (const struct section_type *const[]){&section_ceph_df, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
