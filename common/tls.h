/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS for the daemons' listeners: the site's own authority and certificate,
 * contexts of servers, and sessions that see bytes, not sockets, so that they
 * run on any loop.
 *
 * Files: ROOT/var/vedette/tls/{ca,site,agents}.{pem,key}; keys have mode 0600.
 * `agents` is the authority that signs the certificates of registered agents;
 * agents.pem may hold more of them, which are trusted as well.
 */
#ifndef COMMON_TLS_H
#define COMMON_TLS_H

#include "common/err.h"
#include "common/str.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

/* --- certificates (tls_make.c) -------------------------------------------- */

/*
 * Makes the site's authority (10 years) and its certificate (825 days, for the
 * site's name, localhost, the machine's name and the loopback addresses) if
 * they are not there; the certificate also if it ends within 60 days. Several
 * processes may call it at once. 0, or -1 with a reason.
 */
int tls_make_site(const char *root, const char *site, struct err *err_r);
/* The same for the authority of agents (10 years). */
int tls_make_agents(const char *root, const char *site, struct err *err_r);
/*
 * A registration: signs a PEM request whose only CN is `uuid` with the
 * authority of agents, for `days`, with the UUID as name. Appends one PEM
 * block. 0, or -1 with what is wrong with the request.
 */
int tls_sign_agent(const char *root, struct slice request, const char *uuid,
    unsigned days, struct str *cert_r, struct err *err_r);
/* "ROOT/var/vedette/tls/NAME", freed by the caller. */
char *tls_path(const char *root, const char *name);

/* --- contexts ------------------------------------------------------------- */

enum tls_clients { /* certificates of clients */
	TLS_CLIENTS_NONE,
	TLS_CLIENTS_OPTIONAL, /* a wrong one is refused */
	TLS_CLIENTS_REQUIRED
};
struct tls_server {
	const char *cert, *key; /* PEM files; cert with its chain */
	const char *ca;         /* of clients' certificates; or NULL */
	enum tls_clients clients;
};
/* TLS 1.2 and later. Freed by SSL_CTX_free(); NULL with a reason. */
SSL_CTX *tls_server_context(const struct tls_server *t, struct err *err_r);

struct tls_client {             /* PEM texts */
	struct slice cert, key; /* cert with its chain; empty: none is shown */
	struct slice ca;        /* authorities that may sign the server's */
};
/* TLS 1.2 and later, AEAD only. Freed by SSL_CTX_free(); NULL with a reason. */
SSL_CTX *tls_client_context(const struct tls_client *t, struct err *err_r);

/* --- sessions ------------------------------------------------------------- */

struct tls;

struct tls *tls_new(SSL_CTX *server);
/*
 * The calling side: `name` goes out as SNI, and the server's certificate must
 * be good for it. Call tls_take() at once: the client speaks first.
 */
struct tls *tls_new_client(SSL_CTX *client, const char *name);
void tls_free(struct tls **t);

enum tls_state {
	TLS_SHAKING, /* hands are not shaken yet */
	TLS_OPEN,
	TLS_ENDED, /* the other side said that nothing follows */
	TLS_FAILED /* why in *err_r; to be closed */
};
/*
 * Bytes came from the other side: what they mean is appended to `plain`. Send
 * what tls_take() gives after each call.
 */
enum tls_state tls_receive(
    struct tls *t, struct slice bytes, struct str *plain, struct err *err_r);
/* Seals what is to be sent; only while it is open. 0 or -1. */
int tls_send(struct tls *t, struct slice plain, struct err *err_r);
/* After TLS_FAILED: why the other side's certificate was refused, or NULL. */
const char *tls_distrust(const struct tls *t);
/* Nothing more will be sent. */
void tls_end(struct tls *t);
/* Appends the bytes that are to go to the other side. */
void tls_take(struct tls *t, struct str *bytes);

#endif
