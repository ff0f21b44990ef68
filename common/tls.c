/* SPDX-License-Identifier: Apache-2.0
 *
 * Contexts and sessions of TLS; see tls.h.
 */
#include "common/tls.h"

#include "common/log.h"
#include "common/mem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#define MAX_UNREAD (1 << 20) /* answers of the protocol itself included */

struct tls {
	SSL *ssl;
	BIO *in, *out; /* belong to ssl */
};

/* OpenSSL's words for the newest failure. */
static const char *
words(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return text == NULL ? "failed" : text;
}

static int
load_files(SSL_CTX *ctx, const struct tls_server *t, struct err *err_r)
{
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, t->cert) != 1) {
		err_set(err_r, "%s: certificate: %s", t->cert, words());
		return -1;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, t->key, SSL_FILETYPE_PEM) != 1) {
		err_set(err_r, "%s: private key: %s", t->key, words());
		return -1;
	}
	if (SSL_CTX_check_private_key(ctx) != 1) {
		err_set(err_r, "%s is not the key of %s", t->key, t->cert);
		return -1;
	}
	if (t->clients == TLS_CLIENTS_NONE)
		return 0;
	if (SSL_CTX_load_verify_locations(ctx, t->ca, NULL) != 1) {
		err_set(err_r, "%s: authorities: %s", t->ca, words());
		return -1;
	}
	SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(t->ca));
	return 0;
}

SSL_CTX *
tls_server_context(const struct tls_server *t, struct err *err_r)
{
	static const unsigned char name[] = "vedette";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	must(ctx != NULL);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_id_context(ctx, name, sizeof(name) - 1);
	if (t->clients != TLS_CLIENTS_NONE)
		SSL_CTX_set_verify(ctx,
		    t->clients == TLS_CLIENTS_REQUIRED
			? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
			: SSL_VERIFY_PEER,
		    NULL);
	if (load_files(ctx, t, err_r) == -1) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

/* Hands over a PEM text that OpenSSL only reads. */
static BIO *
text_bio(struct slice text)
{
	BIO *bio = BIO_new_mem_buf(text.s, (int)text.len);

	must(bio != NULL);
	return bio;
}

/* Adds every certificate of the text to the store. How many. */
static int
trust_all(SSL_CTX *ctx, struct slice pem)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *bio = text_bio(pem);
	X509 *cert;
	int n = 0;

	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		n += X509_STORE_add_cert(store, cert) == 1;
		X509_free(cert);
	}
	BIO_free(bio);
	ERR_clear_error();
	return n;
}

/* The own certificate, its chain, its key. */
static int
show_cert(SSL_CTX *ctx, const struct tls_client *t, struct err *err_r)
{
	BIO *certs = text_bio(t->cert), *keys = text_bio(t->key);
	X509 *cert = PEM_read_bio_X509(certs, NULL, NULL, NULL), *next;
	EVP_PKEY *key = PEM_read_bio_PrivateKey(keys, NULL, NULL, NULL);
	int rc = -1;

	if (cert == NULL || SSL_CTX_use_certificate(ctx, cert) != 1)
		err_set(err_r, "own certificate: %s", words());
	else if (key == NULL || SSL_CTX_use_PrivateKey(ctx, key) != 1)
		err_set(err_r, "own private key: %s", words());
	else
		rc = 0;
	while (rc == 0 &&
	    (next = PEM_read_bio_X509(certs, NULL, NULL, NULL)) != NULL)
		must(SSL_CTX_add0_chain_cert(ctx, next) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
	BIO_free(certs);
	BIO_free(keys);
	ERR_clear_error();
	return rc;
}

SSL_CTX *
tls_client_context(const struct tls_client *t, struct err *err_r)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	must(ctx != NULL);
	ERR_clear_error();
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	must(SSL_CTX_set_cipher_list(
		 ctx, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") == 1);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (trust_all(ctx, t->ca) == 0) {
		err_set(err_r, "there is no certificate of an authority");
	} else if (t->cert.len == 0 || show_cert(ctx, t, err_r) == 0) {
		return ctx;
	}
	SSL_CTX_free(ctx);
	return NULL;
}

static struct tls *
session(SSL_CTX *ctx)
{
	struct tls *t = xnew(struct tls);

	t->ssl = SSL_new(ctx);
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	must(t->ssl != NULL && t->in != NULL && t->out != NULL);
	BIO_set_mem_eof_return(t->in, -1);
	SSL_set_bio(t->ssl, t->in, t->out);
	return t;
}

struct tls *
tls_new(SSL_CTX *server)
{
	struct tls *t = session(server);

	SSL_set_accept_state(t->ssl);
	return t;
}

struct tls *
tls_new_client(SSL_CTX *client, const char *name)
{
	struct tls *t = session(client);

	ERR_clear_error();
	SSL_set_connect_state(t->ssl);
	must(SSL_set_tlsext_host_name(t->ssl, name) == 1);
	must(SSL_set1_host(t->ssl, name) == 1);
	SSL_set_hostflags(t->ssl,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS);
	(void)SSL_do_handshake(t->ssl);
	return t;
}

const char *
tls_distrust(const struct tls *t)
{
	long why = SSL_get_verify_result(t->ssl);

	return why == X509_V_OK ? NULL : X509_verify_cert_error_string(why);
}

void
tls_free(struct tls **tp)
{
	struct tls *t = *tp;

	if (t == NULL)
		return;
	*tp = NULL;
	SSL_free(t->ssl);
	free(t);
}

static enum tls_state
failed(struct tls *t, int rc, struct err *err_r)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return SSL_is_init_finished(t->ssl) ? TLS_OPEN : TLS_SHAKING;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_ENDED;
	default:
		err_set(err_r, "%s", words());
		return TLS_FAILED;
	}
}

enum tls_state
tls_receive(
    struct tls *t, struct slice bytes, struct str *plain, struct err *err_r)
{
	size_t n;
	int rc;

	ERR_clear_error();
	must(bytes.len <= INT32_MAX);
	if (BIO_pending(t->out) > MAX_UNREAD) {
		err_set(err_r, "the other side asks and does not read");
		return TLS_FAILED;
	}
	if (bytes.len > 0)
		must(BIO_write(t->in, bytes.s, (int)bytes.len) ==
		    (int)bytes.len);
	if (!SSL_is_init_finished(t->ssl)) {
		rc = SSL_do_handshake(t->ssl);
		if (rc != 1)
			return failed(t, rc, err_r);
	}
	do {
		str_reserve(plain, 16384);
		n = 0;
		rc = SSL_read_ex(t->ssl, plain->s + plain->len, 16384, &n);
		plain->len += n;
		plain->s[plain->len] = '\0';
	} while (rc == 1);
	return failed(t, rc, err_r);
}

int
tls_send(struct tls *t, struct slice plain, struct err *err_r)
{
	size_t n = 0;

	if (plain.len == 0)
		return 0;
	ERR_clear_error();
	/* Memory takes it all. */
	if (SSL_write_ex(t->ssl, plain.s, plain.len, &n) == 1 && n == plain.len)
		return 0;
	err_set(err_r, "%s", words());
	return -1;
}

void
tls_end(struct tls *t)
{
	ERR_clear_error();
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

void
tls_take(struct tls *t, struct str *bytes)
{
	char *data;
	long n = BIO_get_mem_data(t->out, &data);

	if (n > 0)
		str_addn(bytes, data, (size_t)n);
	(void)BIO_reset(t->out);
}
