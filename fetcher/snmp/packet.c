/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets made and taken apart; see packet.h.
 */
#include "fetcher/snmp/packet.h"

#include "common/log.h"

#include <string.h>

enum tag {
	TAG_INTEGER = 0x02,
	TAG_BITS = 0x03,
	TAG_OCTETS = 0x04,
	TAG_NULL = 0x05,
	TAG_OID = 0x06,
	TAG_SEQUENCE = 0x30,
	TAG_ADDRESS = 0x40,
	TAG_COUNTER = 0x41,
	TAG_GAUGE = 0x42,
	TAG_TICKS = 0x43,
	TAG_OPAQUE = 0x44,
	TAG_NSAP = 0x45,
	TAG_COUNTER64 = 0x46,
	TAG_UNSIGNED = 0x47,
	TAG_GET = 0xa0,
	TAG_NEXT = 0xa1,
	TAG_RESPONSE = 0xa2,
	TAG_BULK = 0xa5
};

/* Within an Opaque, behind 0x9f: numbers that the SMI has not. */
enum inner {
	INNER_COUNTER64 = 0x76,
	INNER_FLOAT = 0x78,
	INNER_DOUBLE = 0x79,
	INNER_SIGNED64 = 0x7a,
	INNER_UNSIGNED64 = 0x7b
};

#define VERSION_3 3

struct bytes {
	const unsigned char *at;
	size_t left;
};

/* --- BER ------------------------------------------------------------------
 */

/* Any tag and its content, which is all there. */
static bool
take_any(struct bytes *b, unsigned *tag_r, struct bytes *content_r)
{
	size_t n, head = 2;

	if (b->left < 2)
		return false;
	*tag_r = b->at[0];
	n = b->at[1];
	if (n & 0x80) {
		size_t more = n & 0x7f;

		if (more == 0 || more > 4 || b->left < 2 + more)
			return false;
		n = 0;
		for (size_t i = 0; i < more; i++)
			n = n << 8 | b->at[2 + i];
		head += more;
	}
	if (n > b->left - head)
		return false;
	*content_r = (struct bytes){b->at + head, n};
	b->at += head + n;
	b->left -= head + n;
	return true;
}

static bool
take(struct bytes *b, unsigned tag, struct bytes *content_r)
{
	unsigned found;

	return take_any(b, &found, content_r) && found == tag;
}

/* At most 8 bytes, and one more that is 0. */
static bool
unsigned_of(struct bytes b, uint64_t *number_r)
{
	if (b.left == 0 || b.left > 9 || (b.left == 9 && b.at[0] != 0))
		return false;
	*number_r = 0;
	for (size_t i = 0; i < b.left; i++)
		*number_r = *number_r << 8 | b.at[i];
	return true;
}

static bool
signed_of(struct bytes b, int64_t *number_r)
{
	uint64_t number;

	if (b.left > 8 || !unsigned_of(b, &number))
		return false;
	if (b.left < 8 && b.at[0] & 0x80)
		number |= UINT64_MAX << (8 * b.left);
	memcpy(number_r, &number, sizeof(number));
	return true;
}

static bool
take_number(struct bytes *b, uint32_t *number_r)
{
	struct bytes content;
	uint64_t number;

	if (!take(b, TAG_INTEGER, &content) || content.left > 5 ||
	    !unsigned_of(content, &number))
		return false;
	*number_r = (uint32_t)number;
	return true;
}

/* The first byte stands for the first two numbers. */
static bool
oid_of(struct bytes b, struct oid *oid_r)
{
	uint32_t n = 1;

	oid_r->id[0] = oid_r->id[1] = 0;
	for (size_t i = 0; i < b.left;) {
		uint64_t id = 0;
		bool more;

		do {
			if (i == b.left)
				return false;
			more = b.at[i] & 0x80;
			id = id << 7 | (b.at[i++] & 0x7f);
			if (id > UINT32_MAX)
				return false;
		} while (more);
		if (n == OID_MAX)
			return false;
		if (n == 1) {
			oid_r->id[0] = id < 40 ? 0 : id < 80 ? 1 : 2;
			id -= 40 * oid_r->id[0];
		}
		oid_r->id[n++] = (uint32_t)id;
	}
	oid_r->n = n == 1 ? 2 : n;
	return true;
}

/* --- values ---------------------------------------------------------------
 */

static void
add_u64(struct str *words, uint64_t n)
{
	if (n > INT64_MAX) {
		str_addi(words, (int64_t)(n / 10));
		n %= 10;
	}
	str_addi(words, (int64_t)n);
}

/* The bytes of an IEEE 754 number, the highest first. */
static bool
add_float(struct bytes b, size_t n, struct str *words)
{
	uint64_t raw;
	uint32_t half;
	float single;
	double whole;

	if (b.left != n || !unsigned_of(b, &raw))
		return false;
	half = (uint32_t)raw;
	memcpy(&single, &half, sizeof(single));
	memcpy(&whole, &raw, sizeof(whole));
	str_addf(words, "%f", n == 4 ? (double)single : whole);
	return true;
}

