/* SPDX-License-Identifier: Apache-2.0
 *
 * What people have set themselves, and what was learnt of them:
 * var/vedette/livestatusd/people.json, mode 0600, by name:
 *   password {hash, of, since}   instead of the configuration's, while that is
 *                                still the one whose SHA-256 is `of`
 *   second_factor {secret, since, last, codes}   base32; the last step that was
 *                                used; SHA-256 of backup codes
 *   directory {dn, alias, role, contact_groups, asked}
 *   settings {keys, theme}   of the console; see profile.c
 *   views {ID: {title, pages, of, since}}   `of`: SHA-256 of the token
 * The administrator may edit the file: it is read again when it is another one,
 * and a lock (people.lock) is held over each change.
 */
#ifndef LIVESTATUSD_HTTP_PEOPLE_PEOPLE_H
#define LIVESTATUSD_HTTP_PEOPLE_PEOPLE_H

#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>

#define PEOPLE_HASH_LEN 64 /* hexadecimal, without its NUL */

struct people;

/* `path` of the JSON file; it need not be there. */
struct people *people_open(const char *path);
void people_close(struct people **s);

/* Can the file not be understood? Then nobody may come in: whose second factor
 * is in it cannot be known. */
bool people_is_broken(struct people *s);
/* Everybody, by name; borrowed until the next call. */
const json_t *people_all(struct people *s);
/* What is known of this person, or NULL; borrowed until the next call. */
const json_t *people_find(struct people *s, const char *name);

/*
 * A change: begin, edit the entry that is returned (made if it is not there),
 * end. people_end() writes the file, without entries that are empty; -1 with a
 * reason, then the file and what is known are as before. NULL with a reason if
 * the file cannot be read or locked.
 */
json_t *people_begin(struct people *s, const char *name, struct err *err_r);
int people_end(struct people *s, struct err *err_r);

/* SHA-256 as hexadecimal digits. */
void people_hash(const char *text, char hash_r[PEOPLE_HASH_LEN + 1]);

#endif
