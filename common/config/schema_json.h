/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas as JSON Schema (draft 2020-12), for editors: what the tables say,
 * and no more, so that a document that passes here may still have mistakes
 * (names that do not exist).
 */
#ifndef COMMON_CONFIG_SCHEMA_JSON_H
#define COMMON_CONFIG_SCHEMA_JSON_H

#include "common/config/schema.h"

struct schema_json; /* tables that occur in several places are kept once */

struct schema_json *schema_json_new(void);
/* The schema as a value: new. */
json_t *schema_json_of(struct schema_json *x, const struct schema *schema);
/* Ends it: `root` becomes a whole document with title and definitions. */
json_t *schema_json_end(
    struct schema_json **x, json_t *root, const char *title);

#endif
