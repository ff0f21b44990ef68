/* SPDX-License-Identifier: Apache-2.0
 *
 * Number of threads on the host.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/cpu.h"

enum {
	P_LEVELS,
	P_PERCENT
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "threads", CHECK_DEF_LEVELS(2000, 4000),
	"on the number of threads; percentages are of the kernel's limit"},
    {"levels_percent", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on the share of the kernel's limit"},
    {0}};

static const struct check_metric metrics[] = {
    {"threads", "", "threads of all processes"},
    {"thread_usage", "%", "share of the kernel's limit"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_cpu *cpu = c->sections[0];
	struct check_levels l =
	    check_levels_of(&c->params[P_LEVELS].levels, cpu->max_threads);
	if (!c->params[P_LEVELS].set ||
	    (c->params[P_LEVELS].levels.kind == CHECK_LEVELS_PERCENT &&
		cpu->max_threads <= 0))
		l.kind = CHECK_LEVELS_NONE;

	check_value_say(
	    out, false, "Count", cpu->threads, &l, NULL, render_count);
	check_metric(out, "threads", cpu->threads, &l, 0, NAN);
	if (cpu->max_threads <= 0)
		return;
	double usage = 100 * cpu->threads / cpu->max_threads;
	l = check_levels_of(&c->params[P_PERCENT].levels, 100);
	check_value_say(out, false, "Usage", usage, &l, NULL, render_percent);
	check_metric(out, "thread_usage", usage, &l, 0, 100);
}

const struct check check_cpu_threads = {
    .name = "cpu_threads",
    .title = "Number of threads",
    .manual = "How many threads all processes have together.",
    .ruleset = "threads",
    .description = "Number of threads",
    .sections = (const struct section_type *const[]){&section_cpu, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
