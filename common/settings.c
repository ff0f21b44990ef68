/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads site.yaml into struct settings; the table of keys and their check are
 * in common/config/settings_table.c.
 */
#include "common/settings.h"
#include "common/config/settings_load.h"
#include "common/config/settings_table.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"

#include <stdlib.h>

/* --- values --------------------------------------------------------------- */

/* The value at a dotted path, or NULL; borrowed. */
json_t *
settings_doc_get(const json_t *doc, const char *path)
{
	struct slice rest = slice_of(path), part;
	const json_t *value = doc;

	while (value != NULL && slice_next(&rest, '.', &part)) {
		char *key = slice_dup(part);

		value = json_object_get(value, key);
		free(key);
	}
	return (json_t *)(uintptr_t)value;
}

/* Makes the mappings on the way. Takes over `value`. */
void
settings_doc_set(json_t *doc, const char *path, json_t *value)
{
	struct slice rest = slice_of(path), part;
	json_t *at = doc;

	while (slice_next(&rest, '.', &part)) {
		char *key = slice_dup(part);
		json_t *next = json_object_get(at, key);

		if (rest.len == 0) {
			json_object_set_new(at, key, value);
		} else if (!json_is_object(next)) {
			next = json_object();
			json_object_set_new(at, key, next);
		}
		at = next;
		free(key);
	}
}

static void
fill_default(json_t *doc, const char *path, const char *def)
{
	struct mistakes m = {0};
	struct yaml_doc *parsed;

	if (settings_doc_get(doc, path) != NULL)
		return;
	parsed = yaml_parse(path, slice_of(def), &m);
	must(m.n_mistakes == 0);
	settings_doc_set(doc, path, json_incref(yaml_root(parsed)));
	yaml_doc_free(&parsed);
	mistakes_free(&m);
}

static char *
read_string(const json_t *value)
{
	const char *s = json_string_value(value);

	return s == NULL ? NULL : xstrdup(s);
}

static bool
read_bool(const json_t *value)
{
	return json_is_true(value);
}

static int64_t
read_int(const json_t *value)
{
	return json_integer_value(value);
}

static int64_t
read_duration(const json_t *value)
{
	int64_t ms = 0;

	must(schema_duration_ms(value, &ms));
	return ms;
}

static json_t *
read_json(json_t *value)
{
	return json_incref(value);
}

/* --- listeners ------------------------------------------------------------ */

static void
add_address(struct settings_listener *l, const char *address)
{
	l->addresses = xreallocarray(
	    l->addresses, l->n_addresses + 1, sizeof(l->addresses[0]));
	l->addresses[l->n_addresses++] = xstrdup(address);
}

static void
read_addresses(struct settings_listener *l, json_t *value, bool open)
{
	size_t i;
	json_t *one;

	if (json_is_string(value))
		add_address(l, json_string_value(value));
	json_array_foreach(value, i, one)
	{
		add_address(l, json_string_value(one));
	}
	if (value == NULL) {
		add_address(l, open ? "0.0.0.0" : "127.0.0.1");
		add_address(l, open ? "::" : "::1");
	}
}

/* Writes the effective values back into the document. */
static void
show_listener(struct settings_listener *l, const char *name, json_t *doc)
{
	json_t *listen = json_object_get(doc, "listen");
	json_t *table = json_deep_copy(l->extra);
	json_t *addresses = json_array();

	for (size_t i = 0; i < l->n_addresses; i++)
		json_array_append_new(addresses, json_string(l->addresses[i]));
	json_object_set_new(table, "enabled", json_boolean(l->enabled));
	json_object_set_new(table, "address", addresses);
	json_object_set_new(table, "port", json_integer(l->port));
	if (!json_is_object(listen)) {
		listen = json_object();
		json_object_set_new(doc, "listen", listen);
	}
	json_object_set_new(listen, name, table);
}

