/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 6238 and RFC 4648's base32; see totp.h.
 */
#include "livestatusd/http/people/totp.h"

#include "common/err.h"
#include "common/log.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void
base32_encode(const uint8_t *bytes, size_t n, char *text_r)
{
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < n; i++) {
		held = held << 8 | bytes[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*text_r++ = letters[held >> (bits - 5) & 31];
	}
	if (bits > 0)
		*text_r++ = letters[held << (5 - bits) & 31];
	*text_r = '\0';
}

int
base32_decode(const char *text, uint8_t *bytes_r, size_t max)
{
	unsigned held = 0, bits = 0;
	size_t n = 0;

	for (; *text != '\0' && *text != '='; text++) {
		const char *at;

		if (*text == ' ')
			continue;
		at = strchr(letters, toupper((unsigned char)*text));
		if (at == NULL)
			return -1;
		held = (held << 5 | (unsigned)(at - letters)) & 0xfff;
		bits += 5;
		if (bits < 8)
			continue;
		bits -= 8;
		if (n >= max)
			return -1;
		bytes_r[n++] = (uint8_t)(held >> bits);
	}
	return (int)n;
}

uint32_t
totp_code(const uint8_t *secret, size_t n, int64_t step)
{
	uint8_t counter[8], digest[EVP_MAX_MD_SIZE];
	uint32_t value = 0;
	unsigned len = 0;
	uint8_t at;

	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (uint8_t)(step & 0xff);
	must(HMAC(EVP_sha1(), secret, (int)n, counter, sizeof(counter), digest,
		 &len) != NULL);
	at = digest[len - 1] & 15;
	for (unsigned i = 0; i < 4; i++)
		value = value << 8 | digest[at + i];
	OPENSSL_cleanse(digest, sizeof(digest));
	return (value & 0x7fffffff) % 1000000;
}

int64_t
totp_check(
    const char *secret_base32, const char *code, int64_t now, int64_t last)
{
	uint8_t secret[64];
	int n = base32_decode(secret_base32, secret, sizeof(secret));
	char digits[TOTP_DIGITS + 1] = "", wanted[TOTP_DIGITS + 8];
	int64_t step = now / TOTP_STEP, found = -1;
	size_t len = 0;

	for (; *code != '\0'; code++) {
		if (*code == ' ')
			continue;
		if (*code < '0' || *code > '9' || len >= TOTP_DIGITS)
			return -1;
		digits[len++] = *code;
	}
	if (n < 10 || len != TOTP_DIGITS)
		return -1;
	for (int64_t s = step - 1; s <= step + 1; s++) {
		snprintf(wanted, sizeof(wanted), "%06u",
		    totp_code(secret, (size_t)n, s));
		if (CRYPTO_memcmp(wanted, digits, TOTP_DIGITS) == 0 &&
		    s > last && found == -1)
			found = s;
	}
	OPENSSL_cleanse(secret, sizeof(secret));
	return found;
}

static void
add_escaped(const char *text, struct str *to)
{
	for (; *text != '\0'; text++) {
		if (isalnum((unsigned char)*text) ||
		    strchr("-._~", *text) != NULL)
			str_addc(to, *text);
		else
			str_addf(to, "%%%02X", (unsigned char)*text);
	}
}

void
totp_uri(const char *site, const char *name, const char *secret, struct str *to)
{
	str_add(to, "otpauth://totp/Vedette%20");
	add_escaped(site, to);
	str_addc(to, ':');
	add_escaped(name, to);
	str_addf(to, "?secret=%s&issuer=Vedette%%20", secret);
	add_escaped(site, to);
	str_add(to, "&algorithm=SHA1&digits=6&period=30");
}
