/* SPDX-License-Identifier: Apache-2.0
 *
 * var/vedette/renames: the hosts that were renamed, lines as in
 * common/config/renames.h, which become part of each snapshot.
 */
#ifndef SITE_RENAMED_H
#define SITE_RENAMED_H

#include "common/err.h"
#include "common/str.h"

#include <stdint.h>

#define RENAMED_MAX 10000u /* lines that are kept */

/* Appends the file's text; an absent file is empty. */
void renamed_read(const char *root, struct str *to);
/* Adds one, for a generation that is still to be made. 0 or -1. */
int renamed_add(
    const char *root, const char *from, const char *to, struct err *err_r);
/*
 * What belongs to no generation up to `current` yet belongs to `next` from
 * now on: an activation that was cut short is taken up by the next one.
 */
int renamed_stamp(
    const char *root, uint64_t current, uint64_t next, struct err *err_r);
/* Forgets what belongs to generations above `current`. */
int renamed_drop(const char *root, uint64_t current, struct err *err_r);
/*
 * Names go back as the files do: for each that came after `generation`, the
 * way back is added; what was added and not activated is forgotten. 0 or -1.
 */
int renamed_undo(const char *root, uint64_t generation, struct err *err_r);

#endif
