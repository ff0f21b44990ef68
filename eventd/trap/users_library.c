/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, and users in the library's list; see users_internal.h.
 */
#include "common/log.h"
#include "common/mem.h"
#include "common/snmp_library.h"
#include "eventd/trap/users_internal.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/library/lcd_time.h>
#include <net-snmp/net-snmp-includes.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <strings.h>

/* Our engine. */
void
users_library_start(const struct engine_id *own, uint32_t boots)
{
	struct str line = {0};

	snmp_library_start();
	str_add(&line, "exactEngineID 0x");
	engine_id_text(own, &line);
	netsnmp_config_remember(line.s);
	str_clear(&line);
	/* The library counts this start itself. */
	str_addf(&line, "engineBoots %u", boots > 0 ? boots - 1 : 0);
	netsnmp_config_remember(line.s);
	netsnmp_config_process_memories();
	must(snmpv3_local_snmpEngineBoots() == boots);
	set_enginetime(own->bytes, (u_int)own->n, boots,
	    (u_int)snmpv3_local_snmpEngineTime(), TRUE);
	str_free(&line);
}

static const struct {
	const char *word;
	int type;
} auths[] = {{"md5", USM_CREATE_USER_AUTH_MD5},
    {"sha", USM_CREATE_USER_AUTH_SHA}, {"sha1", USM_CREATE_USER_AUTH_SHA},
    {"sha-1", USM_CREATE_USER_AUTH_SHA},
    {"sha224", USM_CREATE_USER_AUTH_SHA224},
    {"sha-224", USM_CREATE_USER_AUTH_SHA224},
    {"sha256", USM_CREATE_USER_AUTH_SHA256},
    {"sha-256", USM_CREATE_USER_AUTH_SHA256},
    {"sha384", USM_CREATE_USER_AUTH_SHA384},
    {"sha-384", USM_CREATE_USER_AUTH_SHA384},
    {"sha512", USM_CREATE_USER_AUTH_SHA512},
    {"sha-512", USM_CREATE_USER_AUTH_SHA512}};

static int
auth_type(const char *word)
{
	for (size_t i = 0; word != NULL && i < ARRAY_LEN(auths); i++) {
		if (strcasecmp(auths[i].word, word) == 0)
			return auths[i].type;
	}
	return -1;
}

static bool
make_key(int auth, const struct trap_secret *secret, struct user_key *key_r)
{
	size_t n;
	const oid *hash = sc_get_auth_oid(auth, &n);
	const char *text = secret->text;

	key_r->n = sizeof(key_r->bytes);
	return hash != NULL && text != NULL &&
	    generate_Ku(hash, (u_int)n, (const u_char *)text, strlen(text),
		key_r->bytes, &key_r->n) == SNMPERR_SUCCESS;
}

static void
set_bytes(u_char **bytes, size_t *n, const void *from, size_t len)
{
	*bytes = malloc(len + 1); /* the library frees it */
	must(*bytes != NULL);
	memcpy(*bytes, from, len);
	*n = len;
}

bool
users_introduce(const struct known_user *k, const struct engine_id *engine)
{
	netsnmp_session s;
	size_t n;
	bool good;

	snmp_sess_init(&s);
	s.version = SNMP_VERSION_3;
	s.securityModel = SNMP_SEC_MODEL_USM;
	s.securityLevel = k->priv >= 0 ? SNMP_SEC_LEVEL_AUTHPRIV
	    : k->auth >= 0             ? SNMP_SEC_LEVEL_AUTHNOPRIV
				       : SNMP_SEC_LEVEL_NOAUTH;
	s.securityName = k->name;
	s.securityNameLen = strlen(k->name);
	set_bytes(&s.securityEngineID, &s.securityEngineIDLen, engine->bytes,
	    engine->n);
	/* Without a protocol it would take its default one. */
	s.securityAuthProto = (oid *)sc_get_auth_oid(
	    k->auth >= 0 ? k->auth : NETSNMP_USMAUTH_NOAUTH, &n);
	s.securityAuthProtoLen = n;
	s.securityPrivProto = (oid *)sc_get_priv_oid(
	    k->priv >= 0 ? k->priv : USM_CREATE_USER_PRIV_NONE, &n);
	s.securityPrivProtoLen = n;
	memcpy(s.securityAuthKey, k->auth_key.bytes, k->auth_key.n);
	s.securityAuthKeyLen = k->auth_key.n;
	memcpy(s.securityPrivKey, k->priv_key.bytes, k->priv_key.n);
	s.securityPrivKeyLen = k->priv_key.n;
	good = create_user_from_session(&s) == SNMPERR_SUCCESS;
	free(s.securityEngineID);
	OPENSSL_cleanse(&s, sizeof(s));
	return good;
}

void
users_remove(const char *name, const struct engine_id *engine)
{
	struct usmUser *user = usm_get_user(engine->bytes, engine->n, name);

	if (user == NULL)
		return;
	usm_remove_user(user);
	usm_free_user(user);
}

static bool
keep_key(struct local_key *to, const u_char *bytes, size_t n)
{
	if (n > sizeof(to->bytes))
		return false;
	if (n > 0)
		memcpy(to->bytes, bytes, n);
	to->n = n;
	return true;
}

bool
users_localize(struct place *p)
{
	const struct usmUser *user;
	bool good;

	if (!users_introduce(p->user, &p->engine))
		return false;
	user = usm_get_user(p->engine.bytes, p->engine.n, p->user->name);
	good = user != NULL &&
	    keep_key(&p->auth, user->authKey, user->authKeyLen) &&
	    keep_key(&p->priv, user->privKey, user->privKeyLen);
	users_remove(p->user->name, &p->engine);
	return good;
}

static void
set_protocol(oid **protocol, size_t *len, const oid *name, size_t n)
{
	free(*protocol);
	*protocol = snmp_duplicate_objid(name, n);
	*len = n;
}

void
users_lend(const struct place *p)
{
	const struct known_user *k = p->user;
	struct usmUser *user = usm_create_user();
	const oid *name;
	size_t n;

	must(user != NULL);
	set_bytes(
	    &user->engineID, &user->engineIDLen, p->engine.bytes, p->engine.n);
	user->name = strdup(k->name);
	user->secName = strdup(k->name);
	if (k->auth >= 0) {
		name = sc_get_auth_oid(k->auth, &n);
		set_protocol(
		    &user->authProtocol, &user->authProtocolLen, name, n);
		set_bytes(&user->authKey, &user->authKeyLen, p->auth.bytes,
		    p->auth.n);
	}
	if (k->priv >= 0) {
		name = sc_get_priv_oid(k->priv, &n);
		set_protocol(
		    &user->privProtocol, &user->privProtocolLen, name, n);
		set_bytes(&user->privKey, &user->privKeyLen, p->priv.bytes,
		    p->priv.n);
	}
	user->userStatus = RS_ACTIVE;
	user->userStorageType = ST_READONLY;
	usm_add_user(user);
}

void
users_protocols(struct known_user *k)
{
	k->auth = auth_type(k->user->auth);
	k->priv = k->user->priv == NULL ? -1 : snmp_privacy_of(k->user->priv);
}

bool
users_make_keys(struct known_user *k)
{
	const struct trap_user *user = k->user;

	return (k->auth < 0 ||
		   make_key(k->auth, &user->auth_secret, &k->auth_key)) &&
	    (k->priv < 0 ||
		make_key(k->auth, &user->priv_secret, &k->priv_key));
}
