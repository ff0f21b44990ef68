/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: what checks are made of: kept counters, rendering, parameters,
 * the table.
 */
#include "fetcher/checks/document.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"

#include "common/config/mistakes.h"
#include "common/config/yaml.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define assert_near(a, b, by) assert_true(fabs((a) - (b)) <= (by))

/* The store after a trip through its blob. */
static void
next_run(struct check_store *store)
{
	struct str blob = {0};
	check_store_save(store, &blob);
	check_store_load(store, str_slice(&blob));
	str_free(&blob);
}

static void
test_rate(void **state)
{
	struct check_store store = {0};
	double rate = -1;
	(void)state;
	assert_false(check_store_rate(&store, "a", 10, 100, true, &rate));
	next_run(&store);
	assert_true(check_store_rate(&store, "a", 20, 150, true, &rate));
	assert_near(rate, 5, 1e-9);
	next_run(&store);
	/* A reset gives no rate but counts from there. */
	assert_false(check_store_rate(&store, "a", 30, 0, true, &rate));
	next_run(&store);
	assert_true(check_store_rate(&store, "a", 40, 10, true, &rate));
	assert_near(rate, 1, 1e-9);
	next_run(&store);
	assert_false(check_store_rate(&store, "a", 40, 20, true, &rate));
	next_run(&store);
	assert_true(check_store_rate(&store, "a", 50, 10, false, &rate));
	assert_near(rate, -1, 1e-9);
}

static void
test_average_vector(void **state)
{
	static const double vector[][3] = {{0, 10, 10}, {60, 20, 12.227159},
	    {120, 20, 13.6774}, {180, 5, 12.246256}, {1800, 5, 7.080941},
	    {3600, 50, 39.270235}};
	struct check_store store = {0};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vector); i++) {
		double got = check_store_average(
		    &store, "a", vector[i][0], vector[i][1], 15);
		assert_near(got, vector[i][2], 1e-5);
		next_run(&store);
	}
	/* Time stands still or goes back: the old average. */
	assert_near(
	    check_store_average(&store, "a", 3600, 1, 15), 39.270235, 1e-5);
}

static void
test_damaged_blobs(void **state)
{
	struct check_store store = {0}, again = {0};
	struct str blob = {0};
	double rate;
	(void)state;
	check_store_rate(&store, "a", 1, 2, true, &rate);
	check_store_rate(&store, "b", 1, 2, true, &rate);
	check_store_save(&store, &blob);
	assert_true(blob.len < 100);
	for (size_t n = 0; n < blob.len; n++) {
		check_store_load(&again, (struct slice){blob.s, n});
		assert_true(again.n_old < 2);
	}
	blob.s[0] = 99; /* the version */
	check_store_load(&again, str_slice(&blob));
	assert_int_equal(again.n_old, 0);
	str_free(&blob);
}

static void
test_a_full_store(void **state)
{
	struct check_store store = {0};
	struct str blob = {0};
	double rate;
	(void)state;
	check_store_load(&store, str_slice(&blob));
	for (int i = 0; i < 1000; i++) {
		char key[STORE_MAX_KEY];
		snprintf(key, sizeof(key), "key%d", i);
		check_store_rate(&store, key, 1000 + i, i, true, &rate);
	}
	assert_true(store.full);
	check_store_save(&store, &blob);
	assert_true(blob.len <= STORE_MAX_BYTES && blob.len > 3000);
	check_store_load(&store, str_slice(&blob));
	assert_true(store.n_old > 100);
	assert_true(check_store_rate(&store, "key7", 2007, 7, true, &rate));
	str_free(&blob);
}

static void
expect_render(render_fn *render, double value, const char *want)
{
	struct str out = {0};
	render(&out, value);
	assert_string_equal(str_get(&out), want);
	str_free(&out);
}

static void
test_render(void **state)
{
	(void)state;
	expect_render(render_plain, 0, "0");
	expect_render(render_plain, -0.0000001, "0");
	expect_render(render_plain, 1.5, "1.5");
	expect_render(render_plain, -12.25, "-12.25");
	expect_render(render_plain, 0.000001, "0.000001");
	expect_render(render_plain, 100, "100");
	expect_render(render_plain, 1e15, "1000000000000000");
	expect_render(render_plain, 2.9999999, "3");
	expect_render(render_bytes, 0, "0 B");
	expect_render(render_bytes, 1023, "1023 B");
	expect_render(render_bytes, 1024, "1.00 KiB");
	expect_render(render_bytes, 12.34 * 1048576, "12.3 MiB");
	expect_render(render_bytes, 1023.9 * 1024, "1.00 MiB");
	expect_render(render_percent, 0.001, "<0.01%");
	expect_render(render_percent, 80, "80.00%");
	expect_render(render_timespan, 0.5, "500 milliseconds");
	expect_render(render_timespan, 59, "59 seconds");
	expect_render(render_timespan, 61, "1 minute 1 second");
	expect_render(render_timespan, 90000, "1 day 1 hour");
	expect_render(render_bit_rate, 1e9, "1 GBit/s");
}

