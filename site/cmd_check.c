/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette check: what the checks of a host say now.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/settings.h"
#include "fetcher/evaluate.h"
#include "fetcher/fetch_once.h"
#include "fetcher/piggyback.h"
#include "fetcher/snmp/stored.h"
#include "site/check_details.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/term.h"
#include "site/written.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define OUTPUT_MAX (64u << 20)

struct checking {
	const struct cmd_call *call;
	struct written *w;
	json_t *rows;
	json_t *explained; /* with -v: description -> rows; else NULL */
	json_t *phases;    /* array of {phase, seconds} */
};

static const char *const service_states[] = {"OK", "WARN", "CRIT", "UNKNOWN"};
/* By a plugin's state; UNKNOWN: this process could not ask. */
static const char *const host_states[] = {"UP", "DOWN", "DOWN", "UNKNOWN"};

static json_t *
text(struct slice s)
{
	json_t *value = json_stringn(s.s != NULL ? s.s : "", s.len);

	return value != NULL ? value : json_string("(not UTF-8)");
}

static void
add_details(const struct checking *c, const struct snap_object *o,
    const struct msg_job_result *r, json_t *row)
{
	const char *check = o->check == SNAP_CHECK_AGENT
	    ? "check_mk"
	    : snap_s(c->w->snap, o->check_name);

	if (c->explained == NULL)
		return;
	json_object_set_new(row, "metrics",
	    check_details_metrics(slice_of(check), r->perfdata));
	json_object_set_new(row, "parameters",
	    check_details_params(o->is_service
		    ? json_object_get(c->explained, snap_s(c->w->snap, o->name))
		    : NULL));
}

static void
add_phase(struct checking *c, const char *name, int64_t since)
{
	json_array_append_new(c->phases,
	    json_pack("{s:s, s:f}", "phase", name, "seconds",
		(double)(clock_mono() - since) / NS_PER_S));
}

static void
add_row(struct checking *c, uint32_t object, const struct msg_job_result *r)
{
	const struct snap_object *o = &c->w->snap->objects[object];
	const char *state = o->is_service
	    ? service_states[r->state <= 3 ? r->state : 3]
	    : host_states[r->state <= 3 ? r->state : 3];

	json_t *row = json_pack("{s:s, s:o, s:s, s:i, s:o, s:o, s:o}", "host",
	    snap_s(c->w->snap, c->w->snap->objects[o->host].name), "service",
	    o->is_service ? json_string(snap_s(c->w->snap, o->name))
			  : json_null(),
	    "state", state, "code", (int)r->state, "output", text(r->output),
	    "long_output", text(r->long_output), "perfdata", text(r->perfdata));

	add_details(c, o, r, row);
	json_array_append_new(c->rows, row);
}

static void
add_results(struct checking *c, uint32_t object, const struct str *results)
{
	struct slice rest = str_slice(results);
	struct msg_job_result r;

	while (msg_job_result_next(&rest, &r)) {
		if (r.object == MSG_OWN_OBJECT)
			add_row(c, object, &r);
		else if (r.object < c->w->snap->n_objects && r.state <= 3)
			add_row(c, r.object, &r);
	}
}

/* What an agent sent, or why nothing came, by the checks. */
static void
evaluate(struct checking *c, uint32_t agent, const struct msg_job *job,
    const struct evaluate_input *fetched)
{
	struct piggyback_sources sources = {0};
	struct evaluate_input in = *fetched;
	int64_t since = clock_mono();
	struct str results = {0};

	in.job = job;
	in.now_us = clock_wall() / NS_PER_US;
	in.no_agent =
	    job->kind == MSG_JOB_PIGGYBACK || job->kind == MSG_JOB_SNMP;
	piggyback_sources_read(&sources, job, in.now_us / 1000000);
	in.sources = sources.list;
	in.n_sources = sources.n;
	in.persisted = sources.persisted;
	evaluate_agent(&in, &results);
	piggyback_sources_free(&sources);
	add_phase(c, "sections and checks", since);
	add_results(c, agent, &results);
	str_free(&results);
}

