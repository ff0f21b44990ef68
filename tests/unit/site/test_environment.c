/* SPDX-License-Identifier: Apache-2.0
 *
 * The file etc/environment of a site.
 */
#include "site/environment.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
take(const char *name, const char *value, void *arg)
{
	str_addf(arg, "%s=[%s]\n", name, value);
}

static void
lines_become_variables(void **state)
{
	struct str got = {0};
	struct err err = {""};

	(void)state;
	assert_int_equal(
	    environment_parse(SLICE("# proxies\n\n https_proxy=http://p:1 \n"
				    "export no_proxy=\".a,.b\"\nE=\nQ='x=y'"),
		take, &got, &err),
	    0);
	assert_string_equal(str_get(&got),
	    "https_proxy=[http://p:1]\nno_proxy=[.a,.b]\nE=[]\nQ=[x=y]\n");
	str_free(&got);
}

static void
mistakes_are_told(void **state)
{
	static const char *const bad[][2] = {
	    {"A=1\nhttps_proxy\n", "2: expected NAME=VALUE"},
	    {"=1", "1: expected NAME=VALUE"},
	    {"1A=1", "1: expected NAME=VALUE"},
	    {"A B=1", "1: expected NAME=VALUE"},
	    {"HOME=/root", "1: HOME is Vedette's to set"},
	    {"\n\nVEDETTE_SITE=x", "3: VEDETTE_SITE is Vedette's to set"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {""};

		assert_int_equal(
		    environment_parse(slice_of(bad[i][0]), NULL, NULL, &err),
		    -1);
		assert_string_equal(err.text, bad[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_become_variables),
	    cmocka_unit_test(mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
