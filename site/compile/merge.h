/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of one attribute from several places, put together.
 */
#ifndef SITE_COMPILE_MERGE_H
#define SITE_COMPILE_MERGE_H

#include "site/compile/model.h"

/*
 * The value that holds where `near` is written nearer to the object than
 * `far`; either may be NULL. `all` says that lists add up. What is new is
 * kept by the model.
 */
json_t *merge_values(
    struct model *m, enum attr attr, json_t *near, json_t *far, bool all);

/* One list after the other. */
json_t *merge_lists(struct model *m, json_t *near, json_t *far);

/* Two mappings: near's keys, then those that only far has. Nothing new is made
 * where far adds none. */
json_t *merge_keys(struct model *m, json_t *near, json_t *far);

#endif
