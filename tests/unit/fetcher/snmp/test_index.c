/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: indexes of rows taken apart, scales of sensors, cells of bytes.
 */
#include "common/mem.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/index.h"
#include "fetcher/snmp/sensor.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
test_numbers(void **state)
{
	struct slice index = SLICE("4.4294967295.0"), bad;
	static const char *const wrong[] = {
	    "", ".1", "4294967296", "-1", "a", "1a"};
	uint32_t n;

	(void)state;
	assert_true(index_number(&index, &n) && n == 4);
	assert_true(index_number(&index, &n) && n == 4294967295u);
	assert_true(index_number(&index, &n) && n == 0);
	assert_false(index_number(&index, &n));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		bad = slice_of(wrong[i]);
		assert_false(index_number(&bad, &n));
		assert_true(slice_eqs(bad, wrong[i]));
	}
}

static void
test_texts(void **state)
{
	static const struct {
		const char *index;
		bool implied, good;
		const char *text, *rest;
	} cases[] = {{"3.97.98.99.7", false, true, "abc", "7"},
	    {"0.7", false, true, "", "7"}, {"97.98", true, true, "ab", ""},
	    {"4.97.98.99", false, false, "", ""},
	    {"1.256", false, false, "", ""}, {"200.1", false, false, "", ""}};
	struct arena arena = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice index = slice_of(cases[i].index), text;

		assert_int_equal(
		    index_text(&index, cases[i].implied, &arena, &text),
		    cases[i].good);
		if (!cases[i].good) {
			assert_true(slice_eqs(index, cases[i].index));
			continue;
		}
		assert_true(slice_eqs(text, cases[i].text));
		assert_true(slice_eqs(index, cases[i].rest));
	}
	arena_free(&arena);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *index, *text;
	} cases[] = {{"1.4.192.0.2.1", "192.0.2.1"},
	    {"2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1", "2001:db8::1"},
	    {"3.8.192.0.2.1.0.0.0.3", "192.0.2.1%3"},
	    {"4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.1.0", "fe80::1%256"},
	    {"16.3.97.46.98", "a.b"}, {"0.0", ""}, {"1.3.192.0.2", NULL},
	    {"9.4.1.2.3.4", NULL}, {"1", NULL}, {"2.16.1", NULL}};
	struct arena arena = {0};
	struct slice index = SLICE("192.0.2.1.5"), text;

	(void)state;
	assert_true(index_ipv4(&index, &text));
	assert_true(slice_eqs(text, "192.0.2.1") && slice_eqs(index, "5"));
	index = SLICE("192.0.2.1");
	assert_true(index_ipv4(&index, &text));
	assert_true(slice_eqs(text, "192.0.2.1") && index.len == 0);
	index = SLICE("192.0.256.1");
	assert_false(index_ipv4(&index, &text));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		index = slice_of(cases[i].index);
		assert_int_equal(index_address(&index, &arena, &text),
		    cases[i].text != NULL);
		if (cases[i].text != NULL)
			assert_true(slice_eqs(text, cases[i].text));
	}
	arena_free(&arena);
}

static void
test_sensors(void **state)
{
	static const struct {
		double raw, scale, precision, value;
	} cases[] = {{235, 9, 1, 23.5}, {12034, 8, 0, 12.034}, {7, 10, 0, 7000},
	    {-50, 9, 1, -5}, {5, 9, -2, 500}, {5, 0, 0, 5}, {5, 18, 12, 5},
	    {5, 9.5, 0.5, 5}, {NAN, 9, 0, 0}, {1e300, 17, -8, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(fabs(sensor_value(cases[i].raw, cases[i].scale,
				     cases[i].precision) -
				cases[i].value) < 1e-9);
	assert_string_equal(sensor_type_name(SENSOR_CELSIUS), "temperature");
	assert_string_equal(sensor_type_unit(SENSOR_RPM), "RPM");
	assert_null(sensor_type_name(0));
	assert_null(sensor_type_name(99));
	assert_string_equal(sensor_type_unit(99), "");
}

static void
test_bytes(void **state)
{
	struct row_cells row = {
	    .n = 3, .cell = {SLICE("001bff"), SLICE(""), SLICE("0g")}};
	struct arena arena = {0};
	struct slice bytes;

	(void)state;
	assert_true(rows_bytes(&row, 0, &arena, &bytes));
	assert_true(slice_eq(bytes, (struct slice){"\x00\x1b\xff", 3}));
	assert_false(rows_bytes(&row, 1, &arena, &bytes));
	assert_false(rows_bytes(&row, 2, &arena, &bytes));
	assert_false(rows_bytes(&row, 3, &arena, &bytes));
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_sensors),
	    cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