/* The agent's output comes from a file instead of the host. */
static int
evaluate_file(struct checking *c, uint32_t host, const char *path)
{
	uint32_t agent = written_agent(c->w, host);
	struct str output = {0};
	struct msg_job job;
	struct err err;
	int rc = -1;

	if (agent == SNAP_NONE || !written_job(c->w, agent, &job)) {
		cmd_fail("check", "%s has no agent (its key \"agent\")",
		    c->call->argv[0]);
	} else if (file_read(path, OUTPUT_MAX, &output, &err) == -1) {
		cmd_fail("check", "%s", err.text);
	} else {
		struct evaluate_input in = {.output = str_slice(&output)};

		evaluate(c, agent, &job, &in);
		rc = 0;
	}
	str_free(&output);
	return rc;
}

/* The sections of a stored walk, by the host's own options. */
static int
read_walk(const struct msg_job *job, struct slice walk, struct str *output,
    struct err *err_r)
{
	json_t *options = json_loadb(job->snmp.s, job->snmp.len, 0, NULL);
	struct collect_settings set = {.options = options,
	    .host = job->host,
	    .bare = json_is_true(json_object_get(options, "without_system"))};
	int rc = stored_collect(walk, job->items, &set, output, err_r);

	json_decref(options);
	return rc;
}

/* A stored walk instead of the host's SNMP device. */
static int
evaluate_walk(struct checking *c, uint32_t host, const char *path)
{
	uint32_t agent = written_agent(c->w, host);
	struct str walk = {0}, output = {0};
	struct msg_job job;
	struct err err;
	int rc = -1;

	if (agent == SNAP_NONE || !written_job(c->w, agent, &job) ||
	    job.snmp.len == 0) {
		cmd_fail("check", "%s is not read by SNMP (its key \"snmp\")",
		    c->call->argv[0]);
	} else if (file_read(path, OUTPUT_MAX, &walk, &err) == -1) {
		cmd_fail("check", "%s", err.text);
	} else if (read_walk(&job, str_slice(&walk), &output, &err) == -1) {
		cmd_fail("check", "%s: %s", path, err.text);
	} else {
		struct evaluate_input in = {
		    .has_snmp = true, .snmp = str_slice(&output)};

		job.kind = MSG_JOB_SNMP; /* its agent is not asked */
		evaluate(c, agent, &job, &in);
		rc = 0;
	}
	str_free(&walk);
	str_free(&output);
	return rc;
}

static void
run_agent(struct checking *c, uint32_t object, const struct msg_job *job)
{
	struct str output = {0};
	struct err err = {""};
	int64_t since = clock_mono();
	struct evaluate_input in = {0};

	if (fetch_once(job, &output, &err) == -1)
		in.failure = err.text;
	in.fetch_us = (uint64_t)(clock_mono() - since) / NS_PER_US;
	add_phase(c, "fetch", since);
	in.output = str_slice(&output);
	evaluate(c, object, job, &in);
	str_free(&output);
}

static void
run_one(struct checking *c, uint32_t object)
{
	const char *name = snap_s(c->w->snap, c->w->snap->objects[object].name);
	struct str results = {0};
	struct msg_job job;
	int64_t since;

	if (!written_job(c->w, object, &job))
		return;
	term_progress("checking %s", name);
	since = clock_mono();
	if ((job.kind == MSG_JOB_AGENT || job.kind == MSG_JOB_PROGRAM) &&
	    job.snmp.len == 0) {
		run_agent(c, object, &job);
		return;
	}
	fetch_results_once(&job, &results);
	add_phase(c, name, since);
	add_results(c, object, &results);
	str_free(&results);
}

/* As the daemon would, after its next start. */
static void
take_settings(const char *root)
{
	struct str mistakes = {0};
	struct settings *s = settings_load(root, &mistakes);

	if (s != NULL)
		fetch_once_inprocess(s->fetcher_inprocess);
	settings_free(&s);
	str_free(&mistakes);
}

static void
run_all(struct checking *c, uint32_t host)
{
	struct snap_list all = c->w->snap->objects[host].services;

	fetch_once_root(c->call->site->root);
	take_settings(c->call->site->root);
	run_one(c, host);
	for (uint32_t i = all.off; i < all.off + all.n; i++)
		run_one(c, i);
	term_clear();
}

