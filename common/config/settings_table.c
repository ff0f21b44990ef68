/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of site.yaml and the check of a document; see settings_table.h.
 */
#include "common/config/settings_table.h"
#include "common/mem.h"
#include "common/settings.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define KIND_string   SCHEMA_TEXT
#define KIND_bool     SCHEMA_BOOL
#define KIND_int      SCHEMA_INT
#define KIND_duration SCHEMA_DURATION
#define KIND_json     SCHEMA_ANY

/* A default of null means that null may be written too. */
#define ENTRY_SCHEMA(type, name, path, deflt, lowest, highest, help_text)      \
	static const struct schema schema_##name = {.kind = KIND_##type,       \
	    .null_ok = sizeof(deflt) == sizeof("null") && (deflt)[0] == 'n',   \
	    .min = (lowest),                                                   \
	    .max = (highest)};
SETTINGS_TABLE(ENTRY_SCHEMA)

#define ENTRY(type, name, path, deflt, lowest, highest, help_text)             \
	{path, &schema_##name, deflt, help_text},
static const struct settings_entry entries[] = {SETTINGS_TABLE(ENTRY)};

#define LISTENER(name, enabled, port, open, help)                              \
	{#name, enabled, open, port, NULL, help},
static const struct settings_listener_entry listeners[] = {
    SETTINGS_LISTENERS(LISTENER)};

const struct settings_entry *
settings_entry(size_t i)
{
	return i < ARRAY_LEN(entries) ? &entries[i] : NULL;
}

const struct settings_listener_entry *
settings_listener_entry(size_t i)
{
	return i < ARRAY_LEN(listeners) ? &listeners[i] : NULL;
}

/* --- the check ------------------------------------------------------------ */

struct check {
	const struct yaml_doc *doc;
	struct mistakes *m;
};

/* "a.b" begins with the parts of "a". */
static bool
is_below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 && path[n] == '.';
}

/* The next part of `path` after `prefix` ("" has none), into `part`. */
static void
next_part(const char *path, const char *prefix, char *part, size_t size)
{
	const char *from = prefix[0] == '\0' ? path : path + strlen(prefix) + 1;

	snprintf(part, size, "%.*s", (int)strcspn(from, "."), from);
}

static void
unknown(struct check *c, const struct schema_way *way, const char *prefix)
{
	struct nearest near = {.word = way->key};
	struct str text = {0};
	char part[ARRAY_LEN(entries) + 1][32];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		if (prefix[0] != '\0' && !is_below(entries[i].path, prefix))
			continue;
		next_part(entries[i].path, prefix, part[n], sizeof(part[n]));
		nearest_try(&near, part[n++]);
	}
	if (prefix[0] == '\0')
		nearest_try(&near, "listen");
	str_add(&text, "unknown key");
	nearest_hint(&near, &text);
	schema_mistake_key(c->m, c->doc, way, "%s", str_get(&text));
	str_free(&text);
}

static void
check_address(
    struct check *c, const struct schema_way *way, const json_t *value)
{
	const char *text = json_string_value(value);
	unsigned char buf[16];

	if (text != NULL && inet_pton(AF_INET, text, buf) != 1 &&
	    inet_pton(AF_INET6, text, buf) != 1)
		schema_mistake(c->m, c->doc, way,
		    "expected an address such as 127.0.0.1 or ::1, not \"%s\"",
		    text);
}

static void
check_addresses(
    struct check *c, const struct schema_way *listener, json_t *table)
{
	json_t *value = json_object_get(table, "address");
	struct schema_way way = {listener, table, "address", 0};

	check_address(c, &way, value);
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct schema_way sub = {&way, value, NULL, i};

		check_address(c, &sub, json_array_get(value, i));
	}
}

static void
check_listeners(struct check *c, const struct schema_way *way, json_t *listen)
{
	const char *key;
	json_t *table;

	if (!json_is_object(listen)) {
		schema_mistake(c->m, c->doc, way,
		    "expected a mapping (listener: {enabled, address, port})");
		return;
	}
	json_object_foreach(listen, key, table)
	{
		struct schema_way sub = {way, listen, key, 0};
		struct nearest near = {.word = key};
		struct str hint = {0};
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(listeners); i++) {
			nearest_try(&near, listeners[i].name);
			known |= strcmp(listeners[i].name, key) == 0;
		}
		if (known) {
			schema_check(settings_listener_schema(key), c->doc,
			    &sub, table, c->m);
			check_addresses(c, &sub, table);
		} else {
			nearest_hint(&near, &hint);
			schema_mistake_key(c->m, c->doc, &sub,
			    "unknown listener%s", str_get(&hint));
		}
		str_free(&hint);
	}
}

static const struct schema *
schema_of(const struct settings_entry *entry)
{
	const struct schema *special = settings_schema_of(entry->path);

	return special != NULL ? special : entry->schema;
}

static void
check_level(struct check *c, const struct schema_way *way, const char *prefix,
    json_t *object)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		schema_mistake(
		    c->m, c->doc, way, "expected a mapping (key: value)");
		return;
	}
	json_object_foreach(object, key, value)
	{
		struct schema_way sub = {way, object, key, 0};
		char *path = xasprintf(
		    "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", key);
		const struct settings_entry *found = NULL;
		bool below = false;

		for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
			if (strcmp(entries[i].path, path) == 0)
				found = &entries[i];
			below |= is_below(entries[i].path, path);
		}
		if (found != NULL)
			schema_check(
			    schema_of(found), c->doc, &sub, value, c->m);
		else if (below && strchr(key, '.') == NULL)
			check_level(c, &sub, path, value);
		else if (strcmp(path, "listen") == 0)
			check_listeners(c, &sub, value);
		else
			unknown(c, &sub, prefix);
		free(path);
	}
}

static void
check_zone(struct check *c, json_t *root)
{
	struct schema_way way = {NULL, root, "timezone", 0};
	const char *zone = json_string_value(json_object_get(root, "timezone"));
	char *path;

	if (zone == NULL)
		return;
	path = xasprintf("/usr/share/zoneinfo/%s", zone);
	if (zone[0] == '\0' || zone[0] == '/' || strstr(zone, "..") != NULL ||
	    (access("/usr/share/zoneinfo/UTC", R_OK) == 0 &&
		access(path, R_OK) != 0))
		schema_mistake(c->m, c->doc, &way,
		    "expected a time zone such as Europe/Berlin, not \"%s\"",
		    zone);
	free(path);
}

void
settings_check(const struct yaml_doc *doc, struct mistakes *m)
{
	struct check c = {doc, m};
	json_t *root = yaml_root(doc);

	if (json_is_null(root))
		return;
	check_level(&c, NULL, "", root);
	if (json_is_object(root))
		check_zone(&c, root);
}
