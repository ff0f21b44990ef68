/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters of checks whose values depend on time periods. A snapshot has
 * them as layers, the nearest first; each key is taken from the first layer
 * that has it:
 *
 *	[{"levels": [80, 90]},
 *	 {"default": {...}, "periods": [{"period": 3, "value": {...}}]}]
 *
 * A layer with "periods" stands for the value of the first of its periods
 * that is active, else for its default. `period` is the index in the snapshot.
 * Pure: whether a period is active is asked.
 */
#ifndef COMMON_CONFIG_PARAMS_H
#define COMMON_CONFIG_PARAMS_H

#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* {default, periods: [...]}: does the value depend on the time? */
bool params_is_timed(const json_t *value);
/* Does a snapshot's text? It must be resolved then. */
bool params_depend(struct slice text);

typedef bool (*params_active_fn)(uint32_t period, void *arg);

/*
 * The parameters that hold now, as canonical JSON, appended. A text that does
 * not depend on the time, or is damaged, is appended as it is.
 */
void params_resolve(
    struct slice text, params_active_fn active, void *arg, struct str *to);

#endif
