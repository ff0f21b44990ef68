/* SPDX-License-Identifier: Apache-2.0
 *
 * A heap with four children a node: half the depth of a binary one, and the
 * children share a cache line.
 */
#include "core/schedule/heap.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

static void
place(struct heap *h, uint32_t at, struct heap_entry entry)
{
	h->entries[at] = entry;
	h->pos[entry.id] = at + 1;
}

/* Of the same time the smaller number is first: the order never depends on
 * what was queued before. */
static bool
is_before(struct heap_entry a, struct heap_entry b)
{
	return a.key < b.key || (a.key == b.key && a.id < b.id);
}

static void
sift_up(struct heap *h, uint32_t at, struct heap_entry entry)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / 4;

		if (!is_before(entry, h->entries[parent]))
			break;
		place(h, at, h->entries[parent]);
		at = parent;
	}
	place(h, at, entry);
}

static void
sift_down(struct heap *h, uint32_t at, struct heap_entry entry)
{
	for (;;) {
		uint32_t child = at * 4 + 1, best = child;

		if (child >= h->n)
			break;
		for (uint32_t i = child + 1; i < child + 4 && i < h->n; i++)
			if (is_before(h->entries[i], h->entries[best]))
				best = i;
		if (!is_before(h->entries[best], entry))
			break;
		place(h, at, h->entries[best]);
		at = best;
	}
	place(h, at, entry);
}

static void
remove_at(struct heap *h, uint32_t at)
{
	struct heap_entry last = h->entries[h->n - 1];

	h->pos[h->entries[at].id] = 0;
	h->n--;
	if (at == h->n)
		return;
	if (at > 0 && is_before(last, h->entries[(at - 1) / 4]))
		sift_up(h, at, last);
	else
		sift_down(h, at, last);
}

void
heap_resize(struct heap *h, uint32_t n_ids)
{
	for (uint32_t i = n_ids; i < h->n_ids; i++)
		if (h->pos[i] != 0)
			remove_at(h, h->pos[i] - 1);
	h->pos = xreallocarray(h->pos, n_ids + 1, sizeof(*h->pos));
	if (n_ids > h->n_ids)
		memset(
		    h->pos + h->n_ids, 0, (n_ids - h->n_ids) * sizeof(*h->pos));
	h->n_ids = n_ids;
}

void
heap_free(struct heap *h)
{
	free(h->entries);
	free(h->pos);
	*h = (struct heap){0};
}

void
heap_set(struct heap *h, uint32_t id, int64_t key)
{
	struct heap_entry entry = {key, id};
	uint32_t at;

	must(id < h->n_ids);
	if (key == HEAP_NEVER) {
		if (h->pos[id] != 0)
			remove_at(h, h->pos[id] - 1);
		return;
	}
	if (h->pos[id] == 0) {
		ARRAY_GROW(h->entries, h->n, h->cap);
		sift_up(h, h->n++, entry);
		return;
	}
	at = h->pos[id] - 1;
	if (key < h->entries[at].key)
		sift_up(h, at, entry);
	else
		sift_down(h, at, entry);
}

int64_t
heap_key(const struct heap *h, uint32_t id)
{
	must(id < h->n_ids);
	return h->pos[id] == 0 ? HEAP_NEVER : h->entries[h->pos[id] - 1].key;
}

bool
heap_top(const struct heap *h, int64_t *key_r, uint32_t *id_r)
{
	if (h->n == 0)
		return false;
	*key_r = h->entries[0].key;
	*id_r = h->entries[0].id;
	return true;
}
