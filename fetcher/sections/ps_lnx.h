/* SPDX-License-Identifier: Apache-2.0
 *
 * Section ps_lnx: the host's processes.
 */
#ifndef FETCHER_SECTIONS_PS_LNX_H
#define FETCHER_SECTIONS_PS_LNX_H

#include "fetcher/sections/section.h"

struct ps_entry {
	struct slice user, command, cgroup; /* cgroup may be empty */
	double vsz, rss;                    /* kB */
	double cpu;                         /* seconds of CPU so far */
	double age;                         /* seconds; -1: not said */
	uint64_t pid;
};

struct section_ps_lnx {
	double time; /* of the host, since 1970; 0: not said */
	struct ps_entry *entries;
	size_t n, cap;
};

extern const struct section_type section_ps_lnx;

#endif
