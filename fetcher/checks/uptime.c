/* SPDX-License-Identifier: Apache-2.0
 *
 * Uptime: when the host was started.
 */
#include "fetcher/sections/uptime.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_MIN,
	P_MAX
};

static const struct check_param params[] = {
    {"min", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"a host that runs for less was restarted lately; durations (10m) or "
	"seconds"},
    {"max", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"a host that runs for longer lacks updates of its kernel"},
    {0}};

static const struct check_metric metrics[] = {
    {"uptime", "s", "time since the host was started"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_uptime *uptime = c->sections[0];
	struct str *text = &out->summary;

	str_add(text, "Up since ");
	render_date(text, c->now - uptime->seconds);
	check_value_say(out, false, "Uptime", uptime->seconds,
	    &c->params[P_MAX].levels, &c->params[P_MIN].levels,
	    render_timespan);
	check_metric(
	    out, "uptime", uptime->seconds, &c->params[P_MAX].levels, NAN, NAN);
}

const struct check check_uptime = {
    .name = "uptime",
    .title = "Uptime",
    .manual = "How long the host has been running. Without levels it is "
	      "always OK.",
    .ruleset = "uptime",
    .description = "Uptime",
    .sections = (const struct section_type *const[]){&section_uptime, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
