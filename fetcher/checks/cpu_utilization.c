/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU utilization: what the CPUs' time went into since the last check.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/kernel.h"

#include <stdio.h>

enum {
	P_UTIL,
	P_IOWAIT,
	P_STEAL,
	P_AVERAGE
};

static const struct check_param params[] = {
    {"util", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on everything but idle (with `average`: on the average)"},
    {"iowait", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE, "on waiting for disks"},
    {"steal", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on time that the hypervisor gave to others"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"average the utilization over so many minutes"},
    {0}};

static const struct check_metric metrics[] = {
    {"user", "%", "programs, with nice, without guests"},
    {"system", "%", "the kernel, with interrupts"},
    {"wait", "%", "waiting for disks"},
    {"steal", "%", "given to others by the hypervisor, if it ever was"},
    {"guest", "%", "virtual machines, if there ever were any"},
    {"util", "%", "everything but idle"},
    {"util_average", "%", "its average (average)"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_kernel *kernel = c->sections[0];
	if (kernel->has_cpu)
		check_found_add(found, SLICE(""), NULL);
}

/* Jiffies since the last check; since the start of the host if that was none
 * or the host was restarted in between. */
static void
differences(const struct check_context *c, double *d)
{
	const struct section_kernel *kernel = c->sections[0];
	bool all = true;
	for (int i = 0; i < KERNEL_CPU_FIELDS; i++) {
		char key[STORE_MAX_KEY];
		snprintf(key, sizeof(key), "cpu%d", i);
		all = check_store_delta(
			  c->store, key, kernel->time, kernel->cpu[i], &d[i]) &&
		    all;
	}
	if (!all)
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

static void
say_util(const struct check_context *c, struct check_out *out, double util)
{
	double minutes = c->params[P_AVERAGE].number;
	struct check_levels l = {0};

	if (c->params[P_UTIL].set)
		l = check_levels_of(&c->params[P_UTIL].levels, 100);
	if (!c->params[P_AVERAGE].set || minutes <= 0) {
		check_value_say(
		    out, false, "Total CPU", util, &l, NULL, render_percent);
		check_metric(out, "util", util, &l, 0, 100);
		return;
	}
	double average =
	    check_store_average(c->store, "average", c->now, util, minutes);
	char label[64];
	snprintf(label, sizeof(label), "Total CPU (%g min average)", minutes);
	check_value_say(out, false, label, average, &l, NULL, render_percent);
	check_metric(out, "util", util, NULL, 0, 100);
	check_metric(out, "util_average", average, &l, 0, 100);
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
	say_util(c, out, (total - d[KERNEL_IDLE]) * share);
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
