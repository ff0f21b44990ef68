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
 * Memory of evaluations that are over, for the next: some blocks, not zeroed.
 * Without one (NULL) an arena begins with nothing.
 */
#define ARENA_SPARE 64
struct arena_spare {
	struct arena arenas[ARENA_SPARE];
	size_t n;
};
struct arena arena_take(struct arena_spare *spare);
void arena_give(struct arena_spare *spare, struct arena *arena);
void arena_spare_free(struct arena_spare *spare);

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
