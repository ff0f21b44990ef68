/* SPDX-License-Identifier: Apache-2.0
 *
 * Section kernel: counters of the CPU and of the kernel since the start.
 */
#ifndef FETCHER_SECTIONS_KERNEL_H
#define FETCHER_SECTIONS_KERNEL_H

#include "fetcher/sections/section.h"

enum kernel_cpu {
	KERNEL_USER,
	KERNEL_NICE,
	KERNEL_SYSTEM,
	KERNEL_IDLE,
	KERNEL_IOWAIT,
	KERNEL_IRQ,
	KERNEL_SOFTIRQ,
	KERNEL_STEAL,
	KERNEL_GUEST,
	KERNEL_GUEST_NICE,
	KERNEL_CPU_FIELDS
};
enum kernel_counter {
	KERNEL_PROCESSES,
	KERNEL_CTXT,
	KERNEL_PGMAJFAULT,
	KERNEL_PSWPIN,
	KERNEL_PSWPOUT,
	KERNEL_COUNTERS
};

struct section_kernel {
	double time; /* of the host, seconds */
	bool has_cpu;
	double cpu[KERNEL_CPU_FIELDS]; /* jiffies of all CPUs */
	/* Of each core that is told of, in their order. */
	struct kernel_core {
		double busy, total; /* jiffies */
	} * cores;
	size_t n_cpus, cap_cpus;
	bool has[KERNEL_COUNTERS];
	double counters[KERNEL_COUNTERS];
};

extern const struct section_type section_kernel;

#endif
