/* SPDX-License-Identifier: Apache-2.0
 *
 * Pacemaker: a resource, or a group of them.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/heartbeat_crm.h"

enum {
	P_NODE,
	P_UNMANAGED,
	P_NAILDOWN
};

static const struct check_param params[] = {
    {"expected_node", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the node that must have it; null: any"},
    {"monitoring_state_if_unmanaged_nodes", CHECK_PARAM_STATE, "",
	CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the cluster does not care for it on some node"},
    {"naildown_resources", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"in discovery: remember the node"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_heartbeat_crm *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		const struct crm_resource *r = &s->list[i];
		bool nail = c->params[P_NAILDOWN].number > 0 &&
		    r->node.len > 0 && !r->copies;
		if (i > 0 && slice_eq(r->group, s->list[i - 1].group))
			continue;
		check_found_add(found, r->group,
		    nail ? json_pack("{s:o}", "expected_node",
			       json_stringn(r->node.s, r->node.len))
			 : NULL);
	}
}

static void
say(const struct check_context *c, const struct crm_resource *r,
    struct check_out *out)
{
	const struct check_value *node = &c->params[P_NODE];

	check_say(out, CHECK_OK, "%.*s", value_cut(r->text, 300), r->text.s);
	/* Of copies crm_mon lists what is started and what is not. */
	if (!r->copies && !slice_eqs(r->state, "Started"))
		check_say(out, CHECK_CRIT, "Resource is in state \"%.*s\"",
		    value_cut(r->state, 60), r->state.s);
	else if (r->copies && slice_starts(r->state, "FAILED"))
		check_say(out, CHECK_CRIT, "Resource is in state \"%.*s\"",
		    value_cut(r->state, 60), r->state.s);
	else if (!r->copies && node->set && !slice_eq(node->text, r->node))
		check_say(out, CHECK_CRIT, "Expected node: %.*s",
		    (int)node->text.len, node->text.s);
	if (r->unmanaged)
		check_say(out, (uint32_t)c->params[P_UNMANAGED].number,
		    "Unmanaged nodes: %.*s", value_cut(r->node, 100),
		    r->node.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_heartbeat_crm *s = c->sections[0];
	bool any = false;

	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->list[i].group, c->item)) {
			any = true;
			say(c, &s->list[i], out);
		}
	if (!any)
		check_say(out, CHECK_CRIT, "The resource is gone");
}

const struct check check_heartbeat_crm_resources = {
    .name = "heartbeat_crm_resources",
    .title = "Pacemaker: resources",
    .manual =
	"A resource of a Pacemaker cluster, a group of them or a set of "
	"copies. CRIT if a resource is not started or not on `expected_node`, "
	"WARN if the cluster does not manage it.",
    .ruleset = "heartbeat_crm_resources",
    .description = "Heartbeat CRM %s",
    .sections =
	(const struct section_type *const[]){&section_heartbeat_crm, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
