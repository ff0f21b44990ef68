/* SPDX-License-Identifier: Apache-2.0
 *
 * What may be accepted of an agent, and how it is opened: the vectors of
 * agent-and-snmp.md, sections 1 and 2, and what must be refused.
 */
#include "fetcher/agent_message.h"
#include "fetcher/agent_policy.h"
#include "fetcher/agent_symmetric.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

static const char text[] = "<<<uptime>>>\n4711.08 9000.12\n";

static struct str
bytes_of(const char *hex)
{
	struct str s = {0};
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		str_addc(&s, (char)byte);
	return s;
}

/* --- encrypted by a passphrase -------------------------------------------- */

static const struct {
	const char *form, *hex;
} vectors[] = {
    {"00",
	"3030b8b5fa11aaeef922e8462e3ad1bf685c1470"
	"aff2eaa0c842791be45474442862"},
    {"02",
	"3032fd5fb9486ecce9abf921b4c95e066f3a9d74"
	"778970d74096dede583870bfd0bd"},
    {"03",
	"303353616c7465645f5f0102030405060708949a"
	"05ca5b325e7a313ebdd364495e16323a1e78f664"
	"acd2b4c3a3b8b48ce16e"},
    {"04",
	"303401020304050607087e1e9485fcb12b0cc872"
	"d96983648279c53e660d2cf89eb15a65ca7cf647"
	"f8ed7600dee94bda9b7dc786fbad7f303d671caa"
	"8415e3426b47b5407b4890986d07"},
    {"05",
	"3035010203040506070802d1d7dc4a0860719ed9"
	"ffccc1d06e90ebdef05ed6c2f4bfd5cd8c0e3c55"
	"a31a20074ef9834fb86f7d3ee1ca5925f4091225"
	"eaee17193fc464837eb671ecd717"},
};

static void
vectors_of_the_reference(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct str in = bytes_of(vectors[i].hex), out = {0};
		struct err why;

		assert_int_equal(agent_symmetric_open(str_slice(&in),
				     SLICE("s3cret"), &out, &why),
		    0);
		assert_string_equal(str_get(&out), text);
		str_free(&in);
		str_free(&out);
	}
}

static void
old_windows_marker(void **state)
{
	struct str in = bytes_of(vectors[0].hex), out = {0};
	struct err why;

	(void)state;
	in.s[0] = in.s[1] = '9';
	assert_int_equal(
	    agent_symmetric_open(str_slice(&in), SLICE("s3cret"), &out, &why),
	    0);
	assert_string_equal(str_get(&out), text);
	str_free(&in);
	str_free(&out);
}

