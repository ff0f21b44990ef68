/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding and scrubbing; see text.h.
 */
#include "eventd/parse/text.h"

#include "common/utf8.h"

#include <stdint.h>
#include <string.h>

/* Windows-1252, 0x80 to 0x9f; holes keep their C1 meaning. */
static const uint16_t cp1252[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026,
    0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
    0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
    0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};

static void
add_char(struct str *out, uint32_t c)
{
	if (c < 0x80) {
		str_addc(out, (char)c);
	} else if (c < 0x800) {
		str_addc(out, (char)(0xc0 | c >> 6));
		str_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		str_addc(out, (char)(0xe0 | c >> 12));
		str_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		str_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

bool
text_decode(struct str *out, struct slice raw)
{
	if (utf8_valid(raw)) {
		str_addslice(out, raw);
		return false;
	}
	for (size_t i = 0; i < raw.len; i++) {
		unsigned char c = (unsigned char)raw.s[i];

		add_char(out, c >= 0x80 && c < 0xa0 ? cp1252[c - 0x80] : c);
	}
	return true;
}

/* Bytes of the escape sequence behind the ESC at s[0]. */
static size_t
escape_len(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 2)
		return 1;
	if (s[1] == '[') {
		while (i < n && (unsigned char)s[i] >= 0x20 &&
		    (unsigned char)s[i] < 0x40)
			i++;
		return i < n && (unsigned char)s[i] < 0x7f &&
			(unsigned char)s[i] >= 0x40
		    ? i + 1
		    : i;
	}
	if (s[1] == ']') {
		while (i < n && s[i] != '\a' && s[i] != '\033')
			i++;
		return i < n && s[i] == '\a' ? i + 1 : i;
	}
	return 1;
}

size_t
text_scrub(char *s, size_t n)
{
	size_t to = 0, i = 0;

	/* Nearly always there is nothing to do. */
	if (utf8_is_plain((struct slice){s, n}) &&
	    (n == 0 || memchr(s, 0x7f, n) == NULL))
		return n;
	while (i < n) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\t') {
			s[to++] = ' ';
			i++;
		} else if (c == '\033') {
			i += escape_len(s + i, n - i);
		} else if (c < 0x20 || c == 0x7f) {
			i++;
		} else if (c == 0xc2 && i + 1 < n &&
		    (unsigned char)s[i + 1] < 0xa0) {
			i += 2;
		} else {
			s[to++] = s[i++];
		}
	}
	return to;
}

struct slice
text_cut(struct slice s, size_t max)
{
	if (s.len <= max)
		return s;
	s.len = max;
	while (s.len > 0 && ((unsigned char)s.s[s.len] & 0xc0) == 0x80)
		s.len--;
	return s;
}

bool
text_is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.s[i] >= 0x80)
			return false;
	return true;
}
