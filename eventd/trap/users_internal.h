/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of users: users.c who is known where, users_library.c
 * their keys and the library's list.
 */
#ifndef EVENTD_TRAP_USERS_INTERNAL_H
#define EVENTD_TRAP_USERS_INTERNAL_H

#include "eventd/trap/users.h"

#include <openssl/sha.h>
#include <stdint.h>

#define KEY_MAX   64
#define LOCAL_MAX 128 /* a key of privacy may be extended */

struct user_key {
	unsigned char bytes[KEY_MAX];
	size_t n;
};
struct known_user {
	const struct trap_user *user; /* of the options */
	char *name;                   /* its own: the options may be gone */
	int auth, priv;               /* the library's types; -1: none */
	struct user_key auth_key, priv_key;
	unsigned char digest[SHA256_DIGEST_LENGTH]; /* of what makes the keys */
};
struct local_key {
	unsigned char bytes[LOCAL_MAX];
	size_t n;
};
struct place { /* a user at an engine; user NULL: free */
	const struct known_user *user;
	struct engine_id engine;
	bool learned;
	struct local_key auth, priv;
};
/* The library, with our engine. */
void users_library_start(const struct engine_id *own, uint32_t boots);
/* Its protocols and keys by the configuration; false: there are none. */
void users_protocols(struct known_user *k);
bool users_make_keys(struct known_user *k);
/* The library localizes the keys for the engine, and knows the user. */
bool users_introduce(
    const struct known_user *k, const struct engine_id *engine);
/* Its keys at that engine; the library forgets it again. */
bool users_localize(struct place *p);
/* The library knows the user at that engine. */
void users_lend(const struct place *p);
void users_remove(const char *name, const struct engine_id *engine);

#endif
