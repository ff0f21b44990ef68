/* SPDX-License-Identifier: Apache-2.0
 *
 * Traps and informs; see trap.h. For traps of version 3 this site is the
 * authoritative engine: its id comes from the site's name and place, its boots
 * from the time of the daemon's start, so that they never go back.
 */
#include "notifyd/methods/trap.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/snmp_library.h"
#include "notifyd/methods/secret.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/words.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_TEXT     1024 /* of one value */
#define ENGINE_BYTES 17   /* 5 of the format, 12 of the site's own */
#define BOOTS_FROM   INT64_C(1600000000)

struct traps {
	uv_loop_t *loop;
	const char *root;
	struct trap *first;
	bool ending;
	unsigned running;
};

struct trap { /* one delivery, in the thread */
	uv_work_t work;
	struct trap *next, **prev;
	struct traps *traps;
	struct delivery *d; /* NULL: nobody waits any more */
	/* Copies, for the thread. */
	struct context ctx;
	json_t *params;
	char *root;
	int64_t timeout_ms;
	enum method_code code;
	char text[400];
};

/* The library has one state for all. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t started_s; /* set before the first trap's thread begins */

/* --- what is sent ----------------------------------------------------------
 */

#define NOTIFY 1, 3, 6, 1, 4, 1, 20006, 1

struct column {
	unsigned table, column;
	char type; /* i integer, u gauge, s text */
	const char *key;
};

static const struct column of_host[] = {{2, 1, 'i', "TRAPTYPE"},
    {2, 2, 'u', "HOSTNOTIFICATIONNUMBER"}, {2, 3, 's', "NOTIFICATIONAUTHOR"},
    {2, 4, 's', "NOTIFICATIONCOMMENT"}, {1, 2, 's', "HOSTNAME"},
    {1, 4, 'i', "HOSTSTATEID"}, {1, 6, 'i', "HOSTATTEMPT"},
    {1, 8, 's', "HOSTGROUPNAMES"}, {1, 10, 'i', "LASTHOSTSTATECHANGE"},
    {1, 14, 's', "HOSTOUTPUT"}};
static const struct column of_service[] = {{4, 1, 'i', "TRAPTYPE"},
    {4, 2, 'u', "SERVICENOTIFICATIONNUMBER"}, {4, 3, 's', "NOTIFICATIONAUTHOR"},
    {4, 4, 's', "NOTIFICATIONCOMMENT"}, {3, 2, 's', "HOSTNAME"},
    {3, 4, 'i', "HOSTSTATEID"}, {3, 6, 's', "SERVICEDESC"},
    {3, 7, 'i', "SERVICESTATEID"}, {3, 8, 'i', "SERVICEATTEMPT"},
    {3, 10, 's', "SERVICEGROUPNAMES"}, {3, 12, 'i', "LASTSERVICESTATECHANGE"},
    {3, 17, 's', "SERVICEOUTPUT"}};

static void
add_column(netsnmp_pdu *pdu, const struct context *ctx, const struct column *c)
{
	/* The index of the row: there is one. */
	oid name[] = {NOTIFY, c->table, 1, c->column, 1};
	const char *text = context_text(ctx, c->key);
	long number = strtol(text, NULL, 10);
	size_t len = strlen(text);

	if (c->type == 's')
		snmp_pdu_add_variable(pdu, name, OID_LENGTH(name),
		    ASN_OCTET_STR, text, len > MAX_TEXT ? MAX_TEXT : len);
	else
		snmp_pdu_add_variable(pdu, name, OID_LENGTH(name),
		    c->type == 'u' ? ASN_GAUGE : ASN_INTEGER, &number,
		    sizeof(number));
}

