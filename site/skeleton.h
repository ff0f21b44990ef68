/* SPDX-License-Identifier: Apache-2.0
 *
 * What a new site consists of: folders, links, first files. Made as the
 * site's user inside his own, empty folder.
 */
#ifndef SITE_SKELETON_H
#define SITE_SKELETON_H

#include "common/err.h"
#include "site/site.h"

#include <stdint.h>

struct skeleton {
	const char *tree; /* the version's folder, absolute */
	uint16_t port_offset;
	const char *password_hash; /* of the contact "admin" */
};

int skeleton_make(
    const struct site *site, const struct skeleton *what, struct err *err_r);

/* A hash for password_hash (yescrypt). NULL with a reason; freed by caller. */
char *skeleton_hash(const char *password, struct err *err_r);
/* 20 letters and digits that cannot be mistaken for each other. */
char *skeleton_random_password(struct err *err_r);

#endif