static bool
add_unsigned(struct bytes b, struct str *words)
{
	uint64_t number;

	if (!unsigned_of(b, &number))
		return false;
	add_u64(words, number);
	return true;
}

static bool
add_signed(struct bytes b, struct str *words)
{
	int64_t number;

	if (!signed_of(b, &number))
		return false;
	str_addi(words, number);
	return true;
}

static bool
add_octets(struct bytes b, struct str *words, enum snmp_kind *kind_r)
{
	*kind_r = SNMP_OCTETS;
	str_addn(words, (const char *)b.at, b.left);
	return true;
}

/* A number in an Opaque, or bytes that only their maker knows. */
static bool
add_opaque(struct bytes b, struct str *words, enum snmp_kind *kind_r)
{
	struct bytes rest = b, content;
	unsigned inner;

	if (b.left < 3 || b.at[0] != 0x9f)
		return add_octets(b, words, kind_r);
	rest.at++;
	rest.left--;
	*kind_r = SNMP_WORD;
	if (!take_any(&rest, &inner, &content))
		return false;
	switch (inner) {
	case INNER_FLOAT:
		return add_float(content, 4, words);
	case INNER_DOUBLE:
		return add_float(content, 8, words);
	case INNER_COUNTER64:
	case INNER_UNSIGNED64:
		return add_unsigned(content, words);
	case INNER_SIGNED64:
		return add_signed(content, words);
	default:
		return add_octets(b, words, kind_r);
	}
}

/* Some devices send a counter as if it were signed: 32 bits are meant. */
static bool
add_u32(struct bytes b, struct str *words)
{
	int64_t number;

	if (!signed_of(b, &number))
		return false;
	str_addi(words, number & 0xffffffff);
	return true;
}

static bool
add_oid(struct bytes b, struct str *words)
{
	struct oid oid;

	if (!oid_of(b, &oid))
		return false;
	oid_text(oid.id, oid.n, words);
	return true;
}

static bool
add_address(struct bytes b, struct str *words, enum snmp_kind *kind_r)
{
	if (b.left != 4) {
		*kind_r = SNMP_NONE;
		return true;
	}
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			str_addc(words, '.');
		str_addi(words, b.at[i]);
	}
	return true;
}

/* Appends the value as text; false: it is not well formed. */
static bool
add_value(
    unsigned tag, struct bytes b, struct str *words, enum snmp_kind *kind_r)
{
	*kind_r = SNMP_WORD;
	switch (tag) {
	case TAG_INTEGER:
		return add_signed(b, words);
	case TAG_COUNTER:
	case TAG_GAUGE:
	case TAG_TICKS:
	case TAG_UNSIGNED:
		return add_u32(b, words);
	case TAG_COUNTER64:
		return add_unsigned(b, words);
	case TAG_OID:
		return add_oid(b, words);
	case TAG_ADDRESS:
		return add_address(b, words, kind_r);
	case TAG_OPAQUE:
		return add_opaque(b, words, kind_r);
	case TAG_OCTETS:
	case TAG_BITS:
	case TAG_NSAP:
		return add_octets(b, words, kind_r);
	default: /* NULL, noSuchObject, noSuchInstance, endOfMibView */
		*kind_r = SNMP_NONE;
		return true;
	}
}

/* --- packets --------------------------------------------------------------
 */

bool
snmp_packet_number(const unsigned char *at, size_t n, uint32_t *number_r)
{
	struct bytes packet = {at, n}, message, part;
	uint32_t version;
	unsigned tag;

	if (!take(&packet, TAG_SEQUENCE, &message) ||
	    !take_number(&message, &version))
		return false;
	if (version == VERSION_3)
		return take(&message, TAG_SEQUENCE, &part) &&
		    take_number(&part, number_r);
	return take(&message, TAG_OCTETS, &part) &&
	    take_any(&message, &tag, &part) && take_number(&part, number_r);
}

/* Where each text begins is not known before all are there. */
static bool
take_vars(struct bytes list, struct snmp_answer *a, struct str *words)
{
	size_t starts[SNMP_MAX_VARS];

	for (a->n = 0; list.left > 0 && a->n < SNMP_MAX_VARS; a->n++) {
		struct snmp_var *v = &a->vars[a->n];
		struct bytes one, name, value;
		unsigned tag;

		if (!take(&list, TAG_SEQUENCE, &one) ||
		    !take(&one, TAG_OID, &name) || !oid_of(name, &v->oid) ||
		    !take_any(&one, &tag, &value))
			return false;
		starts[a->n] = words->len;
		if (!add_value(tag, value, words, &v->kind))
			return false;
		v->value.len = words->len - starts[a->n];
	}
	for (size_t i = 0; i < a->n; i++)
		a->vars[i].value.s = str_get(words) + starts[i];
	return true;
}

