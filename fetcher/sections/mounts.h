/* SPDX-License-Identifier: Apache-2.0
 *
 * Section mounts: how filesystems are mounted.
 */
#ifndef FETCHER_SECTIONS_MOUNTS_H
#define FETCHER_SECTIONS_MOUNTS_H

#include "fetcher/sections/section.h"

struct mount_entry {
	struct slice device, dir, type, options; /* dir: unescaped */
	bool stale;                              /* the folder was deleted */
};

struct section_mounts {
	struct mount_entry *entries; /* one per device, the first */
	size_t n, cap;
};

extern const struct section_type section_mounts;

#endif
