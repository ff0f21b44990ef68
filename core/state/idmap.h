/* SPDX-License-Identifier: Apache-2.0
 *
 * Downtimes and comments by their number. Pointers are borrowed. Pure.
 */
#ifndef CORE_STATE_IDMAP_H
#define CORE_STATE_IDMAP_H

#include <stdint.h>

struct idmap { /* {0} is empty */
	struct idmap_entry {
		uint64_t id; /* 0: free */
		void *item;
	} * entries;
	uint32_t cap, n; /* cap is a power of two */
};

void idmap_free(struct idmap *map);
/* `id` is not 0; replaces what was there. */
void idmap_put(struct idmap *map, uint64_t id, void *item);
void *idmap_get(const struct idmap *map, uint64_t id);
void idmap_remove(struct idmap *map, uint64_t id);
/* Walks: start with *at = 0; NULL at the end. No change meanwhile. */
void *idmap_next(const struct idmap *map, uint32_t *at);

#endif