static void
test_judge(void **state)
{
	struct check_levels upper = {CHECK_LEVELS_ABSOLUTE, 80, 90};
	struct check_levels lower = {CHECK_LEVELS_ABSOLUTE, 10, 5};
	(void)state;
	assert_int_equal(check_judge(79.9, &upper, &lower), CHECK_OK);
	assert_int_equal(check_judge(80, &upper, &lower), CHECK_WARN);
	assert_int_equal(check_judge(90, &upper, &lower), CHECK_CRIT);
	assert_int_equal(check_judge(10, &upper, &lower), CHECK_OK);
	assert_int_equal(check_judge(9.9, &upper, &lower), CHECK_WARN);
	assert_int_equal(check_judge(5, &upper, &lower), CHECK_WARN);
	assert_int_equal(check_judge(4.9, &upper, &lower), CHECK_CRIT);
	assert_int_equal(check_judge(1e9, NULL, NULL), CHECK_OK);
	assert_int_equal(check_worst(CHECK_UNKNOWN, CHECK_CRIT), CHECK_CRIT);
	assert_int_equal(check_worst(CHECK_WARN, CHECK_UNKNOWN), CHECK_UNKNOWN);
}

static void
test_params(void **state)
{
	static const struct {
		const char *json, *why; /* NULL: good */
	} cases[] = {
	    {"{}", NULL},
	    {"{\"levels\": [\"80%\", \"90%\"]}", NULL},
	    {"{\"levels\": [80, 90.5]}", NULL},
	    {"{\"levels\": null, \"trend_range\": \"2h\"}", NULL},
	    {"{\"inodes_levels\": [\"10%\", \"5%\"]}", NULL},
	    {"[]", "expected an object of parameters"},
	    {"{\"levels\": [90, 80]}",
		"levels: expected two numbers or percentages [warn, crit], "
		"warn "
		"<= crit, or null"},
	    {"{\"levels\": [80, \"90%\"]}",
		"levels: expected two numbers or percentages [warn, crit], "
		"warn "
		"<= crit, or null"},
	    {"{\"levels\": 80}",
		"levels: expected two numbers or percentages [warn, crit], "
		"warn "
		"<= crit, or null"},
	    {"{\"inodes_levels\": [5, 10]}",
		"inodes_levels: expected two numbers or percentages [warn, "
		"crit], warn >= crit, or null"},
	    {"{\"show_reserved\": 1}", "show_reserved: expected true or false"},
	    {"{\"trend_range\": \"soon\"}",
		"trend_range: expected a duration (90s, 5m, 1d), seconds or "
		"null"},
	    {"{\"levells\": null}",
		"levells: the check filesystem has no such parameter"},
	};
	const struct check *check = check_find(SLICE("filesystem"));
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {.text = ""};
		json_t *doc = json_loads(cases[i].json, 0, NULL);
		int rc = check_params_verify(check, doc, &err);
		assert_string_equal(
		    err.text, cases[i].why == NULL ? "" : cases[i].why);
		assert_int_equal(rc, cases[i].why == NULL ? 0 : -1);
		json_decref(doc);
	}
	json_t *doc = json_loads("{\"min\": [\"10m\", \"5m\"]}", 0, NULL);
	struct check_value values[CHECK_MAX_PARAMS];
	assert_int_equal(
	    check_params_read(check_find(SLICE("uptime")), doc, values, NULL),
	    0);
	assert_near(values[0].levels.warn, 600, 0);
	assert_false(values[1].set);
	json_decref(doc);
}

static void
test_table(void **state)
{
	const struct check *check, *last = NULL;
	struct str doc = {0};
	(void)state;
	for (size_t i = 0; (check = check_at(i)) != NULL; i++) {
		struct check_value values[CHECK_MAX_PARAMS];
		if (last != NULL)
			assert_true(strcmp(last->name, check->name) < 0);
		assert_ptr_equal(check_find(slice_of(check->name)), check);
		assert_true(check->title != NULL && check->manual != NULL);
		assert_non_null(check->sections[0]);
		assert_true(
		    (check->ruleset == NULL) == (check->params == NULL));
		assert_int_equal(
		    check_params_read(check, NULL, values, NULL), 0);
		last = check;
	}
	assert_null(check_find(SLICE("nothing")));
	checks_document(&doc);
	assert_non_null(strstr(str_get(&doc), "## filesystem: "));
	assert_non_null(strstr(str_get(&doc), "[80%, 90%]"));
	str_free(&doc);
}

/* Every example is a rule whose value the check takes. */
static void
test_examples(void **state)
{
	const struct check *check;

	(void)state;
	for (size_t i = 0; (check = check_at(i)) != NULL; i++) {
		struct mistakes m = {0};
		struct str text = {0};
		struct err err = {0};

		if (check->ruleset == NULL)
			continue;
		check_example(check, &text);
		struct yaml_doc *doc =
		    yaml_parse(check->name, str_slice(&text), &m);
		assert_non_null(doc);
		const json_t *rule = json_array_get(yaml_root(doc), 0);
		assert_string_equal(
		    json_string_value(json_object_get(rule, "ruleset")),
		    check->ruleset);
		if (check_params_verify(
			check, json_object_get(rule, "value"), &err) != 0)
			fail_msg("%s: %s", str_get(&text), err.text);
		yaml_doc_free(&doc);
		mistakes_free(&m);
		str_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rate),
	    cmocka_unit_test(test_average_vector),
	    cmocka_unit_test(test_damaged_blobs),
	    cmocka_unit_test(test_a_full_store),
	    cmocka_unit_test(test_render),
	    cmocka_unit_test(test_judge),
	    cmocka_unit_test(test_params),
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_examples),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
