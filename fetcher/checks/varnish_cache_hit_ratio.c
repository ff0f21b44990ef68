/* SPDX-License-Identifier: Apache-2.0
 *
 * Varnish: share of hits.
 */
#include "fetcher/checks/varnish_rates.h"
#include "fetcher/discover.h"

enum {
	P_LOWER
};

static const struct check_param params[] = {
    {"levels_lower", CHECK_PARAM_LOWER, "%", CHECK_DEF_PERCENT(70, 60),
	"on the share"},
    {0}};

static const struct check_metric metrics[] = {
    {"cache_hit_ratio", "%", "the share"}, {0}};

static const struct value_row row = {"Cache hit ratio", "cache_hit_ratio",
    render_percent, 0, VALUE_PARAM(P_LOWER), false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(varnish_counter(c->sections[0], "cache_hit")) &&
	    isfinite(varnish_counter(c->sections[0], "cache_miss")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	varnish_say_ratio(c, "cache_hit", "cache_miss", &row, out);
}

const struct check check_varnish_cache_hit_ratio = {
    .name = "varnish_cache_hit_ratio",
    .title = "Varnish: share of hits",
    .manual = "Of all lookups since the start of a Varnish cache, how many "
	      "were hits.",
    .ruleset = "varnish_cache_hit_ratio",
    .description = "Varnish Cache Hit Ratio",
    .sections = (const struct section_type *const[]){&section_varnish, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
