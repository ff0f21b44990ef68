/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: when a container was started.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/docker_container.h"
#include "fetcher/sections/uptime.h"

enum {
	P_MIN,
	P_MAX
};

static const struct check_param params[] = {
    {"min", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"a container that runs for less was restarted lately"},
    {"max", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"a container that runs for longer has an old image"},
    {0}};

static const struct check_metric metrics[] = {
    {"uptime", "s", "time since the container was started"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_docker_container_status *s = c->sections[0];

	/* An agent within the container tells its uptime itself. */
	if (c->sections[1] == NULL && s->started_at > 0 &&
	    slice_eqs(s->status, "running"))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_docker_container_status *s = c->sections[0];
	double up = c->now - s->started_at;

	if (!slice_eqs(s->status, "running") || s->started_at <= 0) {
		out->none = true; /* that it does not run is told elsewhere */
		return;
	}
	if (up < 0) /* the node's clock is ahead */
		up = 0;
	str_add(&out->summary, "Up since ");
	render_date(&out->summary, s->started_at);
	check_value_say(out, false, "Uptime", up, &c->params[P_MAX].levels,
	    &c->params[P_MIN].levels, render_timespan);
	check_metric(out, "uptime", up, &c->params[P_MAX].levels, NAN, NAN);
}

const struct check check_docker_container_uptime = {
    .name = "docker_container_uptime",
    .title = "Docker: uptime of a container",
    .manual = "How long the container has been running. Without levels it is "
	      "always OK.",
    .ruleset = "docker_container_uptime",
    .description = "Uptime",
    .sections =
	(const struct section_type *const[]){
	    &section_docker_container_status, &section_uptime, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
