/* SPDX-License-Identifier: Apache-2.0
 *
 * Two snapshots compared; see diff.h.
 */
#include "site/diff.h"

#include "common/config/yaml.h"
#include "common/mem.h"
#include "core/config/match.h"
#include "site/diff_fields.h"

#include <stdlib.h>

struct count {
	json_int_t added, removed, changed;
};
/*
 * Most objects have a field's value in common with the one before: what was
 * found then is found again without looking at texts.
 */
struct memo {
	uint64_t x, y;
	bool known, is_service, same;
	json_t *entry; /* of a change, or NULL */
};
struct diff {
	const struct snapshot *old, *new;
	struct memo *memos; /* one a field */
	struct match match;
	struct count hosts, services;
	json_t *added, *removed, *renamed, *changed, *by_text, *others;
	json_int_t more, more_others;
	struct str key;
};

static const char *
host_of(const struct snapshot *snap, uint32_t object)
{
	return snap_s(snap, snap->objects[snap->objects[object].host].name);
}

/* NAME or NAME;SERVICE, as text. */
static json_t *
name_of(const struct snapshot *snap, uint32_t object)
{
	const struct snap_object *o = &snap->objects[object];

	if (!o->is_service)
		return json_string(snap_s(snap, o->name));
	return json_sprintf(
	    "%s;%s", host_of(snap, object), snap_s(snap, o->name));
}

static void
list(json_t *names, const struct snapshot *snap, uint32_t object)
{
	if (json_array_size(names) < DIFF_NAMES)
		json_array_append_new(names, name_of(snap, object));
}

static void
bump(json_t *entry, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(entry, key));

	json_object_set_new(entry, key, json_integer(n + 1));
}

/* The entry of this change, made if there is room for it; or NULL. */
static json_t *
entry_of(struct diff *d, const char *setting, const char *old, const char *new)
{
	json_t *entry;

	str_clear(&d->key);
	str_addf(&d->key, "%s\n%s\n%s", setting, old != NULL ? old : "",
	    new != NULL ? new : "");
	entry = json_object_get(d->by_text, str_get(&d->key));
	if (entry != NULL || json_array_size(d->changed) >= DIFF_SETTINGS)
		return entry;
	entry =
	    json_pack("{s:s, s:s?, s:s?, s:i, s:i, s:[]}", "setting", setting,
		"old", old, "new", new, "hosts", 0, "services", 0, "objects");
	if (entry == NULL) /* not UTF-8: cannot be, a snapshot's strings are */
		return NULL;
	json_object_set(d->by_text, str_get(&d->key), entry);
	json_array_append_new(d->changed, entry);
	return entry;
}

static void
note_setting(struct diff *d, json_t *entry, uint32_t j)
{
	json_t *objects;

	if (entry == NULL) {
		d->more++;
		return;
	}
	bump(entry, d->new->objects[j].is_service ? "services" : "hosts");
	objects = json_object_get(entry, "objects");
	if (json_array_size(objects) < DIFF_EXAMPLES)
		json_array_append_new(objects, name_of(d->new, j));
}

static void
look(struct diff *d, const struct diff_field *f, struct memo *m,
    const struct snap_object *x, const struct snap_object *y)
{
	char *old, *new;

	m->known = true;
	m->x = diff_field_raw(f, x);
	m->y = diff_field_raw(f, y);
	m->is_service = y->is_service != 0;
	m->same = diff_field_same(f, d->old, x, d->new, y);
	m->entry = NULL;
	if (m->same)
		return;
	old = diff_field_text(f, d->old, x);
	new = diff_field_text(f, d->new, y);
	m->entry = entry_of(d, diff_field_name(f), old, new);
	free(old);
	free(new);
}

static bool
compare(struct diff *d, uint32_t i, uint32_t j)
{
	const struct snap_object *x = &d->old->objects[i];
	const struct snap_object *y = &d->new->objects[j];
	bool changed = false;

	for (size_t k = 0; k < diff_n_fields; k++) {
		const struct diff_field *f = &diff_fields[k];
		struct memo *m = &d->memos[k];

		if (!m->known || m->x != diff_field_raw(f, x) ||
		    m->y != diff_field_raw(f, y) ||
		    m->is_service != (y->is_service != 0))
			look(d, f, m, x, y);
		if (!m->same) {
			note_setting(d, m->entry, j);
			changed = true;
		}
	}
	return changed;
}