static netsnmp_pdu *
make_pdu(const struct trap *t)
{
	static const oid uptime_name[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	static const oid trap_name[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
	bool service = context_is_service(&t->ctx);
	const struct column *columns = service ? of_service : of_host;
	size_t n = service ? ARRAY_LEN(of_service) : ARRAY_LEN(of_host);
	oid which[] = {NOTIFY, service ? 8 : 6};
	bool inform = json_is_true(json_object_get(t->params, "inform"));
	netsnmp_pdu *pdu =
	    snmp_pdu_create(inform ? SNMP_MSG_INFORM : SNMP_MSG_TRAP2);
	unsigned long ticks =
	    (unsigned long)((clock_wall() / NS_PER_S - started_s) * 100);

	snmp_pdu_add_variable(pdu, uptime_name, OID_LENGTH(uptime_name),
	    ASN_TIMETICKS, &ticks, sizeof(ticks));
	snmp_pdu_add_variable(pdu, trap_name, OID_LENGTH(trap_name),
	    ASN_OBJECT_ID, which, sizeof(which));
	for (size_t i = 0; i < n; i++)
		add_column(pdu, &t->ctx, &columns[i]);
	return pdu;
}

/* --- version 3 -------------------------------------------------------------
 */

/* 0x80 and a private number, format 5 (octets), twelve of the site's own. */
static void
make_engine(const char *root, u_char engine[ENGINE_BYTES])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	char machine[256] = "";

	gethostname(machine, sizeof(machine) - 1);
	for (size_t n = strlen(machine), i = 0; root[i] != '\0' && n < 255; i++)
		machine[n++] = root[i];
	EVP_Digest(machine, strlen(machine), sum, NULL, EVP_sha256(), NULL);
	memcpy(engine, "\x80\x00\x1f\x88\x05", 5);
	memcpy(engine + 5, sum, ENGINE_BYTES - 5);
}

struct protocol {
	const char *name;
	oid id[10];
};

static const struct protocol auths[] = {
    {"MD5", {1, 3, 6, 1, 6, 3, 10, 1, 1, 2}},
    {"SHA", {1, 3, 6, 1, 6, 3, 10, 1, 1, 3}},
    {"SHA-224", {1, 3, 6, 1, 6, 3, 10, 1, 1, 4}},
    {"SHA-256", {1, 3, 6, 1, 6, 3, 10, 1, 1, 5}},
    {"SHA-384", {1, 3, 6, 1, 6, 3, 10, 1, 1, 6}},
    {"SHA-512", {1, 3, 6, 1, 6, 3, 10, 1, 1, 7}}};
static const struct protocol privs[] = {
    {"DES", {1, 3, 6, 1, 6, 3, 10, 1, 2, 2}},
    {"AES", {1, 3, 6, 1, 6, 3, 10, 1, 2, 4}}};

static const struct protocol *
find_protocol(const struct protocol *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(list[i].name, name) == 0)
			return &list[i];
	}
	return NULL;
}

/* The key of a secret in the parameter's file. */
static int
make_key(const struct trap *t, netsnmp_session *s, const char *parameter,
    u_char *key, size_t *len, struct err *err_r)
{
	char *secret =
	    secret_read(t->root, method_text(t->params, parameter), err_r);
	int rc;

	if (secret == NULL) {
		err_prefix(err_r, "%s", parameter);
		return -1;
	}
	*len = USM_AUTH_KU_LEN;
	rc = generate_Ku(s->securityAuthProto, (u_int)s->securityAuthProtoLen,
	    (u_char *)secret, strlen(secret), key, len);
	secret_free(&secret);
	if (rc == SNMPERR_SUCCESS)
		return 0;
	err_set(err_r, "%s: at least 8 characters are expected", parameter);
	return -1;
}

static int
set_user(const struct trap *t, netsnmp_session *s, struct err *err_r)
{
	const struct protocol *auth = find_protocol(
	    auths, ARRAY_LEN(auths), method_text(t->params, "auth_protocol"));
	const struct protocol *priv = find_protocol(
	    privs, ARRAY_LEN(privs), method_text(t->params, "priv_protocol"));
	const char *user = method_text(t->params, "user");

	if (user[0] == '\0') {
		err_set(err_r, "the parameter user is missing");
		return -1;
	}
	s->version = SNMP_VERSION_3;
	s->securityModel = SNMP_SEC_MODEL_USM;
	s->securityName = (char *)(uintptr_t)user;
	s->securityNameLen = strlen(user);
	s->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	if (method_text(t->params, "auth_file")[0] == '\0')
		return 0;
	s->securityAuthProto = (oid *)(uintptr_t)auth->id;
	s->securityAuthProtoLen = ARRAY_LEN(auth->id);
	s->securityLevel = SNMP_SEC_LEVEL_AUTHNOPRIV;
	if (make_key(t, s, "auth_file", s->securityAuthKey,
		&s->securityAuthKeyLen, err_r) < 0)
		return -1;
	if (method_text(t->params, "priv_file")[0] == '\0')
		return 0;
	s->securityPrivProto = (oid *)(uintptr_t)priv->id;
	s->securityPrivProtoLen = ARRAY_LEN(priv->id);
	s->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
	return make_key(t, s, "priv_file", s->securityPrivKey,
	    &s->securityPrivKeyLen, err_r);
}

