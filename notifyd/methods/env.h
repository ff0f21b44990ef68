/* SPDX-License-Identifier: Apache-2.0
 *
 * The environment of a script. Pure.
 */
#ifndef NOTIFYD_METHODS_ENV_H
#define NOTIFYD_METHODS_ENV_H

#include "notifyd/context.h"

/* Of one value; longer ones are cut with a remark. */
#define ENV_MAX_VALUE (64u << 10)

/*
 * NOTIFY_<KEY>=value for the whole context, after those of `base` (NULL at its
 * end) whose names scripts rely on, and this site's OMD_ROOT and OMD_SITE:
 * NOTIFY_OMD_ROOT may be another one's. `root`: the site's folder. Ends with
 * NULL.
 */
char **env_make(const struct context *ctx, const char *root, char *const *base);
void env_free(char ***env);

#endif
