/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of a host's discovered services, var/vedette/discovered/HOST.yaml:
 * read, changed as a discovery says, replaced as a whole. What people wrote
 * into it stays: entries that are not touched as they are, the comment at the
 * head, and the whole file if nothing changes.
 */
#ifndef SITE_DISCOVER_FILE_H
#define SITE_DISCOVER_FILE_H

#include "fetcher/discover_diff.h"
#include "site/site.h"

struct discover_file {
	char *path;
	json_t *services;    /* array of {description, check, labels?} */
	json_t *host_labels; /* object */
	json_t *ignored;     /* array of descriptions */
	struct str head;     /* comment lines at the top */
	struct discover_known *known; /* beside services; borrows them */
};

/* An absent file is empty. 0, or -1 with a reason: it is broken. */
int discover_file_read(struct discover_file *f, const struct site *site,
    const char *host, struct err *err_r);
void discover_file_free(struct discover_file *f);
/* The description in entry i, as it stands. */
const char *discover_file_description(const struct discover_file *f, size_t i);

enum discover_action {
	DISCOVER_KEEP,
	DISCOVER_ADD,
	DISCOVER_UPDATE, /* take the parameters that were found */
	DISCOVER_REMOVE,
	DISCOVER_IGNORE, /* remove, and remember it as ignored by hand */
	DISCOVER_ACCEPT, /* ignored by hand until now: add */
	DISCOVER_ACTIONS
};
const char *discover_action_name(enum discover_action action);

/* A host without an agent has this one. */
extern const struct check discover_ping;

struct discover_change {
	const struct discover_diff *diff;
	const enum discover_action *actions; /* one a row of the diff */
	const char *collector;     /* that feeds the host's services */
	const json_t *host_labels; /* to be set; NULL: as they are */
};
/*
 * Carries the actions out. 1: the file was written, 0: it already says that,
 * -1 with a reason.
 */
int discover_file_change(struct discover_file *f,
    const struct discover_change *change, struct err *err_r);

#endif
