/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: which services an agent's output gives.
 */
#include "fetcher/discover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const struct discovered *
find(const struct discovery *d, const char *description)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->services[i].description, description) == 0)
			return &d->services[i];
	return NULL;
}

static void
read_data(const char *path, struct str *to)
{
	char buf[4096];
	size_t n;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
		str_addn(to, buf, n);
	fclose(file);
}

static void
test_whole_host(void **state)
{
	struct str output = {0};
	struct discovery d = {0};
	(void)state;
	read_data("tests/data/agent/linux-2.4.txt", &output);
	assert_true(discover_agent(str_slice(&output), SLICE("web01"), &d));
	assert_string_equal(str_get(&d.problems), "");
	static const char *const want[] = {"CPU load", "Memory", "Uptime",
	    "Filesystem /", "Filesystem /boot/efi",
	    "Filesystem /var/lib/my data", "Filesystem btrfs /dev/sdc",
	    "Backup_DB", "Web shop", "Room_1", "Foo"};
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_non_null(find(&d, want[i]));
	assert_null(find(&d, "Filesystem /scratch"));
	assert_null(find(&d, "Filesystem /srv"));
	assert_null(find(&d, "Check_MK"));
	assert_string_equal(find(&d, "Web shop")->check->name, "local");
	assert_string_equal(find(&d, "Web shop")->item, "Web shop");
	assert_string_equal(find(&d, "Memory")->item, "");
	discovery_free(&d);
	str_free(&output);
}

static void
test_broken_and_empty(void **state)
{
	struct str output = {0};
	struct discovery d = {0};
	(void)state;
	assert_false(discover_agent(SLICE("hello\n"), SLICE("a"), &d));
	discovery_free(&d);
	read_data("tests/data/agent/broken.txt", &output);
	assert_true(discover_agent(str_slice(&output), SLICE("a"), &d));
	assert_string_equal(
	    str_get(&d.problems), "section uptime: line 1: expected seconds\n");
	assert_non_null(find(&d, "Gr\303\274n"));
	assert_null(find(&d, "Uptime"));
	discovery_free(&d);
	str_free(&output);
}

static void
test_a_name_once(void **state)
{
	struct discovery d = {0};
	(void)state;
	discover_agent(SLICE("<<<local>>>\n0 A - x\n1 A - y\n0 CPU - z\n"),
	    SLICE("a"), &d);
	assert_int_equal(d.n, 2);
	discovery_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole_host),
	    cmocka_unit_test(test_broken_and_empty),
	    cmocka_unit_test(test_a_name_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
