/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions 1 and 2c through the library's parser, version 3 through a session
 * whose transport hands it the datagram; see reader.h.
 */
#include "eventd/trap/reader.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/trap/header.h"
#include "eventd/trap/users.h"

#include <net-snmp/library/large_fd_set.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#define TAG_TRAP1  0xa4
#define TAG_INFORM 0xa6
#define TAG_TRAP2  0xa7
#define TAG_ANSWER 0xa2

struct trap_reader {
	struct trap_handlers handlers;
	const struct trap_options *options; /* NULL: nobody is known */
	struct trap_users *users;
	void *session;
	netsnmp_large_fd_set ready;
	/* While version 3 is read. */
	struct slice packet;
	const struct trap_peer *peer;
	struct trap_header header;
	bool verified; /* the library has checked and read it whole */
	bool taken;
	int failure;
};

struct trap_answer {
	struct trap_peer peer;
	char *bytes; /* version 2c: the answer */
	size_t len;
	netsnmp_pdu *pdu; /* version 3: to be built */
};

/* --- the transport --------------------------------------------------------
 */

static int
take_packet(
    netsnmp_transport *t, void *to, int size, void **opaque, int *opaque_len)
{
	struct trap_reader *r = t->data;
	struct trap_peer *peer = malloc(sizeof(*peer)); /* the library's */

	must(peer != NULL);
	*peer = *r->peer;
	*opaque = peer;
	*opaque_len = (int)sizeof(*peer);
	if (r->packet.len > (size_t)size)
		return -1;
	memcpy(to, r->packet.s, r->packet.len);
	return (int)r->packet.len;
}

static int
give_packet(netsnmp_transport *t, const void *bytes, int size, void **opaque,
    int *opaque_len)
{
	struct trap_reader *r = t->data;
	struct trap_peer peer;

	if (opaque == NULL || *opaque == NULL ||
	    *opaque_len != (int)sizeof(peer))
		return -1;
	memcpy(&peer, *opaque, sizeof(peer));
	r->handlers.send(
	    (struct slice){bytes, (size_t)size}, &peer, r->handlers.arg);
	return size;
}

static int
close_transport(netsnmp_transport *t)
{
	t->data = NULL; /* not its own */
	t->data_length = 0;
	return 0;
}

static char *
format_address(netsnmp_transport *t, const void *data, int len)
{
	(void)t;
	(void)data;
	(void)len;
	return strdup("datagram");
}

static netsnmp_transport *
make_transport(struct trap_reader *r)
{
	netsnmp_transport *t = calloc(1, sizeof(*t));

	must(t != NULL);
	t->domain = netsnmpUDPDomain;
	t->domain_length = (int)netsnmpUDPDomain_len;
	t->sock = 0; /* only a bit in the set of those that are ready */
	t->data = r;
	t->msgMaxSize = SNMP_MAX_MSG_SIZE;
	t->f_recv = take_packet;
	t->f_send = give_packet;
	t->f_close = close_transport;
	t->f_fmtaddr = format_address;
	return t;
}

/* --- what becomes of a datagram -------------------------------------------
 */

static void
refuse(struct trap_reader *r, enum trap_refusal why, const char *reason)
{
	struct err err = {""};

	err_set(&err, "%s", reason);
	r->handlers.refused(why, r->packet, r->peer, &err, r->handlers.arg);
}

static void
hand_on(struct trap_reader *r, const netsnmp_pdu *pdu)
{
	struct trap t = {.pdu = pdu,
	    .packet = r->packet,
	    .peer = r->peer,
	    .inform = pdu->command == SNMP_MSG_INFORM};

	r->taken = true;
	r->handlers.trap(&t, r->handlers.arg);
}

/* --- versions 1 and 2c ----------------------------------------------------
 */

static bool
community_known(const struct trap_options *o, struct slice community)
{
	bool found = false;

	/* Each is looked at, in the time that its bytes need. */
	for (size_t i = 0; o != NULL && i < o->n_communities; i++) {
		const char *text = o->communities[i].text;

		if (text != NULL && strlen(text) == community.len)
			found |= CRYPTO_memcmp(
				     text, community.s, community.len) == 0;
	}
	return found;
}

