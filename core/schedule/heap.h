/* SPDX-License-Identifier: Apache-2.0
 *
 * A queue of small dense numbers by time: set, move and remove in O(log n),
 * at most one entry for each number; at one time the smaller number is first.
 * Pure.
 */
#ifndef CORE_SCHEDULE_HEAP_H
#define CORE_SCHEDULE_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#define HEAP_NEVER INT64_MAX

struct heap_entry {
	int64_t key;
	uint32_t id;
};
struct heap { /* {0} is empty */
	struct heap_entry *entries;
	uint32_t n, cap;
	uint32_t *pos; /* by id: place in entries plus 1, 0: not queued */
	uint32_t n_ids;
};

/* Ids from now on are below n_ids; entries of ids beyond are dropped. */
void heap_resize(struct heap *h, uint32_t n_ids);
void heap_free(struct heap *h);
/* Queues or moves; HEAP_NEVER takes it out. */
void heap_set(struct heap *h, uint32_t id, int64_t key);
/* HEAP_NEVER where it is not queued. */
int64_t heap_key(const struct heap *h, uint32_t id);
/* The earliest, left in its place. */
bool heap_top(const struct heap *h, int64_t *key_r, uint32_t *id_r);

#endif
