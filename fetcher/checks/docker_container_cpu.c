/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: CPU time of a container.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/docker_container.h"

enum {
	P_UTIL,
	P_AVERAGE
};

static const struct check_param params[] = {
    {"util", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on the CPU time; 100 % is one core"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"levels hold for the average of so many minutes"},
    {0}};

static const struct check_metric metrics[] = {
    {"util", "%", "CPU time; 100 % is one core"},
    {"util_average", "%", "its average (average)"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_docker_container_cpu *s = c->sections[0];
	if (s->has_usage)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_docker_container_cpu *s = c->sections[0];
	double minutes = c->params[P_AVERAGE].number;
	double cpus = s->cpus > 0 ? s->cpus : 1, share;
	struct check_levels l = {0};

	/* The time that passed is the clock, so that a fetch that is late or a
	 * clock that jumps changes nothing. */
	if (!s->has_usage ||
	    !check_store_rate(
		c->store, "usage", s->passed, s->usage, true, &share)) {
		out->none = true;
		return;
	}
	double util = 100 * share * cpus;
	if (c->params[P_UTIL].set)
		l = check_levels_of(&c->params[P_UTIL].levels, 100);
	if (!c->params[P_AVERAGE].set || minutes <= 0) {
		check_value_say(
		    out, false, "Total CPU", util, &l, NULL, render_percent);
		check_metric(out, "util", util, &l, 0, 100 * cpus);
		return;
	}
	double average =
	    check_store_average(c->store, "average", c->now, util, minutes);
	check_value_say(out, false, "Total CPU (average)", average, &l, NULL,
	    render_percent);
	check_metric(out, "util", util, NULL, 0, 100 * cpus);
	check_metric(out, "util_average", average, &l, 0, 100 * cpus);
}

const struct check check_docker_container_cpu = {
    .name = "docker_container_cpu",
    .title = "Docker: CPU utilization of a container",
    .manual = "CPU time of a container since the last check, as `docker stats` "
	      "counts it: 100 % is one core. The first check has no value.",
    .ruleset = "docker_container_cpu",
    .description = "CPU utilization",
    .sections =
	(const struct section_type *const[]){
	    &section_docker_container_cpu, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
