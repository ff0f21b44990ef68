/* SPDX-License-Identifier: Apache-2.0
 *
 * Traps: options, headers, names, hints, texts, informs that come again,
 * complaints. tests/system has the real senders.
 */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "common/mem.h"
#include "eventd/trap/base.h"
#include "eventd/trap/complaints.h"
#include "eventd/trap/header.h"
#include "eventd/trap/recent.h"
#include "eventd/trap/text.h"

#include <stdlib.h>

static struct str mistakes;

static void
read_options(struct trap_options *o, const char *json)
{
	json_t *doc = json_loads(json, 0, NULL);
	struct reader r;

	assert_non_null(doc);
	str_clear(&mistakes);
	*o = (struct trap_options){0};
	reader_init(&r, doc, &mistakes, "eventd");
	trap_options_read(o, &r);
	json_decref(doc);
}

static void
options_have_defaults_and_mistakes_with_their_path(void **state)
{
	static const struct {
		const char *json, *says;
	} wrong[] = {{"{\"snmp\": {\"communities\": \"x\"}}",
			 "eventd.snmp.communities: a list"},
	    {"{\"snmp\": {\"users\": [{\"name\": \"u\", \"engine_ids\": "
	     "[\"80\"]}]}}",
		"engine_ids: \"80\": 5 to 32 bytes"},
	    {"{\"snmp\": {\"users\": [{\"name\": \"u\", \"auth\": [\"rot13\", "
	     "\"secret12\"]}]}}",
		"\"rot13\" is none of md5"},
	    {"{\"snmp\": {\"users\": [{\"name\": \"u\", \"auth\": [\"sha\", "
	     "\"short\"]}]}}",
		"8 characters"},
	    {"{\"snmp\": {\"users\": [{\"name\": \"u\", \"priv\": [\"aes\", "
	     "\"secret12\"]}]}}",
		"no privacy without auth"},
	    {"{\"snmp\": {\"users\": [{\"name\": \"u\", \"learn\": true}]}}",
		"proves nothing"},
	    {"{\"snmp\": {\"users\": [{\"name\": \"u\"}, {\"name\": \"u\"}]}}",
		"there twice"},
	    {"{\"snmp\": {\"relays\": [\"x\"]}}", "relays: \"x\""}};
	struct trap_options o;

	(void)state;
	read_options(&o, "{}");
	assert_int_equal(o.n_communities, 1);
	assert_string_equal(o.communities[0].text, "public");
	trap_options_free(&o);
	read_options(&o, "{\"snmp\": {\"communities\": []}}");
	assert_int_equal(o.n_communities, 0);
	assert_int_equal(mistakes.len, 0);
	trap_options_free(&o);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		read_options(&o, wrong[i].json);
		if (strstr(str_get(&mistakes), wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].json, str_get(&mistakes));
		trap_options_free(&o);
	}
	str_free(&mistakes);
}

static void
engine_ids_are_read_as_people_write_them(void **state)
{
	struct engine_id a, b;

	(void)state;
	assert_true(engine_id_parse("8000000005aabb", &a));
	assert_true(engine_id_parse("0x80:00:00:00:05:AA:BB", &b));
	assert_true(engine_id_equal(&a, &b));
	assert_false(engine_id_parse("80000000", &a));
	assert_false(engine_id_parse("8000000005a", &a));
	assert_false(engine_id_parse("8000000005ag", &a));
}

static void
headers_end_where_the_bytes_end(void **state)
{
	static const unsigned char v2[] = {
	    0x30, 0x0d, 2, 1, 1, 4, 6, 'p', 'u', 'b', 'l', 'i', 'c', 0xa7, 0};
	struct trap_header h;

	(void)state;
	assert_true(trap_header_read((struct slice){(const char *)v2, 15}, &h));
	assert_int_equal(h.version, 1);
	assert_int_equal(h.pdu, 0xa7);
	assert_int_equal(h.pdu_at, 13);
	for (size_t n = 0; n < 15; n++) {
		char *part = xmalloc(n + 1);

		memcpy(part, v2, n);
		assert_false(trap_header_read((struct slice){part, n}, &h));
		free(part);
	}
}

static const struct mib_node *
find(const struct mib *m, const char *oid)
{
	struct slice rest = slice_of(oid), word;
	uint32_t id[MIB_DEPTH], n = 0;

	while (slice_next(&rest, '.', &word)) {
		char *text = slice_dup(word);

		id[n++] = (uint32_t)strtoul(text, NULL, 10);
		free(text);
	}
	return mib_find(m, id, n);
}