/* Traps alone: for informs the receiver is the authority, and is asked. */
static void
set_engine(netsnmp_session *s, u_char engine[ENGINE_BYTES])
{
	s->securityEngineID = s->contextEngineID = engine;
	s->securityEngineIDLen = s->contextEngineIDLen = ENGINE_BYTES;
	s->engineBoots = (u_int)((started_s - BOOTS_FROM) & 0x7fffffff);
	s->engineTime = (u_int)(clock_wall() / NS_PER_S - started_s);
	set_enginetime(
	    engine, ENGINE_BYTES, s->engineBoots, s->engineTime, TRUE);
}

/* --- in the thread ---------------------------------------------------------
 */

static enum method_code
send_pdu(struct trap *t, netsnmp_session *s, struct err *err_r)
{
	void *handle = snmp_sess_open(s);
	bool inform = json_is_true(json_object_get(t->params, "inform"));
	netsnmp_pdu *pdu, *answer = NULL;
	int error = s->s_snmp_errno;
	bool good;

	if (handle == NULL) {
		err_set(
		    err_r, "%s: %s", s->peername, snmp_api_errstring(error));
		return METHOD_AGAIN;
	}
	pdu = make_pdu(t);
	if (inform)
		good = snmp_sess_synch_response(handle, pdu, &answer) ==
			STAT_SUCCESS &&
		    answer != NULL && answer->errstat == SNMP_ERR_NOERROR;
	else
		good = snmp_sess_send(handle, pdu) != 0;
	if (!good) {
		char *text = NULL;

		snmp_sess_error(handle, NULL, NULL, &text);
		err_set(err_r, "%s: %s", s->peername,
		    text == NULL ? "not sent" : text);
		free(text);
		if (!inform)
			snmp_free_pdu(pdu);
	}
	if (answer != NULL)
		snmp_free_pdu(answer);
	snmp_sess_close(handle);
	return good ? METHOD_DONE : METHOD_AGAIN;
}

/* "HOST", "HOST:PORT", "::1" or "[::1]:PORT" as the library wants it. */
static bool
make_peer(const char *to, char *peer, size_t size)
{
	const char *colon = strchr(to, ':');
	bool six = colon != NULL && strchr(colon + 1, ':') != NULL;
	const char *end = strrchr(to, ']');
	bool port = six ? end != NULL && end[1] == ':' : colon != NULL;

	snprintf(peer, size, "%s:%s%s%s%s", six ? "udp6" : "udp",
	    six && to[0] != '[' ? "[" : "", to, six && to[0] != '[' ? "]" : "",
	    port ? "" : ":162");
	return to[0] != '\0';
}

static enum method_code
send_trap(struct trap *t, struct err *err_r)
{
	bool inform = json_is_true(json_object_get(t->params, "inform"));
	const char *version = method_text(t->params, "version");
	char *community = NULL;
	u_char engine[ENGINE_BYTES];
	enum method_code code;
	netsnmp_session s;
	char peer[300];

	snmp_sess_init(&s);
	s.peername = peer;
	s.retries = 2;
	s.timeout = (long)t->timeout_ms * 1000 / 4;
	if (!make_peer(
		method_text(t->params, "destination"), peer, sizeof(peer))) {
		err_set(err_r, "the parameter destination is missing");
		return METHOD_FAILED;
	}
	if (strcmp(version, "3") == 0) {
		if (set_user(t, &s, err_r) < 0)
			return METHOD_FAILED;
		make_engine(t->root, engine);
		if (!inform)
			set_engine(&s, engine);
		return send_pdu(t, &s, err_r);
	}
	if (method_text(t->params, "community_file")[0] == '\0')
		community = xstrdup(method_text(t->params, "community"));
	else
		community = secret_read(
		    t->root, method_text(t->params, "community_file"), err_r);
	if (community == NULL)
		return METHOD_AGAIN;
	s.version = SNMP_VERSION_2c;
	s.community = (u_char *)community;
	s.community_len = strlen(community);
	code = send_pdu(t, &s, err_r);
	secret_free(&community);
	return code;
}

