/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU utilization: what the CPUs' time went into since the last check.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/kernel.h"

#include <stdio.h>

enum {
	P_UTIL,
	P_IOWAIT,
	P_STEAL,
	P_AVERAGE,
	P_CORES,
	P_CORE_METRICS,
	P_THRESHOLD,
	P_ABOVE,
	P_CORE_ABOVE
};

static const struct check_param params[] = {
    {"util", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on everything but idle (with `average`: on the average)"},
    {"iowait", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE, "on waiting for disks"},
    {"steal", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on time that the hypervisor gave to others"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"average the utilization over so many minutes"},
    {"core_util", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on the utilization of each core (the first 64)"},
    {"core_metrics", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"give the utilization of each core as a metric"},
    {"threshold", CHECK_PARAM_NUMBER, "%", CHECK_DEF_NUMBER(90),
	"utilization from which on the time of `above` counts"},
    {"above", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time that the utilization has been above `threshold`"},
    {"core_above", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time that one core has been above it"},
    {0}};

static const struct check_metric metrics[] = {
    {"user", "%", "programs, with nice, without guests"},
    {"system", "%", "the kernel, with interrupts"},
    {"wait", "%", "waiting for disks"},
    {"steal", "%", "given to others by the hypervisor, if it ever was"},
    {"guest", "%", "virtual machines, if there ever were any"},
    {"util", "%", "everything but idle"},
    {"util_average", "%", "its average (average)"},
    {"cpu_core_util_0", "%", "the first core, and so on (core_metrics)"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_kernel *kernel = c->sections[0];
	if (kernel->has_cpu)
		check_found_add(found, SLICE(""), NULL);
}

/*
 * value - last value, whatever the time; false if there is no last value.
 * Agents that are asked twice within a second tell the same time.
 */
static bool
step(const struct check_context *c, const char *key, double value,
    double *difference)
{
	const struct section_kernel *kernel = c->sections[0];
	double old;
	bool had = check_store_get(c->store, key, &old);

	check_store_put(c->store, key, kernel->time, value);
	*difference = had ? value - old : 0;
	return had;
}

/*
 * Jiffies since the last check; since the start of the host if that was none
 * or the host was restarted in between. Idle, waiting and stolen time are
 * known to run back a little on some kernels: that is no restart.
 */
static void
differences(const struct check_context *c, double *d)
{
	const struct section_kernel *kernel = c->sections[0];
	bool all = true;
	double total = 0;

	for (int i = 0; i < KERNEL_CPU_FIELDS; i++) {
		char key[STORE_MAX_KEY];
		snprintf(key, sizeof(key), "cpu%d", i);
		all = step(c, key, kernel->cpu[i], &d[i]) && all;
		if (i != KERNEL_IDLE && i != KERNEL_IOWAIT && i != KERNEL_STEAL)
			all = all && d[i] >= 0;
		if (i <= KERNEL_STEAL)
			total += d[i];
		d[i] = d[i] > 0 ? d[i] : 0;
	}
	if (!all || total < 0)
		memcpy(d, kernel->cpu, sizeof(kernel->cpu));
}

static void
say(const struct check_context *c, struct check_out *out, const char *label,
    const char *metric, double percent, size_t param)
{
	struct check_levels l = {0};
	if (param != SIZE_MAX && c->params[param].set)
		l = check_levels_of(&c->params[param].levels, 100);
	check_value_say(out, true, label, percent, &l, NULL, render_percent);
	check_metric(out, metric, percent, &l, 0, 100);
}

/* "TEXT above 90.00% for: 5 minutes" once it is, with levels on the time. */
static void
say_above(const struct check_context *c, struct check_out *out,
    const char *label, const char *key, double util, size_t param)
{
	double threshold = c->params[P_THRESHOLD].number, since = c->now;
	char text[96];

	if (!c->params[param].set || !c->params[P_THRESHOLD].set ||
	    util < threshold)
		return;
	if (!check_store_get(c->store, key, &since) || since > c->now)
		since = c->now;
	check_store_put(c->store, key, c->now, since);
	snprintf(text, sizeof(text), "%s above %.2f%% for", label, threshold);
	check_value_say(out, true, text, c->now - since,
	    &c->params[param].levels, NULL, render_timespan);
}

#define MAX_CORES 64 /* whose jiffies fit into what a service may keep */

static void
say_cores(const struct check_context *c, struct check_out *out)
{
	const struct section_kernel *kernel = c->sections[0];
	bool metric_wanted = c->params[P_CORE_METRICS].number > 0;

	if (!metric_wanted && !c->params[P_CORES].set &&
	    !c->params[P_CORE_ABOVE].set)
		return;
	for (size_t i = 0; i < kernel->n_cpus && i < MAX_CORES; i++) {
		const struct kernel_core *core = &kernel->cores[i];
		char key[STORE_MAX_KEY], label[32], name[32];
		struct check_levels l = {0};
		double busy, total;
		bool known;

		snprintf(key, sizeof(key), "b%zu", i);
		known = step(c, key, core->busy, &busy);
		snprintf(key, sizeof(key), "t%zu", i);
		known = step(c, key, core->total, &total) && known;
		if (!known || busy < 0 || total < busy || total <= 0)
			continue;
		snprintf(label, sizeof(label), "Core %zu", i);
		snprintf(name, sizeof(name), "cpu_core_util_%zu", i);
		if (c->params[P_CORES].set)
			l = check_levels_of(&c->params[P_CORES].levels, 100);
		check_value_say(out, true, label, 100 * busy / total, &l, NULL,
		    render_percent);
		if (metric_wanted)
			check_metric(out, name, 100 * busy / total, &l, 0, 100);
		snprintf(key, sizeof(key), "above%zu", i);
		say_above(c, out, label, key, 100 * busy / total, P_CORE_ABOVE);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_kernel *kernel = c->sections[0];
	double d[KERNEL_CPU_FIELDS], total = 0;

	if (!kernel->has_cpu) {
		check_say(out, CHECK_UNKNOWN, "The section has no line cpu");
		return;
	}
	differences(c, d);
	for (int i = KERNEL_USER; i <= KERNEL_STEAL; i++)
		total += d[i];
	if (total <= 0) {
		out->none = true;
		return;
	}
	double guest = d[KERNEL_GUEST] + d[KERNEL_GUEST_NICE];
	double share = 100 / total;
	utilization_say(c, "Total CPU", (total - d[KERNEL_IDLE]) * share,
	    &c->params[P_UTIL], &c->params[P_AVERAGE], out);
	say(c, out, "User", "user",
	    (d[KERNEL_USER] + d[KERNEL_NICE] - guest) * share, SIZE_MAX);
	say(c, out, "System", "system",
	    (d[KERNEL_SYSTEM] + d[KERNEL_IRQ] + d[KERNEL_SOFTIRQ]) * share,
	    SIZE_MAX);
	say(c, out, "Wait", "wait", d[KERNEL_IOWAIT] * share, P_IOWAIT);
	if (kernel->cpu[KERNEL_STEAL] > 0)
		say(c, out, "Steal", "steal", d[KERNEL_STEAL] * share, P_STEAL);
	if (kernel->cpu[KERNEL_GUEST] + kernel->cpu[KERNEL_GUEST_NICE] > 0)
		say(c, out, "Guest", "guest", guest * share, SIZE_MAX);
	say_above(c, out, "Total CPU", "above",
	    (total - d[KERNEL_IDLE]) * share, P_ABOVE);
	say_cores(c, out);
}

const struct check check_cpu_utilization = {
    .name = "cpu_utilization",
    .title = "CPU utilization",
    .manual =
	"The share of time that the CPUs were busy, and with what. `wait` is "
	"part of it: idle alone is not. Nothing is judged without levels.",
    .ruleset = "cpu_utilization",
    .description = "CPU utilization",
    .sections = (const struct section_type *const[]){&section_kernel, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
