/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS for the daemons' listeners: the site's own authority and certificate,
 * contexts of servers, and sessions that see bytes, not sockets, so that they
 * run on any loop.
 *
 * Files: ROOT/var/vedette/tls/{ca,site}.{pem,key}; keys have mode 0600.
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

/* --- sessions ------------------------------------------------------------- */

struct tls;

struct tls *tls_new(SSL_CTX *server);
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
/* Nothing more will be sent. */
void tls_end(struct tls *t);
/* Appends the bytes that are to go to the other side. */
void tls_take(struct tls *t, struct str *bytes);

#endif
