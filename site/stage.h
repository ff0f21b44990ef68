/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of what daemons write while a backup is made: each folder of theirs
 * as it was at one moment, databases through SQLite itself.
 */
#ifndef SITE_STAGE_H
#define SITE_STAGE_H

#include "site/site.h"

/* The folders below the site that are staged; NULL ends. */
extern const char *const stage_folders[];

/* Copies them to FOLDER/var/vedette/... 0 or -1. */
int stage_make(const struct site *site, const char *folder, struct err *err_r);

#endif
