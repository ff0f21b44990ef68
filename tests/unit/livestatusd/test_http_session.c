/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions: only the hash is kept, they survive a restart and end by idling;
 * failed logins wait longer and longer.
 */
#include "common/file.h"
#include "common/mem.h"
#include "livestatusd/http/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char folder[] = "/tmp/vtsesXXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	strncpy(folder, "/tmp/vtsesXXXXXX", sizeof(folder));
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sessions", folder);
	return 0;
}

static int
clean_up(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

static void
test_life(void **state)
{
	struct sessions *s = sessions_open(path, 1000);
	char token[SESSION_TOKEN_LEN + 1], other[SESSION_TOKEN_LEN + 1];

	(void)state;
	session_start(s, "ann with spaces", 1000, token);
	session_start(s, "bob", 1000, other);
	assert_string_not_equal(token, other);
	assert_string_equal(session_find(s, token, 1001), "ann with spaces");
	assert_null(session_find(s, "", 1001));
	other[0] = other[0] == '0' ? '1' : '0';
	assert_null(session_find(s, other, 1001));
	session_end(s, token);
	assert_null(session_find(s, token, 1001));
	sessions_close(&s);
}

static void
test_restart(void **state)
{
	struct sessions *s = sessions_open(path, 1000);
	char token[SESSION_TOKEN_LEN + 1];
	struct str file = {0};
	struct err err;

	(void)state;
	session_start(s, "ann with spaces", 1000, token);
	sessions_close(&s);
	assert_int_equal(file_read(path, 4096, &file, &err), 0);
	assert_null(strstr(file.s, token));
	str_free(&file);
	s = sessions_open(path, 1000);
	assert_string_equal(session_find(s, token, 1000), "ann with spaces");
	sessions_close(&s);
}

static void
test_idle(void **state)
{
	struct sessions *s = sessions_open(path, 0);
	char token[SESSION_TOKEN_LEN + 1];

	(void)state;
	session_start(s, "ann", 1000, token);
	assert_non_null(session_find(s, token, 1000 + SESSION_IDLE));
	assert_non_null(session_find(s, token, 1000 + 2 * SESSION_IDLE));
	assert_null(session_find(s, token, 1001 + 3 * SESSION_IDLE));
	assert_int_equal(sessions_count(s), 0);
	sessions_close(&s);
}

/* Looking is no use of it; every end is counted. */
static void
test_looking(void **state)
{
	struct sessions *s = sessions_open(path, 1000);
	char token[SESSION_TOKEN_LEN + 1];

	(void)state;
	session_start(s, "ann", 1000, token);
	assert_true(session_lives(s, token, 1000 + SESSION_IDLE));
	assert_false(session_lives(s, token, 1001 + SESSION_IDLE));
	assert_false(session_lives(s, "", 1000));
	assert_int_equal(sessions_ended(s), 0);
	assert_null(session_find(s, token, 1001 + SESSION_IDLE));
	assert_int_equal(sessions_ended(s), 1);
	session_start(s, "ann", 2000, token);
	session_end(s, token);
	session_end(s, token);
	assert_int_equal(sessions_ended(s), 2);
	assert_false(session_lives(s, token, 2000));
	sessions_close(&s);
}

static void
test_damaged_file(void **state)
{
	struct sessions *s;
	struct err err;

	(void)state;
	assert_int_equal(
	    file_write(path, SLICE("x\n\n1 2 3\nabc def"), 0600, &err), 0);
	s = sessions_open(path, 0);
	assert_int_equal(sessions_count(s), 0);
	sessions_close(&s);
}

static void
test_bound(void **state)
{
	struct sessions *s = sessions_open(path, 0);
	char first[SESSION_TOKEN_LEN + 1], token[SESSION_TOKEN_LEN + 1];

	(void)state;
	session_start(s, "first", 1, first);
	for (int i = 0; i < SESSION_MAX; i++)
		session_start(s, "u", 2, token);
	assert_int_equal(sessions_count(s), SESSION_MAX);
	assert_null(session_find(s, first, 2));
	sessions_close(&s);
}

static void
test_delay(void **state)
{
	struct sessions *s = sessions_open(path, 0);

	(void)state;
	for (int i = 0; i < 2; i++)
		login_failed(s, "ann", 100);
	assert_int_equal(login_delay(s, "ann", 100), 0);
	login_failed(s, "ann", 100);
	assert_int_equal(login_delay(s, "ann", 100), 1);
	login_failed(s, "ann", 100);
	login_failed(s, "ann", 100);
	assert_int_equal(login_delay(s, "ann", 100), 4);
	assert_int_equal(login_delay(s, "ann", 102), 2);
	assert_int_equal(login_delay(s, "ann", 104), 0);
	for (int i = 0; i < 50; i++)
		login_failed(s, "ann", 100);
	assert_int_equal(login_delay(s, "ann", 100), 300);
	assert_int_equal(login_delay(s, "bob", 100), 0);
	login_succeeded(s, "ann");
	assert_int_equal(login_delay(s, "ann", 100), 0);
	sessions_close(&s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_life),
	    TEST(test_restart),
	    TEST(test_idle),
	    TEST(test_looking),
	    TEST(test_damaged_file),
	    TEST(test_bound),
	    TEST(test_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