static void
read_listener(struct settings_listener *l, const char *name, uint16_t offset,
    json_t *doc, struct mistakes *m)
{
	const struct settings_listener_entry *entry = NULL;
	json_t *table, *value;
	unsigned port;

	for (size_t i = 0; settings_listener_entry(i) != NULL; i++) {
		if (strcmp(settings_listener_entry(i)->name, name) == 0)
			entry = settings_listener_entry(i);
	}
	must(entry != NULL);
	table = json_object_get(json_object_get(doc, "listen"), name);
	value = json_object_get(table, "enabled");
	l->enabled = value == NULL ? entry->enabled : json_is_true(value);
	value = json_object_get(table, "port");
	port = value != NULL ? (unsigned)json_integer_value(value)
			     : entry->port + offset;
	if (port > UINT16_MAX) {
		struct mistake_place place = {NULL, 0, 0, name};

		mistake_add(m, &place,
		    "default port %u and the site's offset %u are more "
		    "than 65535: set listen.%s.port",
		    entry->port, offset, name);
	}
	l->port = (uint16_t)port;
	read_addresses(l, json_object_get(table, "address"), entry->open);
	l->extra = table == NULL ? json_object() : json_copy(table);
	json_object_del(l->extra, "enabled");
	json_object_del(l->extra, "address");
	json_object_del(l->extra, "port");
	show_listener(l, name, doc);
}

static void
free_listener(struct settings_listener *l)
{
	for (size_t i = 0; i < l->n_addresses; i++)
		free(l->addresses[i]);
	free(l->addresses);
	json_decref(l->extra);
}

/* --- the whole ------------------------------------------------------------ */

static uint16_t
read_offset(const char *root, struct mistakes *m)
{
	char *path = xasprintf("%s/var/vedette/port_offset", root);
	struct mistake_place place = {path, 1, 1, NULL};
	struct str text = {0};
	int64_t offset = 0;
	struct err err;

	if (file_exists(path)) {
		if (file_read(path, 64, &text, &err) != 0)
			mistake_add(m, &place, "%s", err.text);
		else if (!num_range(
			     slice_trim(str_slice(&text)), 0, 60000, &offset))
			mistake_add(
			    m, &place, "expected a number from 0 to 60000");
	}
	str_free(&text);
	free(path);
	return (uint16_t)offset;
}

struct settings *
settings_from_doc(
    const struct yaml_doc *doc, uint16_t port_offset, struct mistakes *m)
{
	struct settings *s = xnew(struct settings);
	json_t *root = yaml_root(doc);

	s->doc = json_is_object(root) ? json_deep_copy(root) : json_object();
	s->port_offset = port_offset;
	for (size_t i = 0; settings_entry(i) != NULL; i++)
		fill_default(
		    s->doc, settings_entry(i)->path, settings_entry(i)->def);
#define READ_LISTENER(name, enabled, port, open, help)                         \
	read_listener(&s->name, #name, port_offset, s->doc, m);
	SETTINGS_LISTENERS(READ_LISTENER)
#undef READ_LISTENER
#define READ_ENTRY(type, name, path, def, min, max, help)                      \
	s->name = read_##type(settings_doc_get(s->doc, path));
	SETTINGS_TABLE(READ_ENTRY)
#undef READ_ENTRY
	return s;
}

struct settings *
settings_load_mistakes(const char *root, struct mistakes *m)
{
	char *path = xasprintf("%s/etc/vedette/site.yaml", root);
	unsigned before = m->n_mistakes;
	struct settings *s = NULL;
	struct yaml_doc *doc;
	uint16_t offset;

	doc = file_exists(path) ? yaml_read(path, m)
				: yaml_parse(path, SLICE(""), m);
	settings_check(doc, m);
	offset = read_offset(root, m);
	if (m->n_mistakes == before)
		s = settings_from_doc(doc, offset, m);
	if (m->n_mistakes != before)
		settings_free(&s);
	yaml_doc_free(&doc);
	free(path);
	return s;
}

struct settings *
settings_load(const char *root, struct str *mistakes)
{
	struct mistakes m = {0};
	struct settings *s = settings_load_mistakes(root, &m);

	if (s == NULL)
		mistakes_print(&m, mistakes);
	mistakes_free(&m);
	return s;
}

static void
free_string(char *s)
{
	free(s);
}

static void
free_json(json_t *value)
{
	json_decref(value);
}

void
settings_free(struct settings **settings)
{
	struct settings *s = *settings;

	*settings = NULL;
	if (s == NULL)
		return;
#define FREE_LISTENER(name, enabled, port, open, help) free_listener(&s->name);
	SETTINGS_LISTENERS(FREE_LISTENER)
#undef FREE_LISTENER
#define FREE_bool(value)
#define FREE_int(value)
#define FREE_duration(value)
#define FREE_string(value)                                free_string(value);
#define FREE_json(value)                                  free_json(value);
#define FREE_ENTRY(type, name, path, def, min, max, help) FREE_##type(s->name)
	SETTINGS_TABLE(FREE_ENTRY)
#undef FREE_ENTRY
	json_decref(s->doc);
	free(s);
}
