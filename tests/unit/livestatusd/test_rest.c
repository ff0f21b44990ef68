/* SPDX-License-Identifier: Apache-2.0
 *
 * What a request of the REST API says: filters, fields, times, permissions.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/filter.h"
#include "livestatusd/http/rest/rest.h"

#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
expect_filter(const char *json, const char *lql, const char *why)
{
	json_t *query = json_loads(json, JSON_DECODE_ANY, NULL);
	struct str out = {0};
	struct err err = {""};
	int rc = filter_to_lql(query, "hosts", &out, &err);

	if (lql != NULL) {
		assert_string_equal(err.text, "");
		assert_int_equal(rc, 0);
		assert_string_equal(str_get(&out), lql);
	} else {
		assert_int_equal(rc, -1);
		assert_non_null(strstr(err.text, why));
	}
	str_free(&out);
	json_decref(query);
}

static void
test_filter(void **state)
{
	(void)state;
	expect_filter(
	    "{\"op\":\"=\",\"left\":\"hosts.name\",\"right\":\"h 1\"}",
	    "Filter: name = h 1\n", NULL);
	expect_filter("{\"op\":\"or\",\"expr\":[{\"op\":\"!~~\",\"left\":"
		      "\"alias\",\"right\":\"x\"},{\"op\":\"not\",\"expr\":"
		      "{\"op\":\">=\",\"left\":\"state\",\"right\":1}}]}",
	    "Filter: alias !~~ x\nFilter: state >= 1\nNegate:\nOr: 2\n", NULL);
	expect_filter("{\"op\":\"and\",\"expr\":[]}", "And: 0\n", NULL);
	/* No line may come out of a value or a name. */
	expect_filter("{\"op\":\"=\",\"left\":\"name\",\"right\":\"a\\nb\"}",
	    NULL, "one line");
	expect_filter("{\"op\":\"=\",\"left\":\"na\\nme\",\"right\":\"a\"}",
	    NULL, "column of hosts");
	expect_filter("{\"op\":\"=\\n\",\"left\":\"name\",\"right\":\"a\"}",
	    NULL, "no operator");
	expect_filter(
	    "{\"op\":\"=\",\"left\":\"services.state\",\"right\":\"a\"}", NULL,
	    "column of hosts");
	expect_filter("{\"op\":\"and\"}", NULL, "list");
	expect_filter("[]", NULL, "expected");
	expect_filter("null", NULL, "expected");
}

static void
test_filter_is_bounded(void **state)
{
	struct str deep = {0}, wide = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		str_add(&deep, "{\"op\":\"not\",\"expr\":");
	str_add(&deep, "{}");
	for (int i = 0; i < 100; i++)
		str_addc(&deep, '}');
	expect_filter(str_get(&deep), NULL, "nested deeper");
	str_add(&wide, "{\"op\":\"or\",\"expr\":[");
	for (int i = 0; i <= FILTER_LEAFS; i++)
		str_addf(&wide, "%s{\"op\":\"=\",\"left\":\"a\",\"right\":1}",
		    i == 0 ? "" : ",");
	str_add(&wide, "]}");
	expect_filter(str_get(&wide), NULL, "more than");
	str_free(&deep);
	str_free(&wide);
}

static const char *const words[] = {"one", "two", NULL};
static const struct rest_field fields[] = {
    {"kind", REST_TEXT, true, NULL, words, ""},
    {"name", REST_TEXT, true, "one", NULL, ""},
    {"number", REST_NUMBER, false, NULL, NULL, ""},
    {"yes", REST_BOOL, false, NULL, NULL, ""},
    {"when", REST_TIME, false, NULL, NULL, ""},
    {"list", REST_TEXTS, false, NULL, NULL, ""},
    {"query", REST_QUERY, false, NULL, NULL, ""}, {0}};

