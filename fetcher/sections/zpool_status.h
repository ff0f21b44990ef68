/* SPDX-License-Identifier: Apache-2.0
 *
 * Section zpool_status: `zpool status -x`.
 */
#ifndef FETCHER_SECTIONS_ZPOOL_STATUS_H
#define FETCHER_SECTIONS_ZPOOL_STATUS_H

#include "fetcher/sections/section.h"

struct zpool_part { /* a pool or a device that is not as it should be */
	struct slice name, state;
	bool is_pool;
	double errors; /* read, write and checksum */
};

struct section_zpool_status {
	bool healthy, none; /* all pools are healthy; there is no pool */
	struct zpool_part *parts;
	size_t n, cap;
	struct slice error; /* first line "errors: ..." that is not none */
	size_t n_pools;
};

extern const struct section_type section_zpool_status;

#endif