static void
print_rows(const struct checking *c)
{
	size_t i, wide = 4;
	json_t *row;

	json_array_foreach(c->rows, i, row)
	{
		size_t n = strlen(json_string_value(json_object_get(row,
		    json_is_null(json_object_get(row, "service"))
			? "host"
			: "service")));
		wide = n > wide ? n : wide;
	}
	json_array_foreach(c->rows, i, row)
	{
		const json_t *service = json_object_get(row, "service");
		const char *long_output = json_string_value(
			       json_object_get(row, "long_output")),
			   *perf = json_string_value(
			       json_object_get(row, "perfdata"));
		int code =
		    (int)json_integer_value(json_object_get(row, "code"));

		printf("%s%-7s%s  %-*s  %s%s%s\n",
		    term_state(code, json_is_null(service)),
		    json_string_value(json_object_get(row, "state")),
		    term_plain(), (int)wide,
		    json_string_value(json_is_null(service)
			    ? json_object_get(row, "host")
			    : service),
		    json_string_value(json_object_get(row, "output")),
		    *perf ? " | " : "", perf);
		if (*long_output)
			printf("%s\n", long_output);
		check_details_print(json_object_get(row, "metrics"),
		    json_object_get(row, "parameters"));
	}
}

static void
print_phases(const struct checking *c)
{
	json_t *row;
	size_t i;

	puts("");
	json_array_foreach(c->phases, i, row)
	{
		printf("%9.1f ms  %s\n",
		    1e3 * json_number_value(json_object_get(row, "seconds")),
		    json_string_value(json_object_get(row, "phase")));
	}
}

/* With -v; prints what is wrong. */
static int
explain(struct checking *c)
{
	struct compile_report report = {0};
	struct err err = {""};
	int64_t since = clock_mono();

	c->explained = compile_explain_services(
	    c->call->site->root, c->call->argv[0], &report, &err);
	compile_report_free(&report);
	add_phase(c, "explanation of parameters", since);
	if (c->explained == NULL)
		return cmd_fail("check", "%s", err.text);
	return 0;
}

static int
run_host(struct checking *c, uint32_t host)
{
	const char *file = cmd_value(c->call, "agent-output");
	const char *walk = cmd_value(c->call, "walk");
	bool json = cmd_flag(c->call, "json");

	if (cmd_flag(c->call, "verbose") && explain(c) != 0)
		return CMD_FAILED;
	if (walk != NULL) {
		if (evaluate_walk(c, host, walk) == -1)
			return CMD_FAILED;
	} else if (file == NULL)
		run_all(c, host);
	else if (evaluate_file(c, host, file) == -1)
		return CMD_FAILED;
	if (json) {
		term_json(c->rows);
		return 0;
	}
	print_rows(c);
	if (c->explained != NULL)
		print_phases(c);
	return 0;
}

static int
run(const struct cmd_call *call)
{
	struct checking c = {.call = call};
	int64_t since = clock_mono();
	uint32_t host = SNAP_NONE;
	int code = CMD_FAILED;

	c.rows = json_array();
	c.phases = json_array();
	c.w = written_open(call->site, "check");
	add_phase(&c, "configuration", since);
	if (c.w != NULL)
		host = written_host(c.w, "check", call->argv[0]);
	if (host != SNAP_NONE)
		code = run_host(&c, host);
	json_decref(c.rows);
	json_decref(c.phases);
	json_decref(c.explained);
	written_close(&c.w);
	return code;
}

static const struct cmd_option options[] = {
    {"agent-output", 'a', "FILE",
	"judge this file instead of asking the host's agent"},
    {"walk", 'w', "FILE",
	"judge this stored walk instead of asking the host's SNMP agent"},
    {"verbose", 'v', NULL,
	"each metric, each parameter with its source, each phase's time"},
    {"json", 'j', NULL,
	"an array of {host, service, state, code, output, long_output,"
	" perfdata}; with -v also metrics and parameters"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_check = {
    .name = "check",
    .args = "HOST",
    .summary = "run the checks of a host and print what they say",
    .details =
	"Runs the check of the host itself and of each of its services once,\n"
	"as the configuration files say, without an activation, without a\n"
	"running site and without telling it: states, texts and performance\n"
	"data are printed. Counters have no earlier value here, so checks of\n"
	"rates show none. With --agent-output only the agent's services are\n"
	"judged, from that file, with --walk those of an SNMP device from a\n"
	"stored walk (by \"vedette snmp walk\", snmpwalk -On or snmpsim).\n"
	"-v tells each metric with its unit and\n"
	"levels, each parameter with its value and where that comes from (a\n"
	"rule's file and line, discovery, the check's default), and how long\n"
	"each phase took.",
    .scope = CMD_SITE_OPTION,
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .run = run,
};
