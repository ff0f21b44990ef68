/* SPDX-License-Identifier: Apache-2.0
 *
 * Check_MK Agent: what the agent says of itself.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/discover.h"
#include "fetcher/sections/agent_status.h"
#include "fetcher/sections/check_mk.h"

#include <ctype.h>

enum {
	P_VERSION,
	P_OS,
	P_STATE,
	P_LEGACY,
	P_ONLY_FROM,
	P_ONLY_FROM_STATE,
	P_PLUGINS,
	P_PLUGINS_STATE,
	P_PLUGINS_IGNORED,
	P_LATE
};

static const struct check_param params[] = {
    {"agent_version", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the version that is expected; null: any"},
    {"agent_os", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the operating system that is expected; null: any"},
    {"mismatch_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the version or the system is another one"},
    {"legacy_pull_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the agent could speak TLS, but the host is not registered"},
    {"only_from", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"addresses and networks that may ask the agent; null: any"},
    {"only_from_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if others or fewer may"},
    {"plugins_min_version", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the oldest version of plugins and local checks that is fine"},
    {"plugins_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if one is older or has no version"},
    {"plugins_ignored", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"regular expressions, from the start of the name: plugins whose "
	"version does not matter"},
    {"timeout_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if cached plugins take too long and are ended"},
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

/* TLS is there and not used: the controller still lets anybody in. */
static void
say_transport(const struct check_context *c, struct check_out *out)
{
	const struct section_agent_controller *ctl = c->sections[1];

	if (ctl == NULL || !ctl->legacy_pull || !ctl->operational)
		return;
	check_say(out, (uint32_t)c->params[P_LEGACY].number,
	    "TLS is not activated on monitored host (see details)");
	check_tell(out, CHECK_OK,
	    "The host's agent supports TLS, but it is not being used: register "
	    "the host with its agent controller. From then on it refuses "
	    "connections without TLS.");
}

static bool
is_named(const json_t *list, struct slice name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (slice_eqs(name, json_string_value(json_array_get(list, i))))
			return true;
	return false;
}

#define MAX_ALLOWED 256

/* What the controller says, or else the agent. */
static size_t
allowed_of(const struct check_context *c, struct slice *list)
{
	const struct section_check_mk *agent = c->sections[0];
	const struct section_agent_controller *ctl = c->sections[1];
	struct slice rest = agent->only_from, word;
	size_t n = 0;

	if (ctl != NULL && ctl->n_allowed > 0) {
		for (; n < ctl->n_allowed && n < MAX_ALLOWED; n++)
			list[n] = ctl->allowed[n];
		return n;
	}
	while (n < MAX_ALLOWED && slice_word(&rest, &word)) {
		struct slice one;
		while (n < MAX_ALLOWED && slice_next(&word, ',', &one))
			if (one.len > 0)
				list[n++] = one;
	}
	return n;
}

static void
add_word(struct str *list, const char *title, struct slice word)
{
	str_add(list, list->len == 0 ? title : " ");
	str_addslice(list, word);
}

static void
say_only_from(const struct check_context *c, struct check_out *out)
{
	const json_t *wanted = c->params[P_ONLY_FROM].json;
	struct slice list[MAX_ALLOWED];
	size_t n = allowed_of(c, list);
	struct str all = {0}, more = {0}, missing = {0};

	for (size_t i = 0; i < n; i++) {
		add_word(&all, "Allowed IP ranges: ", list[i]);
		if (wanted != NULL && !is_named(wanted, list[i]))
			add_word(&more, "exceeding: ", list[i]);
	}
	for (size_t i = 0; i < json_array_size(wanted); i++) {
		struct slice w =
		    slice_of(json_string_value(json_array_get(wanted, i)));
		size_t k = 0;
		while (k < n && !slice_eq(list[k], w))
			k++;
		if (k == n)
			add_word(&missing, "missing: ", w);
	}
	if (more.len + missing.len > 0)
		check_say(out, (uint32_t)c->params[P_ONLY_FROM_STATE].number,
		    "Unexpected allowed IP ranges (%s%s%s)", str_get(&more),
		    more.len > 0 && missing.len > 0 ? ", " : "",
		    str_get(&missing));
	if (all.len > 0)
		check_tell_str(out, CHECK_OK, &all);
	str_free(&all);
	str_free(&more);
	str_free(&missing);
}

