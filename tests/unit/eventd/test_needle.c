/* SPDX-License-Identifier: Apache-2.0
 *
 * Needles of regular expressions, and that nothing fits that lacks its needle.
 */
#include "tests/unit/eventd/harness.h"

#include "eventd/status/needle.h"
#include "eventd/status/query.h"

#include <stdio.h>
#include <strings.h>

static void
needles(void **state)
{
	static const char *const table[][2] = {{"link down", "link down"},
	    {"link (\\d+) is down", " is down"}, {"a|b", ""}, {"abc?", "ab"},
	    {"abc*def", "def"}, {"abc+d", "abc"}, {"ab{2}cde", "cde"},
	    {"^host\\.example$", "host.example"}, {"[abc]def", "def"},
	    {"[]x]yy", "yy"}, {"(?i)abc", ""}, {"\\x41bcdef", ""},
	    {"\\Qa|b\\E", ""}, {"ab(cd", ""}, {"na\xc3\xafve", "na"},
	    {".*", ""}, {"", ""}, {"x(a(b)c)?yz", "yz"}, {"fail\\w+ed", "fail"},
	    {"[[:alpha:]]abc", ""}, {"a\\bcd", "cd"}};
	struct str got = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		needle_of(table[i][0], &got);
		assert_string_equal(str_get(&got), table[i][1]);
	}
	str_free(&got);
}

static unsigned
next_random(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

static void
nothing_is_missed(void **state)
{
	static const char *const parts[] = {"ab", "a", "b", "(ab)", "(a|b)",
	    "[ab]", "[^a]", ".", "?", "*", "+", "{2}", "\\.", "\\d", "^", "$",
	    "(a(b)c)?", "c", "{,2}", "|"};
	struct str regex = {0}, text = {0}, needle = {0}, line = {0};
	unsigned seed = 11, tried = 0, fitted = 0;
	struct event *ev = event_new();

	(void)state;
	for (int i = 0; i < 4000; i++) {
		struct row row = {.event = ev};
		struct query *q;
		struct err err;

		str_clear(&regex);
		str_clear(&line);
		for (unsigned k = 1 + next_random(&seed, 5); k > 0; k--)
			str_add(&regex,
			    parts[next_random(&seed, ARRAY_LEN(parts))]);
		str_addf(&line, "GET events\nFilter: event_text ~~ %s",
		    str_get(&regex));
		q = query_parse(str_slice(&line), &err);
		if (q == NULL)
			continue;
		needle_of(str_get(&regex), &needle);
		for (int t = 0; t < 20; t++) {
			str_clear(&text);
			for (unsigned k = next_random(&seed, 8); k > 0; k--)
				str_addc(
				    &text, "abcAB.7"[next_random(&seed, 7)]);
			event_set(&ev->text, str_slice(&text));
			tried++;
			if (!query_accepts(q, &row))
				continue;
			fitted++;
			if (strcasestr(str_get(&text), str_get(&needle)) ==
			    NULL)
				fail_msg("\"%s\" fits %s, needle %s",
				    str_get(&text), str_get(&regex),
				    str_get(&needle));
		}
		query_free(&q);
	}
	assert_true(tried > 20000 && fitted > 5000);
	event_free(&ev);
	str_free(&regex);
	str_free(&text);
	str_free(&needle);
	str_free(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(needles), cmocka_unit_test(nothing_is_missed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
