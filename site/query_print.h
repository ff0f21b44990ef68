/* SPDX-License-Identifier: Apache-2.0
 *
 * A Livestatus answer for people: a table, or rows as JSON objects.
 */
#ifndef SITE_QUERY_PRINT_H
#define SITE_QUERY_PRINT_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>

/*
 * `answer` has fixed16, is JSON, and its first row names the columns. 0, or -1
 * with the site's reason.
 */
int query_print(struct slice answer, bool as_json, struct err *err_r);

#endif
