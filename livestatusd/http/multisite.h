/* SPDX-License-Identifier: Apache-2.0
 *
 * Those pages of Checkmk's older web interface that programs ask for, Nagstamon
 * among them: check_mk/view.py?view_name=...&output_format=python|json|csv,
 * login.py, ajax_reschedule.py, commands by view.py with a transaction id, and
 * index.py, which leads to the console. Names of views, columns and variables
 * are that interface's; who asks sees and may what they do everywhere.
 */
#ifndef LIVESTATUSD_HTTP_MULTISITE_H
#define LIVESTATUSD_HTTP_MULTISITE_H

#include "livestatusd/http/internal.h"

bool multisite_is_path(const char *path);
/* Makes the answer, or begins to. */
void multisite_handle(struct http_request *r);

/* --- among its files ------------------------------------------------------ */

struct multisite_view {
	const char *name;
	bool services;
	const char *filter; /* Livestatus, or NULL */
	const char *help;
};

/* NULL: there is none of that name. */
const struct multisite_view *multisite_find(const char *name);
/* Appends the view's own conditions and those of the variables. */
void multisite_filter(
    struct str *lql, const struct multisite_view *view, const json_t *in);
/* The variable, or "". */
const char *multisite_text(const json_t *in, const char *name);
/* The rows of a view as text. */
void multisite_rows(struct http_request *r, const struct multisite_view *view,
    const json_t *in);
/* What the variables command, for the rows of a view. */
void multisite_act(struct http_request *r, const struct multisite_view *view,
    const json_t *in);
/* A transaction id is good for an hour, for its session or person. */
char *multisite_transaction(struct http_request *r);
bool multisite_is_transaction(struct http_request *r, const char *id);

#endif
