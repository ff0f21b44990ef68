/* SPDX-License-Identifier: Apache-2.0
 *
 * etc/environment of a site: lines NAME=VALUE for the environment of its
 * daemons, such as https_proxy.
 */
#ifndef SITE_ENVIRONMENT_H
#define SITE_ENVIRONMENT_H

#include "site/site.h"

#define ENVIRONMENT_MAX (64u << 10) /* bytes of the file */

/*
 * Takes the file's variables, if there is one, into the environment of this
 * process. What Vedette sets itself (HOME, VEDETTE_..., ...) is refused. -1
 * with file, line and reason; nothing is taken then.
 */
int environment_load(const struct site *site, struct err *err_r);
/* The same of a text; `set` may be NULL, to look for mistakes alone. */
int environment_parse(struct slice text,
    void (*set)(const char *name, const char *value, void *arg), void *arg,
    struct err *err_r);

#endif
