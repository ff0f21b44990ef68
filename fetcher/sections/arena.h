/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of one evaluation: given out piece by piece, freed all at once.
 */
#ifndef FETCHER_SECTIONS_ARENA_H
#define FETCHER_SECTIONS_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena { /* {0} is empty */
	struct arena_block *blocks;
	size_t used, size; /* of the first block */
};

/* Zeroed, aligned for every type; never NULL. */
void *arena_alloc(struct arena *arena, size_t n, size_t size);
void arena_free(struct arena *arena);

/*
 * Room for one more element in an array of the arena: the old, smaller one
 * stays until arena_free().
 */
void *arena_grow(
    struct arena *arena, void *array, size_t n, size_t *cap, size_t size);
#define ARENA_GROW(arena, arr, n, cap)                                         \
	((n) < (cap) ? (arr)                                                   \
		     : ((arr) = arena_grow(                                    \
			    (arena), (arr), (n), &(cap), sizeof(*(arr)))))

#endif
