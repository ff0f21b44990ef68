/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files about a person's own settings share.
 */
#ifndef LIVESTATUSD_HTTP_PEOPLE_PROFILE_H
#define LIVESTATUSD_HTTP_PEOPLE_PROFILE_H

#include "livestatusd/http/internal.h"

/* views.c: may a view have that page; all of those. */
bool view_has_page(const char *name);
json_t *view_pages(void);

/* profile_password.c: console/password, {old, new}. */
void profile_password(struct http_request *r, const json_t *doc);
/* profile_second.c: console/second-factor, {do: start|confirm|remove, ...} */
void profile_second(struct http_request *r, const json_t *doc);

/*
 * The person's entry, to be changed; NULL and the answer a failure. Then
 * profile_end(): false, and the answer a failure, if it cannot be kept.
 */
json_t *profile_begin(struct http_request *r);
bool profile_end(struct http_request *r);
/* {"ok": true} and a line for the audit log; `message` may be NULL. */
void profile_done(
    struct http_request *r, const char *action, const char *message);
/* A text of the body; "" if it is not there. */
const char *profile_text(const json_t *doc, const char *key);

#endif
