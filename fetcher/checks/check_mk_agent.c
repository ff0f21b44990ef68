/* SPDX-License-Identifier: Apache-2.0
 *
 * Check_MK Agent: what the agent says of itself.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/check_mk.h"

enum {
	P_VERSION,
	P_OS,
	P_STATE
};

static const struct check_param params[] = {
    {"agent_version", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the version that is expected; null: any"},
    {"agent_os", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the operating system that is expected; null: any"},
    {"mismatch_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the version or the system is another one"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_check_mk *agent = c->sections[0];
	if (agent->version.len > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
say(const struct check_context *c, struct check_out *out, const char *label,
    struct slice value, size_t param)
{
	const struct check_value *wanted = &c->params[param];
	if (wanted->set && !slice_eq(wanted->text, value))
		check_say(out, (uint32_t)c->params[P_STATE].number,
		    "%s: %.*s (expected %.*s)", label, (int)value.len, value.s,
		    (int)wanted->text.len, wanted->text.s);
	else if (value.len > 0)
		check_say(
		    out, CHECK_OK, "%s: %.*s", label, (int)value.len, value.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_check_mk *agent = c->sections[0];

	say(c, out, "Version", agent->version, P_VERSION);
	say(c, out, "OS", agent->os, P_OS);
	if (agent->hostname.len > 0)
		check_tell(out, CHECK_OK, "Hostname: %.*s",
		    (int)agent->hostname.len, agent->hostname.s);
	if (agent->only_from.len > 0)
		check_tell(out, CHECK_OK, "Allowed addresses: %.*s",
		    (int)agent->only_from.len, agent->only_from.s);
	if (slice_eqs(agent->encryption_panic, "true"))
		check_say(out, CHECK_CRIT,
		    "Failed to apply symmetric encryption, aborting "
		    "communication");
	if (agent->update_failed.len > 0)
		check_say(out, CHECK_WARN,
		    "Update of the agent failed: %.*s%s%.*s",
		    (int)agent->update_failed.len, agent->update_failed.s,
		    agent->update_recover_action.len > 0 ? " " : "",
		    (int)agent->update_recover_action.len,
		    agent->update_recover_action.len > 0
			? agent->update_recover_action.s
			: "");
	if (agent->failed_plugins.len > 0)
		check_say(out, CHECK_WARN,
		    "Failed to execute Python plugins: %.*s%s%.*s%s",
		    (int)agent->failed_plugins.len, agent->failed_plugins.s,
		    agent->failed_reason.len > 0 ? " (" : "",
		    (int)agent->failed_reason.len, agent->failed_reason.s,
		    agent->failed_reason.len > 0 ? ")" : "");
}

const struct check check_check_mk_agent = {
    .name = "check_mk_agent",
    .title = "Check_MK Agent",
    .manual = "The agent's version and operating system, and plugins that it "
	      "could not run.",
    .ruleset = "check_mk_agent",
    .description = "Check_MK Agent",
    .sections = (const struct section_type *const[]){&section_check_mk, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
