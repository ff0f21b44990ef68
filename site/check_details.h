/* SPDX-License-Identifier: Apache-2.0
 *
 * What `vedette check -v` tells of a service beyond its state: each metric
 * with unit and levels, each parameter and where it comes from.
 */
#ifndef SITE_CHECK_DETAILS_H
#define SITE_CHECK_DETAILS_H

#include "common/str.h"

#include <jansson.h>

/*
 * Array of {metric, value, unit, title, warn, crit, min, max}; what is not
 * given is null. `check` names one of our checks, or is empty: a plugin's
 * units stand with the values.
 */
json_t *check_details_metrics(struct slice check, struct slice perfdata);
/* Array of {parameter, value, source, where} of compile_explain()'s rows. */
json_t *check_details_params(const json_t *rows);
void check_details_print(const json_t *metrics, const json_t *params);

#endif
