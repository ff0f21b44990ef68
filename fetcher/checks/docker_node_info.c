/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: the daemon of a node.
 */
#include "fetcher/sections/docker_node_info.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_docker_node_info *s = c->sections[0];

	if (s->name.len > 0 || s->error.len > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_docker_node_info *s = c->sections[0];

	if (s->error.len > 0)
		check_say(
		    out, CHECK_CRIT, "%.*s", (int)s->error.len, s->error.s);
	else if (s->name.len == 0)
		check_say(out, CHECK_CRIT, "The daemon does not answer");
	else
		check_say(out, CHECK_OK, "Daemon running on host %.*s",
		    (int)s->name.len, s->name.s);
	if (s->version.len > 0)
		check_tell(out, CHECK_OK, "Version: %.*s", (int)s->version.len,
		    s->version.s);
}

const struct check check_docker_node_info = {
    .name = "docker_node_info",
    .title = "Docker: the node",
    .manual = "Does the Docker daemon answer? CRIT if it does not.",
    .ruleset = NULL,
    .description = "Docker node info",
    .sections =
	(const struct section_type *const[]){&section_docker_node_info, NULL},
    .discover = discover,
    .judge = judge,
};
