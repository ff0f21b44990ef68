/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs run under the mk-job wrapper.
 */
#include "fetcher/sections/job.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

#include <stdio.h>

enum {
	P_EXIT_CODES,
	P_AGE
};

static const struct check_param params[] = {
    {"exit_codes", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by exit code, where 0 is OK and all others CRIT by default"},
    {"age", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time since the job was last started"},
    {0}};

static const struct check_metric metrics[] = {
    {"start_time", "s", "start of the last run, since 1970"},
    {"real_time", "s", "how long it took"}, {"user_time", "s", "CPU time"},
    {"system_time", "s", "CPU time in the kernel"},
    {"reads", "", "blocks read"}, {"writes", "", "blocks written"},
    {"max_res_bytes", "B", "the most memory it had"},
    {"avg_mem_bytes", "B", "the memory it had on average"},
    {"invol_context_switches", "", "times that it lost the CPU"},
    {"vol_context_switches", "", "times that it waited"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_job *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		if (s->entries[i].has[JOB_EXIT_CODE])
			check_found_add(found, s->entries[i].name, NULL);
}

static void
say_exit_code(const struct check_context *c, double code, struct check_out *out)
{
	uint32_t state = code == 0 ? CHECK_OK : CHECK_CRIT;
	char name[32];
	snprintf(name, sizeof(name), "%.0f", code);
	check_params_state(&c->params[P_EXIT_CODES], name, &state);
	check_say(out, state, "Latest exit code: %s", name);
}

static void
say_values(const struct job_entry *e, struct check_out *out)
{
	static const struct {
		const char *label, *metric;
		enum job_value value;
		render_fn *render;
		bool notice;
	} all[] = {{"Real time", "real_time", JOB_REAL, render_timespan, false},
	    {"User time", "user_time", JOB_USER, render_seconds, true},
	    {"System time", "system_time", JOB_SYSTEM, render_seconds, true},
	    {"Filesystem reads", "reads", JOB_READS, render_count, true},
	    {"Filesystem writes", "writes", JOB_WRITES, render_count, true},
	    {"Max. memory", "max_res_bytes", JOB_MAX_RSS, render_bytes, true},
	    {"Avg. memory", "avg_mem_bytes", JOB_AVERAGE_MEMORY, render_bytes,
		true},
	    {"Invol. context switches", "invol_context_switches",
		JOB_INVOLUNTARY, render_count, true},
	    {"Vol. context switches", "vol_context_switches", JOB_VOLUNTARY,
		render_count, true}};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!e->has[all[i].value])
			continue;
		check_value_say(out, all[i].notice, all[i].label,
		    e->values[all[i].value], NULL, NULL, all[i].render);
		check_metric(out, all[i].metric, e->values[all[i].value], NULL,
		    NAN, NAN);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_job *s = c->sections[0];
	const struct job_entry *e = NULL;
	struct str text = {0};

	for (size_t i = 0; i < s->n && e == NULL; i++)
		if (slice_eq(s->entries[i].name, c->item))
			e = &s->entries[i];
	if (e == NULL || (!e->has[JOB_EXIT_CODE] && e->running == 0)) {
		check_say(out, CHECK_UNKNOWN,
		    "Got incomplete information for this job");
		return;
	}
	double start = e->values[JOB_START];
	if (e->has[JOB_EXIT_CODE])
		say_exit_code(c, e->values[JOB_EXIT_CODE], out);
	if (e->running > 0) {
		str_addf(&text, "%u running since ", e->running);
		render_date(&text, e->running_since);
		check_say_str(out, CHECK_OK, &text);
		start = e->running_since;
	} else if (e->has[JOB_START]) {
		str_add(&text, "Latest job started at ");
		render_date(&text, start);
		check_tell_str(out, CHECK_OK, &text);
	}
	str_free(&text);
	say_values(e, out);
	if (e->has[JOB_START])
		check_metric(
		    out, "start_time", e->values[JOB_START], NULL, NAN, NAN);
	if (start > 0)
		check_value_say(out, true, "Job age",
		    c->now > start ? c->now - start : 0,
		    c->params[P_AGE].set ? &c->params[P_AGE].levels : NULL,
		    NULL, render_timespan);
}

const struct check check_job = {
    .name = "job",
    .title = "Jobs (mk-job)",
    .manual =
	"The last run of a job that was started with `mk-job NAME COMMAND`: "
	"its exit code, times, memory and input and output. CRIT if the exit "
	"code is not 0, unless `exit_codes` says otherwise.",
    .ruleset = "job",
    .description = "Job %s",
    .sections = (const struct section_type *const[]){&section_job, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
