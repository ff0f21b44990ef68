/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets of communities and users, read from their files.
 */
#ifndef EVENTD_TRAP_CREDENTIALS_H
#define EVENTD_TRAP_CREDENTIALS_H

#include "common/err.h"
#include "eventd/trap/options.h"

/*
 * Reads every file that a secret names, relative to `root`, into its text.
 * -1 with a reason that names all of those that cannot be read.
 */
int trap_credentials_read(
    struct trap_options *o, const char *root, struct err *err_r);

#endif
