/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of any encoding as UTF-8.
 */
#include "fetcher/sections/encoding.h"

#include "common/utf8.h"

#include <strings.h>

struct slice
encoding_to_utf8(struct slice text, struct slice encoding, struct arena *arena)
{
	bool claimed_utf8 = encoding.len == 0 ||
	    (encoding.len == 5 && strncasecmp(encoding.s, "utf-8", 5) == 0) ||
	    (encoding.len == 4 && strncasecmp(encoding.s, "utf8", 4) == 0);
	if (claimed_utf8 && utf8_valid(text))
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
		size_t n = utf8_length(text + i, len - i);
		if (n == 0)
			text[i] = '?';
		i += n == 0 ? 1 : n;
	}
}
