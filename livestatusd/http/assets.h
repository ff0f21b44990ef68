/* SPDX-License-Identifier: Apache-2.0
 *
 * The console's files, read once at start from the version's share/web. Only
 * names that were there then can be asked for, so no path of a request ever
 * reaches the file system.
 */
#ifndef LIVESTATUSD_HTTP_ASSETS_H
#define LIVESTATUSD_HTTP_ASSETS_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>

struct asset {
	char *name;       /* "app.js" */
	const char *type; /* content type */
	struct str content;
	struct str zipped; /* the same by gzip; len 0: not there */
	bool for_ever;     /* its name changes with its content */
	char etag[24];     /* with its quotation marks */
};

struct assets;

/*
 * Reads every plain file of the folder; NAME.gz is NAME, zipped. NULL with a
 * reason.
 */
struct assets *assets_load(const char *folder, struct err *err_r);
void assets_free(struct assets **a);
/* NULL if there is none of that name. */
const struct asset *assets_find(const struct assets *a, const char *name);

#endif
