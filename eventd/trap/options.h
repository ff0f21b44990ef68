/* SPDX-License-Identifier: Apache-2.0
 *
 * The key eventd.snmp: who may send traps, and how they are shown
 * (event-console.md 8.1 and 21). Pure: files with secrets are read by
 * credentials.c.
 */
#ifndef EVENTD_TRAP_OPTIONS_H
#define EVENTD_TRAP_OPTIONS_H

#include "eventd/rule/reader.h"

#define ENGINE_ID_MAX 32 /* bytes, RFC 3411; the least is 5 */

/* Either is NULL: the secret itself, or the file that holds it. */
struct trap_secret {
	char *text, *file;
};
struct engine_id {
	unsigned char bytes[ENGINE_ID_MAX];
	size_t n;
};
struct trap_user {
	char *name;
	struct engine_id *engines; /* of senders of traps */
	size_t n_engines;
	bool learn;        /* take engines that know the secrets, too */
	char *auth, *priv; /* protocols in words; NULL: none */
	struct trap_secret auth_secret, priv_secret;
};
struct trap_options {
	struct trap_secret *communities;
	size_t n_communities;
	struct trap_user *users;
	size_t n_users;
	bool translate, describe;
	struct network *relays; /* whose agent address is believed */
	size_t n_relays;
};

/* Absent: the community "public" and nobody else. */
void trap_options_read(struct trap_options *o, struct reader *parent);
void trap_options_free(struct trap_options *o);
/* "80001f88...", with or without 0x and colons; 5 to 32 bytes. */
bool engine_id_parse(const char *text, struct engine_id *id_r);
void engine_id_text(const struct engine_id *id, struct str *to);
bool engine_id_equal(const struct engine_id *a, const struct engine_id *b);

#endif
