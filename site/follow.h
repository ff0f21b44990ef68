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
 * end). `lines` are Filter, And, Or, Negate and AuthUser headers. Returns 0 or
 * -1 with a reason.
 */
int follow_log(const char *path, char *const *lines, int n_lines, int64_t max,
    struct err *err_r);

#endif
