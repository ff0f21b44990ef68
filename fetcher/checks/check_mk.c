/* SPDX-License-Identifier: Apache-2.0
 *
 * The service Check_MK: see check_mk.h.
 */
#include "fetcher/checks/check_mk.h"

#include "fetcher/sections/check_mk.h"
#include "fetcher/sections/local.h"

extern const struct check check_check_mk;

static const struct check_metric metrics[] = {
    {"execution_time", "s", "from the start of the fetch to the last result"},
    {"user_time", "s", "CPU time of sections and checks"},
    {"system_time", "s", "the same, in the kernel"},
    {"children_user_time", "s", "CPU time of the datasource program"},
    {"children_system_time", "s", "the same, in the kernel"},
    {"cmk_time_agent", "s", "time spent waiting for the agent"},
    {"cmk_time_snmp", "s", "time spent waiting for SNMP"},
    {"cmk_time_ds", "s", "time spent waiting for the datasource program"}, {0}};

/* In the order of enum check_mk_trouble. */
static const struct check_param params[] = {
    {"connection", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if a source cannot be asked: refused, not registered, a program "
	"that fails"},
    {"timeout", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if it did not answer in time"},
    {"empty_output", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if it sent nothing, or nothing that is agent output"},
    {"missing_sections", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if sections that services need were not sent"},
    {"parsing_errors", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if a section cannot be read"},
    {0}};

void
check_mk_states(struct check_mk_run *run, struct slice plan)
{
	static const char key[] = "\"check_mk\":{";
	struct check_value values[CHECK_MAX_PARAMS];
	json_t *doc = NULL;
	json_error_t why;
	struct err err;
	/* Asked at each fetch, so the plan is not read as a whole. A text in
	 * it has its quotes escaped and cannot look like this. */
	const char *at = plan.len == 0
	    ? NULL
	    : memmem(plan.s, plan.len, key, sizeof(key) - 1);

	if (at != NULL) {
		at += sizeof(key) - 2;
		doc = json_loadb(at, plan.len - (size_t)(at - plan.s),
		    JSON_DISABLE_EOF_CHECK, &why);
	}
	if (check_params_read(&check_check_mk, doc, values, &err) != 0)
		check_params_read(&check_check_mk, NULL, values, &err);
	for (size_t i = 0; i < CHECK_MK_TROUBLES; i++)
		run->states[i] = (uint32_t)values[i].number;
	json_decref(doc);
}

void
check_mk_missing(struct check_mk_run *run, const struct check *check)
{
	size_t n = run->n_missing < CHECK_MK_MAX_MISSING ? run->n_missing
							 : CHECK_MK_MAX_MISSING;
	for (size_t i = 0; i < n; i++)
		if (run->missing[i] == check)
			return;
	if (n < CHECK_MK_MAX_MISSING)
		run->missing[n] = check;
	run->n_missing++;
}

static void
say_missing(const struct check_mk_run *run, struct check_out *out)
{
	struct str text = {0};

	if (run->n_missing == 0)
		return;
	if (run->n_results == 0 && run->n_items > 1) {
		check_say(out, run->states[CHECK_MK_MISSING],
		    "Missing monitoring data for all plugins");
		return;
	}
	str_add(&text, "Missing monitoring data for plugins: ");
	for (size_t i = 0; i < run->n_missing; i++) {
		const struct check *check = run->missing[i];
		if (i == CHECK_MK_MAX_MISSING) {
			str_add(&text, ", ...");
			break;
		}
		str_addf(&text, "%s%s (section %s)", i > 0 ? ", " : "",
		    check->name, check->sections[0]->names[0]);
	}
	check_say_str(out, run->states[CHECK_MK_MISSING], &text);
	str_free(&text);
}

static void
say_sections(const struct check_mk_run *run, struct check_out *out)
{
	struct parsed *p = run->parsed;
	const struct split *split = &p->split;

	for (size_t i = 0; i < p->n; i++)
		if (p->sections[i].state == PARSED_BAD)
			check_say(out, run->states[CHECK_MK_PARSING],
			    "Section %s failed: %s",
			    p->sections[i].type->names[0], p->sections[i].why);
	if (split->bad_headers > 0)
		check_tell(out, CHECK_OK,
		    "%llu section headers not understood, the first in line "
		    "%llu",
		    (unsigned long long)split->bad_headers,
		    (unsigned long long)split->bad_line);
	if (split->over_limit > 0)
		check_say(out, CHECK_WARN,
		    "%llu sections or piggyback blocks beyond the limit left "
		    "out",
		    (unsigned long long)split->over_limit);
	const struct parsed_section *local =
	    parsed_get(run->parsed, &section_local);
	const struct section_local *lines = local->data;
	if (lines != NULL && lines->n_bad > 0)
		check_tell(out, CHECK_OK,
		    "%zu lines of local checks not understood, the first is: "
		    "%.*s",
		    lines->n_bad,
		    (int)(lines->bad_line.len < 100 ? lines->bad_line.len
						    : 100),
		    lines->bad_line.s);
	if (p->n_persisted > 0)
		check_tell(out, CHECK_OK,
		    "%zu sections of earlier fetches that still hold",
		    p->n_persisted);
	if (split->n_piggyback > 0)
		check_tell(out, CHECK_OK,
		    "%zu piggyback blocks for other hosts", split->n_piggyback);
}

static void
say_agent(const struct check_mk_run *run, struct check_out *out)
{
	const struct parsed_section *section =
	    parsed_get(run->parsed, &section_check_mk);
	const struct section_check_mk *agent = section->data;

	if (section->state != PARSED_GOOD)
		return;
	if (agent->version.len > 0)
		check_say(out, CHECK_OK, "Version: %.*s",
		    (int)agent->version.len, agent->version.s);
	if (agent->os.len > 0)
		check_say(
		    out, CHECK_OK, "OS: %.*s", (int)agent->os.len, agent->os.s);
}

static void
say_snmp(const struct check_mk_run *run, struct check_out *out)
{
	if (!run->has_snmp)
		return;
	if (run->snmp_failure == NULL)
		check_say_words(out, CHECK_OK, SLICE("[snmp] Success"));
	else
		check_say(out, run->states[CHECK_MK_CONNECTION], "[snmp] %s",
		    run->snmp_failure);
}

static void
add_time(struct check_out *out, const char *name, double seconds)
{
	check_metric(out, name, seconds > 0 ? seconds : 0, NULL, NAN, NAN);
}

static void
add_times(const struct check_mk_run *run, struct check_out *out)
{
	add_time(out, "execution_time", run->fetch_seconds);
	if (run->has_cpu) {
		add_time(out, "user_time", run->cpu[0]);
		add_time(out, "system_time", run->cpu[1]);
		add_time(out, "children_user_time", run->children[0]);
		add_time(out, "children_system_time", run->children[1]);
	}
	if (!run->no_agent)
		add_time(out,
		    run->by_program ? "cmk_time_ds" : "cmk_time_agent",
		    run->fetch_seconds - run->snmp_seconds);
	if (run->has_snmp)
		add_time(out, "cmk_time_snmp", run->snmp_seconds);
}

void
check_mk_judge(const struct check_mk_run *run, struct check_out *out)
{
	if (run->no_agent) {
		say_snmp(run, out);
		if (run->snmp_failure == NULL) {
			say_missing(run, out);
			say_sections(run, out);
		}
	} else if (run->failure != NULL) {
		check_say(out,
		    run->states[run->late ? CHECK_MK_TIMEOUT
					  : CHECK_MK_CONNECTION],
		    "[agent] %s", run->failure);
		say_snmp(run, out);
	} else if (run->bytes == 0) {
		check_say(out, run->states[CHECK_MK_EMPTY],
		    "[agent] Empty output from agent");
		say_snmp(run, out);
	} else if (run->parsed->split.n_parts == 0 &&
	    run->parsed->split.n_piggyback == 0) {
		check_say(out, run->states[CHECK_MK_EMPTY],
		    "[agent] No section in %zu bytes of output: is it an "
		    "agent?",
		    run->bytes);
		say_snmp(run, out);
	} else {
		check_say_words(out, CHECK_OK, SLICE("[agent] Success"));
		say_snmp(run, out);
		say_agent(run, out);
		say_missing(run, out);
		say_sections(run, out);
	}
	check_say_words(out, CHECK_OK, SLICE("execution time "));
	render_number(&out->summary, run->fetch_seconds);
	str_addn(&out->summary, " sec", 4);
	add_times(run, out);
}

const struct check check_check_mk = {
    .name = "check_mk",
    .title = "Check_MK: the fetch itself",
    .manual =
	"The service that fetches the host's agent and feeds its other "
	"services. CRIT if the agent cannot be reached, does not answer in "
	"time or does not send sections; WARN if a section that services need "
	"is missing or cannot be read. While it fails, the other services "
	"keep their states and go stale. The ruleset says which state each "
	"trouble has; it holds for hosts that have the service Check_MK "
	"Discovery.",
    .ruleset = "check_mk_exit_status",
    .description = "Check_MK",
    .sections = (const struct section_type *const[]){&section_check_mk, NULL},
    .params = params,
    .metrics = metrics,
};
