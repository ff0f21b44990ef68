/* SPDX-License-Identifier: Apache-2.0
 *
 * Section md: the kernel's software RAID, /proc/mdstat.
 */
#ifndef FETCHER_SECTIONS_MD_H
#define FETCHER_SECTIONS_MD_H

#include "fetcher/sections/section.h"

struct md_entry {
	struct slice name, status, level; /* "md0", "active", "raid1" */
	unsigned disks, failed, spare;    /* named in the first line */
	bool has_count;
	unsigned wanted, working; /* "[2/1]" */
	struct slice map;         /* "U_" */
	struct slice action;      /* "resync", "recovery", ...; empty: none */
	struct slice progress;    /* "33.3%" or "DELAYED" */
	struct slice finish, speed;
};

struct section_md {
	struct md_entry *entries;
	size_t n, cap;
};

extern const struct section_type section_md;

#endif
