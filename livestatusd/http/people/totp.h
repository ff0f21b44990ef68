/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes of an authenticator (RFC 6238): HMAC-SHA-1, steps of 30 s, 6 digits.
 */
#ifndef LIVESTATUSD_HTTP_PEOPLE_TOTP_H
#define LIVESTATUSD_HTTP_PEOPLE_TOTP_H

#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOTP_STEP       30
#define TOTP_SECRET     20 /* bytes */
#define TOTP_SECRET_LEN 32 /* base32 */
#define TOTP_DIGITS     6

/* Base32 (RFC 4648) without padding. `text_r` has room for n * 8 / 5 + 2. */
void base32_encode(const uint8_t *bytes, size_t n, char *text_r);
/* Lower case and blanks are taken. Bytes written, at most `max`; -1: bad. */
int base32_decode(const char *text, uint8_t *bytes_r, size_t max);

/* The code of one step, as a number. */
uint32_t totp_code(const uint8_t *secret, size_t n, int64_t step);
/*
 * The step that a code is of: the one of `now` (wall seconds), the one before
 * or after, and later than `last`; -1: of none. Blanks in the code are left
 * out.
 */
int64_t totp_check(
    const char *secret_base32, const char *code, int64_t now, int64_t last);
/* Appends otpauth://totp/SITE:NAME?secret=...&issuer=... */
void totp_uri(
    const char *site, const char *name, const char *secret, struct str *to);

#endif
