/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: how many containers a node has.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/docker_node_info.h"

#define KINDS 4

/* Two a kind of container: upper, lower. */
static const struct check_param params[] = {
    {"upper_containers", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on all"},
    {"lower_containers", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE, "on all"},
    {"upper_running", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on running ones"},
    {"lower_running", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE, "on running ones"},
    {"upper_paused", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on paused ones"},
    {"lower_paused", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE, "on paused ones"},
    {"upper_stopped", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on stopped ones"},
    {"lower_stopped", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE, "on stopped ones"},
    {0}};

static const struct check_metric metrics[] = {
    {"containers", "", "all containers"},
    {"running_containers", "", "running containers"},
    {"paused_containers", "", "paused containers"},
    {"stopped_containers", "", "stopped containers"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_docker_node_info *s = c->sections[0];

	if (s->has_containers)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const labels[KINDS] = {
	    "Containers", "Running", "Paused", "Stopped"};
	const struct section_docker_node_info *s = c->sections[0];
	const double values[KINDS] = {
	    s->containers, s->running, s->paused, s->stopped};

	if (!s->has_containers) {
		check_say(out, CHECK_UNKNOWN, "The daemon told no numbers");
		return;
	}
	for (size_t i = 0; i < KINDS; i++) {
		const struct check_value *u = &c->params[2 * i];
		const struct check_value *l = &c->params[2 * i + 1];
		const struct check_levels *upper = u->set ? &u->levels : NULL;

		check_value_say(out, false, labels[i], values[i], upper,
		    l->set ? &l->levels : NULL, render_count);
		check_metric(out, metrics[i].name, values[i], upper, 0, NAN);
	}
}

const struct check check_docker_containers = {
    .name = "docker_containers",
    .title = "Docker: containers of a node",
    .manual = "How many containers there are, run, are paused and are stopped. "
	      "Nothing is judged without levels.",
    .ruleset = "docker_containers",
    .description = "Docker containers",
    .sections =
	(const struct section_type *const[]){&section_docker_node_info, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
