/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets stand in files of their own, which the configuration names: they
 * are read when they are needed and are in no log, list of processes or spool.
 */
#ifndef NOTIFYD_METHODS_SECRET_H
#define NOTIFYD_METHODS_SECRET_H

#include "common/err.h"
#include "common/str.h"

/* The path: as it is, or below `root`. Freed by the caller. */
char *secret_path(const char *root, const char *file);
/* The file's content without white space around it. NULL with a reason. */
char *secret_read(const char *root, const char *file, struct err *err_r);
void secret_free(char **secret); /* wipes it */
/* The text with each occurrence of the secret replaced by stars. */
void secret_hide(struct str *text, const char *secret);

#endif
