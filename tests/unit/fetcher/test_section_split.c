/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: the grammar of agent output.
 */
#include "common/utf8.h"
#include "fetcher/sections/parsed.h"

#include "common/mem.h"
#include "fetcher/sections/encoding.h"
#include "fetcher/sections/uptime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
expect(struct slice got, const char *want)
{
	char *text = slice_dup(got);
	assert_string_equal(text, want);
	free(text);
}

/* "name sep cached_at,interval persist|line|line", parts joined by "/". */
static char *
describe(const char *output)
{
	struct split split = {0};
	struct str out = {0};
	split_output(slice_of(output), SLICE("me"), 1000, &split);
	for (size_t i = 0; i < split.n_parts; i++) {
		const struct split_part *p = &split.parts[i];
		char *name = slice_dup(p->name);
		const char *names[2] = {name, NULL};
		str_addf(&out, "%s%s %d %lld,%lld", i > 0 ? "/" : "", name,
		    p->sep, (long long)p->cached_at,
		    (long long)p->cached_interval);
		struct split one = split;
		one.parts = &split.parts[i];
		one.n_parts = 1;
		struct split_lines in = split_lines(&one, names);
		struct slice line;
		while (split_line(&in, &line)) {
			str_addc(&out, '|');
			str_addslice(&out, line);
		}
		free(name);
	}
	for (size_t i = 0; i < split.n_piggyback; i++) {
		str_add(&out, "@");
		str_addslice(&out, split.piggyback[i].host);
		str_addf(&out, "%zu", split.piggyback[i].body.len);
	}
	if (split.bad_headers > 0)
		str_addf(&out, " bad %llu line %llu",
		    (unsigned long long)split.bad_headers,
		    (unsigned long long)split.bad_line);
	split_free(&split);
	return str_steal(&out);
}

