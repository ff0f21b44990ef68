/* SPDX-License-Identifier: Apache-2.0
 *
 * People of a directory: the key `ldap` of site.yaml. A check binds, searches
 * the person, finds the groups, and binds as that person; all in a thread of
 * libuv's pool, never on the loop. TLS is verified, each step is bounded in
 * time, and what people type is escaped before it stands in a filter.
 */
#ifndef LIVESTATUSD_HTTP_PEOPLE_DIRECTORY_H
#define LIVESTATUSD_HTTP_PEOPLE_DIRECTORY_H

#include "common/err.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#define DIRECTORY_AT_ONCE                                                      \
	2 /* checks under way: other logins need threads too */
#define DIRECTORY_GROUPS_MAX 500 /* of a person */

enum directory_how {
	DIRECTORY_OK,
	DIRECTORY_REFUSED, /* no such person, or another password */
	DIRECTORY_NO_ROLE, /* the person is known, but no group gives a role */
	DIRECTORY_FAILED   /* the directory could not be asked; `why` */
};

struct directory_person {
	enum directory_how how;
	struct err why;
	char *dn, *alias;
	char *role;             /* the first that fits */
	json_t *contact_groups; /* names */
};

struct directory_check;
/* `p` is borrowed. */
typedef void directory_done_fn(void *arg, const struct directory_person *p);

/* Is there a directory? */
bool directory_is_on(const json_t *conf);
/* What a schema cannot say of the key; -1 with a reason. */
int directory_conf_check(const json_t *conf, struct err *err_r);
/* Of site.yaml, or the default; milliseconds. */
int64_t directory_duration(const json_t *conf, const char *key);

/*
 * Calls `done` on the loop later; NULL, and no call, if DIRECTORY_AT_ONCE are
 * under way. `password` NULL: only searches. All is copied.
 */
struct directory_check *directory_start(uv_loop_t *loop, const json_t *conf,
    const char *name, const char *password, directory_done_fn *done, void *arg);
/* `done` will not be called. */
void directory_forget(struct directory_check *c);

/* --- pure parts ----------------------------------------------------------- */

/* Appends a value for a filter (RFC 4515): * ( ) \ and NUL escaped. */
void directory_escape(struct slice value, struct str *to);
/* Is the host of this address this machine itself? */
bool directory_is_loopback(struct slice url);
/* A DN in one form, lower case; NULL if it is none. Freed by the caller. */
char *directory_dn_normal(const char *dn);
/*
 * Role and contact groups for a person's groups: `dns` in normal form, `names`
 * what their cn says. Fills in role and contact_groups.
 */
void directory_map(const json_t *conf, const json_t *dns, const json_t *names,
    struct directory_person *p);

#endif
