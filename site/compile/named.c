/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files name: hosts, contacts, groups, periods, commands. Each name
 * is unique over all files.
 */
#include "common/mem.h"
#include "site/compile/model.h"

#include <stdlib.h>

static const struct {
	const char *key, *what;
} names[TABLE_COUNT] = {
    [TABLE_HOSTS] = {"hosts", "host"},
    [TABLE_CONTACTS] = {"contacts", "contact"},
    [TABLE_CONTACT_GROUPS] = {"contact_groups", "contact group"},
    [TABLE_HOST_GROUPS] = {"host_groups", "host group"},
    [TABLE_SERVICE_GROUPS] = {"service_groups", "service group"},
    [TABLE_PERIODS] = {"timeperiods", "time period"},
    [TABLE_COMMANDS] = {"commands", "command"},
    [TABLE_TAG_GROUPS] = {"tag_groups", "tag group"},
    [TABLE_ACTIONS] = {"event_actions", "event action"},
    [TABLE_CONDITIONS] = {"conditions", "condition"},
    [TABLE_PARAMETERS] = {"notification_parameters", "set of parameters"},
    [TABLE_AUX_TAGS] = {"aux_tags", "auxiliary tag"},
    [TABLE_ROLES] = {"roles", "role"},
    [TABLE_SITES] = {"sites", "site"},
    [TABLE_AGGREGATIONS] = {"aggregations", "aggregation"},
    [TABLE_ESCALATIONS] = {"escalation_policies", "escalation policy"},
};

void
table_add(
    struct table *t, const char *name, json_t *value, const struct source *src)
{
	ARRAY_GROW(t->items, t->n, t->cap);
	t->items[t->n++] = (struct entry){name, value, src, false};
}

/* Of equal names the first stays; each other is a mistake. `anew`: what is
 * predefined may be declared anew. */
static void
drop_doubled(struct model *m, struct table *t, bool anew)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		struct entry *e = &t->items[i];
		struct entry *first = kept == 0 ? NULL : &t->items[kept - 1];

		if (first == NULL || strcmp(first->name, e->name) != 0) {
			t->items[kept++] = *e;
			continue;
		}
		if (first->src == NULL && anew)
			*first = *e;
		else if (first->src == NULL)
			model_mistake_key(m,
			    place_key(place_of(e->src, t->key), e->name),
			    "the %s %s is predefined", t->what, e->name);
		else
			model_mistake_key(m,
			    place_key(place_of(e->src, t->key), e->name),
			    "the %s %s is there twice, first in %s:%u", t->what,
			    e->name, yaml_file(first->src->doc),
			    yaml_key_pos(first->src->doc,
				json_object_get(first->src->root, t->key),
				first->name)
				.line);
	}
	t->n = kept;
}

/* A stable sort: equal names stay in the order of the files. */
static void
sort(struct table *t)
{
	struct entry *spare = xcalloc((size_t)t->n + 1, sizeof(*spare));
	struct entry *from = t->items, *to = spare;

	for (size_t width = 1; width < t->n; width *= 2) {
		struct entry *other = from;

		for (size_t at = 0; at < t->n; at += 2 * width) {
			size_t a = at, a_end = at + width, b = a_end;
			size_t b_end = at + 2 * width, k = at;

			a_end = a_end < t->n ? a_end : t->n;
			b = a_end;
			b_end = b_end < t->n ? b_end : t->n;
			while (a < a_end || b < b_end) {
				bool left = b >= b_end ||
				    (a < a_end &&
					strcmp(from[a].name, from[b].name) <=
					    0);

				to[k++] = left ? from[a++] : from[b++];
			}
		}
		from = to;
		to = other;
	}
	if (from != t->items)
		memcpy(t->items, from, t->n * sizeof(*from));
	free(spare);
}

void
named_collect(struct model *m)
{
	tags_add_builtin(m);
	roles_add_builtin(m);
	for (unsigned id = 0; id < TABLE_COUNT; id++) {
		struct table *t = &m->tables[id];

		t->key = names[id].key;
		t->what = names[id].what;
		if (id == TABLE_PERIODS)
			table_add(t, "24X7", NULL, NULL);
		for (size_t i = 0; i < m->n_sources; i++) {
			const struct source *s = m->sources[i];
			const char *key;
			json_t *value;

			if (s->kind != SOURCE_CONF)
				continue;
			json_object_foreach(
			    json_object_get(s->root, t->key), key, value)
			{
				table_add(t, key, value, s);
			}
		}
		sort(t);
		drop_doubled(m, t, id == TABLE_TAG_GROUPS);
	}
}

void
named_free(struct model *m)
{
	for (unsigned id = 0; id < TABLE_COUNT; id++)
		free(m->tables[id].items);
}

uint32_t
named_find(const struct model *m, enum table_id id, const char *name)
{
	const struct table *t = &m->tables[id];
	uint32_t from = 0, to = t->n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int c = strcmp(t->items[middle].name, name);

		if (c == 0)
			return middle;
		if (c < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NONE;
}

/* " (did you mean ...?)", or nothing. */
static void
add_hint(const struct table *t, const char *name, struct str *to)
{
	struct nearest near = {.word = name};

	for (uint32_t i = 0; i < t->n; i++)
		nearest_try(&near, t->items[i].name);
	nearest_hint(&near, to);
}

uint32_t
named_need(struct model *m, enum table_id id, const char *name, struct place at)
{
	const struct table *t = &m->tables[id];
	uint32_t index = named_find(m, id, name);
	struct str hint = {0};

	if (index != NONE) {
		m->tables[id].items[index].used = true;
		return index;
	}
	add_hint(t, name, &hint);
	model_mistake(
	    m, at, "there is no %s %s%s", t->what, name, str_get(&hint));
	str_free(&hint);
	return NONE;
}

void
named_warn(struct model *m, enum table_id id, const char *name, struct place at)
{
	const struct table *t = &m->tables[id];
	struct str hint = {0};

	if (named_find(m, id, name) != NONE)
		return;
	add_hint(t, name, &hint);
	model_warn(m, at, "there is no %s %s%s", t->what, name, str_get(&hint));
	str_free(&hint);
}

/* --- lists of indexes ----------------------------------------------------- */

void
indexes_add(struct indexes *x, uint32_t index)
{
	ARRAY_GROW(x->items, x->n, x->cap);
	x->items[x->n++] = index;
}

static int
compare_numbers(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

void
indexes_sort(struct indexes *x)
{
	uint32_t kept = 0;

	if (x->n < 2)
		return;
	qsort(x->items, x->n, sizeof(x->items[0]), compare_numbers);
	for (uint32_t i = 0; i < x->n; i++) {
		if (kept == 0 || x->items[kept - 1] != x->items[i])
			x->items[kept++] = x->items[i];
	}
	x->n = kept;
}

void
indexes_free(struct indexes *x)
{
	free(x->items);
	*x = (struct indexes){0};
}

void
named_need_list(struct model *m, enum table_id id, const json_t *list,
    struct place at, struct indexes *to)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		uint32_t index;

		if (name == NULL)
			continue;
		index = named_find(m, id, name);
		if (index == NONE)
			index = named_need(m, id, name, place_index(at, i));
		else
			m->tables[id].items[index].used = true;
		if (index != NONE)
			indexes_add(to, index);
	}
	indexes_sort(to);
}
