/* SPDX-License-Identifier: Apache-2.0
 *
 * Section kernel: the time, then /proc/vmstat and /proc/stat.
 */
#include "fetcher/sections/kernel.h"

#include <ctype.h>

static int
read_cpu(struct split_lines *in, struct slice line,
    struct section_kernel *kernel, struct err *err_r)
{
	size_t n = 0;
	uint64_t value;
	for (; n < KERNEL_CPU_FIELDS && line.len > 0; n++) {
		if (!section_u64(&line, &value))
			return section_bad(in, err_r, "expected jiffies");
		kernel->cpu[n] = (double)value;
	}
	if (n < 4)
		return section_bad(in, err_r, "expected at least four jiffies");
	kernel->has_cpu = true;
	return 0;
}

#define MAX_CORES 4096

/* "cpu0 ...": what of it was not idle; a broken line counts for nothing. */
static void
read_core(struct slice line, struct section_kernel *kernel, struct arena *arena)
{
	struct kernel_core core = {0};
	uint64_t value;

	if (kernel->n_cpus == MAX_CORES)
		return;
	for (int i = 0; i <= KERNEL_STEAL && section_u64(&line, &value); i++) {
		core.total += (double)value;
		core.busy += i == KERNEL_IDLE ? 0 : (double)value;
	}
	ARENA_GROW(arena, kernel->cores, kernel->n_cpus, kernel->cap_cpus);
	kernel->cores[kernel->n_cpus++] = core;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	static const char *const names[KERNEL_COUNTERS] = {
	    [KERNEL_PROCESSES] = "processes",
	    [KERNEL_CTXT] = "ctxt",
	    [KERNEL_PGMAJFAULT] = "pgmajfault",
	    [KERNEL_PSWPIN] = "pswpin",
	    [KERNEL_PSWPOUT] = "pswpout",
	};
	struct section_kernel *kernel = section;
	struct slice line, name;

	if (!split_line(in, &line) || !section_double(&line, &kernel->time))
		return section_bad(in, err_r, "expected the time");
	while (split_line(in, &line)) {
		uint64_t value;
		if (!slice_word(&line, &name))
			continue;
		if (slice_eqs(name, "cpu")) {
			if (read_cpu(in, line, kernel, err_r) != 0)
				return -1;
			continue;
		}
		if (slice_starts(name, "cpu") && name.len > 3 &&
		    isdigit((unsigned char)name.s[3])) {
			read_core(line, kernel, arena);
			continue;
		}
		for (size_t i = 0; i < KERNEL_COUNTERS; i++) {
			if (!slice_eqs(name, names[i]))
				continue;
			if (!section_u64(&line, &value))
				return section_bad(
				    in, err_r, "expected a number");
			kernel->counters[i] = (double)value;
			kernel->has[i] = true;
		}
	}
	return 0;
}

const struct section_type section_kernel = {
    .names = {"kernel", NULL},
    .size = sizeof(struct section_kernel),
    .parse = parse,
};
