/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose name and secret is this? Contacts with a password_hash are the
 * site's own: by that hash, or by the one that they set themselves. Others may
 * be a directory's. What a person may is what the configuration says of the
 * role: the contact's, or the one that the directory's groups give.
 */
#ifndef LIVESTATUSD_HTTP_PEOPLE_WHO_H
#define LIVESTATUSD_HTTP_PEOPLE_WHO_H

#include "livestatusd/http/internal.h"

/* A person who may come in, or might; false: nobody of that name is known. */
bool who_find(struct http *h, const char *name, struct person *p_r);
/*
 * The name that one counts, logs and remembers: as typed if the configuration
 * has it, else in lower case, because directories do not mind. Freed by caller.
 */
char *who_name(struct http *h, const char *typed);
/* Looks a person of the directory up again, if that was long ago. */
void who_refresh(struct http *h, const char *name);

enum who_result {
	WHO_OK,
	WHO_WRONG,
	WHO_FAILED, /* it cannot be found out now; words say why */
	WHO_BUSY,   /* too many at once */
	WHO_PENDING
};

struct who_check;
typedef void who_done_fn(void *arg, enum who_result result, const char *why);
/*
 * `name` of who_name(). WHO_PENDING: *check_r is under way, `done` is called
 * later with one of the first three. Else that is the result, and err_r says
 * why.
 */
enum who_result who_start(struct http *h, const char *name, const char *secret,
    who_done_fn *done, void *arg, struct who_check **check_r,
    struct err *err_r);
/* `done` will not be called. */
void who_forget(struct who_check *c);

#endif
