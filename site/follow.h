/* SPDX-License-Identifier: Apache-2.0
 *
 * New lines of the history, as they are written.
 */
#ifndef SITE_FOLLOW_H
#define SITE_FOLLOW_H

#include "common/err.h"

#include <stdint.h>

/*
 * Prints them until the process is ended, or `max` lines were printed (0: no
 * end). `sites`: names of sites that are asked, or "*"; each line begins with
 * its site's name then. NULL: this site alone. `lines` are Filter, And, Or,
 * Negate and AuthUser headers. Returns 0 or -1 with a reason.
 */
int follow_log(const char *path, const char *sites, char *const *lines,
    int n_lines, int64_t max, struct err *err_r);

#endif
