/* SPDX-License-Identifier: Apache-2.0
 *
 * Sites on this machine: VEDETTE_ROOT/sites/NAME, owned by the site's user.
 * The owner of the folder is the site's user; everything below belongs to him,
 * so root never opens, follows or runs anything there.
 */
#ifndef SITE_SITE_H
#define SITE_SITE_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <sys/types.h>

#define SITE_DEFAULT_BASE "/opt/vedette"
#define SITE_NAME_MAX     16

struct site {
	char *name;
	char *base; /* VEDETTE_ROOT, absolute */
	char *root; /* BASE/sites/NAME */
	uid_t uid;  /* the owner of `root` */
	gid_t gid;
};

/* VEDETTE_ROOT of the environment, or the default. Freed by the caller. */
char *site_base(void);
/* First a letter, then letters, digits, "_"; at most SITE_NAME_MAX. */
int site_name_check(const char *name, struct err *err_r);
/* NULL with a reason if there is no such site. */
struct site *site_open(const char *name, struct err *err_r);
/*
 * The caller's own site: VEDETTE_SITE, the folder that he stands in, the site
 * of his name or home, or the only one that he owns. NULL with a reason.
 */
struct site *site_own(struct err *err_r);
void site_free(struct site **s);
/* "ROOT/relative", formatted; freed by the caller. */
char *site_path(const struct site *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), malloc));
/* Names of all sites, sorted; the caller frees each and the array. */
char **site_names(size_t *n_r);

#endif