/* `want`: the document afterwards, or the mistakes. */
static void
expect_fields(const char *json, bool ok, const char *want)
{
	json_t *in = json_loads(json, 0, NULL);
	json_t *wanted = json_loads(want, 0, NULL), *mistakes;

	assert_int_equal(rest_check_fields(fields, in, &mistakes), ok);
	assert_true(json_equal(ok ? in : mistakes, wanted));
	json_decref(in);
	json_decref(wanted);
	json_decref(mistakes);
}

static void
test_fields(void **state)
{
	(void)state;
	expect_fields("{\"kind\":\"one\",\"name\":\"x\",\"number\":\"12\","
		      "\"yes\":\"True\",\"when\":\"2026-03-02T08:00:00Z\","
		      "\"list\":\"a\",\"query\":\"{}\"}",
	    true,
	    "{\"kind\":\"one\",\"name\":\"x\",\"number\":12,\"yes\":true,"
	    "\"when\":1772438400,\"list\":[\"a\"],\"query\":{}}");
	expect_fields("{\"kind\":\"two\"}", true, "{\"kind\":\"two\"}");
	expect_fields(
	    "{}", false, "{\"kind\":[\"Missing data for required field.\"]}");
	expect_fields("{\"kind\":\"one\"}", false,
	    "{\"name\":[\"Missing data for required field.\"]}");
	expect_fields("{\"kind\":\"two\",\"name\":\"x\",\"other\":1}", false,
	    "{\"name\":[\"Unknown field.\"],\"other\":[\"Unknown field.\"]}");
	expect_fields("{\"kind\":\"three\",\"number\":-1,\"yes\":\"maybe\"}",
	    false,
	    "{\"kind\":[\"Expected one of: one, two\"],"
	    "\"number\":[\"Expected a number from 0.\"],"
	    "\"yes\":[\"Expected true or false.\"]}");
}

static void
expect_time(const char *text, int64_t want)
{
	int64_t got = 0;

	assert_int_equal(rest_parse_time(text, &got), want != 0);
	if (want != 0)
		assert_int_equal(got, want);
}

static void
test_times(void **state)
{
	char *text;

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	expect_time("2026-03-02T08:00:00Z", 1772438400);
	expect_time("2026-03-02T09:00:00+01:00", 1772438400);
	expect_time("2026-03-02T03:00:00.123-0500", 1772438400);
	expect_time("2026-03-02 09:00", 1772438400); /* local time */
	expect_time("2026-07-02T10:00:00", 1782979200);
	for (size_t i = 0; i < 7; i++)
		expect_time((const char *const[]){"", "2026-03-02",
				"2026-13-02T08:00:00Z", "2026-03-02T24:00:00Z",
				"2026-03-02T08:00:00+1", "tomorrow",
				"2026-03-02T08:00:00Zz"}[i],
		    0);
	text = rest_format_time(1782979200);
	assert_string_equal(text, "2026-07-02T10:00:00+02:00");
	free(text);
}

static void
test_clean(void **state)
{
	char *field = rest_clean("a;b\nc", false);
	char *last = rest_clean("a;b\r\nc", true);

	(void)state;
	assert_string_equal(field, "a,b c");
	assert_string_equal(last, "a;b  c");
	free(field);
	free(last);
}

/* Each route names a permission that there is; changes need one. */
static void
test_routes(void **state)
{
	(void)state;
	for (const struct rest_route *r = rest_routes; r->method != NULL; r++) {
		if (r->permission != NULL)
			assert_int_not_equal(permission_bit(r->permission), 0);
		/* What acts needs a permission; those two only read. */
		if (strcmp(r->method, "GET") != 0 &&
		    strstr(r->path, "/actions/") != NULL &&
		    strstr(r->path, "metric/actions/get") == NULL &&
		    strstr(r->path, "/aggregation_state/") == NULL)
			assert_non_null(r->permission);
		assert_non_null(r->handle);
		assert_true(strlen(r->help) > 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_filter),
	    cmocka_unit_test(test_filter_is_bounded),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
