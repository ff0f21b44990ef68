/* SPDX-License-Identifier: Apache-2.0
 *
 * The Unix user of a site: made, removed, become. And work done as him while
 * this process stays root.
 */
#ifndef SITE_USER_H
#define SITE_USER_H

#include "common/err.h"
#include "common/str.h"
#include "site/site.h"

#include <stdbool.h>
#include <sys/types.h>

/* Makes user and group NAME with that home. 0 or -1. */
int user_make(const char *name, const char *home, struct err *err_r);
/* Was the account made by user_make() for that site? */
bool user_is_made_for(const struct site *site);
/* Ends the user's processes and removes the account. 0 or -1. */
int user_remove(const struct site *site, struct err *err_r);
int user_find(const char *name, uid_t *uid_r, gid_t *gid_r, struct err *err_r);
/* The name of the site's user; freed by the caller. */
char *user_name(uid_t uid);

/* This process is the site's user from now on, in every respect. 0 or -1. */
int user_become(const struct site *site, struct err *err_r);
/*
 * Sets what programs of the site expect: VEDETTE_SITE, VEDETTE_ROOT, and with
 * `anew` also a clean environment with HOME, PATH, USER, ...
 */
void user_environment(const struct site *site, bool anew);

/*
 * Runs `work` in a child that is the site's user if this process is root. What
 * `work` writes to `fd` is appended to `out` (NULL: fd is standard output), at
 * most 1 MiB. Its return value, or -1.
 */
typedef int user_work_fn(const struct site *site, int fd, void *arg);
int user_do(const struct site *site, user_work_fn *work, void *arg,
    struct str *out, struct err *err_r);

#endif
