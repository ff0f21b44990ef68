/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing passwords with hashes in the pool; see password.h.
 */
#include "livestatusd/http/password.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A yescrypt hash that no password has. */
#define NO_HASH "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$"
#define KNOWN   256 /* a power of two; one place by digest */
#define DIGEST  32

struct passwords {
	uint8_t key[DIGEST];
	struct known {
		uint8_t digest[DIGEST];
		int64_t until; /* monotonic seconds; 0: empty */
	} known[KNOWN];
	unsigned under_way;
	bool ended; /* the last check frees it */
};

struct password_check {
	uv_work_t work;
	struct passwords *p;
	password_done_fn *done; /* NULL: forgotten */
	void *arg;
	char *name, *password, *hash;
	bool known, ok;
};

struct passwords *
passwords_new(void)
{
	struct passwords *p = xnew(struct passwords);

	must(getrandom(p->key, sizeof(p->key), 0) == sizeof(p->key));
	return p;
}

static void
release(struct passwords *p)
{
	OPENSSL_cleanse(p, sizeof(*p));
	free(p);
}

void
passwords_free(struct passwords **pp)
{
	struct passwords *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	p->ended = true;
	if (p->under_way == 0)
		release(p);
}

/* Of name, password and the hash that it has now. */
static void
digest_of(const struct passwords *p, const char *name, const char *password,
    const char *hash, uint8_t digest_r[DIGEST])
{
	struct str all = {0};
	unsigned n = DIGEST;

	str_addn(&all, name, strlen(name) + 1);
	str_addn(&all, password, strlen(password) + 1);
	str_add(&all, hash);
	must(
	    HMAC(EVP_sha256(), p->key, sizeof(p->key),
		(const uint8_t *)str_get(&all), all.len, digest_r, &n) != NULL);
	OPENSSL_cleanse(all.s, all.len);
	str_free(&all);
}

static size_t
place_of(const uint8_t digest[DIGEST])
{
	return digest[0] % KNOWN;
}

bool
password_is_known(const struct passwords *p, const char *name,
    const char *password, const char *hash, int64_t now)
{
	uint8_t digest[DIGEST];
	const struct known *k;

	digest_of(p, name, password, hash, digest);
	k = &p->known[place_of(digest)];
	return now < k->until && CRYPTO_memcmp(k->digest, digest, DIGEST) == 0;
}

void
password_remember(struct passwords *p, const char *name, const char *password,
    const char *hash)
{
	uint8_t digest[DIGEST];
	struct known *k;

	digest_of(p, name, password, hash, digest);
	k = &p->known[place_of(digest)];
	memcpy(k->digest, digest, DIGEST);
	k->until = clock_mono() / NS_PER_S + PASSWORD_KEEP_S;
}

/* In the pool. */
static void
compare(uv_work_t *work)
{
	struct password_check *c = work->data;
	struct crypt_data *data = xnew(struct crypt_data);
	const char *got = crypt_r(c->password, c->hash, data);

	c->ok = got != NULL && c->known && strlen(got) == strlen(c->hash) &&
	    CRYPTO_memcmp(got, c->hash, strlen(got)) == 0;
	OPENSSL_cleanse(data, sizeof(*data));
	free(data);
}

static void
after(uv_work_t *work, int status)
{
	struct password_check *c = work->data;
	struct passwords *p = c->p;

	(void)status;
	p->under_way--;
	if (c->ok)
		password_remember(p, c->name, c->password, c->hash);
	if (c->done != NULL)
		c->done(c->arg, c->ok);
	OPENSSL_cleanse(c->password, strlen(c->password));
	free(c->name);
	free(c->password);
	free(c->hash);
	free(c);
	if (p->ended && p->under_way == 0)
		release(p);
}

struct password_check *
password_start(struct passwords *p, uv_loop_t *loop, const char *name,
    const char *password, const char *hash, password_done_fn *done, void *arg)
{
	struct password_check *c;

	if (p->under_way >= PASSWORD_AT_ONCE)
		return NULL;
	c = xnew(struct password_check);
	c->p = p;
	c->done = done;
	c->arg = arg;
	c->name = xstrdup(name);
	c->password = xstrdup(password);
	c->known = hash != NULL && hash[0] != '\0';
	c->hash = xstrdup(c->known ? hash : NO_HASH);
	c->work.data = c;
	p->under_way++;
	must(uv_queue_work(loop, &c->work, compare, after) == 0);
	return c;
}

void
password_forget(struct password_check *c)
{
	c->done = NULL;
}

/* --- a new one ------------------------------------------------------------ */

struct password_new {
	uv_work_t work;
	struct passwords *p;
	password_made_fn *done; /* NULL: forgotten */
	void *arg;
	char *password;
	char hash[CRYPT_OUTPUT_SIZE]; /* "" if it failed */
};

/* In the pool. */
static void
make(uv_work_t *work)
{
	struct password_new *c = work->data;
	struct crypt_data *data = xnew(struct crypt_data);
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash = NULL;

	if (crypt_gensalt_rn(
		"$y$", 0, NULL, 0, setting, (int)sizeof(setting)) != NULL)
		hash = crypt_r(c->password, setting, data);
	if (hash != NULL && hash[0] == '$')
		memcpy(c->hash, hash, strlen(hash) + 1);
	OPENSSL_cleanse(data, sizeof(*data));
	free(data);
}

static void
after_make(uv_work_t *work, int status)
{
	struct password_new *c = work->data;
	struct passwords *p = c->p;

	(void)status;
	p->under_way--;
	if (c->done != NULL)
		c->done(c->arg, c->hash[0] == '\0' ? NULL : c->hash);
	OPENSSL_cleanse(c->password, strlen(c->password));
	free(c->password);
	free(c);
	if (p->ended && p->under_way == 0)
		release(p);
}

struct password_new *
password_make(struct passwords *p, uv_loop_t *loop, const char *password,
    password_made_fn *done, void *arg)
{
	struct password_new *c;

	if (p->under_way >= PASSWORD_AT_ONCE)
		return NULL;
	c = xnew(struct password_new);
	c->p = p;
	c->done = done;
	c->arg = arg;
	c->password = xstrdup(password);
	c->work.data = c;
	p->under_way++;
	must(uv_queue_work(loop, &c->work, make, after_make) == 0);
	return c;
}

void
password_new_forget(struct password_new *c)
{
	c->done = NULL;
}
