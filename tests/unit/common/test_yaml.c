/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML to values: what scalars mean, where things stand, what is refused.
 */
#include "common/config/yaml.h"
#include "common/config/yaml_lines.h"
#include "common/config/yaml_scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct yaml_doc *
parse(const char *text, struct str *mistakes)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse("f.yaml", slice_of(text), &m);

	str_clear(mistakes);
	mistakes_print(&m, mistakes);
	mistakes_free(&m);
	return doc;
}

static void
expect_json(const char *text, const char *json)
{
	struct str mistakes = {0};
	struct yaml_doc *doc = parse(text, &mistakes);
	char *got = json_dumps(yaml_root(doc),
	    JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	assert_string_equal(str_get(&mistakes), "");
	assert_string_equal(got, json);
	free(got);
	yaml_doc_free(&doc);
	str_free(&mistakes);
}

static void
expect_mistakes(const char *text, const char *expected)
{
	struct str mistakes = {0};
	struct yaml_doc *doc = parse(text, &mistakes);

	assert_string_equal(str_get(&mistakes), expected);
	yaml_doc_free(&doc);
	str_free(&mistakes);
}

static void
test_scalars(void **state)
{
	(void)state;
	expect_json("[true, False, ON, off, yes, No, tRue]",
	    "[true,false,true,false,true,false,\"tRue\"]");
	expect_json(
	    "[null, ~, Null, '', \"null\"]", "[null,null,null,\"\",\"null\"]");
	expect_json("[0, -5, 42, 007, +1, 0x10, 9223372036854775808]",
	    "[0,-5,42,\"007\",\"+1\",\"0x10\",\"9223372036854775808\"]");
	expect_json("[1.5, -0.25, 1e3, .inf, 1.2.3, 2c, 6s]",
	    "[1.5,-0.25,1000.0,\".inf\",\"1.2.3\",\"2c\",\"6s\"]");
	expect_json("[08:00-17:00, 12:30:00, 2026-12-25, 80%]",
	    "[\"08:00-17:00\",\"12:30:00\",\"2026-12-25\",\"80%\"]");
	expect_json("['5', \"true\", !!str 5]", "[\"5\",\"true\",\"5\"]");
	expect_json("a:\n  - {b: 1}\n  - |\n    x\n    y\n",
	    "{\"a\":[{\"b\":1},\"x\\ny\\n\"]}");
	expect_json("22: x\nyes: y\n", "{\"22\":\"x\",\"yes\":\"y\"}");
	expect_json("", "null");
	expect_json("# only this\n", "null");
	expect_json("{\n\t\"a\": [1,\t2],\n\t\"b\": \"\\u00e4\\/\"\n}\n",
	    "{\"a\":[1,2],\"b\":\"\xc3\xa4/\"}");
	expect_json(
	    "{\"a\": \"\\ud83d\\ude00\"}", "{\"a\":\"\xf0\x9f\x98\x80\"}");
}

static void
test_refused(void **state)
{
	(void)state;
	expect_mistakes("a: 1\nb:\n  c: 2\n  c: 3\n",
	    "f.yaml:4:3: b: the key c is there twice, first in line 3\n");
	expect_mistakes("a: &x 1\nb: *x\n",
	    "f.yaml:1:4: a: anchors and tags are not supported\n"
	    "f.yaml:2:4: b: aliases are not supported\n");
	expect_mistakes(
	    "a: {<<: 1}\n", "f.yaml:1:5: a: merge keys are not supported\n");
	expect_mistakes("a: !!binary x\n",
	    "f.yaml:1:4: a: anchors and tags are not supported\n");
	expect_mistakes("a: 1\n---\nb: 1\n",
	    "f.yaml:2:1: expected one document in the file\n");
	expect_mistakes("a: \"x\\0y\"\n",
	    "f.yaml:1:4: a: expected a text of UTF-8 without NUL bytes\n");
	expect_mistakes(
	    "? {a: 1}\n: x\n", "f.yaml:1:3: expected a text as key\n");
}

static void
test_syntax(void **state)
{
	struct str mistakes = {0};
	struct yaml_doc *doc = parse("a:\n  - [1, 2\nb: 3\n", &mistakes);

	(void)state;
	assert_non_null(strstr(str_get(&mistakes), "f.yaml:3:"));
	assert_non_null(strstr(str_get(&mistakes), "not valid YAML"));
	yaml_doc_free(&doc);
	doc = parse("a: \xff\n", &mistakes);
	assert_non_null(strstr(str_get(&mistakes), "not valid YAML"));
	yaml_doc_free(&doc);
	str_free(&mistakes);
}

static void
test_depth(void **state)
{
	struct str text = {0}, mistakes = {0};
	struct yaml_doc *doc;

	(void)state;
	for (int i = 0; i < 900; i++)
		str_addc(&text, '[');
	doc = parse(str_get(&text), &mistakes);
	assert_non_null(strstr(str_get(&mistakes), "nested too deeply"));
	yaml_doc_free(&doc);
	str_free(&text);
	str_free(&mistakes);
}

static void
test_places(void **state)
{
	struct str mistakes = {0};
	struct yaml_doc *doc =
	    parse("a: 1\nlist:\n  - x\n  -   {k: v}\n", &mistakes);
	json_t *root = yaml_root(doc);
	json_t *list = json_object_get(root, "list");
	struct yaml_pos pos = yaml_key_pos(doc, root, "list");

	(void)state;
	assert_int_equal(pos.line, 2);
	assert_int_equal(pos.column, 1);
	pos = yaml_value_pos(doc, root, "a");
	assert_int_equal(pos.line, 1);
	assert_int_equal(pos.column, 4);
	pos = yaml_index_pos(doc, list, 1);
	assert_int_equal(pos.line, 4);
	assert_int_equal(pos.column, 7);
	pos = yaml_value_pos(doc, json_array_get(list, 1), "k");
	assert_int_equal(pos.column, 11);
	pos = yaml_key_pos(doc, root, "absent");
	assert_int_equal(pos.line, 0);
	yaml_doc_free(&doc);
	str_free(&mistakes);
}

static void
test_print(void **state)
{
	static const char json[] =
	    "{\"a\":1,\"b\":[\"x\",{\"c\":\"true\",\"d\":null}],\"e\":{},"
	    "\"f\":\"a: b\",\"g\":\"2c\",\"h\":0.1,\"i\":\"-\",\"j\":\"\","
	    "\"k\":[[1,2],[]],\"l\":\"\\u0007\xc3\xa4\",\"m\":\"...\",\"n\":"
	    "\"\xe2\x80\xa8\\n\xf0\x9f\x98\x80\"}";
	json_t *value = json_loads(json, 0, NULL);
	struct str text = {0};

	(void)state;
	yaml_print(value, 0, &text);
	assert_non_null(strstr(str_get(&text), "  - c: \"true\"\n"));
	expect_json(str_get(&text), json);
	json_decref(value);
	str_free(&text);
}

/* What is in lines of JSON gives the same either way; the rest is left. */
static void
test_lines(void **state)
{
	static const char *const same[] = {
	    "# found\nhost_labels: {\"a/b\": \"x: y\"}\nservices:\n"
	    "- {\"check\": {\"params\": {\"n\": [1, 2.5, null, true]}}}\n"
	    "- {\"description\": \"F \\u00fc \\\"q\\\" #1\"}\n",
	    "services: []\n\nignored: [\"A b\"]\n",
	};
	static const char *const left[] = {"", "services:\n", "{}\n",
	    "services:\n  - {}\n", "services: x\n", "services:\r\n- {}\r\n",
	    "- {}\n", "services:\n- {a: 1}\n", "services: []\nservices: []\n",
	    "services:\n- {}\n  more: 1\n", "a: {\"b\": 1, \"b\": 2}\n",
	    "a: {}\n- {}\n", "services:\n- {\"a\":\n  1}\n", "a:\nb: []\n",
	    "services:\n- {} # c\n", "A: []\n",
	    "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
	    "[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
	    "]]]]]]]\n"};

	struct yaml_lines_cache *cache = yaml_lines_cache_new();

	(void)state;
	/* Twice, so that the cache is asked too. */
	for (size_t k = 0; k < 2 * sizeof(same) / sizeof(same[0]); k++) {
		size_t i = k / 2;
		struct yaml_places places = {0};
		struct str mistakes = {0};
		struct yaml_doc *doc = parse(same[i], &mistakes);
		json_t *root =
		    yaml_lines_parse(slice_of(same[i]), cache, &places);

		assert_non_null(root);
		assert_string_equal(str_get(&mistakes), "");
		assert_true(json_equal(root, yaml_root(doc)));
		if (i == 0) {
			json_t *list = json_object_get(root, "services");
			struct yaml_pos pos = yaml_places_find(
			    &places, yaml_place_index(list, 1), false);

			assert_int_equal(pos.line, 5);
			assert_int_equal(pos.column, 3);
		}
		json_decref(root);
		yaml_places_free(&places);
		yaml_doc_free(&doc);
		str_free(&mistakes);
	}
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		struct yaml_places places = {0};

		assert_null(
		    yaml_lines_parse(slice_of(left[i]), cache, &places));
		assert_int_equal(places.n, 0);
	}
	yaml_lines_cache_free(&cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_scalars),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_syntax),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
