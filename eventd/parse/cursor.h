/* SPDX-License-Identifier: Apache-2.0
 *
 * Small steps over a line that the parsers share.
 */
#ifndef EVENTD_PARSE_CURSOR_H
#define EVENTD_PARSE_CURSOR_H

#include "eventd/parse/syslog.h"

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline void
skip(struct slice *rest, size_t n)
{
	rest->s += n;
	rest->len -= n;
}

static inline void
skip_blanks(struct slice *rest)
{
	while (rest->len > 0 && rest->s[0] == ' ')
		skip(rest, 1);
}

/* The bytes before `sep`, which must be there. */
static inline bool
cut_at(struct slice *rest, char sep, struct slice *part_r)
{
	const char *at =
	    rest->len == 0 ? NULL : memchr(rest->s, sep, rest->len);

	if (at == NULL)
		return false;
	*part_r = (struct slice){rest->s, (size_t)(at - rest->s)};
	skip(rest, part_r->len + 1);
	return true;
}

/* RFC 5424 with version 1 (4.4, EC-11). False: it is something else. */
bool rfc5424_parse(
    struct slice rest, struct syslog_parser *p, struct message *m);

#endif
