/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: does a container run?
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/docker_container.h"

enum {
	P_STATES,
	P_ELSE
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by Docker's word (running, exited, paused, ...)"},
    {"states_default", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state for any other word but running, and for one that ended with "
	"exit code 0, which is OK unless it is always to be started again"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_docker_container_status *s = c->sections[0];
	bool exited = slice_eqs(s->status, "exited");
	bool again = slice_eqs(s->restart_policy, "always") ||
	    slice_eqs(s->restart_policy, "unless-stopped");
	uint32_t state = (uint32_t)c->params[P_ELSE].number;
	char word[32];

	if (slice_eqs(s->status, "running") ||
	    (exited && s->exit_code == 0 && !again))
		state = CHECK_OK;
	if (s->status.len < sizeof(word)) {
		memcpy(word, s->status.s, s->status.len);
		word[s->status.len] = '\0';
		check_params_state(&c->params[P_STATES], word, &state);
	}
	if (exited)
		check_say(out, state, "Container exited (%.0f)", s->exit_code);
	else
		check_say(out, state, "Container %.*s", (int)s->status.len,
		    s->status.s);
	if (s->node.len > 0)
		check_say(
		    out, CHECK_OK, "Node: %.*s", (int)s->node.len, s->node.s);
	if (s->image.len > 0)
		check_tell(out, CHECK_OK, "Image: %.*s", (int)s->image.len,
		    s->image.s);
}

const struct check check_docker_container_status = {
    .name = "docker_container_status",
    .title = "Docker: state of a container",
    .manual =
	"Does the container run? The node's agent sends its data by "
	"piggyback. CRIT if it does not run, unless it ended by itself with "
	"exit code 0 and is not to be started again.",
    .ruleset = "docker_container_status",
    .description = "Docker container status",
    .sections =
	(const struct section_type *const[]){
	    &section_docker_container_status, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
