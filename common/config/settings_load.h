/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of reading site.yaml that its editor, the compiler and the
 * simulator need beyond settings.h.
 */
#ifndef COMMON_CONFIG_SETTINGS_LOAD_H
#define COMMON_CONFIG_SETTINGS_LOAD_H

#include "common/config/yaml.h"
#include "common/settings.h"

/* As settings_load(), adding to `m`. */
struct settings *settings_load_mistakes(const char *root, struct mistakes *m);
/* From a document that settings_check() found right. Never NULL. */
struct settings *settings_from_doc(
    const struct yaml_doc *doc, uint16_t port_offset, struct mistakes *m);

/* The value at a dotted path, or NULL; borrowed. */
json_t *settings_doc_get(const json_t *doc, const char *path);
/* Makes the mappings on the way. Takes over `value`. */
void settings_doc_set(json_t *doc, const char *path, json_t *value);

#endif
