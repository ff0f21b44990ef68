/* SPDX-License-Identifier: Apache-2.0
 *
 * Valid UTF-8 by RFC 3629; see utf8.h.
 */
#include "core/state/utf8.h"

#include <stdint.h>

/* Length of the character at s, 0 if it is none. */
static size_t
length(const uint8_t *s, size_t left)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] < 0x80            ? 1
	    : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
	    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
	    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
					  : 0;
	uint32_t c;

	if (n < 2 || n > left)
		return n == 1 ? 1 : 0;
	c = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

bool
utf8_valid(struct slice s)
{
	const uint8_t *p = (const uint8_t *)s.s;

	for (size_t i = 0; i < s.len;) {
		size_t n = p[i] < 0x80 ? 1 : length(p + i, s.len - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

void
utf8_repair(struct slice s, struct str *out)
{
	const uint8_t *p = (const uint8_t *)s.s;

	for (size_t i = 0; i < s.len;) {
		size_t n = length(p + i, s.len - i);

		if (n == 0) {
			str_add(out, "\xef\xbf\xbd");
			i++;
			continue;
		}
		str_addn(out, s.s + i, n);
		i += n;
	}
}
