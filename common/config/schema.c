/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks a document along typed tables; see schema.h. What a single value must
 * look like is in schema_value.c.
 */
#include "common/config/schema.h"
#include "common/config/schema_value.h"
#include "common/mem.h"

#include <stdlib.h>

struct walk {
	const struct yaml_doc *doc;
	struct mistakes *m;
};

/* --- places --------------------------------------------------------------- */

static void
add_path(const struct schema_way *way, struct str *path)
{
	if (way == NULL)
		return;
	add_path(way->up, path);
	if (way->key != NULL)
		path_add_key(path, way->key);
	else
		path_add_index(path, way->index);
}

static struct yaml_pos
find_pos(const struct yaml_doc *doc, const struct schema_way *way, bool key)
{
	struct yaml_pos pos;

	if (way == NULL)
		return yaml_root_pos(doc);
	if (way->key == NULL)
		pos = yaml_index_pos(doc, way->container, way->index);
	else if (key)
		pos = yaml_key_pos(doc, way->container, way->key);
	else
		pos = yaml_value_pos(doc, way->container, way->key);
	if (pos.line == 0) /* a key that is not there: its mapping */
		return find_pos(doc, way->up, key);
	return pos;
}

static void
tell(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, bool key, bool warning, const char *fmt,
    va_list ap)
{
	struct mistake_place place = {0};
	struct str path = {0}, text = {0};

	if (doc != NULL) {
		struct yaml_pos pos = find_pos(doc, way, key);

		place.file = yaml_file(doc);
		place.line = pos.line;
		place.column = pos.column;
	}
	add_path(way, &path);
	place.path = str_get(&path);
	str_vaddf(&text, fmt, ap);
	if (warning)
		mistake_warn(m, &place, "%s", str_get(&text));
	else
		mistake_add(m, &place, "%s", str_get(&text));
	str_free(&path);
	str_free(&text);
}

void
schema_mistake(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(m, doc, way, false, false, fmt, ap);
	va_end(ap);
}

void
schema_mistake_key(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(m, doc, way, true, false, fmt, ap);
	va_end(ap);
}

void
schema_warn(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(m, doc, way, false, true, fmt, ap);
	va_end(ap);
}

/* --- the walk ------------------------------------------------------------- */

static json_t *check_value(struct walk *w, const struct schema *schema,
    const struct schema_way *way, json_t *value);

const struct schema_key *
schema_find_key(const struct schema_key *keys, const char *key)
{
	for (; keys->key != NULL; keys++) {
		if (keys->key[0] == key[0] && strcmp(keys->key, key) == 0)
			return keys;
	}
	return NULL;
}

static void
unknown_key(
    struct walk *w, const struct schema_key *keys, const struct schema_way *way)
{
	struct nearest near = {.word = way->key};
	struct str text = {0};

	str_add(&text, "unknown key");
	for (const struct schema_key *k = keys; k->key != NULL; k++)
		nearest_try(&near, k->key);
	if (near.best != NULL) {
		nearest_hint(&near, &text);
	} else {
		str_add(&text, "; expected one of");
		for (const struct schema_key *k = keys; k->key != NULL; k++)
			str_addf(&text, "%s %s", k == keys ? "" : ",", k->key);
	}
	schema_mistake_key(w->m, w->doc, way, "%s", str_get(&text));
	str_free(&text);
}

static void
store(json_t *container, const char *key, size_t index, json_t *value)
{
	if (value == NULL)
		return;
	if (key != NULL)
		json_object_set_new(container, key, value);
	else
		json_array_set_new(container, index, value);
}

static void
check_table(struct walk *w, const struct schema *schema,
    const struct schema_way *way, json_t *value)
{
	const char *key;
	json_t *child;

	json_object_foreach(value, key, child)
	{
		struct schema_way sub = {way, value, key, 0};
		const struct schema_key *k = schema_find_key(schema->keys, key);

		if (k == NULL)
			unknown_key(w, schema->keys, &sub);
		else
			store(value, key, 0,
			    check_value(w, k->type, &sub, child));
	}
	for (const struct schema_key *k = schema->keys; k->key != NULL; k++) {
		if (k->required && json_object_get(value, k->key) == NULL)
			schema_mistake(
			    w->m, w->doc, way, "the key %s is missing", k->key);
	}
}

static void
check_map(struct walk *w, const struct schema *schema,
    const struct schema_way *way, json_t *value)
{
	const char *key;
	json_t *child;

	json_object_foreach(value, key, child)
	{
		struct schema_way sub = {way, value, key, 0};

		if (!schema_name_ok(key))
			schema_mistake_key(w->m, w->doc, &sub,
			    "expected a name without ; and control "
			    "characters");
		store(value, key, 0, check_value(w, schema->of, &sub, child));
	}
}

static void
check_list(struct walk *w, const struct schema *schema,
    const struct schema_way *way, json_t *value)
{
	size_t n = json_array_size(value);

	if (n < (size_t)schema->min ||
	    (schema->max > 0 && n > (size_t)schema->max)) {
		struct str text = {0};

		schema_expected(schema, &text);
		schema_mistake(
		    w->m, w->doc, way, "expected %s", str_get(&text));
		str_free(&text);
	}
	for (size_t i = 0; i < n; i++) {
		struct schema_way sub = {way, value, NULL, i};

		store(value, NULL, i,
		    check_value(w, schema->of, &sub, json_array_get(value, i)));
	}
}

static json_t *
check_either(struct walk *w, const struct schema *schema,
    const struct schema_way *way, json_t *value)
{
	const struct schema *last = NULL;

	for (const struct schema *const *s = schema->either; *s != NULL; s++) {
		struct mistakes quiet = {0};
		struct walk silent = {w->doc, &quiet};
		json_t *instead;

		if (!schema_fits(*s, value))
			continue;
		last = *s;
		instead = check_value(&silent, *s, way, value);
		if (quiet.n_mistakes == 0) {
			mistakes_move(w->m, &quiet);
			mistakes_free(&quiet);
			return instead;
		}
		mistakes_free(&quiet);
		json_decref(instead);
	}
	if (last != NULL &&
	    (last->kind == SCHEMA_TABLE || last->kind == SCHEMA_LIST ||
		last->kind == SCHEMA_MAP))
		return check_value(w, last, way, value);
	schema_mistake_value(w->m, w->doc, way, schema, value);
	return NULL;
}

/* What is to stand in the value's place, or NULL. */
static json_t *
check_value(struct walk *w, const struct schema *schema,
    const struct schema_way *way, json_t *value)
{
	if (json_is_null(value) && schema->null_ok)
		return NULL;
	if (schema->kind == SCHEMA_EITHER)
		return check_either(w, schema, way, value);
	if (!schema_fits(schema, value)) {
		schema_mistake_value(w->m, w->doc, way, schema, value);
		return NULL;
	}
	if (schema->kind == SCHEMA_TABLE)
		check_table(w, schema, way, value);
	else if (schema->kind == SCHEMA_MAP)
		check_map(w, schema, way, value);
	else if (schema->kind == SCHEMA_LIST)
		check_list(w, schema, way, value);
	else
		return schema_check_scalar(w->m, w->doc, way, schema, value);
	return NULL;
}

void
schema_check(const struct schema *schema, const struct yaml_doc *doc,
    const struct schema_way *way, json_t *value, struct mistakes *m)
{
	struct walk w = {doc, m};
	json_t *instead = check_value(&w, schema, way, value);

	if (instead == NULL)
		return;
	if (way != NULL)
		store((json_t *)(uintptr_t)way->container, way->key, way->index,
		    instead);
	else
		json_decref(instead);
}
