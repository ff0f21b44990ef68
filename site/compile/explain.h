/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the values of one host or service come from.
 */
#ifndef SITE_COMPILE_EXPLAIN_H
#define SITE_COMPILE_EXPLAIN_H

#include "site/compile/model.h"

/*
 * An array of rows as compile_explain() promises; NULL with a reason if there
 * is no such object. Hosts and services must be resolved.
 */
json_t *explain_object(
    struct model *m, const char *host, const char *service, struct err *err_r);

#endif
