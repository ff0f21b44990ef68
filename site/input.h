/* SPDX-License-Identifier: Apache-2.0
 *
 * What a verb is given as FILE, where "-" is standard input.
 */
#ifndef SITE_INPUT_H
#define SITE_INPUT_H

#include "common/err.h"
#include "common/str.h"

#define INPUT_FILE_MAX (512u << 20)

/* Appends all of it. 0, or -1 with a reason. */
int input_read(const char *path, struct str *to, struct err *err_r);

#endif
