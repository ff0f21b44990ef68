/* SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing with linear probing; removal closes the gap, so there are
 * no tombstones.
 */
#include "core/state/idmap.h"

#include "common/log.h"
#include "common/mem.h"

#include <stddef.h>
#include <stdlib.h>

static uint32_t
home(const struct idmap *map, uint64_t id)
{
	return (uint32_t)((id * UINT64_C(0x9E3779B97F4A7C15)) >> 32) &
	    (map->cap - 1);
}

static uint32_t
locate(const struct idmap *map, uint64_t id)
{
	uint32_t at = home(map, id);

	while (map->entries[at].id != 0 && map->entries[at].id != id)
		at = (at + 1) & (map->cap - 1);
	return at;
}

static void
grow(struct idmap *map)
{
	struct idmap old = *map;

	map->cap = old.cap == 0 ? 16 : old.cap * 2;
	map->entries = xcalloc(map->cap, sizeof(*map->entries));
	for (uint32_t i = 0; i < old.cap; i++)
		if (old.entries[i].id != 0)
			map->entries[locate(map, old.entries[i].id)] =
			    old.entries[i];
	free(old.entries);
}

void
idmap_free(struct idmap *map)
{
	free(map->entries);
	*map = (struct idmap){0};
}

void
idmap_put(struct idmap *map, uint64_t id, void *item)
{
	uint32_t at;

	must(id != 0);
	if ((map->n + 1) * 4 > map->cap * 3)
		grow(map);
	at = locate(map, id);
	if (map->entries[at].id == 0)
		map->n++;
	map->entries[at] = (struct idmap_entry){id, item};
}

void *
idmap_get(const struct idmap *map, uint64_t id)
{
	if (map->cap == 0 || id == 0)
		return NULL;
	return map->entries[locate(map, id)].item;
}

void
idmap_remove(struct idmap *map, uint64_t id)
{
	uint32_t mask = map->cap - 1, hole, at;

	if (map->cap == 0 || id == 0)
		return;
	hole = locate(map, id);
	if (map->entries[hole].id == 0)
		return;
	map->n--;
	for (at = (hole + 1) & mask; map->entries[at].id != 0;
	     at = (at + 1) & mask) {
		uint32_t want = home(map, map->entries[at].id);

		if (((at - want) & mask) >= ((at - hole) & mask)) {
			map->entries[hole] = map->entries[at];
			hole = at;
		}
	}
	map->entries[hole] = (struct idmap_entry){0, NULL};
}

void *
idmap_next(const struct idmap *map, uint32_t *at)
{
	while (*at < map->cap) {
		const struct idmap_entry *entry = &map->entries[(*at)++];

		if (entry->id != 0)
			return entry->item;
	}
	return NULL;
}
