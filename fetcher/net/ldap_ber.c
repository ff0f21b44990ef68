/* SPDX-License-Identifier: Apache-2.0
 *
 * LDAP's BER; see ldap_ber.h.
 */
#include "fetcher/net/ldap_ber.h"

/* --- writing ---------------------------------------------------------------
 */

static void
put_head(struct str *out, unsigned tag, size_t len)
{
	str_addc(out, (char)tag);
	if (len >= 0x80) {
		str_addc(out, (char)0x84);
		str_addc(out, (char)(len >> 24));
		str_addc(out, (char)(len >> 16));
		str_addc(out, (char)(len >> 8));
	}
	str_addc(out, (char)len);
}

static void
put_text(struct str *out, unsigned tag, const char *text)
{
	put_head(out, tag, strlen(text));
	str_add(out, text);
}

/* 0 to 127, or an id below 2^31. */
static void
put_number(struct str *out, unsigned tag, uint32_t n)
{
	if (n < 0x80) {
		put_head(out, tag, 1);
	} else {
		put_head(out, tag, 4);
		str_addc(out, (char)(n >> 24));
		str_addc(out, (char)(n >> 16));
		str_addc(out, (char)(n >> 8));
	}
	str_addc(out, (char)n);
}

static void
put_message(struct str *out, uint32_t id, unsigned tag, struct str *body)
{
	struct str inner = {0};

	put_number(&inner, 0x02, id);
	put_head(&inner, tag, body->len);
	str_addslice(&inner, str_slice(body));
	put_head(out, 0x30, inner.len);
	str_addslice(out, str_slice(&inner));
	str_free(&inner);
	str_free(body);
}

void
ldap_put_bind(struct str *out, uint32_t id, uint32_t version, const char *dn,
    const char *password)
{
	struct str body = {0};

	put_number(&body, 0x02, version);
	put_text(&body, 0x04, dn);
	put_text(&body, 0x80, password);
	put_message(out, id, 0x60, &body);
}

void
ldap_put_search(struct str *out, uint32_t id, const char *base,
    const char *attribute, bool subtree)
{
	struct str body = {0};

	put_text(&body, 0x04, base);
	put_number(&body, 0x0a, subtree ? 2 : 0);
	put_number(&body, 0x0a, 0); /* aliases are not followed */
	put_number(&body, 0x02, 0);
	put_number(&body, 0x02, 0);
	put_number(&body, 0x01, 0);
	put_text(&body, 0x87, attribute);
	put_head(&body, 0x30, 0); /* all attributes */
	put_message(out, id, 0x63, &body);
}

void
ldap_put_unbind(struct str *out, uint32_t id)
{
	struct str body = {0};

	put_message(out, id, 0x42, &body);
}

/* --- reading ---------------------------------------------------------------
 */

/*
 * Takes one element off `in`: 1, its tag and content; 0: more is needed; -1.
 */
static int
take(struct slice *in, unsigned *tag_r, struct slice *content_r)
{
	const unsigned char *p = (const unsigned char *)in->s;
	size_t head = 2, len;

	if (in->len < 2)
		return 0;
	*tag_r = p[0];
	len = p[1];
	if (len >= 0x80) {
		size_t n = len & 0x7f;

		if (n == 0 || n > 4)
			return -1;
		if (in->len < 2 + n)
			return 0;
		len = 0;
		for (size_t i = 0; i < n; i++)
			len = len << 8 | p[2 + i];
		head += n;
	}
	if (len > LDAP_MESSAGE_BYTES)
		return -1;
	if (in->len < head + len)
		return 0;
	*content_r = (struct slice){in->s + head, len};
	in->s += head + len;
	in->len -= head + len;
	return 1;
}

static bool
number(struct slice content, uint32_t *n_r)
{
	*n_r = 0;
	if (content.len == 0 || content.len > 4)
		return false;
	for (size_t i = 0; i < content.len; i++)
		*n_r = *n_r << 8 | (unsigned char)content.s[i];
	return true;
}

long
ldap_message(struct slice in, struct ldap_message *m)
{
	struct slice rest = in, body, part;
	unsigned tag;
	int rc = take(&rest, &tag, &body);

	if (rc <= 0)
		return rc;
	if (tag != 0x30 || take(&body, &tag, &part) != 1 || tag != 0x02 ||
	    !number(part, &m->id))
		return -1;
	if (take(&body, &m->tag, &part) != 1)
		return -1;
	m->code = 0;
	body = part;
	if ((m->tag == LDAP_BIND_DONE || m->tag == LDAP_SEARCH_DONE) &&
	    (take(&body, &tag, &part) != 1 || tag != 0x0a ||
		!number(part, &m->code)))
		return -1;
	return (long)(in.len - rest.len);
}
