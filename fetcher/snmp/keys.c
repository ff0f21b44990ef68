/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys from passwords; see keys.h. What is remembered is found by a digest
 * of the password, not by the password.
 */
#include "fetcher/snmp/keys.h"

#include "common/log.h"
#include "common/mem.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXPANDED   1048576 /* bytes that are hashed */
#define REMEMBERED 1024    /* keys; beyond it the oldest place is taken */

struct remembered {
	struct snmp_key_id id;
	struct snmp_key key;
};
static struct remembered remembered[REMEMBERED];
static size_t n_remembered;

static struct snmp_key_job {
	uv_work_t work;
	struct snmp_key_job *next, **link; /* of those under way */
	const char *hash;
	char *passwords[2];
	struct snmp_key_id ids[2];
	struct snmp_key keys[2];
	snmp_keys_done_fn *done; /* NULL: nobody waits */
	void *arg;
} * under_way;

static const struct {
	const char *word, *hash;
} hashes[] = {{"md5", "MD5"}, {"sha", "SHA1"}, {"sha1", "SHA1"},
    {"sha-1", "SHA1"}, {"sha224", "SHA224"}, {"sha-224", "SHA224"},
    {"sha256", "SHA256"}, {"sha-256", "SHA256"}, {"sha384", "SHA384"},
    {"sha-384", "SHA384"}, {"sha512", "SHA512"}, {"sha-512", "SHA512"}};

const char *
snmp_hash_of(const char *auth)
{
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		if (strcasecmp(hashes[i].word, auth) == 0)
			return hashes[i].hash;
	return NULL;
}

struct snmp_key_id
snmp_key_id(const char *hash, const char *password)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct snmp_key_id id;

	must(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	EVP_DigestUpdate(md, hash, strlen(hash) + 1);
	EVP_DigestUpdate(md, password, strlen(password));
	EVP_DigestFinal_ex(md, id.digest, NULL);
	EVP_MD_CTX_free(md);
	return id;
}

bool
snmp_key_known(const struct snmp_key_id *id, struct snmp_key *key_r)
{
	size_t n = n_remembered < REMEMBERED ? n_remembered : REMEMBERED;

	for (size_t i = 0; i < n; i++) {
		if (memcmp(&remembered[i].id, id, sizeof(*id)) != 0)
			continue;
		*key_r = remembered[i].key;
		return true;
	}
	return false;
}

static void
remember(const struct snmp_key_id *id, const struct snmp_key *key)
{
	struct snmp_key known;

	if (snmp_key_known(id, &known))
		return;
	struct remembered *r = &remembered[n_remembered++ % REMEMBERED];
	r->id = *id;
	r->key = *key;
}

bool
snmp_key_comes(const struct snmp_key_id *id)
{
	for (const struct snmp_key_job *j = under_way; j != NULL; j = j->next)
		for (int i = 0; i < 2; i++)
			if (j->passwords[i] != NULL &&
			    memcmp(&j->ids[i], id, sizeof(*id)) == 0)
				return true;
	return false;
}

void
snmp_key_make(const char *hash, const char *password, struct snmp_key *key_r)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	const EVP_MD *type = EVP_get_digestbyname(hash);
	size_t len = strlen(password), at = 0;
	unsigned n = 0;
	char block[64];

	key_r->n = 0;
	must(md != NULL && type != NULL);
	must(EVP_DigestInit_ex(md, type, NULL) == 1);
	for (size_t done = 0; len > 0 && done < EXPANDED;
	     done += sizeof(block)) {
		for (size_t i = 0; i < sizeof(block); i++)
			block[i] = password[at++ % len];
		EVP_DigestUpdate(md, block, sizeof(block));
	}
	EVP_DigestFinal_ex(md, key_r->bytes, &n);
	key_r->n = n;
	EVP_MD_CTX_free(md);
}

static void
make(uv_work_t *work)
{
	struct snmp_key_job *j = work->data;

	for (int i = 0; i < 2; i++)
		if (j->passwords[i] != NULL)
			snmp_key_make(j->hash, j->passwords[i], &j->keys[i]);
}

static void
made(uv_work_t *work, int status)
{
	struct snmp_key_job *j = work->data;
	snmp_keys_done_fn *done = j->done;
	void *arg = j->arg;

	*j->link = j->next;
	if (j->next != NULL)
		j->next->link = j->link;
	for (int i = 0; i < 2; i++) {
		if (j->passwords[i] == NULL)
			continue;
		if (status == 0)
			remember(&j->ids[i], &j->keys[i]);
		OPENSSL_cleanse(j->passwords[i], strlen(j->passwords[i]));
		free(j->passwords[i]);
	}
	OPENSSL_cleanse(j->keys, sizeof(j->keys));
	free(j);
	if (done != NULL)
		done(arg);
}

struct snmp_key_job *
snmp_keys_start(uv_loop_t *loop, const char *hash, const char *auth,
    const char *priv, snmp_keys_done_fn *done, void *arg)
{
	struct snmp_key_job *j = xnew(struct snmp_key_job);

	j->hash = hash;
	j->passwords[0] = xstrdup(auth);
	j->passwords[1] = priv == NULL ? NULL : xstrdup(priv);
	for (int i = 0; i < 2; i++)
		if (j->passwords[i] != NULL)
			j->ids[i] = snmp_key_id(hash, j->passwords[i]);
	j->next = under_way;
	j->link = &under_way;
	if (j->next != NULL)
		j->next->link = &j->next;
	under_way = j;
	j->done = done;
	j->arg = arg;
	j->work.data = j;
	must(uv_queue_work(loop, &j->work, make, made) == 0);
	return j;
}

void
snmp_keys_forget(struct snmp_key_job **job)
{
	if (*job == NULL)
		return;
	(*job)->done = NULL;
	uv_cancel((uv_req_t *)&(*job)->work);
	*job = NULL;
}
