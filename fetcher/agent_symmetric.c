/* SPDX-License-Identifier: Apache-2.0
 *
 * Encrypted output; see agent_symmetric.h. AES-256-CBC always; what differs is
 * how the key is made of the passphrase, and whether a MAC stands before the
 * encrypted bytes.
 */
#include "fetcher/agent_symmetric.h"

#include "common/log.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>

#define KEY  32
#define IV   16
#define SALT 8
#define MAC  32

struct form {
	const char *digits;
	const char *magic;          /* before the salt */
	const EVP_MD *(*md)(void);  /* of the simple derivation */
	int rounds;                 /* of PBKDF2, or 0 */
	bool salted, authenticated; /* MAC-SHA256 over IV and bytes */
};

static const struct form forms[] = {
    {"00", "", EVP_md5, 0, false, false},
    {"99", "", EVP_md5, 0, false, false},
    {"02", "", EVP_sha256, 0, false, false},
    {"03", "Salted__", NULL, 10000, true, false},
    {"04", "", EVP_sha256, 0, true, true},
    {"05", "", NULL, 600000, true, true},
};

static const struct form *
form_of(struct slice bytes)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (slice_starts(bytes, forms[i].digits))
			return &forms[i];
	return NULL;
}

static struct slice
cut(struct slice *bytes, size_t n)
{
	struct slice part = {bytes->s, n};

	bytes->s += n;
	bytes->len -= n;
	return part;
}

/* Key, then IV. */
static void
derive(const struct form *f, struct slice passphrase, struct slice salt,
    unsigned char made[KEY + IV])
{
	if (f->rounds > 0) {
		must(PKCS5_PBKDF2_HMAC(passphrase.s, (int)passphrase.len,
			 (const unsigned char *)salt.s, (int)salt.len,
			 f->rounds, EVP_sha256(), KEY + IV, made) == 1);
		return;
	}
	must(EVP_BytesToKey(EVP_aes_256_cbc(), f->md(),
		 f->salted ? (const unsigned char *)salt.s : NULL,
		 (const unsigned char *)passphrase.s, (int)passphrase.len, 1,
		 made, made + KEY) == KEY);
}

/* Is `mac` the one of IV and bytes? In constant time. */
static bool
is_authentic(
    const unsigned char made[KEY + IV], struct slice mac, struct slice bytes)
{
	unsigned char is[EVP_MAX_MD_SIZE];
	struct str all = {0};
	unsigned len = 0;

	str_addn(&all, (const char *)made + KEY, IV);
	str_addslice(&all, bytes);
	must(HMAC(EVP_sha256(), made, KEY, (const unsigned char *)all.s,
		 all.len, is, &len) != NULL);
	str_free(&all);
	return len == MAC && CRYPTO_memcmp(is, mac.s, MAC) == 0;
}

static int
decrypt(const unsigned char made[KEY + IV], struct slice bytes,
    struct str *output, struct err *err_r)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, rest = 0;
	bool ok;

	must(ctx != NULL &&
	    EVP_DecryptInit_ex(
		ctx, EVP_aes_256_cbc(), NULL, made, made + KEY) == 1);
	str_reserve(output, bytes.len + IV);
	ok = EVP_DecryptUpdate(ctx, (unsigned char *)output->s + output->len,
		 &n, (const unsigned char *)bytes.s, (int)bytes.len) == 1 &&
	    EVP_DecryptFinal_ex(
		ctx, (unsigned char *)output->s + output->len + n, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!ok) {
		err_set(err_r,
		    "its encrypted output cannot be read: another passphrase, "
		    "or damaged bytes");
		return -1;
	}
	output->len += (size_t)n + (size_t)rest;
	output->s[output->len] = '\0';
	return 0;
}

int
agent_symmetric_open(struct slice bytes, struct slice passphrase,
    struct str *output, struct err *err_r)
{
	const struct form *f = form_of(bytes);
	struct slice salt = {"", 0}, mac = {"", 0};
	unsigned char made[KEY + IV];
	size_t head;
	int rc;

	if (f == NULL) {
		err_set(err_r, "its output is encrypted in an unknown form");
		return -1;
	}
	head = 2 + strlen(f->magic) + (f->salted ? SALT : 0) +
	    (f->authenticated ? MAC : 0);
	if (bytes.len < head + IV || (bytes.len - head) % IV != 0 ||
	    bytes.len > INT32_MAX) {
		err_set(err_r,
		    "its encrypted output of %zu bytes is not complete",
		    bytes.len);
		return -1;
	}
	cut(&bytes, 2);
	if (!slice_starts(bytes, f->magic)) {
		err_set(err_r,
		    "its encrypted output does not begin with \"%s\"",
		    f->magic);
		return -1;
	}
	cut(&bytes, strlen(f->magic));
	if (f->salted)
		salt = cut(&bytes, SALT);
	if (f->authenticated)
		mac = cut(&bytes, MAC);
	derive(f, passphrase, salt, made);
	if (f->authenticated && !is_authentic(made, mac, bytes)) {
		err_set(err_r,
		    "its encrypted output is not authentic: another "
		    "passphrase, or changed on the way");
		rc = -1;
	} else {
		rc = decrypt(made, bytes, output, err_r);
	}
	OPENSSL_cleanse(made, sizeof(made));
	return rc;
}
