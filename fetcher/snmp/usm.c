/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions, users, keys, engines; see usm.h.
 */
#include "fetcher/snmp/usm.h"

#include "common/mem.h"
#include "common/snmp_library.h"
#include "fetcher/snmp/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ENGINES 16384 /* remembered; a place may be taken by another */

int
usm_check(const struct snmp_options *o, struct err *err_r)
{
	if (o->version < 1 || o->version > 3) {
		err_set(err_r, "snmp.version: 1, 2c or 3");
		return -1;
	}
	if (o->version != 3)
		return 0;
	if (o->user == NULL || o->user[0] == '\0') {
		err_set(err_r, "snmp.user: version 3 needs a user");
		return -1;
	}
	if (o->auth != NULL &&
	    (snmp_hash_of(o->auth) == NULL || o->auth_secret == NULL)) {
		err_set(err_r,
		    "snmp.auth: \"%s\" is none of md5, sha, sha224, sha256, "
		    "sha384, sha512, or has no password",
		    o->auth);
		return -1;
	}
	if (o->priv != NULL && o->auth == NULL) {
		err_set(err_r, "snmp.priv: there is no privacy without auth");
		return -1;
	}
	if (o->priv != NULL &&
	    (snmp_privacy_of(o->priv) < 0 || o->priv_secret == NULL)) {
		err_set(err_r,
		    "snmp.priv: \"%s\" is none of des, aes, aes192, aes256, "
		    "aes192c, aes256c, or has no password",
		    o->priv);
		return -1;
	}
	return 0;
}

void *
usm_open(const char *at, const struct snmp_options *o,
    netsnmp_transport *transport, struct err *err_r)
{
	netsnmp_session session;
	void *handle;

	snmp_library_start();
	snmp_sess_init(&session);
	session.timeout = (long)o->timeout_ms * 1000;
	session.retries = (int)o->retries;
	session.version = SNMP_VERSION_3;
	session.securityModel = SNMP_SEC_MODEL_USM;
	session.securityName = o->user;
	session.securityNameLen = strlen(o->user);
	session.securityLevel = o->priv != NULL ? SNMP_SEC_LEVEL_AUTHPRIV
	    : o->auth != NULL                   ? SNMP_SEC_LEVEL_AUTHNOPRIV
						: SNMP_SEC_LEVEL_NOAUTH;
	if (o->context != NULL) {
		session.contextName = o->context;
		session.contextNameLen = strlen(o->context);
	}
	handle = snmp_sess_add(&session, transport, NULL, NULL);
	if (handle == NULL) {
		err_set(err_r, "Cannot open a session to %s: %s", at,
		    snmp_api_errstring(session.s_snmp_errno));
		return NULL;
	}
	snmp_sess_session(handle)->flags |= SNMP_FLAGS_DONT_PROBE;
	return handle;
}

/* --- version 3 ------------------------------------------------------------
 */

netsnmp_pdu *
usm_probe(void)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);

	pdu->version = SNMP_VERSION_3;
	pdu->securityName = strdup("");
	pdu->securityNameLen = 0;
	pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	pdu->securityModel = SNMP_SEC_MODEL_USM;
	pdu->securityEngineID = (unsigned char *)strdup("");
	pdu->securityEngineIDLen = 0;
	return pdu;
}

/* --- words ----------------------------------------------------------------
 */

bool
usm_is_other_engine(struct oid report)
{
	static const uint32_t unknown[] = {1, 3, 6, 1, 6, 3, 15, 1, 1, 4};

	return report.n >= 10 && oid_compare(report.id, 10, unknown, 10) == 0;
}

bool
usm_is_no_context(struct oid report)
{
	static const uint32_t target[] = {1, 3, 6, 1, 6, 3, 12, 1};

	return report.n >= 9 && oid_compare(report.id, 8, target, 8) == 0 &&
	    (report.id[8] == 4 || report.id[8] == 5);
}

void
usm_words(struct oid report, const struct snmp_options *o, const char *context,
    const char *at, struct err *err_r)
{
	static const uint32_t usm[] = {1, 3, 6, 1, 6, 3, 15, 1, 1};
	struct str text = {0};

	if (report.n >= 10 && oid_compare(report.id, 9, usm, 9) == 0) {
		switch (report.id[9]) {
		case 1:
			err_set(err_r,
			    "%s: user %s must not use this security level "
			    "(check snmp.auth and snmp.priv)",
			    at, o->user);
			return;
		case 2:
			err_set(err_r,
			    "%s: our message is not in the engine's time "
			    "window, even after taking its time over (was it "
			    "restarted just now, or do two devices have the "
			    "same engine ID?)",
			    at);
			return;
		case 3:
			err_set(err_r,
			    "%s does not know the user %s (check snmp.user)",
			    at, o->user);
			return;
		case 5:
			err_set(err_r,
			    "%s: wrong authentication password or protocol of "
			    "user %s (check snmp.auth)",
			    at, o->user);
			return;
		case 6:
			err_set(err_r,
			    "%s cannot decrypt: wrong privacy password or "
			    "protocol of user %s (check snmp.priv)",
			    at, o->user);
			return;
		default:
			break;
		}
	}
	if (usm_is_no_context(report)) {
		err_set(err_r,
		    "%s does not have the context \"%s\" (check snmp.context, "
		    "contexts and section_contexts)",
		    at, context == NULL ? "" : context);
		return;
	}
	oid_text(report.id, report.n, &text);
	err_set(
	    err_r, "%s refuses SNMP version 3: report %s", at, str_get(&text));
	str_free(&text);
}
