/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of requests: escapes, and what is below the site's.
 */
#include "livestatusd/http/internal.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t
address_unescape(void *arg, struct MHD_Connection *connection, char *text)
{
	char *to = text;

	(void)arg;
	(void)connection;
	for (const char *s = text; *s != '\0'; s++) {
		int high = s[0] == '%' ? hex_digit(s[1]) : -1;
		int low = high < 0 ? -1 : hex_digit(s[2]);

		if (low < 0 || high + low == 0) {
			*to++ = *s;
			continue;
		}
		*to++ = (char)(high << 4 | low);
		s += 2;
	}
	*to = '\0';
	return (size_t)(to - text);
}

char *
address_below(const char *url, const char *prefix)
{
	struct str path = {0};
	size_t n = strlen(prefix);

	for (; *url != '\0'; url++)
		if (url[0] != '/' || url[1] != '/')
			str_addc(&path, *url);
	if (path.len >= n && memcmp(path.s, prefix, n) == 0) {
		memmove(path.s, path.s + n, path.len - n + 1);
		return str_steal(&path);
	}
	str_free(&path);
	return NULL;
}