static void
names_are_found_by_the_longest_beginning(void **state)
{
	struct mib *m = mib_base();

	(void)state;
	assert_string_equal(
	    find(m, "1.3.6.1.2.1.2.2.1.8.7")->name, "ifOperStatus");
	assert_string_equal(find(m, "1.3.6.1.6.3.1.1.5.3")->name, "linkDown");
	assert_string_equal(find(m, "1.3.6.1.4.1.9.1")->name, "enterprises");
	assert_string_equal(find(m, "1.3.6.1.2.1.2.2.1.99.1")->name, "ifEntry");
	assert_null(find(m, "2.5"));
	assert_true(slice_eqs(
	    mib_enum(find(m, "1.3.6.1.2.1.2.2.1.8"), 7), "lowerLayerDown"));
	assert_int_equal(mib_enum(find(m, "1.3.6.1.2.1.2.2.1.8"), 9).len, 0);
	mib_free(&m);
}

static void
damaged_tables_are_refused_with_their_line(void **state)
{
	struct err err = {""};

	(void)state;
	assert_null(mib_read(SLICE("1.3\tM\tn\ti\n1.x\tM\tn\ti\n"), &err));
	assert_non_null(strstr(err.text, "line 2"));
	assert_null(mib_read(SLICE("1.3\tM\n"), &err));
}

static void
hints_shape_octets(void **state)
{
	static const struct {
		const char *hint, *octets;
		size_t n;
		const char *want;
	} cases[] = {{"1x:", "\x00\x1b\xff", 3, "00:1b:ff"},
	    {"255a", "text", 4, "text"},
	    {"2d-1d-1d,1d:1d:1d.1d,1a1d:1d",
		"\x07\xea\x03\x05\x0d\x3b\x3a\x02+\x01\x00", 11,
		"2026-3-5,13:59:58.2,+1:0"},
	    {"2d-1d-1d,1d:1d:1d.1d,1a1d:1d", "\x07\xea\x03\x05\x0d\x3b\x3a\x02",
		8, "2026-3-5,13:59:58.2"},
	    {"1d.1d.1d.1d", "\xc0\x00\x02\x07", 4, "192.0.2.7"},
	    {"*1x:/", "\x02\x0a\x0b\x01\x0c", 5, "0a:0b/0c"}};
	struct str out = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		str_clear(&out);
		assert_true(mib_hint(&out, cases[i].hint,
		    (struct slice){cases[i].octets, cases[i].n}));
		assert_string_equal(str_get(&out), cases[i].want);
	}
	str_clear(&out);
	assert_false(mib_hint(&out, "nonsense", SLICE("x")));
	assert_false(mib_hint(&out, "0x", SLICE("x")));
	assert_int_equal(out.len, 0);
	str_free(&out);
}

static size_t
numbers(const char *text, oid *id)
{
	size_t n = 0;

	while (*text != '\0') {
		char *end;

		id[n++] = strtoul(text, &end, 10);
		text = *end == '.' ? end + 1 : end;
	}
	return n;
}

static void
add(netsnmp_pdu *pdu, const char *name, u_char type, const void *value,
    size_t len)
{
	oid id[MAX_OID_LEN];
	size_t n = numbers(name, id);

	assert_non_null(snmp_pdu_add_variable(pdu, id, n, type, value, len));
}

static void
add_number(netsnmp_pdu *pdu, const char *name, u_char type, long value)
{
	add(pdu, name, type, &value, sizeof(value));
}

static void
add_oid(netsnmp_pdu *pdu, const char *name, const char *value)
{
	oid id[MAX_OID_LEN];
	size_t n = numbers(value, id);

	add(pdu, name, ASN_OBJECT_ID, id, n * sizeof(*id));
}

