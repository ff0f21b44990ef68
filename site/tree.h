/* SPDX-License-Identifier: Apache-2.0
 *
 * The version tree that this program runs from: bin/, lib/ and share/ of
 * VEDETTE_ROOT/versions/VERSION, or of a build.
 */
#ifndef SITE_TREE_H
#define SITE_TREE_H

#include "common/err.h"
#include "site/site.h"

#include <stdbool.h>

/* The folder above bin/vedette. NULL with a reason; freed by the caller. */
char *tree_own(struct err *err_r);
/* Can the site's user run what is there? */
bool tree_is_reachable(const char *tree, const struct site *site);
/*
 * Copies the tree to BASE/versions/VERSION, replacing a copy of the same name
 * as a whole. Returns its path, NULL with a reason.
 */
char *tree_copy(const char *tree, const char *base, struct err *err_r);
/*
 * As root: gives the programs that need them their file capabilities. What
 * could not be given is said on standard error; no failure.
 */
void tree_set_capabilities(const char *tree);

#endif
