/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of site.yaml as one table of dotted paths, made from settings.def,
 * and the check of a document against it.
 */
#ifndef COMMON_CONFIG_SETTINGS_TABLE_H
#define COMMON_CONFIG_SETTINGS_TABLE_H

#include "common/config/schema.h"

struct settings_entry {
	const char *path; /* "notifications.smtp.port" */
	const struct schema *schema;
	const char *def; /* as YAML */
	const char *help;
};

struct settings_listener_entry {
	const char *name; /* "http": its keys are listen.http.* */
	bool enabled, open;
	unsigned port;
	const struct schema *schema; /* of its table */
	const char *help;
};

/* NULL beyond the last. */
const struct settings_entry *settings_entry(size_t i);
const struct settings_listener_entry *settings_listener_entry(size_t i);

/* Adds the document's mistakes. The root null is an empty document. */
void settings_check(const struct yaml_doc *doc, struct mistakes *m);

/* --- between settings_table.c and settings_schemas.c -----------------------
 */
/* The table of a json-typed key or the words of a text; NULL: its type says
 * all. */
const struct schema *settings_schema_of(const char *path);
const struct schema *settings_listener_schema(const char *name);

#endif
