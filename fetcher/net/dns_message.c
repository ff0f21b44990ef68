/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of name servers; see dns_message.h.
 */
#include "fetcher/net/dns_message.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static void
put16(struct str *out, unsigned n)
{
	str_addc(out, (char)(n >> 8));
	str_addc(out, (char)n);
}

bool
dns_question(const char *name, uint16_t type, uint16_t id, struct str *out)
{
	struct slice rest = slice_of(name), label;

	if (rest.len > 0 && rest.s[rest.len - 1] == '.')
		rest.len--;
	if (rest.len == 0 || rest.len > 253)
		return false;
	put16(out, id);
	put16(out, 0x0100); /* recursion is desired */
	put16(out, 1);
	put16(out, 0);
	put16(out, 0);
	put16(out, 0);
	while (slice_next(&rest, '.', &label)) {
		if (label.len == 0 || label.len > 63)
			return false;
		str_addc(out, (char)label.len);
		str_addslice(out, label);
	}
	str_addc(out, '\0');
	put16(out, type);
	put16(out, 1);
	return true;
}

struct reader {
	const unsigned char *p;
	size_t len, at;
	bool bad;
};

static unsigned
get(struct reader *r, size_t bytes)
{
	unsigned n = 0;

	if (r->len - r->at < bytes) {
		r->bad = true;
		r->at = r->len;
		return 0;
	}
	while (bytes-- > 0)
		n = n << 8 | r->p[r->at++];
	return n;
}

static void
skip_name(struct reader *r)
{
	for (;;) {
		unsigned n = get(r, 1);

		if (r->bad || n == 0)
			return;
		if (n >= 0xc0) {
			get(r, 1);
			return;
		}
		if (n > 63 || r->len - r->at < n) {
			r->bad = true;
			return;
		}
		r->at += n;
	}
}

/* Is the question the one that was asked? Its name is never compressed. */
static bool
is_asked(struct reader *r, const char *name, uint16_t type)
{
	struct str asked = {0};
	struct slice rest;
	bool same;

	if (!dns_question(name, type, 0, &asked)) {
		str_free(&asked);
		return false;
	}
	rest = (struct slice){asked.s + 12, asked.len - 12};
	same = r->len - r->at >= rest.len &&
	    strncasecmp((const char *)r->p + r->at, rest.s, rest.len) == 0;
	/* strncasecmp() ends at the NUL behind the name. */
	same = same &&
	    memcmp(r->p + r->at + rest.len - 4, rest.s + rest.len - 4, 4) == 0;
	r->at += same ? rest.len : 0;
	str_free(&asked);
	return same;
}

static bool
take_record(struct reader *r, struct dns_answer *a)
{
	unsigned type, len;
	int family;

	skip_name(r);
	type = get(r, 2);
	get(r, 2);
	get(r, 4);
	len = get(r, 2);
	if (r->bad || r->len - r->at < len)
		return false;
	if (type == 5 || type == 39)
		a->has_alias = true;
	if ((type == DNS_A && len == 4) || (type == DNS_AAAA && len == 16)) {
		if (a->n == DNS_ADDRESSES)
			return false;
		family = type == DNS_A ? AF_INET : AF_INET6;
		if (inet_ntop(family, r->p + r->at, a->addresses[a->n],
			sizeof(a->addresses[0])) == NULL)
			return false;
		a->n++;
	}
	r->at += len;
	return true;
}

bool
dns_answer(struct slice in, const char *name, uint16_t type, uint16_t id,
    struct dns_answer *a)
{
	struct reader r = {(const unsigned char *)in.s, in.len, 0, false};
	unsigned flags, n;

	if (in.len < 12 || get(&r, 2) != id)
		return false;
	flags = get(&r, 2);
	if ((flags & 0x8000) == 0 || get(&r, 2) != 1)
		return false;
	n = get(&r, 2);
	get(&r, 4);
	a->code = flags & 15;
	a->authoritative = (flags & 0x0400) != 0;
	a->cut = (flags & 0x0200) != 0;
	if (!is_asked(&r, name, type))
		return false;
	while (n-- > 0)
		if (!take_record(&r, a))
			return false;
	return !r.bad;
}
