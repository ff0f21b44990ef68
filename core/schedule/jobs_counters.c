/* SPDX-License-Identifier: Apache-2.0
 *
 * What is counted of jobs and workers.
 */
#include "common/mem.h"
#include "core/schedule/jobs_internal.h"

#include "common/clock.h"
#include "core/schedule/piggyback.h"

/* Part of the workers' credit that plugins, or all others, use now. */
static double
usage(const struct jobs *j, bool plugins)
{
	uint32_t of_plugins = j->running_of[MSG_JOB_PLUGIN];

	if (j->capacity == 0)
		return 0;
	return (double)(plugins ? of_plugins : j->n_running - of_plugins) /
	    j->capacity;
}

void
jobs_note_usage(struct jobs *j, int64_t now_ns)
{
	smooth_set(&j->usage_plugin, usage(j, true), now_ns);
	smooth_set(&j->usage_other, usage(j, false), now_ns);
}

void
jobs_note_latency(struct jobs *j, struct worker *w, unsigned kind,
    const struct due *due, int64_t now_ns)
{
	struct smooth_mean *average =
	    kind == MSG_JOB_PLUGIN ? &j->latency_plugin : &j->latency_other;
	double late = (double)(now_ns - due->planned) / (double)NS_PER_S;
	int64_t interval = (int64_t)j->schedule->engine->objects[due->object]
			       .check_interval_ms *
	    NS_PER_MS;

	j->overdue += interval > 0 && now_ns - due->planned > interval;
	j->plugins += kind == MSG_JOB_PLUGIN;
	smooth_add(average, late, now_ns);
	w->latency += (late - w->latency) * 0.05;
}

void
jobs_counters(const struct jobs *j, struct str *list)
{
	const struct schedule_counters *s = &j->schedule->counters;
	const struct share share = {.capacity = j->capacity};
	uint64_t waiting = 0, remote = 0;
	int64_t now_ns, wall;

	for (unsigned i = 0; i < SCHEDULE_KINDS; i++)
		waiting += schedule_waiting(j->schedule, i);
	for (uint32_t i = 0; i < j->workers.n_claims; i++)
		waiting += claim_waiting(&j->workers.claims[i]);
	for (const struct worker *w = j->workers.first; w != NULL; w = w->next)
		remote += w->def >= 0;
	j->ops->clock(j->arg, &now_ns, &wall);
	const struct {
		const char *name;
		double value;
	} counters[] = {
	    {"jobs_sent", (double)j->sent},
	    {"jobs_answered", (double)j->answered},
	    {"jobs_late", (double)j->late},
	    {"jobs_given_away", (double)j->given_away},
	    {"jobs_timed_out", (double)j->timed_out},
	    {"jobs_refused_queue", (double)j->refused_queue},
	    {"jobs_running", (double)j->n_running},
	    {"jobs_waiting", (double)waiting},
	    {"jobs_capacity", j->capacity},
	    {"jobs_most_pings", share_most(&share, MSG_JOB_PING)},
	    {"jobs_most_other", share_most(&share, MSG_JOB_PLUGIN)},
	    {"jobs_kept_each", share_kept(&share)},
	    {"jobs_running_pings", j->running_of[MSG_JOB_PING]},
	    {"jobs_running_plugins", j->running_of[MSG_JOB_PLUGIN]},
	    {"jobs_held_back", (double)j->workers.held_back},
	    {"job_results", (double)j->results},
	    {"job_results_stray", (double)j->results_stray},
	    {"workers", (double)jobs_workers(j)},
	    {"workers_remote", (double)remote},
	    {"workers_joined", (double)j->workers.joined},
	    {"workers_lost", (double)j->workers.lost},
	    {"workers_refused", (double)j->workers.strangers},
	    {"jobs_waited_for_worker", (double)j->workers.waited},
	    {"schedule_skipped_running", (double)s->skipped_running},
	    {"schedule_skipped_off", (double)s->skipped_off},
	    {"schedule_skipped_period", (double)s->skipped_period},
	    {"checks_overdue", (double)j->overdue},
	    {"schedule_coalesced", (double)s->coalesced},
	    {"pings_refuted", (double)j->life.refuted},
	    {"host_checks", (double)j->host_checks},
	    {"service_checks", (double)j->service_checks},
	    {"forks", (double)(j->plugins + j->handlers_run)},
	    {"event_handlers_run", (double)j->handlers_run},
	    {"event_handlers_waiting", (double)j->n_handlers},
	    {"event_handlers_skipped", (double)j->handlers_skipped},
	    {"event_handlers_dropped", (double)j->handlers_dropped},
	    {"average_latency_generic", smooth_mean(&j->latency_plugin)},
	    {"average_latency_fetcher", smooth_mean(&j->latency_other)},
	    {"helper_usage_generic", smooth_level(&j->usage_plugin, now_ns)},
	    {"helper_usage_fetcher", smooth_level(&j->usage_other, now_ns)},
	};

	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		struct msg_counter c = {
		    slice_of(counters[i].name), counters[i].value};

		msg_counter_put(list, &c);
	}
	piggyback_counters(j->piggyback, list);
}
