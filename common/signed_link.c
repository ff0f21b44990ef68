/* SPDX-License-Identifier: Apache-2.0
 *
 * PAYLOAD.MAC, both base64url; the payload is JSON.
 */
#include "common/signed_link.h"

#include "common/file.h"
#include "common/mem.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAC_LEN 32
/* No other use of the key can be taken for a link. */
#define DOMAIN "vedette link 1\n"

static const char *const purposes[] = {"ack", "downtime"};

void
signed_link_free(struct signed_link *link)
{
	free(link->host);
	free(link->service);
	free(link->contact);
	*link = (struct signed_link){0};
}

/* --- base64url -------------------------------------------------------------
 */

static void
add_encoded(struct str *to, const unsigned char *bytes, size_t n)
{
	unsigned char *text = xcalloc(1, (n + 2) / 3 * 4 + 1);
	int len = EVP_EncodeBlock(text, bytes, (int)n);

	for (int i = 0; i < len && text[i] != '='; i++)
		str_addc(to,
		    text[i] == '+'       ? '-'
			: text[i] == '/' ? '_'
					 : (char)text[i]);
	free(text);
}

/* False: it is none. */
static bool
decode(struct slice text, struct str *to)
{
	struct str plain = {0};
	unsigned char *bytes;
	size_t pad = (4 - text.len % 4) % 4;
	int n;

	for (size_t i = 0; i < text.len; i++)
		str_addc(&plain,
		    text.s[i] == '-'       ? '+'
			: text.s[i] == '_' ? '/'
			: text.s[i] == '=' ? '!'
					   : text.s[i]);
	for (size_t i = 0; i < pad; i++)
		str_addc(&plain, '=');
	bytes = xcalloc(1, plain.len / 4 * 3 + 4);
	n = EVP_DecodeBlock(
	    bytes, (const unsigned char *)str_get(&plain), (int)plain.len);
	if (n >= (int)pad && pad < 3)
		str_addn(to, (const char *)bytes, (size_t)n - pad);
	free(bytes);
	str_free(&plain);
	return n > 0 && pad < 3;
}

/* --- the key ---------------------------------------------------------------
 */

static int
from_hex(struct slice hex, unsigned char key[SIGNED_LINK_KEY])
{
	if (hex.len != 2 * SIGNED_LINK_KEY)
		return -1;
	for (size_t i = 0; i < SIGNED_LINK_KEY; i++) {
		char pair[3] = {hex.s[2 * i], hex.s[2 * i + 1], '\0'};
		char *end;

		key[i] = (unsigned char)strtoul(pair, &end, 16);
		if (*end != '\0')
			return -1;
	}
	return 0;
}

static void
add_hex(struct str *to, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		str_addf(to, "%02x", bytes[i]);
}

/* Two daemons or threads may try at once: the first file stays. */
static int
make_key(const char *path, struct err *err_r)
{
	unsigned char key[SIGNED_LINK_KEY];
	char *own = xasprintf("%s.%d.%d", path, (int)getpid(), (int)gettid());
	struct str hex = {0};
	int rc = -1;

	if (RAND_bytes(key, sizeof(key)) != 1) {
		err_set(err_r, "no random numbers");
	} else {
		add_hex(&hex, key, sizeof(key));
		str_addc(&hex, '\n');
		rc = file_write(own, str_slice(&hex), 0600, err_r);
	}
	if (rc == 0 && link(own, path) < 0 && !file_exists(path)) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		rc = -1;
	}
	unlink(own);
	OPENSSL_cleanse(key, sizeof(key));
	if (hex.s != NULL)
		OPENSSL_cleanse(hex.s, hex.cap);
	str_free(&hex);
	free(own);
	return rc;
}

int
signed_link_key(const char *path, bool make, unsigned char key[SIGNED_LINK_KEY],
    struct err *err_r)
{
	struct str text = {0};
	int rc;

