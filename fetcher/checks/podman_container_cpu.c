/* SPDX-License-Identifier: Apache-2.0
 *
 * Podman: CPU of a container.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/podman_stats.h"

enum {
	P_UTIL
};

static const struct check_param params[] = {
    {"util", CHECK_PARAM_UPPER, "%", CHECK_DEF_LEVELS(70, 80),
	"on the CPU in use; 100 % is one core"},
    {0}};

static const struct check_metric metrics[] = {{"util", "%", "CPU in use"}, {0}};

static const struct value_row util = {
    "Total CPU", "util", render_percent, VALUE_PARAM(P_UTIL), 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_podman_stats *s = c->sections[0];

	value_say(c, out, &util, s->cpu, 0);
}

const struct check check_podman_container_cpu = {
    .name = "podman_container_cpu",
    .title = "Podman: CPU of a container",
    .manual = "How much CPU a container of Podman uses.",
    .ruleset = "podman_container_cpu",
    .description = "CPU utilization",
    .sections =
	(const struct section_type *const[]){&section_podman_stats, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
