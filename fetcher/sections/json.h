/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections whose lines are JSON.
 */
#ifndef FETCHER_SECTIONS_JSON_H
#define FETCHER_SECTIONS_JSON_H

#include "fetcher/sections/section.h"

#include <jansson.h>

/* An object, to be given back with json_decref(); NULL with section_bad(). */
json_t *section_json(
    const struct split_lines *in, struct slice line, struct err *err_r);
/* A string's copy, never with a NULL pointer; empty if it is none. */
struct slice section_json_text(struct arena *arena, const json_t *value);
/* A number; `otherwise` if it is none. */
double section_json_number(
    const json_t *object, const char *key, double otherwise);

#endif