static void
test_grammar(void **state)
{
	static const struct {
		const char *output, *want;
	} cases[] = {
	    {"", ""},
	    {"outside\n", ""},
	    {"<<<a>>>\nx\n\n y \r\n<<<b_2>>>\nz", "a -1 0,0|x|y/b_2 -1 0,0|z"},
	    {"<<<a:sep(58)>>>\n", "a 58 0,0"},
	    {"<<<a:sep(0):nostrip()>>>\n  x \r\n", "a 0 0,0|  x "},
	    {"<<<a:cached(100,60):persist(2000)>>>\n", "a -1 100,60"},
	    {"<<<a:persist(2000)>>>\n", "a -1 1000,1000"},
	    {"<<<a:unknown(7):weird:sep(9)>>>\n", "a 9 0,0"},
	    {"<<<a>>>\nx\n<<<>>>\nlost\n<<<:x>>>\n", "a -1 0,0|x"},
	    {"<<<a b>>>\nlost\n<<<c>>>\nx\n", "c -1 0,0|x bad 1 line 1"},
	    {"<<<a:sep(300)>>>\nlost\n", " bad 1 line 1"},
	    {"<<<a:cached(x,1)>>>\nlost\n", " bad 1 line 1"},
	    {"<<<a>>>\n<<<a>>\n<<a>>>\n", "a -1 0,0|<<<a>>|<<a>>>"},
	    {"<<<a>>>  \nx\n", "a -1 0,0|x"},
	    {"<<<<p>>>>\n<<<a>>>\nx\n<<<<>>>>\nlost\n<<<b>>>\ny\n",
		"b -1 0,0|y@p9"},
	    {"<<<<me>>>>\n<<<a>>>\nx\n", "a -1 0,0|x"},
	    {"<<<<a/b>>>>\n<<<a>>>\nx\n<<<<q>>>>\n<<<b>>>\n", "@q7"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = describe(cases[i].output);
		assert_string_equal(got, cases[i].want);
		free(got);
	}
}

static void
test_lines_of_two_names_in_order(void **state)
{
	static const char *const names[] = {"df", "df_v2", NULL};
	struct split split = {0};
	struct slice line;
	(void)state;
	split_output(SLICE("<<<df>>>\n1\n<<<x>>>\n2\n<<<df_v2>>>\n3\n"),
	    SLICE("me"), 0, &split);
	struct split_lines in = split_lines(&split, names);
	assert_true(split_line(&in, &line));
	expect(line, "1");
	assert_true(split_line(&in, &line));
	expect(line, "3");
	assert_int_equal(in.line, 2);
	assert_false(split_line(&in, &line));
	expect(split_last(&split, names)->name, "df_v2");
	split_free(&split);
}

static void
test_limits(void **state)
{
	struct str output = {0};
	struct split split = {0};
	(void)state;
	for (int i = 0; i < SPLIT_MAX_PARTS + 5; i++)
		str_add(&output, "<<<a>>>\n<<<<p>>>>\n<<<<>>>>\n");
	split_output(str_slice(&output), SLICE("me"), 0, &split);
	assert_int_equal(split.n_parts, SPLIT_MAX_PARTS);
	assert_int_equal(split.n_piggyback, SPLIT_MAX_PIGGYBACK);
	assert_int_equal(split.over_limit, 10);
	split_free(&split);
	str_free(&output);
}

static void
test_columns(void **state)
{
	struct split_part part = {.sep = ':'};
	struct split_lines in = {.current = &part};
	struct slice line = SLICE("a::b:"), column;
	(void)state;
	const char *const want[] = {"a", "", "b", ""};
	for (size_t i = 0; i < 4; i++) {
		assert_true(section_column(&in, &line, &column));
		expect(column, want[i]);
	}
	assert_false(section_column(&in, &line, &column));
	part.sep = SPLIT_WHITE;
	line = SLICE("a   b");
	assert_true(section_column(&in, &line, &column));
	assert_true(section_column(&in, &line, &column));
	expect(column, "b");
	assert_false(section_column(&in, &line, &column));
}

static void
test_encodings(void **state)
{
	struct arena arena = {0};
	(void)state;
	assert_true(
	    utf8_valid(SLICE("plain, long enough \303\244\360\237\230\200")));
	assert_false(utf8_valid(SLICE("\303")));
	assert_false(utf8_valid(SLICE("\300\200")));
	assert_false(utf8_valid(SLICE("\355\240\200")));
	assert_false(utf8_valid(SLICE("1234567\344")));
	expect(encoding_to_utf8(SLICE("\344"), SLICE(""), &arena), "\303\244");
	expect(encoding_to_utf8(SLICE("\303\244"), SLICE("utf-8"), &arena),
	    "\303\244");
	expect(encoding_to_utf8(SLICE("\303\244"), SLICE("latin-1"), &arena),
	    "\303\203\302\244");
	assert_int_equal(encoding_cut(SLICE("a\303\244"), 2), 1);
	assert_int_equal(encoding_cut(SLICE("a\303\244"), 3), 3);
	arena_free(&arena);
}

static void
test_parsed_once(void **state)
{
	struct parsed p;
	(void)state;
	parsed_init(
	    &p, SLICE("<<<uptime:cached(5,60)>>>\n12 3\n"), SLICE("me"), 0);
	const struct parsed_section *a = parsed_get(&p, &section_uptime);
	assert_int_equal(a->state, PARSED_GOOD);
	assert_int_equal(a->cached_at, 5);
	assert_ptr_equal(a, parsed_get(&p, &section_uptime));
	parsed_free(&p);
	parsed_init(&p, SLICE("<<<uptime>>>\n\n"), SLICE("me"), 0);
	assert_int_equal(parsed_get(&p, &section_uptime)->state, PARSED_ABSENT);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grammar),
	    cmocka_unit_test(test_lines_of_two_names_in_order),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_columns),
	    cmocka_unit_test(test_encodings),
	    cmocka_unit_test(test_parsed_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
