/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: packets that net-snmp builds, taken apart by us; and packets that
 * nobody should build.
 */
#include "common/mem.h"
#include "fetcher/snmp/packet.h"

#include <net-snmp/net-snmp-config.h>
/* after the above */
#include <net-snmp/net-snmp-includes.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct snmp_var vars[SNMP_MAX_VARS];
static struct snmp_packet packet;
static struct str words;

static const oid name[] = {1, 3, 6, 1, 4, 1, 4294967295, 128, 127, 0};

static netsnmp_pdu *
response(void)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);

	pdu->version = SNMP_VERSION_2c;
	pdu->community = (u_char *)strdup("public");
	pdu->community_len = 6;
	pdu->reqid = 305419896;
	return pdu;
}

static size_t
build(netsnmp_pdu *pdu, u_char *bytes, size_t size)
{
	netsnmp_session session;
	u_char *at = xmalloc(size);
	size_t n = size, offset = 0;

	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.community = pdu->community;
	session.community_len = pdu->community_len;
	assert_int_equal(snmp_build(&at, &n, &offset, &session, pdu), 0);
	assert_true(offset <= size);
	memcpy(bytes, at + n - offset, offset);
	free(at);
	snmp_free_pdu(pdu);
	return offset;
}

static bool
take(const u_char *bytes, size_t n)
{
	str_clear(&words);
	return snmp_packet_answer(bytes, n, &packet, vars, &words);
}

static void
test_values(void **state)
{
	static const long minus = -2147483647, big = 4294967295, zero = 0;
	static const struct counter64 c64 = {0xffffffff, 0xfffffffe};
	static const float f = 14.5F;
	static const double d = -0.25;
	static const oid value[] = {2, 999, 3, 4294967295};
	static const struct {
		u_char type;
		const void *value;
		size_t n;
		enum snmp_kind kind;
		const char *text;
	} cases[] = {
	    {ASN_INTEGER, &minus, sizeof(minus), SNMP_WORD, "-2147483647"},
	    {ASN_INTEGER, &zero, sizeof(zero), SNMP_WORD, "0"},
	    {ASN_COUNTER, &big, sizeof(big), SNMP_WORD, "4294967295"},
	    {ASN_GAUGE, &big, sizeof(big), SNMP_WORD, "4294967295"},
	    {ASN_TIMETICKS, &zero, sizeof(zero), SNMP_WORD, "0"},
	    {ASN_COUNTER64, &c64, sizeof(c64), SNMP_WORD,
		"18446744073709551614"},
	    {ASN_OPAQUE_FLOAT, &f, sizeof(f), SNMP_WORD, "14.500000"},
	    {ASN_OPAQUE_DOUBLE, &d, sizeof(d), SNMP_WORD, "-0.250000"},
	    {ASN_OPAQUE_U64, &c64, sizeof(c64), SNMP_WORD,
		"18446744073709551614"},
	    {ASN_OBJECT_ID, value, sizeof(value), SNMP_WORD,
		".2.999.3.4294967295"},
	    {ASN_IPADDRESS, "\xc0\x00\x02\xff", 4, SNMP_WORD, "192.0.2.255"},
	    {ASN_OCTET_STR, "core\tsw1", 8, SNMP_OCTETS, "core\tsw1"},
	    {ASN_OCTET_STR, "", 0, SNMP_OCTETS, ""},
	    {ASN_NULL, NULL, 0, SNMP_NONE, ""},
	    {SNMP_NOSUCHOBJECT, NULL, 0, SNMP_NONE, ""},
	    {SNMP_NOSUCHINSTANCE, NULL, 0, SNMP_NONE, ""},
	    {SNMP_ENDOFMIBVIEW, NULL, 0, SNMP_NONE, ""},
	};
	netsnmp_pdu *pdu = response();
	u_char bytes[2000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_non_null(
		    snmp_pdu_add_variable(pdu, name, OID_LENGTH(name),
			cases[i].type, cases[i].value, cases[i].n));
	size_t n = build(pdu, bytes, sizeof(bytes));
	assert_true(take(bytes, n));
	assert_int_equal(packet.version, SNMP_VERSION_2c);
	assert_int_equal(packet.number, 305419896);
	assert_int_equal(packet.answer.n, ARRAY_LEN(cases));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct snmp_var *v = &packet.answer.vars[i];

		assert_int_equal(v->kind, cases[i].kind);
		assert_int_equal(v->value.len, strlen(cases[i].text));
		assert_memory_equal(v->value.s, cases[i].text, v->value.len);
		assert_int_equal(v->oid.n, OID_LENGTH(name));
		for (size_t k = 0; k < OID_LENGTH(name); k++)
			assert_int_equal(v->oid.id[k], name[k]);
	}
	for (size_t cut = 0; cut < n; cut++) /* the datagram was cut */
		assert_false(take(bytes, cut));
}

