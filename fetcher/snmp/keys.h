/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of SNMPv3 users from their passwords (RFC 3414 A.2): a megabyte is
 * hashed for each, so it is done in a thread, and remembered.
 */
#ifndef FETCHER_SNMP_KEYS_H
#define FETCHER_SNMP_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define SNMP_KEY_BYTES    64
#define SNMP_KEY_ID_BYTES 32

struct snmp_key {
	unsigned char bytes[SNMP_KEY_BYTES];
	size_t n;
};

/* "md5", "sha", "sha256", ...: a name of the hash that OpenSSL knows; NULL. */
const char *snmp_hash_of(const char *auth);
/* What a key is remembered by: says nothing of the password. */
struct snmp_key_id {
	unsigned char digest[SNMP_KEY_ID_BYTES];
};
struct snmp_key_id snmp_key_id(const char *hash, const char *password);
/* The key, if it was made before. */
bool snmp_key_known(const struct snmp_key_id *id, struct snmp_key *key_r);
/* Makes it here and now: several milliseconds. */
void snmp_key_make(
    const char *hash, const char *password, struct snmp_key *key_r);

/* Is it being made, for somebody else? */
bool snmp_key_comes(const struct snmp_key_id *id);

/* Makes both (NULL: only one) in a thread and remembers them. */
struct snmp_key_job;
typedef void snmp_keys_done_fn(void *arg);
struct snmp_key_job *snmp_keys_start(uv_loop_t *loop, const char *hash,
    const char *auth, const char *priv, snmp_keys_done_fn *done, void *arg);
/* `done` does not come any more; the thread ends in its own time. */
void snmp_keys_forget(struct snmp_key_job **job);

#endif
