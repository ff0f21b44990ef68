/* SPDX-License-Identifier: Apache-2.0
 *
 * The site's authority and certificate: made once, kept in var/vedette/tls; see
 * tls.h. Keys are P-256, signatures SHA-256.
 */
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define DAY           86400L
#define CA_DAYS       3653
#define SITE_DAYS     825
#define RENEW_DAYS    60
#define MAX_PEM_BYTES 65536

struct pair {
	X509 *cert;
	EVP_PKEY *key;
};

static void
pair_free(struct pair *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
}

char *
tls_path(const char *root, const char *name)
{
	return xasprintf("%s/var/vedette/tls/%s", root, name);
}

static BIO *
read_pem(const char *root, const char *name, struct str *text, struct err *err)
{
	char *path = tls_path(root, name);
	int rc = file_read(path, MAX_PEM_BYTES, text, err);

	free(path);
	return rc == -1 ? NULL : BIO_new_mem_buf(text->s, (int)text->len);
}

/* True if both files can be read and belong together. */
static bool
pair_read(const char *root, const char *name, struct pair *p_r)
{
	char file[32];
	struct str cert = {0}, key = {0};
	struct err err;
	BIO *c, *k;

	*p_r = (struct pair){0};
	snprintf(file, sizeof(file), "%s.pem", name);
	c = read_pem(root, file, &cert, &err);
	snprintf(file, sizeof(file), "%s.key", name);
	k = read_pem(root, file, &key, &err);
	if (c != NULL && k != NULL) {
		p_r->cert = PEM_read_bio_X509(c, NULL, NULL, NULL);
		p_r->key = PEM_read_bio_PrivateKey(k, NULL, NULL, NULL);
	}
	BIO_free(c);
	BIO_free(k);
	str_free(&cert);
	if (key.s != NULL)
		OPENSSL_cleanse(key.s, key.len);
	str_free(&key);
	if (p_r->cert != NULL && p_r->key != NULL &&
	    X509_check_private_key(p_r->cert, p_r->key) == 1)
		return true;
	ERR_clear_error();
	pair_free(p_r);
	*p_r = (struct pair){0};
	return false;
}

static int
write_bio(const char *root, const char *name, const char *suffix, BIO *bio,
    mode_t mode, struct err *err_r)
{
	char file[32], *path, *data;
	long n = BIO_get_mem_data(bio, &data);
	int rc;

	snprintf(file, sizeof(file), "%s.%s", name, suffix);
	path = tls_path(root, file);
	rc = file_write(path, (struct slice){data, (size_t)n}, mode, err_r);
	free(path);
	return rc;
}

/* The key first: a certificate that can be read has one. */
static int
pair_write(const char *root, const char *name, const struct pair *p,
    const struct pair *issuer, struct err *err_r)
{
	BIO *key = BIO_new(BIO_s_mem()), *cert = BIO_new(BIO_s_mem());
	int rc;

	must(PEM_write_bio_PrivateKey(key, p->key, NULL, NULL, 0, NULL, NULL) ==
	    1);
	must(PEM_write_bio_X509(cert, p->cert) == 1);
	if (issuer != p)
		must(PEM_write_bio_X509(cert, issuer->cert) == 1);
	rc = write_bio(root, name, "key", key, 0600, err_r);
	if (rc == 0)
		rc = write_bio(root, name, "pem", cert, 0644, err_r);
	BIO_free(key);
	BIO_free(cert);
	return rc;
}

static void
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(e != NULL && X509_add_ext(cert, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void
set_serial(X509 *cert)
{
	unsigned char bytes[16];
	BIGNUM *n;

	must(RAND_bytes(bytes, sizeof(bytes)) == 1);
	bytes[0] &= 0x7f;
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	must(BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert)) != NULL);
	BN_free(n);
}

/* A copy in which nothing has a meaning in extensions; freed by the caller. */
static char *
plain_name(const char *name)
{
	char *copy = xstrdup(name);

	for (char *c = copy; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || strchr("-._", *c) != NULL))
			*c = '-';
	return copy;
}

