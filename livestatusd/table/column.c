/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of columns by their source; see column.h.
 */
#include "livestatusd/table/column.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

static struct item *
add_item(struct items *items, enum item_kind kind)
{
	ARRAY_GROW(items->v, items->n, items->cap);
	items->v[items->n].kind = kind;
	return &items->v[items->n++];
}

void
items_string(struct items *items, struct slice s)
{
	add_item(items, ITEM_STRING)->s = s;
}

void
items_int(struct items *items, int64_t i)
{
	add_item(items, ITEM_INT)->i = i;
}

void
items_float(struct items *items, double f)
{
	add_item(items, ITEM_FLOAT)->f = f;
}

void
items_open(struct items *items)
{
	add_item(items, ITEM_OPEN)->i = 0;
}

void
items_close(struct items *items)
{
	add_item(items, ITEM_CLOSE)->i = 0;
}

void
view_init(struct view *v, const struct mirror *m, const struct lql_env *env)
{
	*v = (struct view){
	    .m = m,
	    .snap = m->snap,
	    .env = env,
	    .now = env->now_ns / NS_PER_S,
	    .user = SNAP_NONE,
	    .counts_at = SNAP_NONE,
	};
}

void
view_deinit(struct view *v)
{
	str_free(&v->tmp);
	free(v->items.v);
	free(v->labels);
	v->labels = NULL;
	past_batch_free(&v->lines);
	for (size_t i = 0; i < v->n_kept; i++)
		free(v->kept[i].text);
	free(v->kept);
	v->kept = NULL;
	free(v->groups);
	v->groups = NULL;
	v->n_groups = 0;
	v->items = (struct items){0};
}

static bool
has_group(const struct view *v, uint32_t object)
{
	const struct snap_list *of = &v->snap->objects[object].contact_groups;

	for (uint32_t i = 0; i < of->n; i++)
		for (uint32_t k = 0; k < v->n_groups; k++)
			if (snap_at(v->snap, *of, i) == v->groups[k])
				return true;
	return false;
}

/* Strictly: not by its host. */
static bool
has_contact(const struct view *v, uint32_t object)
{
	const struct snap_list *of = &v->snap->objects[object].contacts;

	for (uint32_t i = 0; i < of->n; i++)
		if (snap_at(v->snap, *of, i) == v->user)
			return true;
	return false;
}

bool
view_sees(const struct view *v, uint32_t object)
{
	const struct snap_object *o;

	if (!v->restricted)
		return true;
	if (object == SNAP_NONE)
		return false;
	o = &v->snap->objects[object];
	if (v->env->strict_services)
		return (v->user != SNAP_NONE && has_contact(v, object)) ||
		    has_group(v, object);
	/* Who is there for a host is there for its services. */
	return (v->user != SNAP_NONE &&
		   snap_is_contact(v->snap, object, v->user)) ||
	    has_group(v, object) || (o->is_service && has_group(v, o->host));
}

/* Where the column is in the page of object `at`. */
static const char *
page_at(const struct view *v, const struct column *c, uint32_t at)
{
	return (const char *)v->m->pages[at >> MIRROR_SHIFT] + c->off;
}

int64_t
column_int(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t in = at & (MIRROR_PAGE - 1);
	const void *p;

	if (at == SNAP_NONE)
		return 0;
	switch (c->source) {
	case SOURCE_GET:
		return c->get.i(v, c, at);
	case SOURCE_U8:
		p = page_at(v, c, at);
		return ((const uint8_t *)p)[in];
	case SOURCE_U32:
		p = page_at(v, c, at);
		return ((const uint32_t *)p)[in];
	case SOURCE_I64:
		p = page_at(v, c, at);
		return ((const int64_t *)p)[in];
	case SOURCE_FLAG:
		p = page_at(v, c, at);
		return (((const uint32_t *)p)[in] & c->mask) != 0;
	case SOURCE_NAME:
	case SOURCE_TEXT:
	case SOURCE_CONFIG:
	case SOURCE_SITE:
	case SOURCE_EMPTY:
		break;
	}
	return 0;
}

double
column_float(struct view *v, const struct column *c, uint32_t at)
{
	if (c->type != COLUMN_FLOAT)
		return (double)column_int(v, c, at);
	if (at == SNAP_NONE || c->source != SOURCE_GET)
		return 0;
	return c->get.f(v, c, at);
}

struct slice
column_string(struct view *v, const struct column *c, uint32_t at)
{
	snap_str off;

	if (c->source == SOURCE_SITE)
		return slice_of(v->env->site == NULL ? "" : v->env->site);
	if (at == SNAP_NONE)
		return (struct slice){"", 0};
	if (c->source == SOURCE_NAME)
		return mirror_name(v->m, at);
	if (c->source == SOURCE_TEXT)
		return mirror_text(v->m, at, (enum mirror_texts)c->off);
	if (c->source == SOURCE_CONFIG) {
		memcpy(&off, (const char *)&v->snap->objects[at] + c->off,
		    sizeof(off));
		return slice_of(snap_s(v->snap, off));
	}
	if (c->source == SOURCE_GET)
		return c->get.s(v, c, at);
	return (struct slice){"", 0};
}

void
column_items(struct view *v, const struct column *c, uint32_t at)
{
	v->items.n = 0;
	if (at != SNAP_NONE && c->source == SOURCE_GET)
		c->get.l(v, c, at);
}

const char *
column_type_name(enum column_type type)
{
	static const char *const names[] = {
	    "int", "float", "string", "list", "time", "dict", "blob", "null"};

	must(type < ARRAY_LEN(names));
	return names[type];
}
