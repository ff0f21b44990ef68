/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS between two memories, as the plugins speak it: no verification, because
 * they verify nothing but the days of a certificate.
 */
#ifndef FETCHER_NET_TLS_LINK_H
#define FETCHER_NET_TLS_LINK_H

#include "common/str.h"
#include "fetcher/net/check.h"

struct tls_link;

/* NULL: it cannot be made. */
struct tls_link *tls_link_new(const struct net_tls *how);
void tls_link_free(struct tls_link **l);
SSL *tls_link_ssl(const struct tls_link *l);

enum tls_step {
	TLS_MORE,   /* wants more bytes */
	TLS_STANDS, /* the handshake is over */
	TLS_FAILED
};
/* Bytes from the wire. */
void tls_link_feed(struct tls_link *l, const char *bytes, size_t n);
enum tls_step tls_link_handshake(struct tls_link *l);
/* Appends what was decrypted: 1 more may come, 0 the end, -1 broken. */
int tls_link_read(struct tls_link *l, struct str *in);
bool tls_link_write(struct tls_link *l, struct slice bytes);
void tls_link_shutdown(struct tls_link *l);
/* Moves what must go to the wire to the end of `out`. */
void tls_link_take(struct tls_link *l, struct str *out);
/* Appends OpenSSL's queue of errors as it prints it. */
void tls_link_words(struct str *out);

#endif