static void
look_at_new(struct diff *d, uint32_t j)
{
	const struct snap_object *o = &d->new->objects[j];
	struct count *c = o->is_service ? &d->services : &d->hosts;
	uint32_t i = d->old != NULL ? d->match.old_of[j] : SNAP_NONE;

	if (i == SNAP_NONE) {
		c->added++;
		if (d->old == NULL || !o->is_service ||
		    d->match.old_of[o->host] != SNAP_NONE)
			list(d->added, d->new, j);
		return;
	}
	if (!o->is_service && strcmp(host_of(d->old, i), host_of(d->new, j)))
		json_array_append_new(d->renamed,
		    json_pack("{s:s, s:s}", "old", host_of(d->old, i), "new",
			host_of(d->new, j)));
	c->changed += compare(d, i, j);
}

static void
look_at_old(struct diff *d, uint32_t i)
{
	const struct snap_object *o = &d->old->objects[i];

	if (d->match.new_of[i] != SNAP_NONE)
		return;
	if (o->is_service)
		d->services.removed++;
	else
		d->hosts.removed++;
	if (!o->is_service || d->match.new_of[o->host] != SNAP_NONE)
		list(d->removed, d->old, i);
}

/* --- everything else ------------------------------------------------------ */

static void
note_other(
    struct diff *d, const char *what, const char *name, const char *change)
{
	if (json_array_size(d->others) >= DIFF_NAMES)
		d->more_others++;
	else
		json_array_append_new(d->others,
		    json_pack("{s:s, s:s, s:s}", "what", what, "name", name,
			"change", change));
}

typedef bool same_fn(const struct snapshot *a, const void *x,
    const struct snapshot *b, const void *y);

static bool
same_text(
    const struct snapshot *a, snap_str x, const struct snapshot *b, snap_str y)
{
	return strcmp(snap_s(a, x), snap_s(b, y)) == 0;
}

static bool
same_contact(const struct snapshot *a, const void *x, const struct snapshot *b,
    const void *y)
{
	const struct snap_contact *m = x, *n = y;

	return same_text(a, m->json, b, n->json) &&
	    same_text(a, m->email, b, n->email) &&
	    same_text(a, m->pager, b, n->pager) &&
	    same_text(a, m->role, b, n->role) &&
	    same_text(a, m->password_hash, b, n->password_hash);
}

static bool
same_group(const struct snapshot *a, const void *x, const struct snapshot *b,
    const void *y)
{
	const struct snap_group *m = x, *n = y;

	return same_text(a, m->alias, b, n->alias) &&
	    same_text(a, m->notes, b, n->notes) &&
	    same_text(a, m->notes_url, b, n->notes_url) &&
	    same_text(a, m->action_url, b, n->action_url);
}

static bool
same_contact_group(const struct snapshot *a, const void *x,
    const struct snapshot *b, const void *y)
{
	const struct snap_group *m = x, *n = y;

	return same_group(a, x, b, y) &&
	    diff_same_members(a, m->members, b, n->members, diff_contact_name);
}

static bool
same_period(const struct snapshot *a, const void *x, const struct snapshot *b,
    const void *y)
{
	const struct snap_period *m = x, *n = y;

	return same_text(a, m->json, b, n->json) &&
	    same_text(a, m->alias, b, n->alias);
}

static bool
same_command(const struct snapshot *a, const void *x, const struct snapshot *b,
    const void *y)
{
	const struct snap_command *m = x, *n = y;

	return same_text(a, m->line, b, n->line);
}

/* The name is the first member of each of the tables' elements. */
static const char *
name_in(const struct snapshot *snap, const void *element)
{
	snap_str name;

	memcpy(&name, element, sizeof(name));
	return snap_s(snap, name);
}

/* A merge of two tables in order of name. */
static void
merge(struct diff *d, const char *what, const void *old, uint32_t n_old,
    const void *new, uint32_t n_new, size_t size, same_fn *same)
{
	const char *x = old, *y = new;
	uint32_t i = 0, j = 0;

	while (i < n_old || j < n_new) {
		int order = i == n_old ? 1
		    : j == n_new
		    ? -1
		    : strcmp(name_in(d->old, x), name_in(d->new, y));

		if (order < 0)
			note_other(d, what, name_in(d->old, x), "removed");
		else if (order > 0)
			note_other(d, what, name_in(d->new, y), "added");
		else if (!same(d->old, x, d->new, y))
			note_other(d, what, name_in(d->new, y), "changed");
		if (order <= 0) {
			i++;
			x += size;
		}
		if (order >= 0) {
			j++;
			y += size;
		}
	}
}

