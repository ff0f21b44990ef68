/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scalar without quotes means, and how a value is written so that it
 * means the same when it is read again.
 */
#ifndef COMMON_CONFIG_YAML_SCALAR_H
#define COMMON_CONFIG_YAML_SCALAR_H

#include "common/str.h"

#include <jansson.h>

/* A new value by the rules of yaml.h; NULL if it is not UTF-8. */
json_t *yaml_plain_scalar(struct slice text);
/* Appends a string, in quotes where it needs them. */
void yaml_print_string(const char *s, struct str *to);

#endif
