/* SPDX-License-Identifier: Apache-2.0
 *
 * Section cpu: "0.42 0.38 0.30 2/611 24011 8", then the limit of threads.
 */
#include "fetcher/sections/cpu.h"

#include "common/num.h"

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_cpu *cpu = section;
	struct slice line, tasks, running, pid, cpus;
	uint64_t threads, value;

	(void)arena;
	if (!split_line(in, &line))
		return section_bad(in, err_r, "no line");
	for (size_t i = 0; i < 3; i++)
		if (!section_double(&line, &cpu->load[i]))
			return section_bad(in, err_r, "expected three loads");
	if (!slice_word(&line, &tasks) || !slice_next(&tasks, '/', &running) ||
	    !num_u64(tasks, &threads))
		return section_bad(in, err_r, "expected running/threads");
	cpu->threads = (double)threads;
	cpu->cpus = 1;
	if (slice_word(&line, &pid) && slice_word(&line, &cpus)) {
		if (!num_u64(cpus, &value))
			return section_bad(
			    in, err_r, "expected number of CPUs");
		if (value > 0)
			cpu->cpus = (double)value;
	}
	if (split_line(in, &line) && section_u64(&line, &value))
		cpu->max_threads = (double)value;
	return 0;
}

const struct section_type section_cpu = {
    .names = {"cpu", NULL},
    .size = sizeof(struct section_cpu),
    .parse = parse,
};
