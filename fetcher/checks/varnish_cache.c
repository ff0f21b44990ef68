/* SPDX-License-Identifier: Apache-2.0
 *
 * Varnish: hits and misses.
 */
#include "fetcher/checks/varnish_rates.h"
#include "fetcher/discover.h"

enum {
	P_MISS,
	P_HIT,
	P_HITPASS
};

static const struct check_param params[] = {
    {"miss", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on misses"},
    {"hit", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on hits"},
    {"hitpass", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on hits for pass"},
    {0}};

static const struct check_metric metrics[] = {
    {"varnish_cache_miss_rate", "1/s", "misses"},
    {"varnish_cache_hit_rate", "1/s", "hits"},
    {"varnish_cache_hitpass_rate", "1/s", "hits for pass"}, {0}};

static const struct varnish_rate rates[] = {
    {"cache_miss",
	{"Cache misses", "varnish_cache_miss_rate", value_per_second,
	    VALUE_PARAM(P_MISS), 0, false}},
    {"cache_hit",
	{"Cache hits", "varnish_cache_hit_rate", value_per_second,
	    VALUE_PARAM(P_HIT), 0, false}},
    {"cache_hitpass",
	{"Cache hits for pass", "varnish_cache_hitpass_rate", value_per_second,
	    VALUE_PARAM(P_HITPASS), 0, false}},
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(varnish_counter(c->sections[0], "cache_miss")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	varnish_say_rates(c, rates, sizeof(rates) / sizeof(rates[0]), out);
}

const struct check check_varnish_cache = {
    .name = "varnish_cache",
    .title = "Varnish: hits and misses",
    .manual =
	"How often a Varnish cache has what is asked for. Nothing is judged "
	"without levels; the first check has no rates and gives no result.",
    .ruleset = "varnish_cache",
    .description = "Varnish Cache",
    .sections = (const struct section_type *const[]){&section_varnish, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
