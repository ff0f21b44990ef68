/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS between two memories; see tls_link.h.
 */
#include "fetcher/net/tls_link.h"

#include "common/mem.h"

#include <openssl/err.h>
#include <stdlib.h>

struct tls_link {
	SSL *ssl;
	BIO *from_wire, *to_wire; /* owned by ssl */
};

/* One for all: it holds no more than defaults. */
static SSL_CTX *
context(void)
{
	static SSL_CTX *ctx;

	if (ctx != NULL)
		return ctx;
	ctx = SSL_CTX_new(TLS_client_method());
	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

struct tls_link *
tls_link_new(const struct net_tls *how)
{
	struct tls_link *l;
	SSL *ssl;

	ERR_clear_error();
	ssl = context() == NULL ? NULL : SSL_new(context());
	if (ssl == NULL)
		return NULL;
	l = xnew(struct tls_link);
	l->ssl = ssl;
	l->from_wire = BIO_new(BIO_s_mem());
	l->to_wire = BIO_new(BIO_s_mem());
	SSL_set_bio(ssl, l->from_wire, l->to_wire);
	SSL_set_connect_state(ssl);
	if (how->sni != NULL)
		SSL_set_tlsext_host_name(ssl, how->sni);
	SSL_set_min_proto_version(ssl, how->least);
	SSL_set_max_proto_version(ssl, how->most);
	return l;
}

void
tls_link_free(struct tls_link **l)
{
	if (*l == NULL)
		return;
	SSL_free((*l)->ssl);
	free(*l);
	*l = NULL;
}

SSL *
tls_link_ssl(const struct tls_link *l)
{
	return l->ssl;
}

void
tls_link_feed(struct tls_link *l, const char *bytes, size_t n)
{
	BIO_write(l->from_wire, bytes, (int)n);
}

enum tls_step
tls_link_handshake(struct tls_link *l)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(l->ssl);
	if (rc == 1)
		return TLS_STANDS;
	return SSL_get_error(l->ssl, rc) == SSL_ERROR_WANT_READ ? TLS_MORE
								: TLS_FAILED;
}

int
tls_link_read(struct tls_link *l, struct str *in)
{
	char buf[4096];

	for (;;) {
		int n, why;

		ERR_clear_error();
		n = SSL_read(l->ssl, buf, sizeof(buf));
		if (n > 0) {
			str_addn(in, buf, (size_t)n);
			continue;
		}
		why = SSL_get_error(l->ssl, n);
		if (why == SSL_ERROR_WANT_READ)
			return 1;
		return why == SSL_ERROR_ZERO_RETURN ? 0 : -1;
	}
}

bool
tls_link_write(struct tls_link *l, struct slice bytes)
{
	ERR_clear_error();
	return bytes.len == 0 ||
	    SSL_write(l->ssl, bytes.s, (int)bytes.len) == (int)bytes.len;
}

void
tls_link_shutdown(struct tls_link *l)
{
	ERR_clear_error();
	SSL_shutdown(l->ssl);
}

void
tls_link_take(struct tls_link *l, struct str *out)
{
	char buf[4096];
	int n;

	while ((n = BIO_read(l->to_wire, buf, sizeof(buf))) > 0)
		str_addn(out, buf, (size_t)n);
}

static int
add_words(const char *s, size_t len, void *arg)
{
	str_addn(arg, s, len);
	return 1;
}

void
tls_link_words(struct str *out)
{
	ERR_print_errors_cb(add_words, out);
}
