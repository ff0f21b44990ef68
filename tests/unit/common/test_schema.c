/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed tables: every kind of value, and the words of each mistake.
 */
#include "common/config/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct schema text = {.kind = SCHEMA_TEXT};
static const struct schema name = {.kind = SCHEMA_NAME};
static const struct schema boolean = {.kind = SCHEMA_BOOL};
static const struct schema number = {.kind = SCHEMA_INT, .min = 1, .max = 9};
static const struct schema real = {.kind = SCHEMA_REAL};
static const struct schema duration = {
    .kind = SCHEMA_DURATION, .min = 1000, .max = 60000};
static const struct schema size = {.kind = SCHEMA_BYTES};
static const char *const colour_words[] = {"red", "green", NULL};
static const struct schema colour = {
    .kind = SCHEMA_WORD, .words = colour_words, .null_ok = true};
static const struct schema regex = {.kind = SCHEMA_REGEX};
static const struct schema network = {.kind = SCHEMA_NETWORK};
static const struct schema two = {
    .kind = SCHEMA_LIST, .of = &number, .min = 2, .max = 2};
static const struct schema map = {.kind = SCHEMA_MAP, .of = &text};
static const struct schema_key sub_keys[] = {
    {"must", &text, true, NULL, NULL}, {0}};
static const struct schema sub = {.kind = SCHEMA_TABLE, .keys = sub_keys};
static const struct schema *const both[] = {&colour, &sub, NULL};
static const struct schema either = {.kind = SCHEMA_EITHER, .either = both};
static const struct schema_key keys[] = {{"text", &text, false, NULL, NULL},
    {"name", &name, false, NULL, NULL}, {"bool", &boolean, false, NULL, NULL},
    {"int", &number, false, NULL, NULL}, {"real", &real, false, NULL, NULL},
    {"duration", &duration, false, NULL, NULL},
    {"size", &size, false, NULL, NULL}, {"word", &colour, false, NULL, NULL},
    {"regex", &regex, false, NULL, NULL},
    {"network", &network, false, NULL, NULL}, {"two", &two, false, NULL, NULL},
    {"map", &map, false, NULL, NULL}, {"either", &either, false, NULL, NULL},
    {0}};
static const struct schema root = {.kind = SCHEMA_TABLE, .keys = keys};

/* The mistakes of a document, "" for none. */
static void
expect(const char *yaml, const char *expected)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse("f", slice_of(yaml), &m);
	struct str got = {0};

	schema_check(&root, doc, NULL, yaml_root(doc), &m);
	mistakes_print(&m, &got);
	assert_string_equal(str_get(&got), expected);
	str_free(&got);
	mistakes_free(&m);
	yaml_doc_free(&doc);
}

static void
test_good(void **state)
{
	(void)state;
	expect("text: x\nname: Filesystem /\nbool: yes\nint: 9\nreal: 5\n"
	       "duration: 1m\nsize: 64KiB\nword: red\nregex: 'a(b)'\n"
	       "network: 192.0.2.0/24\ntwo: [1, 2]\nmap: {a: 1, b: x}\n"
	       "either: {must: x}\n",
	    "");
	expect("duration: 5\nsize: 70\nword:\nnetwork: '2001:db8::1'\n"
	       "text: 12\nreal: 0.5\neither: green\n",
	    "");
}

static void
test_bad(void **state)
{
	(void)state;
	expect("text: yes\n",
	    "f:1:7: text: expected a text, not true (write it in quotes if it "
	    "is a text)\n");
	expect("name: a;b\n",
	    "f:1:7: name: expected a name without ; and control characters, "
	    "not \"a;b\"\n");
	expect("bool: maybe\n",
	    "f:1:7: bool: expected true or false, not \"maybe\"\n");
	expect("int: 10\n",
	    "f:1:6: int: expected a whole number from 1 to 9, not 10\n");
	expect("int: 1.5\n",
	    "f:1:6: int: expected a whole number from 1 to 9, not 1.5\n");
	expect("duration: 2m\n",
	    "f:1:11: duration: expected a duration such as 30s, 5m, 1h30m or "
	    "1d from 1s to 1m, not \"2m\"\n");
	expect("size: 5x\n",
	    "f:1:7: size: expected a size such as 64KiB or 1MB, not \"5x\"\n");
	expect("word: gren\n",
	    "f:1:7: word: expected red or green, or null, not \"gren\"; did "
	    "you mean green?\n");
	expect("regex: a(\n",
	    "f:1:8: regex: expected a regular expression: missing closing "
	    "parenthesis at character 3\n");
	expect("network: 192.0.2.0/33\n",
	    "f:1:10: network: expected an address or a network such as "
	    "192.0.2.0/24, not \"192.0.2.0/33\"\n");
	expect("two: [1, 2, 3]\n", "f:1:6: two: expected a list of 2\n");
	expect("map: [x]\n",
	    "f:1:6: map: expected a mapping (name: value), not a list\n");
	expect("map: {'a;': x}\n",
	    "f:1:7: map[\"a;\"]: expected a name without ; and control "
	    "characters\n");
	expect("either: {}\n", "f:1:9: either: the key must is missing\n");
	expect("either: 5\n",
	    "f:1:9: either: expected red or green, or null, or a mapping "
	    "(key: value), not 5\n");
	expect("zzz: 1\nreel: 2\n",
	    "f:1:1: zzz: unknown key; expected one of text, name, bool, int, "
	    "real, duration, size, word, regex, network, two, map, either\n"
	    "f:2:1: reel: unknown key; did you mean real?\n");
	expect("[]\n", "f:1:1: expected a mapping (key: value), not a list\n");
}

static void
test_whole_numbers_as_text(void **state)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse("f", SLICE("map: {a: 12}\n"), &m);
	json_t *value;

	(void)state;
	schema_check(&root, doc, NULL, yaml_root(doc), &m);
	value = json_object_get(json_object_get(yaml_root(doc), "map"), "a");
	assert_string_equal(json_string_value(value), "12");
	mistakes_free(&m);
	yaml_doc_free(&doc);
}

static void
test_nearest(void **state)
{
	struct nearest n = {.word = "web10"};

	(void)state;
	nearest_try(&n, "database");
	assert_null(n.best);
	nearest_try(&n, "web-011");
	nearest_try(&n, "web01"); /* transposed: one step */
	nearest_try(&n, "web1");
	assert_string_equal(n.best, "web01");
}

static void
test_many(void **state)
{
	struct mistakes m = {0};
	struct mistake_place place = {"f", 1, 1, "p"};
	struct str got = {0};

	(void)state;
	for (int i = 0; i < MISTAKES_MAX_KEPT + 3; i++)
		mistake_add(&m, &place, "no");
	mistakes_print(&m, &got);
	assert_non_null(strstr(str_get(&got), "and 3 more\n"));
	assert_int_equal(m.n_mistakes, MISTAKES_MAX_KEPT + 3);
	mistakes_free(&m);
	str_free(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_whole_numbers_as_text),
	    cmocka_unit_test(test_nearest),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
