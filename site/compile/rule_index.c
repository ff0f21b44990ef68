/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of hosts by folder and by (tag group, tag) or (label, value); see
 * rule_index.h. Pairs are told apart by a 64-bit hash: a collision would only
 * add hosts that the rule is then asked about.
 */
#include "site/compile/rule_index.h"
#include "common/mem.h"

#include <stdlib.h>

struct pair {
	uint64_t hash; /* 0: empty */
	struct indexes hosts;
};

struct rule_index {
	struct pair *pairs; /* a power of two */
	size_t n, cap;
	struct indexes *by_folder;
	uint32_t n_folders;
};

static uint64_t
hash_text(uint64_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t
hash_pair(bool label, const char *key, const char *value)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (label ? 1 : 2);

	h = hash_text(hash_text(h, key), value);
	return h == 0 ? 1 : h;
}

static struct pair *
slot_of(const struct rule_index *x, uint64_t hash)
{
	size_t at = (hash ^ (hash >> 32)) & (x->cap - 1);

	while (x->pairs[at].hash != 0 && x->pairs[at].hash != hash)
		at = (at + 1) & (x->cap - 1);
	return &x->pairs[at];
}

static void
grow(struct rule_index *x)
{
	struct pair *old = x->pairs;
	size_t cap = x->cap;

	x->cap = cap == 0 ? 256 : cap * 2;
	x->pairs = xcalloc(x->cap, sizeof(x->pairs[0]));
	for (size_t i = 0; i < cap; i++) {
		if (old[i].hash != 0)
			*slot_of(x, old[i].hash) = old[i];
	}
	free(old);
}

static void
add_pairs(struct rule_index *x, bool label, const json_t *map, uint32_t host)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)map, key, value)
	{
		uint64_t hash;
		struct pair *p;

		if (!json_is_string(value))
			continue;
		if (x->n * 2 >= x->cap)
			grow(x);
		hash = hash_pair(label, key, json_string_value(value));
		p = slot_of(x, hash);
		x->n += p->hash == 0;
		p->hash = hash;
		indexes_add(&p->hosts, host);
	}
}

struct rule_index *
rule_index_new(const struct model *m)
{
	struct rule_index *x = xnew(struct rule_index);

	x->n_folders = m->n_folders;
	x->by_folder =
	    xcalloc((size_t)m->n_folders + 1, sizeof(x->by_folder[0]));
	grow(x);
	for (uint32_t i = 0; i < m->tables[TABLE_HOSTS].n; i++) {
		indexes_add(&x->by_folder[m->hosts[i].folder], i);
		add_pairs(x, false, m->hosts[i].values[ATTR_tags], i);
	}
	return x;
}

void
rule_index_add_labels(struct rule_index *x, const struct model *m)
{
	for (uint32_t i = 0; i < m->tables[TABLE_HOSTS].n; i++)
		add_pairs(x, true, m->hosts[i].values[ATTR_labels], i);
}

void
rule_index_free(struct rule_index **xp)
{
	struct rule_index *x = *xp;

	*xp = NULL;
	if (x == NULL)
		return;
	for (size_t i = 0; i < x->cap; i++)
		indexes_free(&x->pairs[i].hosts);
	for (uint32_t i = 0; i < x->n_folders; i++)
		indexes_free(&x->by_folder[i]);
	free(x->pairs);
	free(x->by_folder);
	free(x);
}

uint32_t
rule_index_count(
    const struct rule_index *x, bool label, const char *key, const char *value)
{
	return slot_of(x, hash_pair(label, key, value))->hosts.n;
}

/* --- the narrowest condition ---------------------------------------------- */

static void
append(struct indexes *to, const struct indexes *from)
{
	for (uint32_t i = 0; i < from->n; i++)
		indexes_add(to, from->items[i]);
}

/* Hosts with one of the picked values; NONE: the pick does not narrow. */
static uint32_t
pick_hosts(const struct rule_index *x, bool label, const char *key,
    const json_t *pick, struct indexes *to)
{
	uint32_t n = 0;
	size_t many = json_is_array(pick) ? json_array_size(pick) : 1;

	if (json_is_object(pick))
		return NONE;
	for (size_t i = 0; i < many; i++) {
		const char *value = json_string_value(
		    json_is_array(pick) ? json_array_get(pick, i) : pick);
		const struct pair *p;

		if (value == NULL)
			continue;
		p = slot_of(x, hash_pair(label, key, value));
		n += p->hosts.n;
		if (to != NULL)
			append(to, &p->hosts);
	}
	return n;
}

/* The way to the fewest candidates so far. */
struct best {
	uint32_t n; /* NONE: nothing narrows */
	bool label;
	const char *key; /* of a pick */
	const json_t *pick;
	const char *folder;
	const json_t *names;
};

static void
try_picks(const struct rule_index *x, bool label, const json_t *picks,
    struct best *best)
{
	const char *key;
	json_t *pick;

	json_object_foreach((json_t *)(uintptr_t)picks, key, pick)
	{
		uint32_t n = pick_hosts(x, label, key, pick, NULL);

		if (n < best->n)
			*best = (struct best){
			    .n = n, .label = label, .key = key, .pick = pick};
	}
}

static void
try_folder(const struct rule_index *x, const struct model *m,
    const char *folder, struct best *best)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < x->n_folders; i++) {
		if (folder_is_in(m, i, folder))
			n += x->by_folder[i].n;
	}
	if (n < best->n)
		*best = (struct best){.n = n, .folder = folder};
}

static void
add_best(const struct rule_index *x, const struct model *m,
    const struct best *best, struct indexes *to)
{
	if (best->pick != NULL)
		pick_hosts(x, best->label, best->key, best->pick, to);
	for (uint32_t i = 0; best->folder != NULL && i < x->n_folders; i++) {
		if (folder_is_in(m, i, best->folder))
			append(to, &x->by_folder[i]);
	}
	for (size_t i = 0; i < json_array_size(best->names); i++) {
		const char *name =
		    json_string_value(json_array_get(best->names, i));
		uint32_t host =
		    name == NULL ? NONE : named_find(m, TABLE_HOSTS, name);

		if (host != NONE)
			indexes_add(to, host);
	}
}

bool
rule_index_candidates(const struct rule_index *x, const struct model *m,
    const struct rule_when *w, struct indexes *to)
{
	struct best best = {.n = NONE};

	if (w->host_names != NULL)
		best =
		    (struct best){.n = (uint32_t)json_array_size(w->host_names),
			.names = w->host_names};
	try_picks(x, false, w->tags, &best);
	try_picks(x, true, w->labels, &best);
	if (w->folder != NULL)
		try_folder(x, m, w->folder, &best);
	if (best.n == NONE)
		return false;
	add_best(x, m, &best, to);
	return true;
}