#define MERGE(what, table, same)                                               \
	merge(d, what, d->old != NULL ? d->old->table : NULL,                  \
	    d->old != NULL ? d->old->n_##table : 0, d->new->table,             \
	    d->new->n_##table, sizeof(d->new->table[0]), same)

/* Rules have an order and not always an id: how many there are now. */
static void
compare_rules(struct diff *d, const char *what, snap_str old, snap_str new)
{
	const char *x = d->old != NULL ? snap_s(d->old, old) : "";
	const char *y = snap_s(d->new, new);
	json_t *a, *b;
	char *name;

	if (strcmp(x, y) == 0)
		return;
	a = json_loads(x, JSON_DECODE_ANY, NULL);
	b = json_loads(y, JSON_DECODE_ANY, NULL);
	name = xasprintf("%zu -> %zu",
	    json_is_object(a) ? json_object_size(a) : json_array_size(a),
	    json_is_object(b) ? json_object_size(b) : json_array_size(b));
	note_other(d, what, name, "changed");
	free(name);
	json_decref(a);
	json_decref(b);
}

static void
compare_others(struct diff *d)
{
	MERGE("contact", contacts, same_contact);
	MERGE("contact group", contact_groups, same_contact_group);
	MERGE("host group", host_groups, same_group);
	MERGE("service group", service_groups, same_group);
	MERGE("time period", periods, same_period);
	MERGE("command", commands, same_command);
	compare_rules(d, "notification rules",
	    d->old != NULL ? d->old->notification_rules : 0,
	    d->new->notification_rules);
	compare_rules(d, "event rules",
	    d->old != NULL ? d->old->event_rules : 0, d->new->event_rules);
	compare_rules(d, "event actions",
	    d->old != NULL ? d->old->event_actions : 0, d->new->event_actions);
}

static json_t *
pack_count(const struct count *c)
{
	return json_pack("{s:I, s:I, s:I}", "added", c->added, "removed",
	    c->removed, "changed", c->changed);
}

json_t *
diff_snapshots(const struct snapshot *old, const struct snapshot *new)
{
	struct diff d = {.old = old,
	    .new = new,
	    .memos = xcalloc(diff_n_fields, sizeof(struct memo)),
	    .added = json_array(),
	    .removed = json_array(),
	    .renamed = json_array(),
	    .changed = json_array(),
	    .by_text = json_object(),
	    .others = json_array()};
	json_t *answer;

	if (old != NULL)
		match_make(&d.match, old, new);
	for (uint32_t j = 0; j < new->n_objects; j++)
		look_at_new(&d, j);
	for (uint32_t i = 0; old != NULL && i < old->n_objects; i++)
		look_at_old(&d, i);
	compare_others(&d);
	answer = json_pack(
	    "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:[]}", "since",
	    old != NULL ? json_integer((json_int_t)old->generation)
			: json_null(),
	    "hosts", pack_count(&d.hosts), "services", pack_count(&d.services),
	    "renamed", d.renamed, "added", d.added, "removed", d.removed,
	    "changed", d.changed, "more", d.more, "others", d.others,
	    "more_others", d.more_others, "settings");
	free(d.memos);
	json_decref(d.by_text);
	str_free(&d.key);
	match_free(&d.match);
	return answer;
}

/* --- site.yaml ------------------------------------------------------------ */

static void
flatten(json_t *to, const char *path, const json_t *value)
{
	const char *key;
	json_t *one;

	if (json_is_object(value) && json_object_size(value) > 0) {
		json_object_foreach((json_t *)(uintptr_t)value, key, one)
		{
			char *sub = xasprintf(
			    "%s%s%s", path, *path != '\0' ? "." : "", key);

			flatten(to, sub, one);
			free(sub);
		}
	} else if (*path != '\0') {
		json_object_set(to, path, (json_t *)(uintptr_t)value);
	}
}

static json_t *
flat(const char *yaml)
{
	json_t *to = json_object();
	struct mistakes m = {0};
	struct yaml_doc *doc;

	if (yaml != NULL) {
		doc = yaml_parse("site.yaml", slice_of(yaml), &m);
		flatten(to, "", yaml_root(doc));
		yaml_doc_free(&doc);
		mistakes_free(&m);
	}
	return to;
}

void
diff_settings(json_t *diff, const char *old_yaml, const char *new_yaml)
{
	json_t *old = flat(old_yaml), *new = flat(new_yaml), *value;
	json_t *rows = json_object_get(diff, "settings");
	const char *key;

	json_object_foreach(new, key, value)
	{
		const json_t *was = json_object_get(old, key);

		if (!json_equal(was, value))
			json_array_append_new(rows,
			    json_pack("{s:s, s:O?, s:O}", "key", key, "old",
				was, "new", value));
	}
	json_object_foreach(old, key, value) if (json_object_get(new, key) ==
	    NULL) json_array_append_new(rows,
	    json_pack("{s:s, s:O, s:n}", "key", key, "old", value, "new"));
	json_decref(old);
	json_decref(new);
}