static void
test_errors(void **state)
{
	netsnmp_pdu *pdu = response();
	u_char bytes[200];

	(void)state;
	pdu->errstat = SNMP_ERR_TOOBIG;
	pdu->errindex = 3;
	assert_true(take(bytes, build(pdu, bytes, sizeof(bytes))));
	assert_int_equal(packet.answer.error, SNMP_TOO_BIG);
	assert_int_equal(packet.answer.error_index, 3);
	assert_int_equal(packet.answer.n, 0);
	pdu = response();
	pdu->command = SNMP_MSG_GET; /* a question is no answer */
	assert_false(take(bytes, build(pdu, bytes, sizeof(bytes))));
}

/* A response with one variable, which is odd. */
static void
test_oddities(void **state)
{
	static const struct {
		const char *what, *var; /* SEQUENCE of name and value */
		size_t n;
		const char *text; /* NULL: refused */
	} cases[] = {
#define VAR(what, bytes, text) {what, bytes, sizeof(bytes) - 1, text}
	    VAR("an INTEGER of 8 bytes",
		"\x06\x01\x2b\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff",
		"9223372036854775807"),
	    VAR("one of 9",
		"\x06\x01\x2b\x02\x09\x00\x7f\xff\xff\xff\xff\xff\xff\xff",
		NULL),
	    VAR("one of none", "\x06\x01\x2b\x02\x00", NULL),
	    VAR("a negative counter", "\x06\x01\x2b\x41\x01\xff", "4294967295"),
	    VAR("a counter of 9 bytes",
		"\x06\x01\x2b\x46\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00",
		NULL),
	    VAR("an OID number over 32 bits",
		"\x06\x06\x2b\x90\x80\x80\x80\x00\x05\x00", NULL),
	    VAR("an OID that does not end", "\x06\x02\x2b\x81\x05\x00", NULL),
	    VAR("an OID of nothing", "\x06\x01\x2b\x06\x00", ".0.0"),
	    VAR("no name", "\x02\x01\x01\x05\x00", NULL),
	    VAR("no value", "\x06\x01\x2b", NULL),
	    VAR("an address of 3 bytes", "\x06\x01\x2b\x40\x03\x01\x02\x03",
		""),
	    VAR("an Opaque of bytes", "\x06\x01\x2b\x44\x02hi", "hi"),
	    VAR("a float of 3 bytes",
		"\x06\x01\x2b\x44\x06\x9f\x78\x03\x01\x02\x03", NULL),
	    VAR("a length of 5 bytes",
		"\x06\x01\x2b\x04\x85\x00\x00\x00\x00\x01x", NULL),
	    VAR("an indefinite length", "\x06\x01\x2b\x04\x80x\x00\x00", NULL),
#undef VAR
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str p = {0};
		size_t n = cases[i].n;
		char head[] = "\x30?\x02\x01\x01\x04\x01p\xa2?"
			      "\x02\x01\x07\x02\x01\x00\x02\x01\x00\x30?\x30?";

		head[22] = (char)n;
		head[20] = (char)(n + 2);
		head[9] = (char)(n + 13);
		head[1] = (char)(n + 21);
		str_addn(&p, head, sizeof(head) - 1);
		str_addn(&p, cases[i].var, n);
		bool good = take((const u_char *)p.s, p.len);
		if (good != (cases[i].text != NULL))
			print_error("%s\n", cases[i].what);
		assert_int_equal(good, cases[i].text != NULL);
		if (good) {
			assert_int_equal(packet.number, 7);
			assert_int_equal(
			    vars[0].value.len, strlen(cases[i].text));
			assert_memory_equal(
			    vars[0].value.s, cases[i].text, vars[0].value.len);
		}
		str_free(&p);
	}
}

/* More than there is room for are left out, not refused. */
static void
test_many(void **state)
{
	static u_char bytes[60000];
	netsnmp_pdu *pdu = response();

	(void)state;
	for (int i = 0; i < SNMP_MAX_VARS + 10; i++)
		snmp_pdu_add_variable(
		    pdu, name, OID_LENGTH(name), ASN_OCTET_STR, "x", 1);
	assert_true(take(bytes, build(pdu, bytes, sizeof(bytes))));
	assert_int_equal(packet.answer.n, SNMP_MAX_VARS);
	str_free(&words);
}

