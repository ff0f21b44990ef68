/* SPDX-License-Identifier: Apache-2.0
 *
 * A quick way into YAML as programs write it: comments, "KEY: JSON", and
 * "KEY:" followed by lines "- JSON", each on one line from its first column.
 * Whoever writes by hand may write anything: that is libyaml's.
 */
#ifndef COMMON_CONFIG_YAML_LINES_H
#define COMMON_CONFIG_YAML_LINES_H

#include "common/config/yaml_places.h"
#include "common/str.h"

/* The mapping, a new reference, and the places of its keys and of lists'
 * elements. `cache` may be NULL. NULL, and nothing in `places`: the text is not
 * of this form. */
json_t *yaml_lines_parse(struct slice text, struct yaml_lines_cache *cache,
    struct yaml_places *places);

#endif
