/* SPDX-License-Identifier: Apache-2.0
 *
 * Registrations as links, and files with passphrases.
 */
#include "common/agent_link.h"
#include "common/agent_secret.h"
#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ONE "6b1f6f0e-0c1d-4a57-9a39-0d5a3c1f2b77"
#define TWO "00000000-0000-4000-8000-000000000001"

static char root[] = "/tmp/vedette-link-XXXXXX";

static void
uuids(void **state)
{
	(void)state;
	assert_true(agent_uuid_is(SLICE(ONE)));
	assert_false(agent_uuid_is(SLICE("")));
	assert_false(
	    agent_uuid_is(SLICE("6B1F6F0E-0c1d-4a57-9a39-0d5a3c1f2b77")));
	assert_false(
	    agent_uuid_is(SLICE("../../../0c1d-4a57-9a39-0d5a3c1f2b77")));
	assert_false(
	    agent_uuid_is(SLICE("6b1f6f0e00c1d-4a57-9a39-0d5a3c1f2b77")));
}

static void
is_linked(const char *host, const char *uuid, bool push)
{
	struct agent_links links = {0};
	const struct agent_link *l;
	struct err err;

	assert_int_equal(agent_links_read(root, &links, &err), 0);
	l = agent_links_find(&links, slice_of(host));
	if (uuid == NULL) {
		assert_null(l);
	} else {
		assert_non_null(l);
		assert_string_equal(l->uuid, uuid);
		assert_int_equal(l->push, push);
	}
	agent_links_free(&links);
}

static void
links(void **state)
{
	struct err err;

	(void)state;
	is_linked("web01", NULL, false); /* there is no folder yet */
	assert_int_equal(agent_link_set(root, ONE, "web01", false, &err), 0);
	assert_int_equal(agent_link_set(root, ONE, "web01", false, &err), 0);
	is_linked("web01", ONE, false);
	is_linked("web0", NULL, false);
	is_linked("web012", NULL, false);
	/* Registered anew: the old one is void. */
	assert_int_equal(agent_link_set(root, TWO, "web01", true, &err), 0);
	is_linked("web01", TWO, true);
	assert_int_equal(agent_link_set(root, ONE, "db/1", false, &err), 0);
	is_linked("db/1", ONE, false);
	is_linked("web01", TWO, true);
	/* One agent, one host. */
	assert_int_equal(agent_link_set(root, ONE, "a b", false, &err), 0);
	is_linked("db/1", NULL, false);
	is_linked("a b", ONE, false);
	assert_int_equal(agent_link_remove(root, ONE, &err), 0);
	assert_int_equal(agent_link_remove(root, ONE, &err), 0);
	is_linked("a b", NULL, false);
	assert_int_equal(agent_link_set(root, "../x", "h", false, &err), -1);
	assert_int_equal(agent_link_remove(root, "../x", &err), -1);
	assert_int_equal(agent_link_set(root, ONE, "", false, &err), -1);
}

static void
secret(
    const char *content, mode_t mode, const char *expected, const char *words)
{
	char *path = xasprintf("%s/secret", root);
	struct str to = {0};
	struct err err = {""};
	int rc;

	unlink(path);
	assert_int_equal(file_write(path, slice_of(content), mode, &err), 0);
	rc = agent_secret_read(root, "secret", &to, &err);
	if (expected != NULL) {
		assert_int_equal(rc, 0);
		assert_string_equal(str_get(&to), expected);
	} else {
		assert_int_equal(rc, -1);
		assert_non_null(strstr(err.text, words));
		assert_int_equal(to.len, 0);
	}
	str_free(&to);
	free(path);
}

static void
secrets(void **state)
{
	char *long_one = xcalloc(1, 3000);
	struct str to = {0};
	struct err err;

	(void)state;
	memset(long_one, 'x', 2999);
	secret("s3cret\n", 0600, "s3cret", NULL);
	secret("s3cret", 0400, "s3cret", NULL);
	secret(" two words \r\nmore", 0600, " two words ", NULL);
	secret("s3cret\n", 0640, NULL, "others may read it");
	secret("\n", 0600, NULL, "holds no passphrase");
	secret("", 0600, NULL, "holds no passphrase");
	secret(long_one, 0600, NULL, "too long");
	assert_int_equal(agent_secret_read(root, "none", &to, &err), -1);
	assert_int_equal(agent_secret_read("", "/dev/null", &to, &err), -1);
	free(long_one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(uuids),
	    cmocka_unit_test(links),
	    cmocka_unit_test(secrets),
	};
	struct err err;
	int rc;

	if (mkdtemp(root) == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	file_remove_tree(root, &err);
	return rc;
}
