/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of signed links: what was made is read, everything else is not.
 */
#include "common/signed_link.h"

#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const unsigned char key[SIGNED_LINK_KEY] = "0123456789abcdef";

static void
make(struct str *to)
{
	const struct signed_link link = {.purpose = SIGNED_LINK_DOWNTIME,
	    .host = (char *)(uintptr_t) "web01",
	    .service = (char *)(uintptr_t) "Disk /;\"\xc3\xa4",
	    .contact = (char *)(uintptr_t) "ann",
	    .expires = 1000,
	    .seconds = 7200};

	signed_link_make(to, &link, key);
}

static bool
is_good(struct slice token, const unsigned char *with, int64_t now)
{
	struct signed_link link;
	struct err err = {""};
	bool good = signed_link_read(token, with, now, &link, &err) == 0;

	if (!good) {
		assert_true(err.text[0] != '\0');
		assert_null(link.host);
	}
	signed_link_free(&link);
	return good;
}

static void
what_was_made_is_read(void **state)
{
	struct str token = {0}, other = {0};
	struct signed_link link;
	struct err err;

	(void)state;
	make(&token);
	make(&other);
	assert_string_not_equal(str_get(&token), str_get(&other));
	assert_int_equal(strspn(str_get(&token),
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
			     "uvwxyz0123456789-_."),
	    token.len);
	assert_int_equal(
	    signed_link_read(str_slice(&token), key, 1000, &link, &err), 0);
	assert_int_equal(link.purpose, SIGNED_LINK_DOWNTIME);
	assert_string_equal(link.host, "web01");
	assert_string_equal(link.service, "Disk /;\"\xc3\xa4");
	assert_string_equal(link.contact, "ann");
	assert_int_equal(link.seconds, 7200);
	assert_int_equal(strlen(link.nonce), SIGNED_LINK_NONCE);
	signed_link_free(&link);
	str_free(&token);
	str_free(&other);
}

static void
everything_else_is_not(void **state)
{
	static const unsigned char wrong[SIGNED_LINK_KEY] = "0123456789abcdeg";
	static const char *const texts[] = {
	    "", ".", "a.b", "....", "eyJ9.AAAA", "=.=", "a", "ab.c="};
	struct str token = {0};

	(void)state;
	make(&token);
	assert_true(is_good(str_slice(&token), key, 999));
	assert_false(is_good(str_slice(&token), key, 1001)); /* too old */
	assert_false(is_good(str_slice(&token), wrong, 999));
	for (size_t i = 0; i < token.len; i++) { /* one letter, one bit */
		char was = token.s[i];

		token.s[i] = was == 'A' ? 'E' : 'A';
		if (token.s[i] != was && i + 1 < token.len)
			assert_false(is_good(str_slice(&token), key, 999));
		token.s[i] = was;
		assert_false(is_good((struct slice){token.s, i}, key, 999));
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(is_good(slice_of(texts[i]), key, 0));
	str_free(&token);
}

static void
the_key_is_made_once(void **state)
{
	unsigned char one[SIGNED_LINK_KEY], two[SIGNED_LINK_KEY];
	char folder[] = "/tmp/test-links-XXXXXX";
	struct stat st;
	struct err err;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/links.key", folder);
	assert_int_equal(signed_link_key(path, false, one, &err), -1);
	assert_int_equal(signed_link_key(path, true, one, &err), 0);
	assert_int_equal(signed_link_key(path, true, two, &err), 0);
	assert_memory_equal(one, two, sizeof(one));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_write(path, SLICE("short"), 0600, &err), 0);
	assert_int_equal(signed_link_key(path, true, two, &err), -1);
	assert_int_equal(file_remove_tree(folder, &err), 0);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_made_is_read),
	    cmocka_unit_test(everything_else_is_not),
	    cmocka_unit_test(the_key_is_made_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
