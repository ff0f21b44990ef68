/* SPDX-License-Identifier: Apache-2.0
 *
 * The site's authorities and certificate: made once, kept in var/vedette/tls;
 * see tls.h. Keys are P-256, signatures SHA-256.
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
#define UUID_BYTES    36
#define NAME_BYTES    64 /* RFC 5280: no longer */
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
set_subject(X509 *cert, const char *name)
{
	must(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
		 MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1);
}

/* Signed by `issuer`, or, if that is NULL, an authority signed by itself. */
static struct pair
make(const char *site, const char *name, const struct pair *issuer)
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
	set_subject(p.cert, name);
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
	char name[NAME_BYTES];
	int rc = 0;

	if (!pair_read(root, "ca", &ca)) {
		snprintf(name, sizeof(name), "Vedette site %s", site);
		ca = make(site, name, NULL);
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
		snprintf(name, sizeof(name), "%s", site);
		own = make(site, name, &ca);
		rc = pair_write(root, "site", &own, &ca, err_r);
		if (rc == 0)
			log_info("tls: made the site's certificate");
		pair_free(&own);
	}
	pair_free(&ca);
	return rc;
}

static int
make_agents(const char *root, const char *site, struct err *err_r)
{
	struct pair ca;
	char name[NAME_BYTES];
	int rc = 0;

	if (!pair_read(root, "agents", &ca)) {
		snprintf(
		    name, sizeof(name), "Site '%s' agent signing CA", site);
		ca = make(site, name, NULL);
		rc = pair_write(root, "agents", &ca, &ca, err_r);
		if (rc == 0)
			log_info("tls: made the authority of agents");
	}
	pair_free(&ca);
	return rc;
}

/* Under a lock that all processes of the site take. */
static int
locked(const char *root, const char *site,
    int (*work)(const char *root, const char *site, struct err *err_r),
    struct err *err_r)
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
		rc = work(root, site, err_r);
	if (fd != -1)
		close(fd);
	free(folder);
	free(lock);
	return rc;
}

int
tls_make_site(const char *root, const char *site, struct err *err_r)
{
	return locked(root, site, make_missing, err_r);
}

int
tls_make_agents(const char *root, const char *site, struct err *err_r)
{
	return locked(root, site, make_agents, err_r);
}

/* --- registrations -------------------------------------------------------- */

/* The request, if it is signed by its own key and names the agent alone. */
static X509_REQ *
read_request(struct slice pem, const char *uuid, struct err *err_r)
{
	BIO *bio = BIO_new_mem_buf(pem.s, (int)pem.len);
	X509_REQ *req = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	char cn[UUID_BYTES + 2] = "";
	X509_NAME *name;

	BIO_free(bio);
	if (req == NULL) {
		err_set(err_r, "this is not a PEM certificate request");
		return NULL;
	}
	name = X509_REQ_get_subject_name(req);
	if (X509_REQ_verify(req, X509_REQ_get0_pubkey(req)) != 1)
		err_set(err_r, "the request is not signed by its own key");
	else if (X509_NAME_entry_count(name) != 1 ||
	    X509_NAME_get_text_by_NID(name, NID_commonName, cn, sizeof(cn)) !=
		UUID_BYTES ||
	    strcmp(cn, uuid) != 0)
		err_set(err_r, "the request's common name is not %s", uuid);
	else
		return req;
	ERR_clear_error();
	X509_REQ_free(req);
	return NULL;
}

static X509 *
agent_cert(
    X509_REQ *req, const char *uuid, unsigned days, const struct pair *ca)
{
	X509 *cert = X509_new();
	char names[UUID_BYTES + 8];

	must(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1);
	set_serial(cert);
	X509_gmtime_adj(X509_getm_notBefore(cert), -DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert), DAY * (long)days);
	must(X509_set_pubkey(cert, X509_REQ_get0_pubkey(req)) == 1);
	must(X509_set_subject_name(cert, X509_REQ_get_subject_name(req)) == 1);
	must(X509_set_issuer_name(cert, X509_get_subject_name(ca->cert)) == 1);
	add_extension(
	    cert, ca->cert, NID_basic_constraints, "critical,CA:FALSE");
	snprintf(names, sizeof(names), "DNS:%s", uuid);
	add_extension(cert, ca->cert, NID_subject_alt_name, names);
	must(X509_sign(cert, ca->key, EVP_sha256()) > 0);
	return cert;
}

int
tls_sign_agent(const char *root, struct slice request, const char *uuid,
    unsigned days, struct str *cert_r, struct err *err_r)
{
	struct pair ca;
	X509_REQ *req;
	X509 *cert;
	BIO *out;
	char *data;
	long n;

	if (strlen(uuid) != UUID_BYTES || request.len > MAX_PEM_BYTES) {
		err_set(err_r, "not a UUID, or a request that is too long");
		return -1;
	}
	req = read_request(request, uuid, err_r);
	if (req == NULL)
		return -1;
	if (!pair_read(root, "agents", &ca)) {
		err_set(err_r, "the site has no authority of agents yet");
		X509_REQ_free(req);
		return -1;
	}
	cert = agent_cert(req, uuid, days, &ca);
	out = BIO_new(BIO_s_mem());
	must(PEM_write_bio_X509(out, cert) == 1);
	n = BIO_get_mem_data(out, &data);
	str_addn(cert_r, data, (size_t)n);
	BIO_free(out);
	X509_free(cert);
	X509_REQ_free(req);
	pair_free(&ca);
	return 0;
}