static void
add_names(X509 *cert, X509 *issuer, const char *site)
{
	char machine[256] = "", *a, *b, *names;

	if (gethostname(machine, sizeof(machine) - 1) != 0 ||
	    machine[0] == '\0')
		snprintf(machine, sizeof(machine), "localhost");
	a = plain_name(site);
	b = plain_name(machine);
	names =
	    xasprintf("DNS:%s,DNS:localhost,DNS:%s,IP:127.0.0.1,IP:::1", a, b);
	add_extension(cert, issuer, NID_subject_alt_name, names);
	free(a);
	free(b);
	free(names);
}

static void
set_subject(X509 *cert, const char *site, bool ca)
{
	char name[64]; /* RFC 5280: no longer */

	snprintf(name, sizeof(name), ca ? "Vedette site %s" : "%s", site);
	must(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
		 MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1);
}

/* Signed by `issuer`, or, if that is NULL, an authority signed by itself. */
static struct pair
make(const char *site, const struct pair *issuer)
{
	struct pair p = {X509_new(), EVP_EC_gen("P-256")};
	bool ca = issuer == NULL;

	must(p.cert != NULL && p.key != NULL);
	if (ca)
		issuer = &p;
	must(X509_set_version(p.cert, X509_VERSION_3) == 1);
	set_serial(p.cert);
	X509_gmtime_adj(X509_getm_notBefore(p.cert), -DAY);
	X509_gmtime_adj(
	    X509_getm_notAfter(p.cert), DAY * (ca ? CA_DAYS : SITE_DAYS));
	must(X509_set_pubkey(p.cert, p.key) == 1);
	set_subject(p.cert, site, ca);
	must(X509_set_issuer_name(
		 p.cert, X509_get_subject_name(issuer->cert)) == 1);
	add_extension(p.cert, issuer->cert, NID_basic_constraints,
	    ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(p.cert, issuer->cert, NID_key_usage,
	    ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	add_extension(p.cert, issuer->cert, NID_subject_key_identifier, "hash");
	if (!ca) {
		add_extension(p.cert, issuer->cert,
		    NID_authority_key_identifier, "keyid");
		add_extension(p.cert, issuer->cert, NID_ext_key_usage,
		    "serverAuth,clientAuth");
		add_names(p.cert, issuer->cert, site);
	}
	must(X509_sign(p.cert, issuer->key, EVP_sha256()) > 0);
	return p;
}

/* Of this authority, and good for a while? */
static bool
is_good(const struct pair *p, const struct pair *ca)
{
	time_t soon = time(NULL) + RENEW_DAYS * DAY;
	bool signed_by = X509_verify(p->cert, ca->key) == 1;

	ERR_clear_error();
	return signed_by &&
	    X509_cmp_time(X509_get0_notAfter(p->cert), &soon) > 0;
}

static int
make_missing(const char *root, const char *site, struct err *err_r)
{
	struct pair ca, own;
	int rc = 0;

	if (!pair_read(root, "ca", &ca)) {
		ca = make(site, NULL);
		rc = pair_write(root, "ca", &ca, &ca, err_r);
		if (rc == 0)
			log_info("tls: made the site's authority");
	}
	if (rc == 0 && pair_read(root, "site", &own)) {
		if (is_good(&own, &ca)) {
			pair_free(&own);
			pair_free(&ca);
			return 0;
		}
		pair_free(&own);
	}
	if (rc == 0) {
		own = make(site, &ca);
		rc = pair_write(root, "site", &own, &ca, err_r);
		if (rc == 0)
			log_info("tls: made the site's certificate");
		pair_free(&own);
	}
	pair_free(&ca);
	return rc;
}

int
tls_make_site(const char *root, const char *site, struct err *err_r)
{
	char *folder = tls_path(root, "");
	char *lock = tls_path(root, "lock");
	int fd = -1, rc = file_mkdirs(folder, 0750, err_r);

	if (rc == 0) {
		fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd == -1 || flock(fd, LOCK_EX) == -1) {
			err_set(err_r, "%s: %s", lock, strerror(errno));
			rc = -1;
		}
	}
	if (rc == 0)
		rc = make_missing(root, site, err_r);
	if (fd != -1)
		close(fd);
	free(folder);
	free(lock);
	return rc;
}
