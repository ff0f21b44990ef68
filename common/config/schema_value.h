/* SPDX-License-Identifier: Apache-2.0
 *
 * Single values of a schema; between schema.c and schema_value.c alone.
 */
#ifndef COMMON_CONFIG_SCHEMA_VALUE_H
#define COMMON_CONFIG_SCHEMA_VALUE_H

#include "common/config/schema.h"

/* Not empty, no ';', no control characters. */
bool schema_name_ok(const char *name);
/* Is the value of the JSON type that the schema wants? */
bool schema_fits(const struct schema *schema, const json_t *value);
/* "expected ..., not ..." */
void schema_mistake_value(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const struct schema *schema,
    const json_t *value);
/* A value that fits: range, word, pattern. What is to replace it, or NULL. */
json_t *schema_check_scalar(struct mistakes *m, const struct yaml_doc *doc,
    const struct schema_way *way, const struct schema *schema,
    const json_t *value);

#endif