/* --- requests -------------------------------------------------------------
 */

/* What the library would send for it. */
static size_t
build_request(
    const struct snmp_request *q, unsigned version, u_char *bytes, size_t size)
{
	static const int commands[] = {
	    SNMP_MSG_GET, SNMP_MSG_GETNEXT, SNMP_MSG_GETBULK};
	netsnmp_pdu *pdu = snmp_pdu_create(commands[q->op]);
	char community[300];

	memset(community, 'c', sizeof(community));
	pdu->version = version == 1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	pdu->community = (u_char *)strndup(community, 200);
	pdu->community_len = 200;
	pdu->reqid = 2147483520;
	if (q->op == SNMP_BULK_OP) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = q->repetitions;
	}
	for (size_t i = 0; i < q->n; i++) {
		oid at[OID_MAX];

		for (uint32_t k = 0; k < q->oids[i].n; k++)
			at[k] = q->oids[i].id[k];
		snmp_add_null_var(pdu, at, q->oids[i].n);
	}
	return build(pdu, bytes, size);
}

/* Byte by byte; the library writes lengths of sequences longer than needed. */
static size_t
shortest(const u_char *from, size_t n, u_char *to)
{
	size_t out = 0;

	for (size_t i = 0; i < n;) {
		bool has_parts =
		    from[i] == 0x30 || (from[i] >= 0xa0 && from[i] <= 0xa5);
		size_t head = 2, len = from[i + 1];
		u_char inner[20000];

		if (len & 0x80) {
			head += len & 0x7f;
			len = 0;
			for (size_t k = 2; k < head; k++)
				len = len << 8 | from[i + k];
		}
		size_t m = len;
		if (has_parts)
			m = shortest(from + i + head, len, inner);
		else
			memcpy(inner, from + i + head, len);
		to[out++] = from[i];
		if (m >= 0x100) {
			to[out++] = 0x82;
			to[out++] = (u_char)(m >> 8);
		} else if (m >= 0x80) {
			to[out++] = 0x81;
		}
		to[out++] = (u_char)m;
		memcpy(to + out, inner, m);
		out += m;
		i += head + len;
	}
	return out;
}

static void
fill(struct snmp_request *q, size_t n, uint32_t longest)
{
	static const uint32_t ids[] = {
	    0, 1, 127, 128, 16383, 16384, 4294967295};

	q->n = n;
	for (size_t i = 0; i < n; i++) {
		struct oid *o = &q->oids[i];

		o->n = longest - (uint32_t)i;
		o->id[0] = i % 3;
		o->id[1] = i % 3 == 2 ? 999 : 39;
		for (uint32_t k = 2; k < o->n; k++)
			o->id[k] = ids[(k + i) % ARRAY_LEN(ids)];
	}
}

/* As the library's, and the largest that there is. */
static void
test_requests(void **state)
{
	static const struct {
		enum snmp_op op;
		unsigned version, repetitions;
		size_t n;
		uint32_t longest;
	} cases[] = {{SNMP_GET_OP, 1, 0, 1, 9}, {SNMP_GET_OP, 2, 0, 2, 9},
	    {SNMP_NEXT_OP, 1, 0, 3, 20}, {SNMP_NEXT_OP, 2, 0, 20, OID_MAX},
	    {SNMP_BULK_OP, 2, 1, 1, 10}, {SNMP_BULK_OP, 2, 128, 20, 40},
	    {SNMP_BULK_OP, 2, 65536, 20, OID_MAX}};
	static struct snmp_request q;
	static u_char theirs[20000], as_short[20000];
	struct str ours = {0};
	char community[201];

	(void)state;
	memset(community, 'c', 200);
	community[200] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t number;

		q.op = cases[i].op;
		q.repetitions = cases[i].repetitions;
		fill(&q, cases[i].n, cases[i].longest);
		size_t n =
		    build_request(&q, cases[i].version, theirs, sizeof(theirs));
		n = shortest(theirs, n, as_short);
		snmp_packet_request(
		    cases[i].version, community, 2147483520, &q, &ours);
		assert_int_equal(ours.len, n);
		assert_memory_equal(ours.s, as_short, n);
		assert_true(snmp_packet_number(
		    (const u_char *)ours.s, ours.len, &number));
		assert_int_equal(number, 2147483520);
	}
	str_free(&ours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_oddities),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_requests),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
