/* SPDX-License-Identifier: Apache-2.0
 *
 * Version 3's engines and users; see usm.h. The library looks for users in one
 * list, so it has only those of conversations that go on; what took time to
 * compute, the keys of a user at an engine, is remembered with the engine.
 */
#include "fetcher/snmp/usm.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/snmp_library.h"
#include "fetcher/snmp/keys.h"

#include <net-snmp/library/lcd_time.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#define ENGINES   16384 /* remembered; a place may be taken by another */
#define MAX_USER  33
#define MAX_LOCAL 64

struct local_key {
	unsigned char bytes[MAX_LOCAL];
	size_t n;
};

/* What the keys of a user at an engine come from, and they. */
struct localized {
	char user[MAX_USER];
	int auth, priv; /* the library's types; -1: none */
	struct snmp_key_id auth_id, priv_id;
	struct local_key auth_local, priv_local;
};

static struct known_engine {
	char at[64];
	struct usm_engine engine;
	struct localized keys;
} * engines;

struct usm_held { /* a user in the library's list */
	struct usm_held *next;
	struct usm_engine engine;
	char *name;
	unsigned n;
};
static struct usm_held *held;

/* --- engines --------------------------------------------------------------
 */

static struct known_engine *
place_of(const char *at)
{
	uint32_t h = 2166136261u;

	if (engines == NULL)
		engines = xcalloc(ENGINES, sizeof(engines[0]));
	for (const char *c = at; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	return &engines[h % ENGINES];
}

const struct usm_engine *
usm_known(const char *at)
{
	const struct known_engine *e = place_of(at);

	return e->engine.n > 0 && strcmp(e->at, at) == 0 ? &e->engine : NULL;
}

void
usm_remember(const char *at, const struct usm_engine *engine)
{
	struct known_engine *e = place_of(at);

	if (strlen(at) >= sizeof(e->at))
		return;
	OPENSSL_cleanse(&e->keys, sizeof(e->keys));
	memcpy(e->at, at, strlen(at) + 1);
	e->engine = *engine;
}

void
usm_forget(const char *at)
{
	struct known_engine *e = place_of(at);

	if (strcmp(e->at, at) != 0)
		return;
	/* Its clock may have gone back, too. */
	free_enginetime(e->engine.id, e->engine.n);
	e->engine.n = 0;
}

/* --- keys -----------------------------------------------------------------
 */

static void
set_bytes(unsigned char **bytes, size_t *n, const struct usm_engine *engine)
{
	free(*bytes);
	*bytes = xmalloc(engine->n + 1);
	memcpy(*bytes, engine->id, engine->n);
	*n = engine->n;
}

static int
auth_type(const char *hash)
{
	return usm_lookup_auth_type(strcmp(hash, "SHA1") == 0 ? "SHA"
		: strcmp(hash, "SHA224") == 0                 ? "SHA-224"
		: strcmp(hash, "SHA256") == 0                 ? "SHA-256"
		: strcmp(hash, "SHA384") == 0                 ? "SHA-384"
		: strcmp(hash, "SHA512") == 0                 ? "SHA-512"
							      : "MD5");
}

/* Mostly it was made before, in a thread. */
static size_t
put_key(unsigned char *to, const char *hash, const char *password,
    const struct snmp_key_id *id)
{
	struct snmp_key key;
	size_t n;

	if (!snmp_key_known(id, &key))
		snmp_key_make(hash, password, &key);
	n = key.n;
	memcpy(to, key.bytes, n);
	OPENSSL_cleanse(&key, sizeof(key));
	return n;
}

static void
keep_local(struct local_key *to, const unsigned char *bytes, size_t n)
{
	to->n = n > MAX_LOCAL ? 0 : n;
	if (to->n > 0)
		memcpy(to->bytes, bytes, to->n);
}

static void
give_local(unsigned char **bytes, size_t *n, const struct local_key *from)
{
	*bytes = NULL;
	*n = from->n;
	if (from->n == 0)
		return;
	*bytes = xmalloc(from->n);
	memcpy(*bytes, from->bytes, from->n);
}

static struct localized
wanted_keys(const struct snmp_options *o)
{
	const char *hash = o->auth == NULL ? NULL : snmp_hash_of(o->auth);
	struct localized l = {.auth = -1, .priv = -1};

	snprintf(l.user, sizeof(l.user), "%s", o->user);
	if (hash != NULL) {
		l.auth = auth_type(hash);
		l.auth_id = o->auth_id;
	}
	if (hash != NULL && o->priv != NULL) {
		l.priv = snmp_privacy_of(o->priv);
		l.priv_id = o->priv_id;
	}
	return l;
}

static bool
same_keys(const struct localized *a, const struct localized *b)
{
	return strcmp(a->user, b->user) == 0 && a->auth == b->auth &&
	    a->priv == b->priv &&
	    memcmp(&a->auth_id, &b->auth_id, sizeof(a->auth_id)) == 0 &&
	    memcmp(&a->priv_id, &b->priv_id, sizeof(a->priv_id)) == 0;
}

bool
usm_has_keys(const char *at, const struct snmp_options *o)
{
	const struct known_engine *e = place_of(at);
	struct localized l = wanted_keys(o);

	return e->engine.n > 0 && strcmp(e->at, at) == 0 &&
	    strlen(o->user) < MAX_USER && same_keys(&e->keys, &l);
}

/* --- users ----------------------------------------------------------------
 */

static void
set_protocol(oid **protocol, size_t *len, const oid *name, size_t n)
{
	free(*protocol);
	*protocol = snmp_duplicate_objid(name, n);
	*len = n;
}

/* From keys that were computed before. */
static bool
add_known(const struct usm_engine *engine, const struct localized *l)
{
	struct usmUser *user = usm_create_user();
	const oid *name;
	size_t n;

	if (user == NULL)
		return false;
	user->engineID = xmalloc(engine->n + 1);
	memcpy(user->engineID, engine->id, engine->n);
	user->engineIDLen = engine->n;
	user->name = xstrdup(l->user);
	user->secName = xstrdup(l->user);
	if (l->auth >= 0) {
		name = sc_get_auth_oid(l->auth, &n);
		set_protocol(
		    &user->authProtocol, &user->authProtocolLen, name, n);
	}
	if (l->priv >= 0) {
		name = sc_get_priv_oid(l->priv, &n);
		set_protocol(
		    &user->privProtocol, &user->privProtocolLen, name, n);
	}
	give_local(&user->authKey, &user->authKeyLen, &l->auth_local);
	give_local(&user->privKey, &user->privKeyLen, &l->priv_local);
	user->userStatus = RS_ACTIVE;
	user->userStorageType = ST_READONLY;
	usm_add_user(user);
	return true;
}

/* The library localizes the keys and extends them as privacy needs it. */
static bool
add_new(
    netsnmp_session *session, struct localized *l, const struct snmp_options *o)
{
	const char *name = o->user;
	const char *hash = o->auth == NULL ? NULL : snmp_hash_of(o->auth);
	const struct usmUser *user;
	size_t n;

	if (l->auth >= 0) {
		const oid *oid = sc_get_auth_oid(l->auth, &n);

		set_protocol(&session->securityAuthProto,
		    &session->securityAuthProtoLen, oid, n);
		session->securityAuthKeyLen = put_key(session->securityAuthKey,
		    hash, o->auth_secret, &l->auth_id);
	}
	if (l->priv >= 0) {
		const oid *oid = sc_get_priv_oid(l->priv, &n);

		set_protocol(&session->securityPrivProto,
		    &session->securityPrivProtoLen, oid, n);
		session->securityPrivKeyLen = put_key(session->securityPrivKey,
		    hash, o->priv_secret, &l->priv_id);
	}
	if (create_user_from_session(session) != SNMPERR_SUCCESS)
		return false;
	user = usm_get_user(
	    session->securityEngineID, session->securityEngineIDLen, name);
	if (user == NULL)
		return false;
	keep_local(&l->auth_local, user->authKey, user->authKeyLen);
	keep_local(&l->priv_local, user->privKey, user->privKeyLen);
	return true;
}

static struct usm_held **
find_held(const struct usm_engine *engine, const char *name)
{
	struct usm_held **h = &held;

	while (*h != NULL &&
	    ((*h)->engine.n != engine->n ||
		memcmp((*h)->engine.id, engine->id, engine->n) != 0 ||
		strcmp((*h)->name, name) != 0))
		h = &(*h)->next;
	return h;
}

static void
remove_user(const struct usm_engine *engine, const char *name)
{
	struct usmUser *user = usm_get_user(engine->id, engine->n, name);

	if (user == NULL)
		return;
	usm_remove_user(user);
	usm_free_user(user);
}

static struct usm_held *
hold(const struct usm_engine *engine, const char *name)
{
	struct usm_held **at = find_held(engine, name), *h = *at;

	if (h == NULL) {
		h = *at = xnew(struct usm_held);
		h->engine = *engine;
		h->name = xstrdup(name);
	}
	h->n++;
	return h;
}

void
usm_release(struct usm_held **hp)
{
	struct usm_held *h = *hp, **at;

	*hp = NULL;
	if (h == NULL || --h->n > 0)
		return;
	at = find_held(&h->engine, h->name);
	*at = h->next;
	remove_user(&h->engine, h->name);
	free(h->name);
	free(h);
}

int
usm_adopt(void *handle, const char *at, const struct usm_engine *engine,
    const struct snmp_options *o, struct usm_held **held_r, struct err *err_r)
{
	netsnmp_session *session = snmp_sess_session(handle);
	struct known_engine *e = place_of(at);
	struct localized l = wanted_keys(o);
	bool good;

	usm_release(held_r);
	set_bytes(
	    &session->securityEngineID, &session->securityEngineIDLen, engine);
	set_bytes(
	    &session->contextEngineID, &session->contextEngineIDLen, engine);
	/* The library would go on with the keys that it had for this name. */
	remove_user(engine, o->user);
	if (usm_has_keys(at, o)) {
		good = add_known(engine, &e->keys);
	} else {
		good = add_new(session, &l, o);
		if (good && strcmp(e->at, at) == 0)
			e->keys = l;
	}
	OPENSSL_cleanse(&l, sizeof(l));
	if (good) {
		*held_r = hold(engine, o->user);
		return 0;
	}
	err_set(err_r,
	    "Cannot make the SNMP user %s: %s (is the combination of auth and "
	    "priv possible?)",
	    o->user, snmp_api_errstring(session->s_snmp_errno));
	return -1;
}
