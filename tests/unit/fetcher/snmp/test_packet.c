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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_oddities),
	    cmocka_unit_test(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
