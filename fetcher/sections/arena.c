/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of one evaluation: a chain of blocks, the newest first.
 */
#include "fetcher/sections/arena.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 4096 /* most evaluations are small */
#define BLOCK_BYTES 32768

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) unsigned char data[];
};

void *
arena_alloc(struct arena *arena, size_t n, size_t size)
{
	must(size == 0 || n < SIZE_MAX / 2 / size);
	size_t want = (n * size + 15) & ~(size_t)15;
	if (arena->blocks == NULL || arena->size - arena->used < want) {
		size_t bytes = arena->size < FIRST_BYTES ? FIRST_BYTES
		    : arena->size < BLOCK_BYTES          ? 2 * arena->size
							 : BLOCK_BYTES;
		bytes = want > bytes ? want : bytes;
		struct arena_block *block = xmalloc(sizeof(*block) + bytes);
		block->next = arena->blocks;
		arena->blocks = block;
		arena->size = bytes;
		arena->used = 0;
	}
	void *p = arena->blocks->data + arena->used;
	arena->used += want;
	return memset(p, 0, want);
}

void
arena_free(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->next;
		free(block);
	}
	arena->used = arena->size = 0;
}

struct arena
arena_take(struct arena_spare *spare)
{
	return spare == NULL || spare->n == 0 ? (struct arena){0}
					      : spare->arenas[--spare->n];
}

/* The first block of a small one is kept, nothing of a large one. */
void
arena_give(struct arena_spare *spare, struct arena *arena)
{
	if (spare == NULL || spare->n == ARENA_SPARE || arena->blocks == NULL ||
	    arena->blocks->next != NULL || arena->size > BLOCK_BYTES) {
		arena_free(arena);
		return;
	}
	arena->used = 0;
	spare->arenas[spare->n++] = *arena;
	*arena = (struct arena){0};
}

void
arena_spare_free(struct arena_spare *spare)
{
	while (spare->n > 0)
		arena_free(&spare->arenas[--spare->n]);
}

void *
arena_grow(struct arena *arena, void *array, size_t n, size_t *cap, size_t size)
{
	*cap = *cap == 0 ? 8 : *cap * 2;
	void *bigger = arena_alloc(arena, *cap, size);
	if (n > 0)
		memcpy(bigger, array, n * size);
	return bigger;
}