bool
snmp_packet_answer(const unsigned char *at, size_t n, struct snmp_packet *p,
    struct snmp_var vars[SNMP_MAX_VARS], struct str *words)
{
	struct bytes packet = {at, n}, message, part, list;
	uint32_t error, index;

	if (!take(&packet, TAG_SEQUENCE, &message) ||
	    !take_number(&message, &p->version) || p->version == VERSION_3 ||
	    !take(&message, TAG_OCTETS, &part) ||
	    !take(&message, TAG_RESPONSE, &part) ||
	    !take_number(&part, &p->number) || !take_number(&part, &error) ||
	    !take_number(&part, &index) || !take(&part, TAG_SEQUENCE, &list))
		return false;
	p->answer = (struct snmp_answer){
	    .error = error, .error_index = index, .vars = vars};
	return take_vars(list, &p->answer, words);
}

/* --- requests: from the end to the beginning, for lengths come first -------
 */

#define REQUEST_BYTES 16384 /* of SNMP_MAX_ASKED OIDs of OID_MAX numbers */
#define COMMUNITY_MAX 2048

struct backward {
	unsigned char bytes[REQUEST_BYTES];
	size_t at;
};

static void
put_byte(struct backward *b, unsigned byte)
{
	must(b->at > 0);
	b->bytes[--b->at] = (unsigned char)byte;
}

/* Before what was put since the place was `end`. */
static void
put_head(struct backward *b, enum tag tag, size_t end)
{
	size_t n = end - b->at;

	if (n >= 0x80) {
		put_byte(b, n & 0xff);
		if (n >= 0x100)
			put_byte(b, (unsigned)(n >> 8));
		put_byte(b, n >= 0x100 ? 0x82 : 0x81);
	} else {
		put_byte(b, (unsigned)n);
	}
	put_byte(b, tag);
}

/* Not negative. */
static void
put_number(struct backward *b, uint32_t number)
{
	size_t end = b->at;

	do
		put_byte(b, number & 0xff);
	while ((number >>= 8) != 0);
	if (b->bytes[b->at] & 0x80)
		put_byte(b, 0);
	put_head(b, TAG_INTEGER, end);
}

static void
put_id(struct backward *b, uint64_t id)
{
	put_byte(b, id & 0x7f);
	while ((id >>= 7) != 0)
		put_byte(b, 0x80 | (id & 0x7f));
}

static void
put_oid(struct backward *b, const struct oid *oid)
{
	size_t end = b->at;
	uint64_t second = oid->n > 1 ? oid->id[1] : 0;

	for (uint32_t i = oid->n; i > 2; i--)
		put_id(b, oid->id[i - 1]);
	put_id(b, oid->n == 0 ? 0 : 40 * (uint64_t)oid->id[0] + second);
	put_head(b, TAG_OID, end);
}

void
snmp_packet_request(unsigned version, const char *community, uint32_t number,
    const struct snmp_request *request, struct str *packet)
{
	struct backward b; /* not zeroed: most of it is not used */
	size_t n_community = strlen(community);
	bool is_bulk = request->op == SNMP_BULK_OP;
	enum tag tag = is_bulk            ? TAG_BULK
	    : request->op == SNMP_NEXT_OP ? TAG_NEXT
					  : TAG_GET;

	must(request->n <= SNMP_MAX_ASKED && (version != 1 || !is_bulk));
	b.at = sizeof(b.bytes);
	for (size_t i = request->n; i-- > 0;) {
		size_t end = b.at;

		put_byte(&b, 0);
		put_byte(&b, TAG_NULL);
		put_oid(&b, &request->oids[i]);
		put_head(&b, TAG_SEQUENCE, end);
	}
	put_head(&b, TAG_SEQUENCE, sizeof(b.bytes));
	put_number(&b, is_bulk ? request->repetitions : 0);
	put_number(&b, 0); /* no error; or no variable without repetitions */
	put_number(&b, number & INT32_MAX);
	put_head(&b, tag, sizeof(b.bytes));
	size_t end = b.at;
	if (n_community > COMMUNITY_MAX) /* is cut, and not known anywhere */
		n_community = COMMUNITY_MAX;
	must(b.at > n_community);
	b.at -= n_community;
	memcpy(b.bytes + b.at, community, n_community);
	put_head(&b, TAG_OCTETS, end);
	put_number(&b, version == 1 ? 0 : 1);
	put_head(&b, TAG_SEQUENCE, sizeof(b.bytes));
	str_clear(packet);
	str_addn(packet, (const char *)b.bytes + b.at, sizeof(b.bytes) - b.at);
}
