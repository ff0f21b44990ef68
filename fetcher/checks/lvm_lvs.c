/* SPDX-License-Identifier: Apache-2.0
 *
 * LVM's thin pools: data and metadata in use.
 */
#include "fetcher/sections/lvm_lvs.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

static const struct check_param params[] = {
    {"levels_data", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(80, 90),
	"on the data in use"},
    {"levels_meta", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(80, 90),
	"on the metadata in use"},
    {0}};

static const struct check_metric metrics[] = {
    {"data_usage", "%", "data in use"}, {"meta_usage", "%", "metadata in use"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lvm_lvs *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->pools[i].item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const labels[] = {"Data usage", "Meta usage"};
	const struct section_lvm_lvs *s = c->sections[0];
	const struct lvm_pool *p = NULL;

	for (size_t i = 0; i < s->n && p == NULL; i++)
		if (slice_eq(s->pools[i].item, c->item))
			p = &s->pools[i];
	if (p == NULL) {
		check_say(out, CHECK_CRIT, "The pool is gone");
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		double value = i == 0 ? p->data : p->meta;
		struct check_levels l =
		    check_levels_of(&c->params[i].levels, 100);
		if (!c->params[i].set)
			l.kind = CHECK_LEVELS_NONE;
		check_value_say(
		    out, false, labels[i], value, &l, NULL, render_percent);
		check_metric(out, metrics[i].name, value, &l, 0, 100);
	}
}

const struct check check_lvm_lvs = {
    .name = "lvm_lvs",
    .title = "LVM thin pools",
    .manual = "How much of a thin pool's data and metadata is in use. A pool "
	      "that runs full stops every volume in it; CRIT if it is gone.",
    .ruleset = "lvm_lvs_pools",
    .description = "LVM LV Pool %s",
    .sections = (const struct section_type *const[]){&section_lvm_lvs, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
