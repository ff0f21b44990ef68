/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: what a container's own health check says.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/docker_container.h"

enum {
	P_HEALTHY,
	P_STARTING,
	P_UNHEALTHY,
	P_NONE
};

static const struct check_param params[] = {
    {"healthy", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_OK),
	"state if it is healthy"},
    {"starting", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state while it starts"},
    {"unhealthy", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if it is not healthy"},
    {"no_healthcheck", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_UNKNOWN),
	"state if its health check is gone"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_docker_container_status *s = c->sections[0];
	if (s->health.len > 0 && !slice_eqs(s->health, "none"))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_docker_container_status *s = c->sections[0];
	size_t param = slice_eqs(s->health, "healthy") ? P_HEALTHY
	    : slice_eqs(s->health, "starting")         ? P_STARTING
	    : slice_eqs(s->health, "unhealthy")        ? P_UNHEALTHY
						       : P_NONE;

	if (!slice_eqs(s->status, "running")) {
		out->none = true; /* that it does not run is told elsewhere */
		return;
	}
	if (param == P_NONE)
		check_say(out, (uint32_t)c->params[param].number,
		    "Health status: no health check");
	else
		check_say(out, (uint32_t)c->params[param].number,
		    "Health status: %.*s", (int)s->health.len, s->health.s);
	if (s->health_report.len > 0)
		check_tell(out, CHECK_OK, "Last health report: %.*s",
		    (int)(s->health_report.len < 1000 ? s->health_report.len
						      : 1000),
		    s->health_report.s);
}

const struct check check_docker_container_health = {
    .name = "docker_container_health",
    .title = "Docker: health of a container",
    .manual = "What the health check of a running container says.",
    .ruleset = "docker_container_health",
    .description = "Docker container health",
    .sections =
	(const struct section_type *const[]){
	    &section_docker_container_status, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
