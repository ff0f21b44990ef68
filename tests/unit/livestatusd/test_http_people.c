/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes as RFC 6238 has them, each taken once; the file of people, also when
 * another process changes it; what the key `ldap` may say, and what groups of a
 * directory give.
 */
#include "common/file.h"
#include "common/mem.h"
#include "livestatusd/http/people/directory.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/people/totp.h"
#include "livestatusd/http/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char folder[] = "/tmp/vtpplXXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	strncpy(folder, "/tmp/vtpplXXXXXX", sizeof(folder));
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/people.json", folder);
	return 0;
}

static int
clean_up(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

/* Appendix B of the RFC, cut to six digits. */
static void
test_codes_of_the_rfc(void **state)
{
	static const struct {
		int64_t now;
		uint32_t code;
	} wanted[] = {{59, 287082}, {1111111109, 81804}, {1111111111, 50471},
	    {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
	const uint8_t secret[] = "12345678901234567890";
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		assert_int_equal(
		    totp_code(secret, 20, wanted[i].now / 30), wanted[i].code);
	base32_encode(secret, 20, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_int_equal(totp_check(text, "287 082", 59, 0), 1);
	assert_int_equal(totp_check(text, "287082", 89, 0), 1);
	assert_int_equal(totp_check(text, "287082", 29, 0), 1);
	assert_int_equal(totp_check(text, "287082", 90, 0), -1);
	assert_int_equal(totp_check(text, "287082", 59, 1), -1);
	assert_int_equal(totp_check(text, "28708", 59, 0), -1);
	assert_int_equal(totp_check(text, "2870822", 59, 0), -1);
	assert_int_equal(totp_check(text, "28708x", 59, 0), -1);
	assert_int_equal(totp_check("", "287082", 59, 0), -1);
}

static void
test_base32(void **state)
{
	static const char *const wanted[] = {
	    "", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"};
	uint8_t bytes[16];
	char text[32];

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(wanted); n++) {
		base32_encode((const uint8_t *)"foobar", n, text);
		assert_string_equal(text, wanted[n]);
		assert_int_equal(base32_decode(text, bytes, 16), n);
		assert_memory_equal(bytes, "foobar", n);
	}
	assert_int_equal(base32_decode("mzxw 6ytb oi==", bytes, 16), 6);
	assert_int_equal(base32_decode("MZXW6YTBOI", bytes, 5), -1);
	assert_int_equal(base32_decode("M1", bytes, 5), -1);
}

static void
test_uri(void **state)
{
	struct str uri = {0};

	(void)state;
	totp_uri("mysite", "ann b", "ABC", &uri);
	assert_string_equal(str_get(&uri),
	    "otpauth://totp/Vedette%20mysite:ann%20b?secret=ABC&issuer="
	    "Vedette%20mysite&algorithm=SHA1&digits=6&period=30");
	str_free(&uri);
}

static void
test_the_file(void **state)
{
	struct people *s = people_open(path), *other = people_open(path);
	struct stat st;
	struct err err;
	json_t *entry;

	(void)state;
	assert_null(people_find(s, "ann"));
	entry = people_begin(s, "ann", &err);
	json_object_set_new(entry, "x", json_integer(1));
	assert_int_equal(people_end(s, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Another process sees it, and so does the first what that changes. */
	assert_non_null(people_find(other, "ann"));
	entry = people_begin(other, "ann", &err);
	json_object_clear(entry);
	assert_int_equal(people_end(other, &err), 0);
	assert_null(people_find(s, "ann"));
	assert_int_equal(json_object_size(people_all(s)), 0);
	/* What cannot be read is not taken for nothing. */
	assert_int_equal(file_write(path, SLICE("{\"ann\":"), 0600, &err), 0);
	assert_true(people_is_broken(s));
	assert_true(people_is_broken(s));
	assert_null(people_begin(s, "ann", &err));
	assert_int_equal(file_write(path, SLICE("{\"b\":{}}"), 0600, &err), 0);
	assert_false(people_is_broken(s));
	assert_non_null(people_find(s, "b"));
	people_close(&s);
	people_close(&other);
}

static void
test_filters_are_escaped(void **state)
{
	struct str to = {0};

	(void)state;
	directory_escape(SLICE("a*)(uid=\\\0\xc3\xa4"), &to);
	assert_string_equal(str_get(&to), "a\\2a\\29\\28uid=\\5c\\00\\c3\\a4");
	str_free(&to);
}

static void
check_conf(const char *json, const char *fault)
{
	json_t *conf = json_loads(json, 0, NULL);
	struct err err = {""};

	assert_non_null(conf);
	assert_int_equal(
	    directory_conf_check(conf, &err), fault == NULL ? 0 : -1);
	if (fault != NULL && strstr(err.text, fault) == NULL)
		fail_msg("%s: %s", json, err.text);
	json_decref(conf);
}

static void
test_the_key(void **state)
{
	(void)state;
	check_conf("{}", NULL);
	check_conf("{\"url\": \"ldaps://x\"}", "user_base");
	check_conf("{\"url\": \"ldaps://x ldap://y:389\", \"user_base\": "
		   "\"dc=x\", \"default_role\": \"user\"}",
	    NULL);
	check_conf("{\"url\": \"http://x\", \"user_base\": \"dc=x\", "
		   "\"default_role\": \"user\"}",
	    "ldaps://");
	check_conf("{\"url\": \"ldaps://x\", \"user_base\": \"dc=x\"}",
	    "nobody could log in");
	check_conf("{\"url\": \"ldap://x\", \"user_base\": \"dc=x\", "
		   "\"default_role\": \"user\", \"starttls\": false}",
	    "readable");
	check_conf("{\"url\": \"ldap://127.0.0.1:389\", \"user_base\": \"dc\","
		   "\"default_role\": \"user\", \"starttls\": false}",
	    NULL);
	check_conf("{\"url\": \"ldaps://x\", \"user_base\": \"dc=x\", "
		   "\"default_role\": \"user\", \"password_file\": \"/x\"}",
	    "bind_dn");
	assert_true(directory_is_loopback(SLICE("ldap://[::1]:389/")));
	assert_true(directory_is_loopback(SLICE("ldap://localhost")));
	assert_false(directory_is_loopback(SLICE("ldap://127.evil.example")));
	assert_false(directory_is_loopback(SLICE("ldap://localhost.x")));
}

static void
test_groups(void **state)
{
	json_t *conf = json_loads(
	    "{\"roles\": {\"admin\": [\"CN=Admins, dc=X\"], \"user\": "
	    "[\"staff\"]}, \"contact_groups\": {\"team\": [\"Staff\", "
	    "\"cn=other,dc=x\"], \"no\": [\"cn=none,dc=x\"]}}",
	    0, NULL);
	json_t *dns = json_pack("[s, s]", "cn=admins,dc=x", "cn=staff,dc=x");
	json_t *names = json_pack("[s, s]", "admins", "STAFF");
	json_t *none = json_array();
	struct directory_person p = {0};

	(void)state;
	directory_map(conf, dns, names, &p);
	assert_string_equal(p.role, "admin");
	assert_int_equal(json_array_size(p.contact_groups), 1);
	free(p.role);
	json_decref(p.contact_groups);
	p = (struct directory_person){0};
	directory_map(conf, none, none, &p);
	assert_null(p.role);
	json_decref(p.contact_groups);
	json_decref(conf);
	json_decref(dns);
	json_decref(names);
	json_decref(none);
	assert_null(directory_dn_normal("no dn"));
}

static void
test_sessions_of_one(void **state)
{
	struct sessions *s = sessions_open(path, 1000);
	char one[SESSION_TOKEN_LEN + 1], two[SESSION_TOKEN_LEN + 1];
	char other[SESSION_TOKEN_LEN + 1], id[SESSION_ID_LEN + 1];
	json_t *list;

	(void)state;
	session_start(s, "ann", 1000, one);
	session_start(s, "ann", 1000, two);
	session_start(s, "bob", 1000, other);
	list = sessions_list(s, "ann", two);
	assert_int_equal(json_array_size(list), 2);
	assert_true(
	    json_is_false(json_object_get(json_array_get(list, 0), "this")));
	snprintf(id, sizeof(id), "%s",
	    json_string_value(json_object_get(json_array_get(list, 0), "id")));
	json_decref(list);
	assert_false(session_end_id(s, "bob", id));
	assert_true(session_end_id(s, "ann", id));
	assert_null(session_find(s, one, 1001));
	session_start(s, "ann", 1000, one);
	session_end_others(s, "ann", two);
	assert_null(session_find(s, one, 1001));
	assert_non_null(session_find(s, two, 1001));
	assert_non_null(session_find(s, other, 1001));
	session_end_others(s, "ann", NULL);
	assert_null(session_find(s, two, 1001));
	assert_non_null(session_find(s, other, 1001));
	sessions_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_codes_of_the_rfc),
	    cmocka_unit_test(test_base32),
	    cmocka_unit_test(test_uri),
	    cmocka_unit_test_setup_teardown(test_the_file, set_up, clean_up),
	    cmocka_unit_test(test_filters_are_escaped),
	    cmocka_unit_test(test_the_key),
	    cmocka_unit_test(test_groups),
	    cmocka_unit_test_setup_teardown(
		test_sessions_of_one, set_up, clean_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
