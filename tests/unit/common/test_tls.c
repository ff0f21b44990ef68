/* SPDX-License-Identifier: Apache-2.0
 *
 * The site's certificate, and a whole conversation through memory.
 */
#include "common/file.h"
#include "common/mem.h"
#include "common/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static char root[] = "/tmp/vedette-tls-XXXXXX";

static SSL_CTX *
server_context(enum tls_clients clients)
{
	char *cert = tls_path(root, "site.pem"), *key;
	char *ca = tls_path(root, "ca.pem");
	struct tls_server t = {.cert = cert, .ca = ca, .clients = clients};
	struct err err;
	SSL_CTX *ctx;

	t.key = key = tls_path(root, "site.key");
	ctx = tls_server_context(&t, &err);
	assert_non_null(ctx);
	free(cert);
	free(key);
	free(ca);
	return ctx;
}

struct peer { /* a client over memory */
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out;
};

static struct peer
peer_new(void)
{
	char *ca = tls_path(root, "ca.pem");
	struct peer p = {.ctx = SSL_CTX_new(TLS_client_method())};

	assert_int_equal(SSL_CTX_load_verify_locations(p.ctx, ca, NULL), 1);
	free(ca);
	SSL_CTX_set_verify(p.ctx, SSL_VERIFY_PEER, NULL);
	p.ssl = SSL_new(p.ctx);
	p.in = BIO_new(BIO_s_mem());
	p.out = BIO_new(BIO_s_mem());
	SSL_set_bio(p.ssl, p.in, p.out);
	SSL_set_connect_state(p.ssl);
	assert_int_equal(SSL_set1_host(p.ssl, "mysite"), 1);
	return p;
}

static void
peer_free(struct peer *p)
{
	SSL_free(p->ssl);
	SSL_CTX_free(p->ctx);
}

/* What the client has to say goes over in pieces of `piece` bytes. */
static enum tls_state
carry(struct peer *p, struct tls *t, struct str *plain, size_t piece)
{
	enum tls_state state = TLS_SHAKING;
	struct str bytes = {0};
	struct err err;
	char buf[4096];
	int n;

	state = tls_receive(t, (struct slice){NULL, 0}, plain, &err);
	while (
	    (n = BIO_read(p->out, buf, (int)piece)) > 0 && state != TLS_FAILED)
		state =
		    tls_receive(t, (struct slice){buf, (size_t)n}, plain, &err);
	tls_take(t, &bytes);
	if (bytes.len > 0)
		BIO_write(p->in, bytes.s, (int)bytes.len);
	str_free(&bytes);
	return state;
}

static void
shake(struct peer *p, struct tls *t, size_t piece)
{
	struct str plain = {0};

	for (int i = 0; i < 4; i++) {
		SSL_do_handshake(p->ssl);
		carry(p, t, &plain, piece);
	}
	assert_int_equal(plain.len, 0);
	str_free(&plain);
}

static void
test_files(void **state)
{
	struct err err;
	struct stat st;
	struct str a = {0}, b = {0};
	char *key = tls_path(root, "site.key");
	char *cert = tls_path(root, "site.pem");

	(void)state;
	assert_int_equal(tls_make_site(root, "mysite", &err), 0);
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(cert, 1 << 20, &a, &err), 0);
	assert_int_equal(tls_make_site(root, "mysite", &err), 0);
	assert_int_equal(file_read(cert, 1 << 20, &b, &err), 0);
	assert_string_equal(a.s, b.s);
	/* A damaged one is made anew. */
	assert_int_equal(file_write(cert, SLICE("x"), 0644, &err), 0);
	assert_int_equal(tls_make_site(root, "mysite", &err), 0);
	str_clear(&b);
	assert_int_equal(file_read(cert, 1 << 20, &b, &err), 0);
	assert_string_not_equal(a.s, b.s);
	str_free(&a);
	str_free(&b);
	free(key);
	free(cert);
}

static void
talk(size_t piece)
{
	SSL_CTX *ctx = server_context(TLS_CLIENTS_NONE);
	struct tls *t = tls_new(ctx);
	struct peer p = peer_new();
	struct str plain = {0};
	struct err err;
	char buf[64] = "";

	shake(&p, t, piece);
	assert_true(SSL_is_init_finished(p.ssl));
	assert_int_equal(SSL_get_verify_result(p.ssl), X509_V_OK);
	assert_int_equal(SSL_write(p.ssl, "GET hosts", 9), 9);
	assert_int_equal(carry(&p, t, &plain, piece), TLS_OPEN);
	assert_string_equal(str_get(&plain), "GET hosts");
	assert_int_equal(tls_send(t, SLICE("answer"), &err), 0);
	carry(&p, t, &plain, piece);
	assert_int_equal(SSL_read(p.ssl, buf, sizeof(buf)), 6);
	assert_string_equal(buf, "answer");
	SSL_shutdown(p.ssl);
	assert_int_equal(carry(&p, t, &plain, piece), TLS_ENDED);
	tls_end(t);
	carry(&p, t, &plain, piece);
	assert_int_equal(SSL_read(p.ssl, buf, sizeof(buf)), 0);
	peer_free(&p);
	tls_free(&t);
	str_free(&plain);
	SSL_CTX_free(ctx);
}

static void
test_talk(void **state)
{
	(void)state;
	talk(4096);
	talk(1);
}