static void
texts_have_names_and_units(void **state)
{
	struct trap_options o = {.translate = true};
	struct mib *m = mib_base();
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_TRAP2);
	struct trap_text t = {0};
	struct message msg;

	(void)state;
	add_number(pdu, "1.3.6.1.2.1.1.3.0", ASN_TIMETICKS, 100);
	add_oid(pdu, "1.3.6.1.6.3.1.1.4.1.0", "1.3.6.1.2.1.33.2.1");
	add_number(pdu, "1.3.6.1.2.1.33.1.2.4.0", ASN_INTEGER, 40);
	add_number(pdu, "1.3.6.1.2.1.33.1.2.1.0", ASN_INTEGER, 3);
	add(pdu, "1.3.6.1.2.1.2.2.1.6.3", ASN_OCTET_STR, "\0\x1b\xff", 3);
	add(pdu, "1.3.6.1.6.3.18.1.4.0", ASN_OCTET_STR, "secret", 6);
	add(pdu, "1.3.6.1.4.1.5.1", ASN_OCTET_STR, "two\nlines", 9);
	add(pdu, "1.3.6.1.4.1.5.2", ASN_OCTET_STR, "\033[3", 3);
	add_oid(pdu, "1.3.6.1.2.1.33.1.6.2.1.2.1", "1.3.6.1.2.1.33.1.6.3.2");
	trap_message(&t, pdu, "192.0.2.7", &o, m, 5, &msg);
	assert_true(slice_eqs(msg.application, "UPS-MIB::upsTrapOnBattery"));
	assert_true(slice_eqs(msg.text,
	    "Uptime: 0:00:01.00, UPS-MIB::upsEstimatedChargeRemaining.0: 40 "
	    "percent, UPS-MIB::upsBatteryStatus.0: batteryLow, "
	    "IF-MIB::ifPhysAddress.3: 00:1b:ff, 1.3.6.1.4.1.5.1: two lines, "
	    "1.3.6.1.4.1.5.2: 1b:5b:33, UPS-MIB::upsAlarmDescr.1: "
	    "UPS-MIB::upsAlarmOnBattery"));
	assert_true(slice_eqs(msg.host, "192.0.2.7"));
	trap_message(&t, pdu, "192.0.2.7", &o, NULL, 5, &msg);
	assert_true(slice_eqs(msg.application, "1.3.6.1.2.1.33.2.1"));
	assert_true(slice_starts(
	    msg.text, "Uptime: 0:00:01.00, 1.3.6.1.2.1.33.1.2.4.0: 40, "));
	snmp_free_pdu(pdu);
	trap_text_free(&t);
	mib_free(&m);
}

static void
informs_are_repeated_for_a_minute(void **state)
{
	struct recent *r = recent_new();

	(void)state;
	assert_false(recent_seen(r, "192.0.2.7", 815, 0));
	assert_true(recent_seen(r, "192.0.2.7", 815, RECENT_US - 1));
	assert_false(recent_seen(r, "192.0.2.8", 815, RECENT_US - 1));
	assert_false(recent_seen(r, "192.0.2.7", 816, RECENT_US - 1));
	assert_false(recent_seen(r, "192.0.2.7", 815, RECENT_US));
	/* Bounded: the first one goes. */
	for (int64_t i = 0; i < RECENT_MAX; i++)
		assert_false(recent_seen(r, "192.0.2.9", i, RECENT_US));
	assert_false(recent_seen(r, "192.0.2.7", 815, RECENT_US));
	recent_free(&r);
}

static void
complaints_are_few(void **state)
{
	struct complaints c = {0};
	const int64_t minute = 60000000;
	uint64_t held;
	char source[32];
	int said = 0;

	(void)state;
	assert_true(complaint_may(&c, "192.0.2.7", 1, minute, &held));
	assert_false(complaint_may(&c, "192.0.2.7", 1, minute + 5, &held));
	assert_false(complaint_may(&c, "192.0.2.7", 1, minute + 6, &held));
	assert_true(complaint_may(&c, "192.0.2.7", 2, minute + 6, &held));
	assert_true(complaint_may(&c, "192.0.2.7", 1, 2 * minute, &held));
	assert_int_equal(held, 2);
	for (int i = 0; i < 1000; i++) {
		snprintf(
		    source, sizeof(source), "10.0.%d.%d", i / 250, i % 250);
		said += complaint_may(&c, source, 1, 3 * minute, &held);
	}
	assert_int_equal(said, COMPLAINTS_MINUTE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		options_have_defaults_and_mistakes_with_their_path),
	    cmocka_unit_test(engine_ids_are_read_as_people_write_them),
	    cmocka_unit_test(headers_end_where_the_bytes_end),
	    cmocka_unit_test(names_are_found_by_the_longest_beginning),
	    cmocka_unit_test(damaged_tables_are_refused_with_their_line),
	    cmocka_unit_test(hints_shape_octets),
	    cmocka_unit_test(texts_have_names_and_units),
	    cmocka_unit_test(informs_are_repeated_for_a_minute),
	    cmocka_unit_test(complaints_are_few)};

	setenv("MIBS", "", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