static void
refused(struct slice in, const char *passphrase, const char *words)
{
	struct str out = {0};
	struct err why = {""};

	assert_int_equal(
	    agent_symmetric_open(in, slice_of(passphrase), &out, &why), -1);
	if (strstr(why.text, words) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", why.text, words);
	assert_int_equal(out.len, 0);
	str_free(&out);
}

static void
wrong_and_damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct str in = bytes_of(vectors[i].hex);
		bool mac = vectors[i].form[1] >= '4';

		if (vectors[i].form[1] != '5') /* half a second each */
			refused(str_slice(&in), "other",
			    mac ? "not authentic" : "another passphrase");
		refused(
		    (struct slice){in.s, in.len - 1}, "s3cret", "not complete");
		refused((struct slice){in.s, 2}, "s3cret", "not complete");
		in.s[in.len - 1] ^= 1;
		if (vectors[i].form[1] == '4')
			refused(str_slice(&in), "s3cret", "not authentic");
		str_free(&in);
	}
	refused(SLICE("03Saltless0123456789012345678901"), "x", "not complete");
	refused(SLICE("03Saltless012345670123456789abcdef"), "x",
	    "not begin with \"Salted__\"");
	refused(
	    SLICE("01xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), "x", "unknown form");
}

/* --- the controller's message --------------------------------------------- */

static int
take(void *arg, const char *bytes, size_t n, struct err *err_r)
{
	struct str *to = arg;

	if (to->len + n > (4u << 20)) {
		err_set(err_r, "too large");
		return -1;
	}
	str_addn(to, bytes, n);
	return 0;
}

/* NULL, or the reason. */
static char *
message(struct slice in, size_t piece, struct str *out)
{
	struct agent_message *m = agent_message_new(take, out);
	struct err why = {""};
	int rc = 0;

	while (rc == 0 && in.len > 0) {
		size_t n = in.len < piece ? in.len : piece;

		rc = agent_message_take(m, (struct slice){in.s, n}, &why);
		in.s += n;
		in.len -= n;
	}
	if (rc == 0)
		rc = agent_message_end(m, &why);
	agent_message_free(&m);
	return rc == 0 ? NULL : xstrdup(why.text);
}

static void
message_of_the_reference(void **state)
{
	struct str in = bytes_of("000001789cb3b1b1292d28c9cc4db5b3b3e332313734"
				 "d433b050b0343030d03334e20200791a06f4");

	(void)state;
	assert_int_equal(in.len, 40);
	for (size_t piece = 1; piece <= in.len; piece++) {
		struct str out = {0};

		assert_null(message(str_slice(&in), piece, &out));
		assert_string_equal(str_get(&out), text);
		str_free(&out);
	}
	str_free(&in);
}

static void
message_without_compression(void **state)
{
	struct str out = {0};

	(void)state;
	assert_null(message(SLICE("\0\0\0<<<a>>>\nb\n"), 4, &out));
	assert_string_equal(str_get(&out), "<<<a>>>\nb\n");
	str_free(&out);
}

static void
message_is(struct slice in, const char *words)
{
	struct str out = {0};
	char *why = message(in, 1000, &out);

	assert_non_null(why);
	if (strstr(why, words) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", why, words);
	free(why);
	str_free(&out);
}

static void
messages_that_are_none(void **state)
{
	struct str in = bytes_of("000001789cb3b1b1292d28c9cc4db5b3b3e332313734"
				 "d433b050b0343030d03334e20200791a06f4");

	(void)state;
	message_is(SLICE("\0\1\0x"), "version 1");
	message_is(SLICE("\0\0\2x"), "by method 2");
	message_is(SLICE("\0\0"), "2 bytes came");
	message_is(SLICE("\0\0\1notzlib"), "damaged");
	message_is(
	    (struct slice){in.s, in.len - 3}, "ends in the middle, after 34");
	str_addc(&in, 'x');
	message_is(str_slice(&in), "1 bytes follow the end");
	str_free(&in);
}

static void
bombs_are_small(void **state)
{
	uLongf n = compressBound(64u << 20);
	char *big = xmalloc(64u << 20);
	char *packed = xmalloc(n + 3);
	struct str out = {0};
	char *why;

	(void)state;
	memset(big, 'x', 64u << 20);
	memcpy(packed, "\0\0\1", 3);
	assert_int_equal(
	    compress((Bytef *)packed + 3, &n, (Bytef *)big, 64u << 20), Z_OK);
	why = message((struct slice){packed, n + 3}, 65536, &out);
	assert_non_null(why);
	assert_true(out.len <= (4u << 20));
	free(why);
	str_free(&out);
	/* As many as a wire brings at once: the ratio speaks up. */
	why = message((struct slice){packed, n + 3}, 1000, &out);
	assert_non_null(strstr(why, "no agent sends that"));
	assert_true(out.len <= (2u << 20));
	free(why);
	str_free(&out);
	free(big);
	free(packed);
}

/* --- what may be accepted ------------------------------------------------- */

#define UUID "6b1f6f0e-0c1d-4a57-9a39-0d5a3c1f2b77"

static void
says(const char *options, const char *uuid, const char *begin, bool inside,
    const char *words)
{
	struct agent_policy p;
	struct err why = {
	    "",
	};
	bool ok;

	assert_int_equal(
	    agent_policy_read(slice_of(options), slice_of(uuid), &p, &why), 0);
	ok = agent_policy_allows(&p, SLICE("web01"),
	    agent_marker_of(slice_of(begin)), inside, slice_of(begin), &why);
	if (words == NULL ? !ok : ok || strstr(why.text, words) == NULL)
		fail_msg("%s %s %s: %d \"%s\" lacks \"%s\"", options, uuid,
		    begin, ok, why.text, words == NULL ? "" : words);
	agent_policy_free(&p);
}

static void
policies(void **state)
{
#define PASS ", \"passphrase_file\": \"f\"}"
	static const struct {
		const char *mode;
		const char *plain, *symmetric, *tls; /* not registered */
		const char *plain_in, *symmetric_in; /* within TLS */
	} rows[] = {
	    {"auto", NULL, NULL, "not registered", NULL, NULL},
	    {"tls", "demands encryption", "does not allow", "not registered",
		NULL, NULL},
	    {"encrypted", "demands encryption", NULL, "not registered", NULL,
		NULL},
	    {"legacy", "does not allow", NULL, "does not allow", NULL, NULL},
	    {"plain", NULL, "does not allow", "does not allow", NULL, NULL},
	};
	char options[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool tls = i < 3;

		snprintf(options, sizeof(options),
		    "{\"encryption\": \"%s\"" PASS, rows[i].mode);
		says(options, "", "<<<a", false, rows[i].plain);
		says(options, "", "05xx", false, rows[i].symmetric);
		says(options, "", "16xx", false, rows[i].tls);
		says(options, UUID, "16xx", false, tls ? NULL : "allows none");
		says(options, UUID, "<<<a", false,
		    tls ? "registered for TLS" : "allows none");
		says(options, UUID, "03xx", false,
		    tls ? "answered encrypted by a passphrase" : "allows none");
		says(options, UUID, "<<<a", true, rows[i].plain_in);
		says(options, UUID, "04xx", true, rows[i].symmetric_in);
		says(options, UUID, "16xx", true,
		    tls ? "once more" : "does not allow");
		says(options, UUID, "SSH-2.0\x01", true,
		    "within TLS begins with \"SSH-2.0.\"");
	}
	says("", "", "04", false, "the host has none");
	says("", "", "16", false, "register --hostname web01");
	says("", "", "SSH", false, "is the port right");
	says("{\"uuid\": \"" UUID "\"}", "", "<<", false, UUID);
	says("{\"connect_timeout_ms\": 3}", "", "<<", false, NULL);
}

static void
policy_that_is_none(void **state)
{
	struct agent_policy p;
	struct err why;

	(void)state;
	assert_int_equal(agent_policy_read(SLICE("{\"encryption\": \"rot13\"}"),
			     SLICE(""), &p, &why),
	    -1);
	assert_non_null(strstr(why.text, "rot13"));
	agent_policy_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors_of_the_reference),
	    cmocka_unit_test(old_windows_marker),
	    cmocka_unit_test(wrong_and_damaged),
	    cmocka_unit_test(message_of_the_reference),
	    cmocka_unit_test(message_without_compression),
	    cmocka_unit_test(messages_that_are_none),
	    cmocka_unit_test(bombs_are_small),
	    cmocka_unit_test(policies),
	    cmocka_unit_test(policy_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