/*
 * "2.4.0p16": numbers, and before a patch ("p") come innovation ("i") and beta
 * ("b") versions. False: it is no version.
 */
static bool
read_version(struct slice text, double *value_r)
{
	double value = 0, number = 0;
	int numbers = 0;
	char kind = 'p';

	for (size_t i = 0; i <= text.len; i++) {
		char ch = '.';
		if (i < text.len)
			ch = text.s[i];
		if (isdigit((unsigned char)ch)) {
			number = number * 10 + (ch - '0');
			continue;
		}
		if (i == 0 || numbers > 3 || number > 999 ||
		    strchr(".ibp-", ch) == NULL)
			return false;
		value = value * 1000 + number;
		number = 0;
		numbers++;
		if (ch == '-')
			break;
		if (ch != '.')
			kind = ch;
	}
	for (; numbers < 4; numbers++)
		value *= 1000;
	value += kind == 'i' ? -2000 : kind == 'b' ? -1000 : 0;
	*value_r = value;
	return numbers == 4;
}

static void
say_plugins(const struct check_context *c, struct check_out *out)
{
	const struct section_agent_plugins *s = c->sections[2];
	const struct check_value *wanted = &c->params[P_PLUGINS];
	double oldest = 0, version;
	bool judged = wanted->set && read_version(wanted->text, &oldest);
	size_t n_local = 0, n_old = 0;
	struct patterns ignored;
	struct str old = {0};
	struct err err = {0};

	if (s == NULL)
		return;
	patterns_read(&ignored, c->params[P_PLUGINS_IGNORED].json, &err);
	for (size_t i = 0; i < s->n; i++) {
		const struct agent_plugin *p = &s->plugins[i];
		n_local += p->local;
		if (!judged || patterns_start(&ignored, p->name) ||
		    (read_version(p->version, &version) && version >= oldest))
			continue;
		if (n_old++ < 20) {
			str_add(&old, old.len > 0 ? ", " : "");
			str_addslice(&old, p->name);
			str_addc(&old, ' ');
			str_addslice(&old, p->version);
		}
	}
	check_say(out, CHECK_OK, "Agent plug-ins: %zu", s->n - n_local);
	check_say(out, CHECK_OK, "Local checks: %zu", n_local);
	if (n_old > 0)
		check_say(out, (uint32_t)c->params[P_PLUGINS_STATE].number,
		    "%zu older than %.*s: %s", n_old, (int)wanted->text.len,
		    wanted->text.s, str_get(&old));
	if (wanted->set && !judged)
		check_say(out, CHECK_UNKNOWN,
		    "plugins_min_version: no version such as 2.4.0p16");
	if (err.text[0] != '\0')
		check_say(out, CHECK_UNKNOWN, "plugins_ignored: %s", err.text);
	patterns_free(&ignored);
	str_free(&old);
}

static void
say_late(const struct check_context *c, struct check_out *out)
{
	const struct section_cached_plugins *s = c->sections[3];
	uint32_t state = (uint32_t)c->params[P_LATE].number;
	struct str late = {0}, stuck = {0};

	for (size_t i = 0; s != NULL && i < s->n && i < 100; i++) {
		const struct agent_late *l = &s->late[i];
		struct str *list = l->kill_failed ? &stuck : &late;
		str_add(list, list->len > 0 ? ", " : "");
		str_addslice(list, l->name);
		str_addf(list, " (%.0f s)", l->seconds);
	}
	if (late.len > 0)
		check_say(
		    out, state, "Timed out plugin(s): %s", str_get(&late));
	if (stuck.len > 0)
		check_say(
		    out, state, "Termination failed: %s", str_get(&stuck));
	str_free(&late);
	str_free(&stuck);
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
	say_transport(c, out);
	say_only_from(c, out);
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
	say_plugins(c, out);
	say_late(c, out);
}

const struct check check_check_mk_agent = {
    .name = "check_mk_agent",
    .title = "Check_MK Agent",
    .manual =
	"The agent's version and operating system. WARN if TLS is possible but "
	"not used, if others than expected may ask the agent, if plugins are "
	"too old, could not be run or took too long, or if an update failed; "
	"CRIT if the agent cannot encrypt as it should.",
    .ruleset = "check_mk_agent",
    .description = "Check_MK Agent",
    .sections = (const struct section_type *const[]){&section_check_mk,
	&section_agent_controller, &section_agent_plugins,
	&section_cached_plugins, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
