/* SPDX-License-Identifier: Apache-2.0
 *
 * The site's secrets in a worker; see identity.h.
 */
#include "fetcher/identity.h"
#include "fetcher/limits.h"

#include "common/agent_secret.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PEM_BYTES 262144

struct identity {
	const char *root;
	bool given; /* by core: there are no files */
	SSL_CTX *ctx;
	struct timespec cert_changed, agents_changed;
	struct str passphrases; /* given: records of pairs, file and text */
};

struct identity *
identity_new(const char *root)
{
	struct identity *i = xnew(struct identity);

	i->root = root;
	return i;
}

static void
wipe(struct str *s)
{
	if (s->s != NULL)
		OPENSSL_cleanse(s->s, s->len);
	str_free(s);
}

void
identity_free(struct identity **ip)
{
	struct identity *i = *ip;

	if (i == NULL)
		return;
	SSL_CTX_free(i->ctx);
	wipe(&i->passphrases);
	free(i);
	*ip = NULL;
}

void
identity_give(struct identity *i, const struct msg_worker_setup *setup)
{
	struct tls_client t = {
	    .cert = setup->cert, .key = setup->key, .ca = setup->agents};
	struct err err;

	i->given = true;
	SSL_CTX_free(i->ctx);
	i->ctx = tls_client_context(&t, &err);
	if (i->ctx == NULL)
		log_warn("core: its certificate cannot be used for agents: %s",
		    err.text);
	wipe(&i->passphrases);
	str_addslice(&i->passphrases, setup->passphrases);
}

/* --- the site's files ----------------------------------------------------- */

static struct timespec
changed(const char *root, const char *name)
{
	char *path = tls_path(root, name);
	struct stat st;
	struct timespec none = {0};
	int rc = stat(path, &st);

	free(path);
	return rc == 0 ? st.st_mtim : none;
}

static bool
same(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static int
read_one(const char *root, const char *name, struct str *to, struct err *err_r)
{
	char *path = tls_path(root, name);
	int rc = file_read(path, PEM_BYTES, to, err_r);

	free(path);
	return rc;
}

static int
make_files(const char *root, struct err *err_r)
{
	const char *slash = strrchr(root, '/');
	const char *site = slash == NULL ? root : slash + 1;

	if (tls_make_site(root, site, err_r) == -1)
		return -1;
	return tls_make_agents(root, site, err_r);
}

static int
load(struct identity *i, struct err *err_r)
{
	struct str cert = {0}, key = {0}, agents = {0};
	struct tls_client t;
	int rc = make_files(i->root, err_r);

	i->cert_changed = changed(i->root, "site.pem");
	i->agents_changed = changed(i->root, "agents.pem");
	if (rc == 0 && read_one(i->root, "site.pem", &cert, err_r) == 0 &&
	    read_one(i->root, "site.key", &key, err_r) == 0 &&
	    read_one(i->root, "agents.pem", &agents, err_r) == 0) {
		t = (struct tls_client){.cert = str_slice(&cert),
		    .key = str_slice(&key),
		    .ca = str_slice(&agents)};
		SSL_CTX_free(i->ctx);
		i->ctx = tls_client_context(&t, err_r);
	}
	str_free(&cert);
	wipe(&key);
	str_free(&agents);
	return i->ctx == NULL ? -1 : 0;
}

SSL_CTX *
identity_tls(struct identity *i, struct err *err_r)
{
	if (i->given || i->root[0] == '\0') {
		if (i->ctx == NULL)
			err_set(err_r, "there is no certificate of the site");
		return i->ctx;
	}
	if (i->ctx != NULL &&
	    same(i->cert_changed, changed(i->root, "site.pem")) &&
	    same(i->agents_changed, changed(i->root, "agents.pem")))
		return i->ctx;
	return load(i, err_r) == 0 ? i->ctx : NULL;
}

int
identity_passphrase(struct identity *i, const char *file,
    struct str *passphrase_r, struct err *err_r)
{
	struct slice list = str_slice(&i->passphrases);
	struct msg_pair p;

	if (!i->given)
		return agent_secret_read(i->root, file, passphrase_r, err_r);
	while (msg_pair_next(&list, &p)) {
		if (!slice_eqs(p.key, file))
			continue;
		str_addslice(passphrase_r, p.value);
		return 0;
	}
	err_set(err_r,
	    "%s: core sent no passphrase of this file (its own log says why)",
	    file);
	return -1;
}
