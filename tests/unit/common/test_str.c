/* SPDX-License-Identifier: Apache-2.0
 *
 * Strings, slices, strict numbers, durations, log lines.
 */
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/str.h"
#include "common/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
test_grow(void **state)
{
	struct str s = {0};
	char *stolen;

	(void)state;
	assert_string_equal(str_get(&s), "");
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%d,", i);
	assert_int_equal(s.len, 3890);
	assert_int_equal(strlen(s.s), s.len);
	stolen = str_steal(&s);
	assert_int_equal(s.len, 0);
	free(stolen);
}

static void
test_slices(void **state)
{
	struct slice rest = SLICE("a,,b"), w;

	(void)state;
	assert_true(slice_next(&rest, ',', &w) && slice_eqs(w, "a"));
	assert_true(slice_next(&rest, ',', &w) && slice_eqs(w, ""));
	assert_true(slice_next(&rest, ',', &w) && slice_eqs(w, "b"));
	assert_false(slice_next(&rest, ',', &w));
	rest = SLICE("  one\ttwo ");
	assert_true(slice_word(&rest, &w) && slice_eqs(w, "one"));
	assert_true(slice_word(&rest, &w) && slice_eqs(w, "two"));
	assert_false(slice_word(&rest, &w));
	assert_true(slice_eqs(slice_trim(SLICE(" \n x \r")), "x"));
}

static void
test_integers(void **state)
{
	static const char *const bad[] = {"", "-", "+", " 1", "1 ", "1x", "0x1",
	    "9223372036854775808", "-9223372036854775809",
	    "99999999999999999999"};
	int64_t v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(num_i64(slice_of(bad[i]), &v));
	assert_true(num_i64(SLICE("-9223372036854775808"), &v));
	assert_true(v == INT64_MIN);
	assert_true(num_i64(SLICE("+7"), &v) && v == 7);
	assert_false(num_range(SLICE("8"), 1, 7, &v));
}

static void
test_doubles(void **state)
{
	static const char *const bad[] = {
	    "", "nan", "inf", "0x1p3", "1e999", "1.2.3", "1 "};
	double v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(num_double(slice_of(bad[i]), &v));
	assert_true(num_double(SLICE("-1.5e3"), &v) && v == -1500);
}

/* The short way gives to the last bit what strtod gives. */
static void
test_plain_doubles(void **state)
{
	static const char *const texts[] = {"0", "-0", "7", "0.1", "-0.3",
	    "123456789.012345", "0.00000000000001", "999999999999999",
	    "9999999999999999", "0.1234567890123456", "5.", ".5", "007.50",
	    "184467440737095516150", "4.35", "2.675", "1000000000000.05"};
	uint32_t seed = 1;
	char text[40];
	double v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_true(num_double(slice_of(texts[i]), &v));
		assert_true(v == strtod(texts[i], NULL));
	}
	for (int i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		snprintf(text, sizeof(text), "%u.%0*u", seed >> 12, i % 9 + 1,
		    (seed >> 3) % 100000);
		assert_true(num_double(slice_of(text), &v));
		assert_true(v == strtod(text, NULL));
	}
	assert_false(num_double(SLICE("1.2.3"), &v));
	assert_false(num_double(SLICE("."), &v));
	assert_false(num_double(SLICE("-"), &v));
	assert_false(num_double(SLICE("--1"), &v));
}

static void
test_plain_text(void **state)
{
	char text[24] = "all is well, 20 of 20 a";

	(void)state;
	assert_true(utf8_is_plain(SLICE("")));
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct slice s = {text, sizeof(text) - 1};
		char was = text[n];

		assert_true(utf8_is_plain(s));
		for (int c = 0; c < 256; c++) {
			text[n] = (char)c;
			assert_int_equal(
			    utf8_is_plain(s), c >= ' ' && c < 0x80);
		}
		text[n] = was;
	}
}

static void
test_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"6s", 6000}, {"500ms", 500}, {"5m", 300000},
	    {"25h", 90000000}, {"1d", 86400000}, {"1h30m", 5400000},
	    {"90", 90000}, {"0.5s", 500}};
	static const char *const bad[] = {"", "s", "5x", "-5s", "5 s",
	    "5s5"
	    "q"};
	struct str s = {0};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(num_duration_ms(slice_of(good[i].text), &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(num_duration_ms(slice_of(bad[i]), &ms));
	num_duration_add(&s, 90061000);
	assert_string_equal(s.s, "1d 1h");
	str_free(&s);
}

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	str_add(arg, line);
}

/* Nothing that a peer sends can forge a line. */
static void
test_log_escapes(void **state)
{
	struct str seen = {0};

	(void)state;
	log_set_sink(keep_line, &seen);
	log_warn("peer %s", "x\n2026 error: \x1b[31m");
	log_set_sink(NULL, NULL);
	assert_string_equal(seen.s, "peer x\\n2026 error: \\x1b[31m");
	str_free(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grow),
	    cmocka_unit_test(test_slices),
	    cmocka_unit_test(test_integers),
	    cmocka_unit_test(test_doubles),
	    cmocka_unit_test(test_plain_doubles),
	    cmocka_unit_test(test_plain_text),
	    cmocka_unit_test(test_durations),
	    cmocka_unit_test(test_log_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
