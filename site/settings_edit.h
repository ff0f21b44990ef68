/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes one key of site.yaml and leaves the rest of the text as a person
 * wrote it, comments included. Pure: text in, text out.
 */
#ifndef SITE_SETTINGS_EDIT_H
#define SITE_SETTINGS_EDIT_H

#include "common/config/mistakes.h"
#include "common/str.h"

#include <jansson.h>

/*
 * Appends the new text to `out`. `file` is for messages; `key` is a dotted
 * path; `value` is borrowed. -1 if the text, the key or the value has
 * mistakes, which were added to `m`.
 */
int settings_edit(const char *file, struct slice text, const char *key,
    json_t *value, struct str *out, struct mistakes *m);

#endif
