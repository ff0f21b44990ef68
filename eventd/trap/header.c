/* SPDX-License-Identifier: Apache-2.0
 *
 * The little of BER that a header needs; see header.h.
 */
#include "eventd/trap/header.h"

#include <string.h>

#define INTEGER         0x02
#define OCTETS          0x04
#define SEQUENCE        0x30

#define FLAG_AUTH       1
#define FLAG_PRIV       2
#define FLAG_REPORTABLE 4
#define MODEL_USM       3

/* Takes the next element off: its tag and its content. */
static bool
take(struct slice *rest, uint8_t *tag_r, struct slice *content_r)
{
	const unsigned char *s = (const unsigned char *)rest->s;
	size_t at = 2, len;

	if (rest->len < 2)
		return false;
	len = s[1];
	if (len >= 0x80) {
		size_t n = len & 0x7f;

		if (n < 1 || n > 4 || rest->len < 2 + n)
			return false;
		len = 0;
		for (size_t i = 0; i < n; i++)
			len = len << 8 | s[at++];
	}
	if (len > rest->len - at)
		return false;
	*tag_r = s[0];
	*content_r = (struct slice){rest->s + at, len};
	rest->s += at + len;
	rest->len -= at + len;
	return true;
}

static bool
take_tag(struct slice *rest, uint8_t tag, struct slice *content_r)
{
	uint8_t found;

	return take(rest, &found, content_r) && found == tag;
}

static bool
take_int(struct slice *rest, int64_t *n_r)
{
	struct slice s;

	if (!take_tag(rest, INTEGER, &s) || s.len < 1 || s.len > 5)
		return false;
	*n_r = (signed char)s.s[0];
	for (size_t i = 1; i < s.len; i++)
		*n_r = *n_r * 256 + (unsigned char)s.s[i];
	return true;
}

/* UsmSecurityParameters (RFC 3414, 2.4). */
static bool
read_usm(struct slice parameters, struct trap_header *h)
{
	struct slice in, engine, user, rest;
	int64_t boots, seconds;

	if (!take_tag(&parameters, SEQUENCE, &in) ||
	    !take_tag(&in, OCTETS, &engine) || !take_int(&in, &boots) ||
	    !take_int(&in, &seconds) || !take_tag(&in, OCTETS, &user) ||
	    !take_tag(&in, OCTETS, &rest) || !take_tag(&in, OCTETS, &rest))
		return false;
	if (engine.len > sizeof(h->engine.bytes) ||
	    user.len >= sizeof(h->user) ||
	    memchr(user.s, '\0', user.len) != NULL)
		return false;
	if (engine.len > 0)
		memcpy(h->engine.bytes, engine.s, engine.len);
	h->engine.n = engine.len;
	if (user.len > 0)
		memcpy(h->user, user.s, user.len);
	h->user[user.len] = '\0';
	return true;
}

static bool
read_v3(struct slice in, struct trap_header *h)
{
	struct slice global, flags, parameters;
	int64_t id, max, model;

	if (!take_tag(&in, SEQUENCE, &global) || !take_int(&global, &id) ||
	    !take_int(&global, &max) || !take_tag(&global, OCTETS, &flags) ||
	    flags.len != 1 || !take_int(&global, &model) ||
	    !take_tag(&in, OCTETS, &parameters))
		return false;
	h->authenticated = (flags.s[0] & FLAG_AUTH) != 0;
	h->encrypted = (flags.s[0] & FLAG_PRIV) != 0;
	h->reportable = (flags.s[0] & FLAG_REPORTABLE) != 0;
	h->usm = model == MODEL_USM;
	return !h->usm || read_usm(parameters, h);
}

bool
trap_header_read(struct slice packet, struct trap_header *h)
{
	struct slice rest = packet, in, pdu;
	int64_t version;

	*h = (struct trap_header){0};
	if (!take_tag(&rest, SEQUENCE, &in) || !take_int(&in, &version))
		return false;
	h->version = (int)version;
	if (version == 3)
		return read_v3(in, h);
	if ((version != 0 && version != 1) ||
	    !take_tag(&in, OCTETS, &h->community))
		return false;
	h->pdu_at = (size_t)(in.s - packet.s);
	return take(&in, &h->pdu, &pdu);
}
