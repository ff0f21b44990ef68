/* SPDX-License-Identifier: Apache-2.0
 *
 * What a stranger sends to a TLS listener: any bytes in place of hands shaken,
 * in pieces; then a real client, whose records are changed on their way. The
 * first byte says which, and how long the pieces are.
 */
#include "common/log.h"
#include "common/tls.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char root[] = "/tmp/vedette-fuzz-tls-XXXXXX";
static SSL_CTX *server, *client;

static void
open_contexts(void)
{
	char cert[80], key[80];
	struct tls_server t = {.cert = cert, .key = key};
	struct err err = {""};

	if (mkdtemp(root) == NULL)
		fatal("no temporary folder");
	if (tls_make_site(root, "site", &err) == -1)
		fatal("%s", err.text);
	snprintf(cert, sizeof(cert), "%s/var/vedette/tls/site.pem", root);
	snprintf(key, sizeof(key), "%s/var/vedette/tls/site.key", root);
	server = tls_server_context(&t, &err);
	if (server == NULL)
		fatal("%s", err.text);
	client = SSL_CTX_new(TLS_client_method());
	snprintf(cert, sizeof(cert), "rm -rf %s", root);
	if (system(cert) != 0)
		fatal("%s cannot be removed", root);
}

/* -1: it has failed. */
static int
receive(struct tls *t, const uint8_t *data, size_t size, size_t piece)
{
	struct str plain = {0};
	struct err err = {""};
	int rc = 0;

	for (size_t i = 0; i < size && rc == 0; i += piece) {
		size_t n = size - i < piece ? size - i : piece;

		if (tls_receive(t, (struct slice){(const char *)data + i, n},
			&plain, &err) == TLS_FAILED)
			rc = -1;
		if (rc == -1 && err.text[0] == '\0')
			abort(); /* there is always a reason */
		if (plain.len > size)
			abort(); /* nothing grows */
	}
	str_free(&plain);
	return rc;
}

/* Shakes hands with a real client; its bytes are turned by the input's. */
static void
with_client(const uint8_t *data, size_t size, size_t piece)
{
	struct tls *t = tls_new(server);
	SSL *ssl = SSL_new(client);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	uint8_t bytes[16384];
	size_t used = 0;

	SSL_set_bio(ssl, in, out);
	SSL_set_connect_state(ssl);
	for (int round = 0; round < 8; round++) {
		struct str answer = {0};
		int n;

		if (SSL_do_handshake(ssl) == 1)
			SSL_write(ssl, "GET hosts\n\n", 11);
		n = BIO_read(out, bytes, sizeof(bytes));
		for (int i = 0; i < n && used < size; i += 37)
			bytes[i] ^= data[used++];
		if (n <= 0 || receive(t, bytes, (size_t)n, piece) == -1)
			break;
		tls_take(t, &answer);
		if (answer.len > 0)
			BIO_write(in, answer.s, (int)answer.len);
		str_free(&answer);
	}
	SSL_free(ssl);
	tls_free(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tls *t;
	size_t piece;

	if (size < 2)
		return 0;
	if (server == NULL)
		open_contexts();
	piece = (size_t)data[0] / 2 * 8 + 1;
	if (data[0] % 2) {
		with_client(data + 1, size - 1, piece);
		return 0;
	}
	t = tls_new(server);
	receive(t, data + 1, size - 1, piece);
	tls_free(&t);
	return 0;
}
