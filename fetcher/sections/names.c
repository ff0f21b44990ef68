/* SPDX-License-Identifier: Apache-2.0
 *
 * Names to numbers: open addressing, at most half full.
 */
#include "fetcher/sections/names.h"

static struct names_slot *
slot_of(const struct names *names, struct slice name)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ (unsigned char)name.s[i]) * 16777619u;
	for (size_t at = hash;; at++) {
		struct names_slot *slot = &names->slots[at & (names->cap - 1)];
		if (slot->name.s == NULL || slice_eq(slot->name, name))
			return slot;
	}
}

size_t
names_get(const struct names *names, struct slice name)
{
	if (names->n == 0 || name.s == NULL)
		return NAMES_NONE;
	const struct names_slot *slot = slot_of(names, name);
	return slot->name.s == NULL ? NAMES_NONE : slot->value;
}

void
names_put(
    struct names *names, struct arena *arena, struct slice name, size_t value)
{
	if (2 * names->n >= names->cap) {
		struct names old = *names;
		names->cap = old.cap > 0 ? 2 * old.cap : 64;
		names->slots =
		    arena_alloc(arena, names->cap, sizeof(*names->slots));
		for (size_t i = 0; i < old.cap; i++)
			if (old.slots[i].name.s != NULL)
				*slot_of(names, old.slots[i].name) =
				    old.slots[i];
	}
	struct names_slot *slot = slot_of(names, name);
	if (slot->name.s == NULL)
		names->n++;
	*slot = (struct names_slot){name, value};
}