static void
read_community(struct trap_reader *r)
{
	const struct trap_header *h = &r->header;
	netsnmp_pdu *pdu;
	size_t len = r->packet.len - h->pdu_at;
	u_char *bytes = (u_char *)r->packet.s + h->pdu_at;

	if (!community_known(r->options, h->community)) {
		refuse(r, TRAP_REFUSED_community,
		    "its community is not in eventd.snmp.communities");
		return;
	}
	if (h->pdu != (h->version == 0 ? TAG_TRAP1 : TAG_TRAP2) &&
	    (h->pdu != TAG_INFORM || h->version == 0)) {
		refuse(r, TRAP_REFUSED_pdu, "it is neither trap nor inform");
		return;
	}
	pdu = snmp_pdu_create(h->pdu);
	pdu->version = h->version == 0 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	if (snmp_pdu_parse(pdu, bytes, &len) == 0)
		hand_on(r, pdu);
	else
		refuse(r, TRAP_REFUSED_malformed, "its values are damaged");
	snmp_free_pdu(pdu);
}

/* --- version 3 ------------------------------------------------------------
 */

/*
 * Before this one is called with success nothing is to be believed: the
 * library calls on_pdu for a message with a wrong authentication, too, as if
 * it had been received.
 */
static int
on_parsed(netsnmp_session *session, netsnmp_pdu *pdu, int status)
{
	struct trap_reader *r = session->callback_magic;

	(void)pdu;
	r->verified = status == SNMP_ERR_NOERROR;
	return r->verified;
}

static int
on_pdu(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu,
    void *arg)
{
	struct trap_reader *r = arg;

	(void)id;
	if (!r->verified && r->failure == 0)
		r->failure = session->s_snmp_errno;
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || !r->verified ||
	    r->taken)
		return 1;
	if (pdu->command == SNMP_MSG_TRAP2 || pdu->command == SNMP_MSG_INFORM)
		hand_on(r, pdu);
	else
		r->failure = SNMPERR_UNKNOWN_PDU;
	return 1;
}

static void
refuse_failure(struct trap_reader *r)
{
	const struct trap_header *h = &r->header;

	switch (r->failure) {
	case SNMPERR_USM_AUTHENTICATIONFAILURE:
		refuse(r, TRAP_REFUSED_key,
		    "its authentication does not fit (check the secret and "
		    "the algorithm of auth)");
		return;
	case SNMPERR_USM_UNSUPPORTEDSECURITYLEVEL:
	case SNMPERR_UNSUPPORTED_SEC_LEVEL:
		refuse(r, TRAP_REFUSED_level,
		    "it claims privacy that the user does not have");
		return;
	case SNMPERR_USM_NOTINTIMEWINDOW:
	case SNMPERR_NOT_IN_TIME_WINDOW:
		refuse(r, TRAP_REFUSED_window,
		    "it is outside of the time window (repeated by somebody, "
		    "or the sender's engine boots went back)");
		return;
	case SNMPERR_USM_DECRYPTIONERROR:
		refuse(r, TRAP_REFUSED_privacy,
		    "it cannot be decrypted (check the secret and the "
		    "algorithm of priv)");
		return;
	case SNMPERR_UNKNOWN_PDU:
		refuse(r, TRAP_REFUSED_pdu, "it is neither trap nor inform");
		return;
	default:
		if (h->encrypted)
			refuse(r, TRAP_REFUSED_privacy,
			    "what was decrypted makes no sense (check the "
			    "secret and the algorithm of priv)");
		else
			refuse(r, TRAP_REFUSED_malformed,
			    "its version 3 parts are damaged");
		return;
	}
}

/* Below the level that the configuration gives the user. */
static bool
too_open(const struct trap_user *u, const struct trap_header *h)
{
	return (u->auth != NULL && !h->authenticated) ||
	    (u->priv != NULL && !h->encrypted);
}

static void
run_library(struct trap_reader *r)
{
	netsnmp_session *session = snmp_sess_session(r->session);

	r->taken = r->verified = false;
	r->failure = 0;
	session->s_snmp_errno = 0;
	netsnmp_large_fd_setfd(0, &r->ready);
	snmp_sess_read2(r->session, &r->ready);
	netsnmp_large_fd_clr(0, &r->ready);
	if (!r->taken && r->failure == 0)
		r->failure = session->s_snmp_errno;
}

/*
 * The library keeps a record of every engine that it meets: it meets only
 * those that are known, and those that ask for ours.
 */
