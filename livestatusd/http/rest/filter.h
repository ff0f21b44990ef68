/* SPDX-License-Identifier: Apache-2.0
 *
 * A query of the REST API as filters of Livestatus (configuration-and-rest.md
 * 6.7): {"op": "=", "left": "host_name", "right": "web01"}, {"op": "and" or
 * "or", "expr": [...]}, {"op": "not", "expr": {...}}. Pure.
 */
#ifndef LIVESTATUSD_HTTP_REST_FILTER_H
#define LIVESTATUSD_HTTP_REST_FILTER_H

#include "common/err.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>

#define FILTER_DEPTH 20
#define FILTER_LEAFS 1000

/* Has it the form of a column's name? */
bool filter_is_column(const char *name);
/*
 * Appends the filter's lines. -1 with a reason, then `lql` may have some of
 * them. `table`: "hosts." before a column is taken off, if it is this one's.
 */
int filter_to_lql(
    const json_t *query, const char *table, struct str *lql, struct err *err_r);

#endif
