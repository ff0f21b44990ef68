/* SPDX-License-Identifier: Apache-2.0
 *
 * Section zpool: `zpool list`, a table with a head line.
 */
#ifndef FETCHER_SECTIONS_ZPOOL_H
#define FETCHER_SECTIONS_ZPOOL_H

#include "fetcher/sections/section.h"

struct zpool_pool {
	struct slice name, health; /* health: empty if not said */
	double size, used;         /* bytes */
};

struct section_zpool {
	struct zpool_pool *pools;
	size_t n, cap;
};

extern const struct section_type section_zpool;

#endif
