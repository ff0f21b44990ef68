/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding UTF-8 without trust; see utf8.h.
 */
#include "livestatusd/mirror/utf8.h"

uint32_t
mirror_utf8_take(struct slice *rest)
{
	const unsigned char *p = (const unsigned char *)rest->s;
	uint32_t c = p[0], min;
	size_t n;

	if (c < 0x80)
		n = 1, min = 0;
	else if ((c & 0xe0) == 0xc0)
		n = 2, min = 0x80, c &= 0x1f;
	else if ((c & 0xf0) == 0xe0)
		n = 3, min = 0x800, c &= 0x0f;
	else if ((c & 0xf8) == 0xf0)
		n = 4, min = 0x10000, c &= 0x07;
	else
		n = 0, min = 0;
	if (n == 0 || n > rest->len)
		goto bad;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			goto bad;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		goto bad;
	rest->s += n;
	rest->len -= n;
	return c;
bad:
	rest->s++;
	rest->len--;
	return 0xfffd;
}

/* The length of the front that is plain ASCII without NUL. */
static size_t
plain(struct slice in)
{
	size_t n = 0;

	while (n < in.len && (unsigned char)(in.s[n] - 1) < 0x7f)
		n++;
	return n;
}

void
mirror_utf8_clean(struct str *out, struct slice in)
{
	while (in.len > 0) {
		size_t n = plain(in);
		struct slice was;
		uint32_t c;

		str_addn(out, in.s, n);
		in.s += n;
		in.len -= n;
		if (in.len == 0)
			break;
		was = in;
		c = mirror_utf8_take(&in);
		if (c == 0 || (c == 0xfffd && was.len - in.len == 1))
			str_add(out, "\xef\xbf\xbd");
		else
			str_addn(out, was.s, was.len - in.len);
	}
}
