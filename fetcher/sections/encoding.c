/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of any encoding as UTF-8.
 */
#include "fetcher/sections/encoding.h"

#include <stdint.h>
#include <strings.h>

/* Length of the sequence at p, 0 if it is not one (RFC 3629). */
static size_t
sequence(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1
	    : p[0] < 0xc2      ? 0
	    : p[0] < 0xe0      ? 2
	    : p[0] < 0xf0      ? 3
	    : p[0] < 0xf5      ? 4
			       : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

bool
encoding_valid(struct slice text)
{
	const unsigned char *p = (const unsigned char *)text.s;
	if (text.len == 0)
		return true;
	const unsigned char *end = p + text.len;
	while (p < end) {
		uint64_t eight;
		while (end - p >= 8) {
			memcpy(&eight, p, 8);
			if ((eight & UINT64_C(0x8080808080808080)) != 0)
				break;
			p += 8;
		}
		if (p == end)
			break;
		size_t n = sequence(p, (size_t)(end - p));
		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

struct slice
encoding_to_utf8(struct slice text, struct slice encoding, struct arena *arena)
{
	bool claimed_utf8 = encoding.len == 0 ||
	    (encoding.len == 5 && strncasecmp(encoding.s, "utf-8", 5) == 0) ||
	    (encoding.len == 4 && strncasecmp(encoding.s, "utf8", 4) == 0);
	if (claimed_utf8 && encoding_valid(text))
		return text;
	size_t more = 0;
	for (size_t i = 0; i < text.len; i++)
		more += (unsigned char)text.s[i] >= 0x80;
	if (more == 0)
		return text;
	char *to = arena_alloc(arena, text.len + more, 1);
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];
		if (c >= 0x80) {
			to[n++] = (char)(0xc0 | c >> 6);
			c = 0x80 | (c & 0x3f);
		}
		to[n++] = (char)c;
	}
	return (struct slice){to, n};
}

size_t
encoding_cut(struct slice text, size_t max)
{
	if (text.len <= max)
		return text.len;
	while (max > 0 && ((unsigned char)text.s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

void
encoding_repair(char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = sequence((unsigned char *)text + i, len - i);
		if (n == 0)
			text[i] = '?';
		i += n == 0 ? 1 : n;
	}
}