static void
test_client_certificate(void **state)
{
	SSL_CTX *ctx = server_context(TLS_CLIENTS_REQUIRED);
	struct tls *t = tls_new(ctx);
	struct peer p = peer_new();
	struct str plain = {0};
	enum tls_state s = TLS_SHAKING;

	(void)state;
	for (int i = 0; i < 3 && s == TLS_SHAKING; i++) {
		SSL_do_handshake(p.ssl);
		s = carry(&p, t, &plain, 4096);
	}
	assert_int_equal(s, TLS_FAILED);
	peer_free(&p);
	tls_free(&t);
	str_free(&plain);
	SSL_CTX_free(ctx);
}

static void
test_garbage(void **state)
{
	SSL_CTX *ctx = server_context(TLS_CLIENTS_NONE);
	struct tls *t = tls_new(ctx);
	struct str plain = {0};
	struct err err = {""};

	(void)state;
	assert_int_equal(
	    tls_receive(t, SLICE("GET hosts\n\n"), &plain, &err), TLS_FAILED);
	assert_string_not_equal(err.text, "");
	assert_int_equal(tls_send(t, SLICE("x"), &err), -1);
	tls_free(&t);
	str_free(&plain);
	SSL_CTX_free(ctx);
}

static void
test_wrong_files(void **state)
{
	char *cert = tls_path(root, "site.pem"),
	     *key = tls_path(root, "ca.key");
	struct err err;

	(void)state;
	assert_null(tls_server_context(
	    &(struct tls_server){.cert = cert, .key = key}, &err));
	assert_non_null(strstr(err.text, "ca.key"));
	assert_null(tls_server_context(
	    &(struct tls_server){.cert = "/nonexistent", .key = key}, &err));
	assert_non_null(strstr(err.text, "/nonexistent"));
	free(cert);
	free(key);
}

/* --- registrations -------------------------------------------------------- */

#define UUID "6b1f6f0e-0c1d-4a57-9a39-0d5a3c1f2b77"

/* As an agent's controller makes it: the UUID as its only name. */
static struct str
request(const char *name, const char *organization, bool own_key)
{
	EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	X509_NAME *subject = X509_REQ_get_subject_name(req);
	BIO *out = BIO_new(BIO_s_mem());
	struct str pem = {0};
	char *data;
	long n;

	X509_NAME_add_entry_by_txt(
	    subject, "CN", MBSTRING_UTF8, (const void *)name, -1, -1, 0);
	if (organization != NULL)
		X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
		    (const void *)organization, -1, -1, 0);
	X509_REQ_set_pubkey(req, key);
	assert_true(X509_REQ_sign(req, own_key ? key : other, EVP_sha256()));
	assert_int_equal(PEM_write_bio_X509_REQ(out, req), 1);
	n = BIO_get_mem_data(out, &data);
	str_addn(&pem, data, (size_t)n);
	BIO_free(out);
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	return pem;
}

static void
is_not_signed(struct str pem, const char *uuid, const char *why)
{
	struct str cert = {0};
	struct err err;

	assert_int_equal(
	    tls_sign_agent(root, str_slice(&pem), uuid, 30, &cert, &err), -1);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(cert.len, 0);
	str_free(&pem);
	str_free(&cert);
}

static X509 *
cert_of(struct slice pem)
{
	BIO *in = BIO_new_mem_buf(pem.s, (int)pem.len);
	X509 *cert = PEM_read_bio_X509(in, NULL, NULL, NULL);

	assert_non_null(cert);
	BIO_free(in);
	return cert;
}

static void
test_sign_agent(void **state)
{
	struct str pem = request(UUID, NULL, true), cert = {0}, ca = {0};
	char *path = tls_path(root, "agents.pem");
	X509 *agent, *authority;
	int days = 0, seconds;
	struct err err;

	(void)state;
	is_not_signed(request(UUID, NULL, true), UUID, "no authority");
	assert_int_equal(tls_make_agents(root, "mysite", &err), 0);
	assert_int_equal(
	    tls_sign_agent(root, str_slice(&pem), UUID, 30, &cert, &err), 0);
	agent = cert_of(str_slice(&cert));
	assert_int_equal(file_read(path, 65536, &ca, &err), 0);
	authority = cert_of(str_slice(&ca));
	assert_int_equal(X509_verify(agent, X509_get0_pubkey(authority)), 1);
	assert_int_equal(X509_check_host(agent, UUID, 0, 0, NULL), 1);
	assert_int_equal(X509_check_ca(agent), 0);
	ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(agent));
	assert_true(days == 29 || days == 30);
	X509_free(agent);
	X509_free(authority);
	str_free(&pem);
	str_free(&cert);
	str_free(&ca);
	free(path);
}

static void
test_wrong_requests(void **state)
{
	struct str text = {0}, cut = request(UUID, NULL, true);

	(void)state;
	is_not_signed(request("web01", NULL, true), UUID, "common name");
	is_not_signed(request(UUID "0", NULL, true), UUID, "common name");
	is_not_signed(request(UUID, "Evil", true), UUID, "common name");
	is_not_signed(request(UUID, NULL, false), UUID, "its own key");
	is_not_signed(request(UUID, NULL, true), "web01", "UUID");
	str_add(&text, "hello");
	is_not_signed(text, UUID, "PEM certificate request");
	cut.len /= 2;
	is_not_signed(cut, UUID, "PEM certificate request");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_talk),
	    cmocka_unit_test(test_client_certificate),
	    cmocka_unit_test(test_garbage),
	    cmocka_unit_test(test_wrong_files),
	    cmocka_unit_test(test_sign_agent),
	    cmocka_unit_test(test_wrong_requests),
	};
	struct err err;
	int rc;

	if (mkdtemp(root) == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	file_remove_tree(root, &err);
	return rc;
}
