/* SPDX-License-Identifier: Apache-2.0
 *
 * The side table of places; see yaml_places.h.
 */
#include "common/config/yaml_places.h"
#include "common/mem.h"

#include <stdlib.h>

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ (b * UINT64_C(0x9e3779b97f4a7c15))) *
	    UINT64_C(0xff51afd7ed558ccd);

	h ^= h >> 32;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	h ^= h >> 29;
	return h == 0 ? 1 : h;
}

uint64_t
yaml_place_key(const json_t *object, const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (const char *p = key; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return mix((uint64_t)(uintptr_t)object, h);
}

uint64_t
yaml_place_index(const json_t *array, size_t index)
{
	return mix((uint64_t)(uintptr_t)array, index);
}

static struct yaml_place *
slot_of(struct yaml_place *items, size_t cap, uint64_t id)
{
	size_t at = id & (cap - 1);

	while (items[at].id != 0 && items[at].id != id)
		at = (at + 1) & (cap - 1);
	return &items[at];
}

void
yaml_places_add(struct yaml_places *places, uint64_t id, struct yaml_pos key,
    struct yaml_pos value)
{
	struct yaml_place *slot;

	if (places->n * 4 >= places->cap * 3) {
		size_t cap = places->cap == 0 ? 64 : places->cap * 2;
		struct yaml_place *items =
		    xcalloc(cap, sizeof(struct yaml_place));

		for (size_t i = 0; i < places->cap; i++) {
			if (places->items[i].id != 0)
				*slot_of(items, cap, places->items[i].id) =
				    places->items[i];
		}
		free(places->items);
		places->items = items;
		places->cap = cap;
	}
	slot = slot_of(places->items, places->cap, id);
	if (slot->id != 0) /* a doubled key: the first place stays */
		return;
	*slot = (struct yaml_place){id, key, value};
	places->n++;
}

#define COLUMN_BITS 10
#define MAX_COLUMN  ((1u << COLUMN_BITS) - 1)
#define MAX_LINE    ((1u << (32 - COLUMN_BITS)) - 1)

static uint32_t
pack(struct yaml_pos pos)
{
	uint32_t line = pos.line > MAX_LINE ? MAX_LINE : pos.line;
	uint32_t column = pos.column > MAX_COLUMN ? MAX_COLUMN : pos.column;

	return line << COLUMN_BITS | column;
}

static int
compare(const void *pa, const void *pb)
{
	const struct yaml_sealed *a = pa, *b = pb;

	return (a->id > b->id) - (a->id < b->id);
}

void
yaml_places_seal(struct yaml_places *places)
{
	size_t n = 0;

	if (places->sealed != NULL || places->n == 0)
		return;
	places->sealed = xcalloc(places->n, sizeof(places->sealed[0]));
	for (size_t i = 0; i < places->cap; i++) {
		const struct yaml_place *p = &places->items[i];

		if (p->id != 0)
			places->sealed[n++] = (struct yaml_sealed){
			    p->id, pack(p->key), pack(p->value)};
	}
	qsort(places->sealed, n, sizeof(places->sealed[0]), compare);
	free(places->items);
	places->items = NULL;
	places->cap = 0;
}

static struct yaml_pos
find_sealed(const struct yaml_places *places, uint64_t id, bool key)
{
	const struct yaml_sealed want = {.id = id};
	const struct yaml_sealed *found = bsearch(&want, places->sealed,
	    places->n, sizeof(places->sealed[0]), compare);
	uint32_t pos;

	if (found == NULL)
		return (struct yaml_pos){0, 0};
	pos = key ? found->key : found->value;
	return (struct yaml_pos){pos >> COLUMN_BITS, pos & MAX_COLUMN};
}

struct yaml_pos
yaml_places_find(const struct yaml_places *places, uint64_t id, bool key)
{
	const struct yaml_place *slot;

	if (places->sealed != NULL)
		return find_sealed(places, id, key);
	if (places->cap == 0)
		return (struct yaml_pos){0, 0};
	slot = slot_of(places->items, places->cap, id);
	if (slot->id == 0)
		return (struct yaml_pos){0, 0};
	return key ? slot->key : slot->value;
}

void
yaml_places_free(struct yaml_places *places)
{
	free(places->items);
	free(places->sealed);
	*places = (struct yaml_places){0};
}