/* The receiver must know the engine of a trap of version 3 to believe it. */
static void
tell_sent(struct trap *t)
{
	u_char engine[ENGINE_BYTES];
	size_t n;

	if (json_is_true(json_object_get(t->params, "inform"))) {
		snprintf(t->text, sizeof(t->text), "the receiver has it");
		return;
	}
	if (strcmp(method_text(t->params, "version"), "3") != 0) {
		snprintf(t->text, sizeof(t->text), "sent");
		return;
	}
	make_engine(t->root, engine);
	n = (size_t)snprintf(t->text, sizeof(t->text), "sent by engine 0x");
	for (size_t i = 0; i < sizeof(engine); i++)
		n += (size_t)snprintf(
		    t->text + n, sizeof(t->text) - n, "%02x", engine[i]);
}

static void
on_work(uv_work_t *work)
{
	struct trap *t = work->data;
	struct err err = {""};

	pthread_mutex_lock(&lock);
	t->code = send_trap(t, &err);
	pthread_mutex_unlock(&lock);
	if (t->code == METHOD_DONE)
		tell_sent(t);
	else
		snprintf(t->text, sizeof(t->text), "%.399s", err.text);
}

/* --- on the loop -----------------------------------------------------------
 */

static void
on_worked(uv_work_t *work, int status)
{
	struct trap *t = work->data;
	struct traps *traps = t->traps;
	struct delivery *d = t->d;

	(void)status;
	traps->running--;
	if (d != NULL) {
		*t->prev = t->next;
		if (t->next != NULL)
			t->next->prev = t->prev;
		d->done(d, t->code, t->text);
	}
	context_free(&t->ctx);
	json_decref(t->params);
	free(t->root);
	free(t);
	if (traps->ending && traps->running == 0)
		free(traps);
}

static const char *
type_number(const struct context *ctx)
{
	switch (notice_kind(ctx)) {
	case NOTICE_RECOVERY:
		return "1";
	case NOTICE_ACK:
		return "2";
	case NOTICE_FLAP_START:
		return "3";
	case NOTICE_FLAP_STOP:
	case NOTICE_FLAP_OFF:
		return "4";
	case NOTICE_PROBLEM:
	case NOTICE_DOWNTIME:
	case NOTICE_CUSTOM:
	case NOTICE_HANDLER:
	case NOTICE_ANY:
		break;
	}
	return "0";
}

void
trap_start(struct traps *traps, struct delivery *d)
{
	struct trap *t = xnew(struct trap);

	snmp_library_start();
	if (started_s == 0)
		started_s = clock_wall() / NS_PER_S;
	t->traps = traps;
	t->d = d;
	t->timeout_ms = d->timeout_ms;
	t->params = json_deep_copy(d->params);
	t->root = xstrdup(traps->root);
	context_copy(&t->ctx, &d->ctx);
	context_sets(&t->ctx, "TRAPTYPE", type_number(&d->ctx));
	t->next = traps->first;
	t->prev = &traps->first;
	if (t->next != NULL)
		t->next->prev = &t->next;
	traps->first = t;
	t->work.data = t;
	traps->running++;
	uv_queue_work(traps->loop, &t->work, on_work, on_worked);
}

struct traps *
traps_new(uv_loop_t *loop, const char *root)
{
	struct traps *traps = xnew(struct traps);

	traps->loop = loop;
	traps->root = root;
	return traps;
}

void
traps_free(struct traps **trapsp)
{
	struct traps *traps = *trapsp;

	if (traps == NULL)
		return;
	*trapsp = NULL;
	traps->ending = true;
	for (struct trap *t = traps->first; t != NULL; t = t->next)
		t->d = NULL;
	if (traps->running == 0)
		free(traps);
}
