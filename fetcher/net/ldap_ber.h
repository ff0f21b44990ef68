/* SPDX-License-Identifier: Apache-2.0
 *
 * As much of LDAP's BER as a bind and a search need. Pure.
 */
#ifndef FETCHER_NET_LDAP_BER_H
#define FETCHER_NET_LDAP_BER_H

#include "common/str.h"

#include <stdbool.h>

#include <stdint.h>

#define LDAP_MESSAGE_BYTES (1u << 20)

enum { /* the tag of what a message is */
	LDAP_BIND_DONE = 0x61,
	LDAP_ENTRY = 0x64,
	LDAP_SEARCH_DONE = 0x65,
	LDAP_REFERENCE = 0x73
};

void ldap_put_bind(struct str *out, uint32_t id, uint32_t version,
    const char *dn, const char *password);
/* Filter (attribute=*); `subtree`: else the base alone. */
void ldap_put_search(struct str *out, uint32_t id, const char *base,
    const char *attribute, bool subtree);
void ldap_put_unbind(struct str *out, uint32_t id);

struct ldap_message {
	uint32_t id, tag;
	uint32_t code; /* of bind and search: 0 is success */
};
/* Bytes of the first message; 0: it is not complete; -1: it is broken. */
long ldap_message(struct slice in, struct ldap_message *m_r);

#endif
