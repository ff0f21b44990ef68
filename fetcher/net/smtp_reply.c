/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail server's replies; see smtp_reply.h.
 */
#include "fetcher/net/smtp_reply.h"

#include <ctype.h>
#include <string.h>

size_t
smtp_reply(struct slice in)
{
	size_t from = 0;

	while (from < in.len) {
		const char *line = in.s + from;
		const char *end = memchr(line, '\n', in.len - from);
		size_t len;

		if (end == NULL)
			return 0;
		len = (size_t)(end - line) + 1;
		from += len;
		if (len <= 3 || !isdigit((unsigned char)line[0]) ||
		    !isdigit((unsigned char)line[1]) ||
		    !isdigit((unsigned char)line[2]) || line[3] != '-')
			return from;
	}
	return 0;
}

void
smtp_strip(struct str *text)
{
	while (text->len > 0 && strchr(" \t\r\n", text->s[text->len - 1]))
		text->s[--text->len] = '\0';
}
