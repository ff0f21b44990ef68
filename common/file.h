/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole files. Reasons name the path.
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <sys/types.h>

/* Appends the content; refuses more than `max` bytes. 0 or -1. */
int file_read(const char *path, size_t max, struct str *to, struct err *err_r);
/*
 * Replaces the file as a whole: writes PATH.tmp, syncs it, renames it, syncs
 * the folder. A reader sees the old content or the new. 0 or -1.
 */
int file_write(
    const char *path, struct slice content, mode_t mode, struct err *err_r);
bool file_exists(const char *path);
/* Makes the folder and those above it. 0 or -1. */
int file_mkdirs(const char *path, mode_t mode, struct err *err_r);
/* Removes a file or a whole folder; what is not there is no failure. */
int file_remove_tree(const char *path, struct err *err_r);

#endif
