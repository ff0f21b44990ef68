/* SPDX-License-Identifier: Apache-2.0
 *
 * Section cpu: load averages and threads.
 */
#ifndef FETCHER_SECTIONS_CPU_H
#define FETCHER_SECTIONS_CPU_H

#include "fetcher/sections/section.h"

struct section_cpu {
	double load[3]; /* of 1, 5 and 15 minutes */
	double threads;
	double cpus;        /* at least 1 */
	double max_threads; /* the kernel's limit; 0: not known */
};

extern const struct section_type section_cpu;

#endif
