/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds an entry by its name, where a section has many: a table of hashes.
 */
#ifndef FETCHER_SECTIONS_NAMES_H
#define FETCHER_SECTIONS_NAMES_H

#include "common/str.h"
#include "fetcher/sections/arena.h"

#include <stdint.h>

#define NAMES_NONE SIZE_MAX

struct names_slot {
	struct slice name;
	size_t value;
};
struct names { /* {0} is empty */
	struct names_slot *slots;
	size_t n, cap; /* cap is 0 or a power of two */
};

/* What was put under that name, or NAMES_NONE. */
size_t names_get(const struct names *names, struct slice name);
/* Puts or replaces; the name's bytes are borrowed. */
void names_put(
    struct names *names, struct arena *arena, struct slice name, size_t value);

#endif