static void
read_usm(struct trap_reader *r)
{
	const struct trap_header *h = &r->header;
	const struct trap_user *u = trap_users_named(r->users, h->user);
	bool known = u != NULL && trap_users_has(r->users, u, &h->engine);
	bool learning = false;

	if (h->reportable && !trap_users_is_own(r->users, &h->engine)) {
		run_library(r); /* the report tells our engine's id */
		return;
	}
	if (u == NULL) {
		refuse(r, TRAP_REFUSED_user,
		    "its user is not in eventd.snmp.users");
		return;
	}
	if (too_open(u, h)) {
		refuse(r, TRAP_REFUSED_level,
		    "it is less protected than the user's auth and priv ask "
		    "for");
		return;
	}
	if (!known) {
		learning = u->learn && h->authenticated &&
		    trap_users_try(r->users, u, &h->engine) == 0;
		if (!learning) {
			refuse(r, TRAP_REFUSED_engine,
			    "its engine id is not in the user's engine_ids");
			return;
		}
	}
	trap_users_lend(r->users, u, &h->engine);
	run_library(r);
	trap_users_return(r->users, u, &h->engine);
	if (learning && r->taken)
		r->handlers.learned(
		    u->name, &h->engine, r->peer, r->handlers.arg);
	else if (learning)
		trap_users_forget(r->users, u, &h->engine);
	if (!r->taken)
		refuse_failure(r);
}

void
trap_read(
    struct trap_reader *r, struct slice packet, const struct trap_peer *peer)
{
	r->packet = packet;
	r->peer = peer;
	if (!trap_header_read(packet, &r->header))
		refuse(r, TRAP_REFUSED_malformed, "it is no SNMP message");
	else if (r->header.version != 3)
		read_community(r);
	else if (!r->header.usm)
		refuse(r, TRAP_REFUSED_malformed,
		    "its security model is not the user-based one");
	else
		read_usm(r);
}

/* --- answers --------------------------------------------------------------
 */

struct trap_answer *
trap_answer_new(struct trap_reader *r, const struct trap *t)
{
	struct trap_answer *a = xnew(struct trap_answer);

	a->peer = *t->peer;
	if (t->pdu->version == SNMP_VERSION_3) {
		a->pdu = snmp_clone_pdu((netsnmp_pdu *)t->pdu);
		must(a->pdu != NULL);
		a->pdu->command = SNMP_MSG_RESPONSE;
		a->pdu->errstat = a->pdu->errindex = 0;
		return a;
	}
	a->len = t->packet.len;
	a->bytes = xmalloc(a->len);
	memcpy(a->bytes, t->packet.s, a->len);
	a->bytes[r->header.pdu_at] = (char)TAG_ANSWER;
	return a;
}

void
trap_answer_send(struct trap_reader *r, struct trap_answer *a)
{
	if (a->pdu == NULL) {
		r->handlers.send((struct slice){a->bytes, a->len}, &a->peer,
		    r->handlers.arg);
		return;
	}
	/* It is the library's, once it is sent. */
	if (snmp_sess_send(r->session, a->pdu) != 0)
		a->pdu = NULL;
}

void
trap_answer_free(struct trap_answer **ap)
{
	struct trap_answer *a = *ap;

	if (a == NULL)
		return;
	if (a->pdu != NULL)
		snmp_free_pdu(a->pdu);
	free(a->bytes);
	free(a);
	*ap = NULL;
}

/* --- life -----------------------------------------------------------------
 */

struct trap_reader *
trap_reader_new(const struct engine_id *own, uint32_t boots,
    const struct trap_handlers *handlers)
{
	struct trap_reader *r = xnew(struct trap_reader);
	netsnmp_session session;

	r->handlers = *handlers;
	r->users = trap_users_new(own, boots);
	snmp_sess_init(&session);
	session.version = SNMP_DEFAULT_VERSION;
	session.isAuthoritative = SNMP_SESS_UNKNOWNAUTH;
	session.callback = on_pdu;
	session.callback_magic = r;
	r->session =
	    snmp_sess_add(&session, make_transport(r), NULL, on_parsed);
	must(r->session != NULL);
	netsnmp_large_fd_set_init(&r->ready, FD_SETSIZE);
	return r;
}

void
trap_reader_free(struct trap_reader **rp)
{
	struct trap_reader *r = *rp;

	if (r == NULL)
		return;
	snmp_sess_close(r->session);
	netsnmp_large_fd_set_cleanup(&r->ready);
	trap_users_free(&r->users);
	free(r);
	*rp = NULL;
}

int
trap_reader_set(
    struct trap_reader *r, const struct trap_options *o, struct err *err_r)
{
	r->options = NULL;
	if (trap_users_set(r->users, o, err_r) != 0)
		return -1;
	r->options = o;
	return 0;
}

const struct trap_header *
trap_reader_header(const struct trap_reader *r)
{
	return &r->header;
}

size_t
trap_reader_learned(const struct trap_reader *r)
{
	return trap_users_learned(r->users);
}
