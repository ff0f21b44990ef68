/* SPDX-License-Identifier: Apache-2.0
 *
 * Varnish: share of good connections.
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
    {"varnish_backend_success_ratio", "%", "the share"}, {0}};

static const struct value_row row = {"Backend success ratio",
    "varnish_backend_success_ratio", render_percent, 0, VALUE_PARAM(P_LOWER),
    false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(varnish_counter(c->sections[0], "backend_conn")) &&
	    isfinite(varnish_counter(c->sections[0], "backend_fail")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	varnish_say_ratio(c, "backend_conn", "backend_fail", &row, out);
}

const struct check check_varnish_backend_success_ratio = {
    .name = "varnish_backend_success_ratio",
    .title = "Varnish: share of good connections",
    .manual = "Of all connections to the servers behind a Varnish cache since "
	      "its start, how many succeeded.",
    .ruleset = "varnish_backend_success_ratio",
    .description = "Varnish Backend Success Ratio",
    .sections = (const struct section_type *const[]){&section_varnish, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
