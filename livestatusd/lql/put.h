/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes of an answer, for the two files that write most of them: format.c, any
 * field of any format, and row.c, whole rows of JSON.
 */
#ifndef LIVESTATUSD_LQL_PUT_H
#define LIVESTATUSD_LQL_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PUT_INT_MAX 20 /* bytes of an integer */

/*
 * Eight bytes at once: is any of them a control, a quote, a backslash or not
 * ASCII? A borrow can only raise a false alarm behind a true one.
 */
static inline bool
put_needs_escape(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t tops = UINT64_C(0x8080808080808080);
	uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';

	return ((x | ((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) |
		    ((slash - ones) & ~slash)) &
		   tops) != 0;
}

/* Copies what stays as it is; returns how many bytes. */
static inline size_t
put_plain(char *to, struct slice s)
{
	size_t i = 0;
	uint64_t x;

	for (; i + 8 <= s.len; i += 8) {
		memcpy(&x, s.s + i, 8);
		if (put_needs_escape(x))
			break;
		memcpy(to + i, &x, 8);
	}
	for (; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
		to[i] = (char)c;
	}
	return i;
}

/* Copies bytes; most texts are too short for a call to be worth while. */
static inline char *
put_bytes(char *to, const char *from, size_t n)
{
	if (n > 128 || n < 8) {
		if (n > 0)
			memcpy(to, from, n);
		return to + n;
	}
	for (size_t i = 0; i + 8 < n; i += 8)
		memcpy(to + i, from + i, 8);
	memcpy(to + n - 8, from + n - 8, 8);
	return to + n;
}

static inline char *
put_number(char *to, int64_t value)
{
	static const char pairs[] =
	    "00010203040506070809101112131415161718192021"
	    "22232425262728293031323334353637383940414243"
	    "44454647484950515253545556575859606162636465"
	    "66676869707172737475767778798081828384858687"
	    "888990919293949596979899";
	uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[PUT_INT_MAX], *p = digits + sizeof(digits);

	if (value < 0)
		*to++ = '-';
	if (v < 10) {
		*to++ = (char)('0' + v);
		return to;
	}
	while (v >= 100) {
		p -= 2;
		memcpy(p, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		p -= 2;
		memcpy(p, pairs + v * 2, 2);
	} else {
		*--p = (char)('0' + v);
	}
	memcpy(to, p, (size_t)(digits + sizeof(digits) - p));
	return to + (digits + sizeof(digits) - p);
}

#endif
