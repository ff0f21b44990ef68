/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML (and therefore JSON) files as jansson values, with the place of every
 * key and value beside them for messages.
 *
 * Plain scalars: null, Null, NULL, ~ and nothing are null; true false on off
 * yes no (also Capitalised and UPPER CASE) are booleans; decimal integers
 * without leading zeros or plus and decimal fractions are numbers; everything
 * else (08:00-17:00, 2026-12-25, 2c, 0644, 1e) and everything in quotes is a
 * string. Keys are always strings. A key given twice is a mistake, and so are
 * anchors, aliases, merge keys, tags other than !!str, several documents, NUL
 * bytes, more than YAML_MAX_BYTES, _DEPTH levels, _KEY or _NODES.
 */
#ifndef COMMON_CONFIG_YAML_H
#define COMMON_CONFIG_YAML_H

#include "common/config/mistakes.h"
#include "common/str.h"

#include <jansson.h>
#include <stdint.h>

#define YAML_MAX_BYTES (512u << 20)
#define YAML_MAX_DEPTH 64
#define YAML_MAX_KEY   512 /* bytes of a key */
#define YAML_MAX_NODES 30000000u

struct yaml_doc;

struct yaml_pos { /* from 1; line 0: unknown */
	uint32_t line, column;
};

/*
 * Never NULL; what could not be parsed adds mistakes and has the root null.
 * An empty text has the root null too. `file` is copied, for messages.
 */
struct yaml_doc *yaml_parse(
    const char *file, struct slice text, struct mistakes *m);
/* Reads and parses a file; one that cannot be read is a mistake. */
struct yaml_doc *yaml_read(const char *path, struct mistakes *m);
/*
 * The same, quicker where programs wrote it in lines of JSON; its places are
 * those of lines then. With a cache equal lines of several files become one
 * value, which nobody may change then. For one thread.
 */
struct yaml_lines_cache;
struct yaml_lines_cache *yaml_lines_cache_new(void);
void yaml_lines_cache_free(struct yaml_lines_cache **cache);
struct yaml_doc *yaml_read_lines(
    const char *path, struct yaml_lines_cache *cache, struct mistakes *m);
/* A document around a value that has no text; takes a reference. */
struct yaml_doc *yaml_from_json(const char *file, json_t *root);
void yaml_doc_free(struct yaml_doc **doc);

json_t *yaml_root(const struct yaml_doc *doc);
const char *yaml_file(const struct yaml_doc *doc); /* may be NULL */

/* Where a key stands in a mapping, and where its value begins. */
struct yaml_pos yaml_key_pos(
    const struct yaml_doc *doc, const json_t *object, const char *key);
struct yaml_pos yaml_value_pos(
    const struct yaml_doc *doc, const json_t *object, const char *key);
struct yaml_pos yaml_index_pos(
    const struct yaml_doc *doc, const json_t *array, size_t index);
struct yaml_pos yaml_root_pos(const struct yaml_doc *doc);

/* A value as YAML text in block style, ended by LF; `indent` blanks first. */
void yaml_print(const json_t *value, unsigned indent, struct str *to);

#endif
