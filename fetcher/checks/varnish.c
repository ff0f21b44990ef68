/* SPDX-License-Identifier: Apache-2.0
 *
 * Varnish: uptime.
 */
#include "fetcher/checks/varnish_rates.h"
#include "fetcher/discover.h"

static const struct check_metric metrics[] = {
    {"uptime", "s", "time since the cache was started"}, {0}};

static const struct value_row row = {
    "Uptime", "uptime", render_timespan, 0, 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(varnish_counter(c->sections[0], "uptime")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	double uptime = varnish_counter(c->sections[0], "uptime");

	if (isnan(uptime)) {
		value_lost(out);
		return;
	}
	str_add(&out->summary, "Up since ");
	render_date(&out->summary, c->now - uptime);
	value_say(c, out, &row, uptime, 0);
}

const struct check check_varnish = {
    .name = "varnish",
    .title = "Varnish: uptime",
    .manual = "How long a Varnish cache has been running. Nothing is judged.",
    .description = "Varnish Uptime",
    .sections = (const struct section_type *const[]){&section_varnish, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
