/* SPDX-License-Identifier: Apache-2.0
 *
 * Short forms for static schemas, for keys.c and keys_rules.c.
 */
#ifndef SITE_COMPILE_KEYS_MACROS_H
#define SITE_COMPILE_KEYS_MACROS_H

#include "common/config/schema.h"

#define WORDS(id, ...)                                                         \
	static const char *const id##_words[] = {__VA_ARGS__, NULL};           \
	static const struct schema id = {                                      \
	    .kind = SCHEMA_WORD, .words = id##_words}
#define TABLE(id, ...)                                                         \
	static const struct schema_key id##_keys[] = {__VA_ARGS__, {0}};       \
	static const struct schema id = {                                      \
	    .kind = SCHEMA_TABLE, .keys = id##_keys}
#define EITHER(id, words, ...)                                                 \
	static const struct schema *const id##_either[] = {__VA_ARGS__, NULL}; \
	static const struct schema id = {                                      \
	    .kind = SCHEMA_EITHER, .either = id##_either, .expected = words}

static const struct schema any_value = {.kind = SCHEMA_ANY};
static const struct schema any_map = {.kind = SCHEMA_MAP, .of = &any_value};

#endif
