/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernel Performance: how often the kernel does what costs time.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/kernel.h"

static const struct check_param params[] = {
    {"process_creations", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on new processes"},
    {"context_switches", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on context switches"},
    {"major_page_faults", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on page faults that had to read from disk"},
    {"page_swap_in", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on pages read from swap"},
    {"page_swap_out", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on pages written to swap"},
    {0}};

/* Also the metrics' names, in the order of enum kernel_counter. */
static const struct check_metric metrics[] = {
    {"process_creations", "1/s", "new processes"},
    {"context_switches", "1/s", "context switches"},
    {"major_page_faults", "1/s", "page faults that had to read from disk"},
    {"page_swap_in", "1/s", "pages read from swap"},
    {"page_swap_out", "1/s", "pages written to swap"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_kernel *kernel = c->sections[0];
	if (kernel->has[KERNEL_PROCESSES] || kernel->has[KERNEL_CTXT])
		check_found_add(found, SLICE(""), NULL);
}

static void
render_per_second(struct str *out, double value)
{
	render_number(out, value);
	str_add(out, "/s");
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const labels[KERNEL_COUNTERS] = {"Process creations",
	    "Context switches", "Major page faults", "Page swap in",
	    "Page swap out"};
	const struct section_kernel *kernel = c->sections[0];
	bool any = false;

	for (size_t i = 0; i < KERNEL_COUNTERS; i++) {
		double rate;
		if (!kernel->has[i] ||
		    !check_store_rate(c->store, metrics[i].name, kernel->time,
			kernel->counters[i], true, &rate))
			continue;
		any = true;
		struct check_levels l =
		    check_levels_of(&c->params[i].levels, 1);
		check_value_say(
		    out, false, labels[i], rate, &l, NULL, render_per_second);
		check_metric(out, metrics[i].name, rate, &l, 0, NAN);
	}
	out->none = !any;
}

const struct check check_kernel_performance = {
    .name = "kernel_performance",
    .title = "Kernel performance",
    .manual = "Rates of the kernel's counters since the last check; the first "
	      "check has none and gives no result. Nothing is judged without "
	      "levels.",
    .ruleset = "kernel_performance",
    .description = "Kernel Performance",
    .sections = (const struct section_type *const[]){&section_kernel, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
