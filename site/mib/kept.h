/* SPDX-License-Identifier: Apache-2.0
 *
 * The MIB files of a site: local/share/vedette/mibs/MODULE, and the table
 * that eventd works by, var/vedette/eventd/mibs, compiled from all of them.
 */
#ifndef SITE_MIB_KEPT_H
#define SITE_MIB_KEPT_H

#include "common/err.h"
#include "site/site.h"

#include <jansson.h>

/*
 * Adds files (paths, n) and compiles the table anew. With a mistake in one of
 * them nothing changes. 0; -1 with a reason, `mistakes_r` has lines
 * FILE:LINE: text. Appends the names of what was added.
 */
int mibs_add(const struct site *site, char *const *paths, int n,
    struct str *added_r, struct str *mistakes_r, struct err *err_r);
/* Removes modules (names, n); -1 with a reason: one is not there. */
int mibs_remove(const struct site *site, char *const *names, int n,
    struct str *mistakes_r, struct err *err_r);
/*
 * {module, objects, notifications, organization, file}; file null: built in.
 */
json_t *mibs_list(const struct site *site, struct err *err_r);
/* eventd takes the new table, if it runs. 1: told; 0: it does not run. */
int mibs_tell(const struct site *site, struct err *err_r);

#endif
