/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU load: how many threads want to run.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/cpu.h"

enum {
	P_LEVELS1,
	P_LEVELS5,
	P_LEVELS15
};

static const struct check_param params[] = {
    {"levels1", CHECK_PARAM_UPPER, "per core", CHECK_DEF_NONE,
	"on the average of one minute"},
    {"levels5", CHECK_PARAM_UPPER, "per core", CHECK_DEF_NONE,
	"on the average of five minutes"},
    {"levels15", CHECK_PARAM_UPPER, "per core", CHECK_DEF_LEVELS(5, 10),
	"on the average of fifteen minutes"},
    {0}};

static const struct check_metric metrics[] = {
    {"load1", "", "average of 1 minute; maximum: number of cores"},
    {"load5", "", "average of 5 minutes"},
    {"load15", "", "average of 15 minutes"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const names[] = {"load1", "load5", "load15"};
	static const char *const labels[] = {"1 min load per core",
	    "5 min load per core", "15 min load per core"};
	const struct section_cpu *cpu = c->sections[0];

	check_say(out, CHECK_OK, "15 min load: %.2f", cpu->load[2]);
	for (size_t i = 3; i-- > 0;) {
		/* Levels are per core; percentages would be of one core. */
		struct check_levels one =
		    check_levels_of(&c->params[P_LEVELS1 + i].levels, 1);
		check_value_say(out, i != 2, labels[i],
		    cpu->load[i] / cpu->cpus, &one, NULL, render_number);
		if (i == 2)
			str_addf(&out->summary, " (%.0f core%s)", cpu->cpus,
			    cpu->cpus > 1 ? "s" : "");
	}
	for (size_t i = 0; i < 3; i++) {
		struct check_levels all =
		    check_levels_of(&c->params[P_LEVELS1 + i].levels, 1);
		all.warn *= cpu->cpus;
		all.crit *= cpu->cpus;
		check_metric(out, names[i], cpu->load[i], &all, 0, cpu->cpus);
	}
}

const struct check check_cpu_loads = {
    .name = "cpu_loads",
    .title = "CPU load",
    .manual =
	"The load averages of 1, 5 and 15 minutes. Levels are per core and "
	"hold for the average of 15 minutes unless you set others.",
    .ruleset = "cpu_load",
    .description = "CPU load",
    .sections = (const struct section_type *const[]){&section_cpu, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
