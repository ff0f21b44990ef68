/* SPDX-License-Identifier: Apache-2.0
 *
 * What verbs do for each other.
 */
#ifndef SITE_VERBS_H
#define SITE_VERBS_H

#include "common/err.h"
#include "site/site.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Removes a folder that belongs to somebody else without ever following a
 * link, whatever is done there meanwhile. 0 or -1.
 */
int rm_tree(const char *path, struct err *err_r);

/* cmd_start.c: starts all (NULL) or one; exit code of `start`. */
int start_site(const struct site *site, const char *daemon);
/* cmd_stop.c: exit code of `stop`. */
int stop_site(const struct site *site, const char *daemon);

struct activate_how {
	bool json, quiet;    /* for programs; only mistakes */
	bool check_only;     /* nothing is made of it */
	bool dry_run;        /* neither, and what would change is shown */
	bool locked;         /* the caller holds config_lock() */
	const char *message; /* for the logs, or NULL */
	const char *action;  /* for the audit log; NULL: "activate" */
};
/* activate.c: exit code of `activate` and `check-config`. */
int activate_site(const struct site *site, const struct activate_how *how);

#endif
