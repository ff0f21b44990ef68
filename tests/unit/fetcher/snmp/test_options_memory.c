/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: a host's settings are taken apart once, and again when a file
 * with a secret may have changed.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "fetcher/identity.h"
#include "fetcher/snmp/options_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct snmp_options *
take(struct options_memory *m, struct identity *identity, const char *json)
{
	struct err why = {""};
	const struct snmp_options *o =
	    options_memory_take(m, slice_of(json), identity, &why);

	if (o == NULL)
		assert_true(why.text[0] != '\0');
	return o;
}

static void
test_same_text(void **state)
{
	static const char one[] = "{\"version\": \"2c\", \"port\": 1}";
	struct options_memory *m = options_memory_new();
	const struct snmp_options *a = take(m, NULL, one),
				  *b = take(m, NULL, one),
				  *c = take(m, NULL, "{\"version\": \"1\"}");

	(void)state;
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_int_equal(a->port, 1);
	assert_int_equal(c->version, 1);
	assert_string_equal(a->community, "public");
	assert_null(take(m, NULL, "[]"));
	options_memory_release(&b);
	options_memory_free(&m);
	assert_int_equal(a->port, 1); /* still taken */
	options_memory_release(&a);
	options_memory_release(&c);
	assert_null(a);
}

static void
put(const char *root, const char *text)
{
	char *path = xasprintf("%s/community", root);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
	free(path);
}

static void
test_secret_in_file(void **state)
{
	static const char json[] =
	    "{\"version\": \"2c\", \"community\": {\"file\": \"community\"}}";
	char root[] = "/tmp/vt-options-XXXXXX", *path;
	struct options_memory *m = options_memory_new();

	(void)state;
	assert_non_null(mkdtemp(root));
	struct identity *identity = identity_new(root);
	clock_set(NS_PER_S, NS_PER_S);
	assert_null(take(m, identity, json)); /* there is no file */
	put(root, "one\n");
	const struct snmp_options *a = take(m, identity, json);
	assert_string_equal(a->community, "one");
	put(root, "two\n");
	const struct snmp_options *b = take(m, identity, json);
	assert_ptr_equal(a, b);
	options_memory_release(&b);
	clock_set(NS_PER_S + OPTIONS_FILES_MS * NS_PER_MS, NS_PER_S);
	b = take(m, identity, json);
	assert_string_equal(b->community, "two");
	assert_string_equal(a->community, "one");
	options_memory_release(&a);
	options_memory_release(&b);
	options_memory_free(&m);
	identity_free(&identity);
	clock_use_system();
	path = xasprintf("%s/community", root);
	unlink(path);
	free(path);
	rmdir(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_text),
	    cmocka_unit_test(test_secret_in_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
