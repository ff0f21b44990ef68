/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that no rule fits, grouped by their words.
 */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "common/mem.h"
#include "eventd/learn/patterns.h"
#include "eventd/rule/pattern.h"

#include <stdio.h>

#define HOUR INT64_C(3600000000)

static void
hear(struct patterns *p, const char *app, const char *text, int64_t now)
{
	struct message m = {.application = slice_of(app),
	    .text = slice_of(text),
	    .host = SLICE("gw2"),
	    .priority = 4};

	ec_patterns_add(p, &m, now);
}

static void
what_differs_is_a_wildcard(void **state)
{
	struct patterns *p = ec_patterns_new();
	const struct pattern_seen *s;
	struct str text = {0}, regex = {0};

	(void)state;
	hear(p, "ifd", "port 7 of blade3 lost carrier", HOUR);
	hear(p, "ifd", "port 8 of blade3 lost carrier", HOUR);
	hear(p, "ifd", "port 9 of blade3 got (new) carrier", HOUR);
	hear(p, "ifd", "fan stands still in tray front", HOUR);
	hear(p, "other", "port 7 of blade3 lost carrier", HOUR);
	assert_int_equal(ec_patterns_count(p), 4);
	s = ec_patterns_newest(p)->older->older->older;
	assert_int_equal(s->count, 2);
	assert_string_equal(s->sample, "port 8 of blade3 lost carrier");
	pattern_text(s, &text);
	assert_string_equal(str_get(&text), "port * of * lost carrier");
	pattern_regex(s, &regex);
	assert_string_equal(str_get(&regex),
	    "^\\s*port\\s+(\\S+)\\s+of\\s+(\\S+)\\s+lost\\s+carrier\\s*$");
	str_free(&text);
	str_free(&regex);
	ec_patterns_free(&p);
}

static void
words_of_the_same_place_become_one(void **state)
{
	struct patterns *p = ec_patterns_new();
	struct str text = {0};

	(void)state;
	hear(p, "sshd", "Failed password for alice from 192.0.2.1", HOUR);
	hear(p, "sshd", "Failed password for bob from 192.0.2.2", HOUR);
	assert_int_equal(ec_patterns_count(p), 1);
	pattern_text(ec_patterns_newest(p), &text);
	assert_string_equal(str_get(&text), "Failed password for * from *");
	str_free(&text);
	ec_patterns_free(&p);
}

static void
hours_are_counted_apart(void **state)
{
	struct patterns *p = ec_patterns_new();
	const struct pattern_seen *s;

	(void)state;
	hear(p, "a", "it is full", 100 * HOUR);
	hear(p, "a", "it is full", 101 * HOUR);
	hear(p, "a", "it is full", 101 * HOUR + 1);
	s = ec_patterns_newest(p);
	assert_int_equal(pattern_recent(s, 1, 101 * HOUR), 2);
	assert_int_equal(pattern_recent(s, 2, 101 * HOUR), 3);
	assert_int_equal(pattern_recent(s, 1, 102 * HOUR), 0);
	assert_int_equal(pattern_recent(s, 24, 130 * HOUR), 0);
	ec_patterns_free(&p);
}

static void
memory_and_time_are_bounded(void **state)
{
	struct patterns *p = ec_patterns_new();
	const struct pattern_seen *s;
	char app[32];

	(void)state;
	for (int i = 0; i < 3 * PATTERNS_MAX; i++) {
		snprintf(app, sizeof(app), "app%d", i);
		hear(p, app, "hello there", HOUR + i * INT64_C(1000000));
	}
	assert_int_equal(ec_patterns_count(p), PATTERNS_MAX);
	ec_patterns_clear(p);
	assert_int_equal(ec_patterns_count(p), 0);
	/* In a storm each message that is looked at stands for others. */
	for (int i = 0; i < 5 * PATTERNS_SECOND; i++)
		hear(p, "a", "it is full", HOUR);
	hear(p, "a", "it is full", HOUR + 1000000);
	s = ec_patterns_newest(p);
	assert_int_equal(s->count, 5 * PATTERNS_SECOND + 1);
	ec_patterns_free(&p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_differs_is_a_wildcard),
	    cmocka_unit_test(words_of_the_same_place_become_one),
	    cmocka_unit_test(hours_are_counted_apart),
	    cmocka_unit_test(memory_and_time_are_bounded)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