	if (make && !file_exists(path) && make_key(path, err_r) < 0)
		return -1;
	rc = file_read(path, 1000, &text, err_r);
	if (rc == 0 && from_hex(slice_trim(str_slice(&text)), key) < 0) {
		err_set(err_r, "%s: expected 64 hexadecimal digits", path);
		rc = -1;
	}
	if (text.s != NULL)
		OPENSSL_cleanse(text.s, text.cap);
	str_free(&text);
	return rc;
}

/* --- tokens ----------------------------------------------------------------
 */

static void
sign(const char *payload, size_t n, const unsigned char key[SIGNED_LINK_KEY],
    unsigned char mac[MAC_LEN])
{
	struct str text = {0};
	unsigned len = MAC_LEN;

	str_add(&text, DOMAIN);
	str_addn(&text, payload, n);
	HMAC(EVP_sha256(), key, SIGNED_LINK_KEY,
	    (const unsigned char *)str_get(&text), text.len, mac, &len);
	str_free(&text);
}

void
signed_link_make(struct str *to, const struct signed_link *link,
    const unsigned char key[SIGNED_LINK_KEY])
{
	unsigned char mac[MAC_LEN], random[SIGNED_LINK_NONCE / 2];
	struct str nonce = {0};
	json_t *doc;
	char *text;

	if (RAND_bytes(random, sizeof(random)) != 1)
		return;
	add_hex(&nonce, random, sizeof(random));
	doc = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "p",
	    purposes[link->purpose], "h", link->host, "s", link->service, "c",
	    link->contact, "e", (json_int_t)link->expires, "d",
	    (json_int_t)link->seconds, "n", str_get(&nonce));
	text = json_dumps(doc, JSON_COMPACT);
	str_free(&nonce);
	json_decref(doc);
	if (text == NULL)
		return;
	sign(text, strlen(text), key, mac);
	add_encoded(to, (const unsigned char *)text, strlen(text));
	str_addc(to, '.');
	add_encoded(to, mac, sizeof(mac));
	free(text);
}

static int
take(const json_t *doc, struct signed_link *link)
{
	const char *purpose, *host, *service, *contact, *nonce;
	json_int_t expires, seconds;
	size_t p = 0;

	if (json_unpack((json_t *)(uintptr_t)doc,
		"{s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "p", &purpose, "h",
		&host, "s", &service, "c", &contact, "e", &expires, "d",
		&seconds, "n", &nonce) < 0)
		return -1;
	while (p < ARRAY_LEN(purposes) && strcmp(purposes[p], purpose) != 0)
		p++;
	if (p == ARRAY_LEN(purposes) || strlen(nonce) != SIGNED_LINK_NONCE)
		return -1;
	*link = (struct signed_link){.purpose = (enum signed_link_purpose)p,
	    .host = xstrdup(host),
	    .service = xstrdup(service),
	    .contact = xstrdup(contact),
	    .expires = expires,
	    .seconds = seconds};
	memcpy(link->nonce, nonce, SIGNED_LINK_NONCE);
	return 0;
}

int
signed_link_read(struct slice token, const unsigned char key[SIGNED_LINK_KEY],
    int64_t now, struct signed_link *link_r, struct err *err_r)
{
	struct str payload = {0}, mac = {0};
	unsigned char expected[MAC_LEN];
	struct slice rest = token, word = {"", 0};
	json_t *doc = NULL;
	bool good;

	*link_r = (struct signed_link){0};
	good = token.len <= SIGNED_LINK_MAX && slice_next(&rest, '.', &word) &&
	    decode(word, &payload) && decode(rest, &mac) && mac.len == MAC_LEN;
	if (good) {
		sign(payload.s, payload.len, key, expected);
		good = CRYPTO_memcmp(expected, mac.s, MAC_LEN) == 0;
	}
	if (good)
		doc = json_loadb(payload.s, payload.len, 0, NULL);
	good = good && take(doc, link_r) == 0;
	if (!good)
		err_set(err_r, "This link is not one of this site.");
	else if (link_r->expires < now) {
		err_set(err_r, "This link is too old.");
		signed_link_free(link_r);
		good = false;
	}
	json_decref(doc);
	str_free(&payload);
	str_free(&mac);
	return good ? 0 : -1;
}
