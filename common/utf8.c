/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding UTF-8 without trust; see utf8.h.
 */
#include "common/utf8.h"

#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

size_t
utf8_length(const char *s, size_t left)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = p[0] < 0x80 ? 1
	    : p[0] < 0xc2      ? 0
	    : p[0] < 0xe0      ? 2
	    : p[0] < 0xf0      ? 3
	    : p[0] < 0xf5      ? 4
			       : 0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* overlong, surrogates, beyond the last */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

bool
utf8_valid(struct slice s)
{
	for (size_t i = 0; i < s.len;) {
		uint64_t eight;
		size_t n;

		if (s.len - i >= 8) {
			memcpy(&eight, s.s + i, 8);
			if ((eight & HIGH_BITS) == 0) {
				i += 8;
				continue;
			}
		}
		n = utf8_length(s.s + i, s.len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

bool
utf8_is_plain(struct slice s)
{
	const uint64_t blanks = UINT64_C(0x2020202020202020);
	uint64_t eight, odd = 0;
	size_t i = 0;

	/* Below a blank, the subtraction borrows into the high bit. */
	for (; s.len - i >= 8; i += 8) {
		memcpy(&eight, s.s + i, 8);
		odd |= (eight - blanks) | eight;
	}
	for (; i < s.len; i++)
		odd |= (uint64_t)(s.s[i] < ' ') << 7;
	return (odd & HIGH_BITS) == 0;
}

/* The length of the front that is plain ASCII without NUL. */
static size_t
plain(struct slice s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)(s.s[n] - 1) < 0x7f)
		n++;
	return n;
}

void
utf8_clean(struct str *out, struct slice s)
{
	while (s.len > 0) {
		size_t n = plain(s);

		str_addn(out, s.s, n);
		s.s += n;
		s.len -= n;
		if (s.len == 0)
			break;
		n = *s.s == '\0' ? 0 : utf8_length(s.s, s.len);
		if (n == 0)
			str_add(out, "\xef\xbf\xbd");
		else
			str_addn(out, s.s, n);
		n += n == 0;
		s.s += n;
		s.len -= n;
	}
}

uint32_t
utf8_take(struct slice *rest)
{
	size_t n = utf8_length(rest->s, rest->len);
	const unsigned char *p = (const unsigned char *)rest->s;
	uint32_t c = n < 2 ? p[0] : p[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	rest->s += n == 0 ? 1 : n;
	rest->len -= n == 0 ? 1 : n;
	return n == 0 ? 0xfffd : c;
}
