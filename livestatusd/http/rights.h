/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: the contacts of the configuration with the permissions of
 * their roles (common/config/permissions.def), resolved once a configuration.
 */
#ifndef LIVESTATUSD_HTTP_RIGHTS_H
#define LIVESTATUSD_HTTP_RIGHTS_H

#include "common/config/snapshot.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct rights;

struct person {
	const char *name, *alias, *role; /* of the snapshot */
	const char *hash;                /* of crypt(3); "" for none */
	uint64_t may;                    /* bits by permission_bit() */
	bool automation;                 /* a program: no console */
	bool disabled;                   /* may not come in at all */
	bool directory; /* the password is the directory's; hash: its DN */
	const json_t *groups; /* contact groups by the directory, or NULL */
};

/* `snap` is borrowed until rights_free(). */
struct rights *rights_new(const struct snapshot *snap);
void rights_free(struct rights **p);
/* False if there is no contact of that name. */
bool rights_find(
    const struct rights *p, struct slice name, struct person *person_r);

/* What a role may; 0 for one that is not there. */
uint64_t rights_of_role(const struct rights *p, const char *role);

/* The bit of a permission; 0 if there is none of that name. */
uint64_t permission_bit(const char *name);
/* By number from 0: its name, NULL past the last; help for people. */
const char *permission_name(unsigned i, const char **help_r);

#endif
