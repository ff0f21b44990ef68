/* SPDX-License-Identifier: Apache-2.0 */
#include "common/metric_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void
expect(
    const char *host, const char *service, const char *metric, const char *path)
{
	struct str to = {0};

	metric_path(&to, slice_of(host), slice_of(service), slice_of(metric));
	assert_string_equal(str_get(&to), path);
	str_free(&to);
}

static void
names_become_files(void **state)
{
	(void)state;
	expect("web01", "CPU load", "load1", "web01/CPU%20load/load1.rrd");
	expect("web01", "", "rta", "web01/_HOST_/rta.rrd");
	expect("h", "_HOST_", "x", "h/%5FHOST_/x.rrd");
	expect("h", "Filesystem /", "a/b", "h/Filesystem%20%2F/a%2Fb.rrd");
	/* Nothing leads out of the folder. */
	expect("..", ".", "../..", "%2E./%2E/%2E.%2F...rrd");
	expect(".h", "_s", "a.b_", "%2Eh/_s/a.b_.rrd");
	expect("h", "\xc3\xa4%", "m", "h/%C3%A4%25/m.rrd");
}

static void
long_names_stay_apart(void **state)
{
	char a[1001], b[1001];
	struct str one = {0}, two = {0};

	(void)state;
	memset(a, 'x', 1000);
	a[1000] = '\0';
	memcpy(b, a, sizeof(b));
	b[999] = 'y';
	metric_path(&one, SLICE("h"), slice_of(a), SLICE("m"));
	metric_path(&two, SLICE("h"), slice_of(b), SLICE("m"));
	assert_string_not_equal(str_get(&one), str_get(&two));
	assert_true(one.len < 255);
	str_clear(&one);
	metric_path(&one, SLICE("h"), SLICE("s"), (struct slice){a, 200});
	assert_int_equal(one.len, 4 + 200 + 4);
	str_clear(&one);
	metric_path(&one, SLICE("h"), SLICE("s"), (struct slice){a, 201});
	assert_int_equal(one.len, 4 + 201 + 4);
	str_clear(&one);
	metric_path(&one, SLICE("h"), SLICE("s"), (struct slice){a, 202});
	assert_int_equal(one.len, 4 + 201 + 17 + 4);
	str_free(&one);
	str_free(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_become_files),
	    cmocka_unit_test(long_names_stay_apart),
	};

	return cmocka_run_group_tests_name(
	    "where metrics are kept", tests, NULL, NULL);
}
