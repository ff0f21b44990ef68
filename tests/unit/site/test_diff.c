/* SPDX-License-Identifier: Apache-2.0
 *
 * Two configurations compared.
 */
#include "common/config/snapshot_build.h"
#include "common/mem.h"
#include "site/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct wish {
	uint64_t generation;
	unsigned hosts, services; /* services: of each host */
	unsigned attempts, from;  /* from: the first host's number */
	const char *renames, *community;
};

static struct snapshot *
make(const struct wish *w)
{
	struct snapb *b = snapb_new(w->generation, 0);
	struct snapshot *snap;
	struct err err;
	char name[32];

	for (unsigned h = 0; h < w->hosts; h++) {
		uint32_t at;

		snprintf(name, sizeof(name), "h%06u", w->from + h);
		at = snapb_host(b, name);
		snapb_object(b, at)->snmp = snapb_str(b, w->community);
	}
	for (unsigned h = 0; h < w->hosts; h++)
		for (unsigned s = 0; s < w->services; s++) {
			uint32_t at;

			snprintf(name, sizeof(name), "s%03u", s);
			at = snapb_service(b, h, name);
			snapb_object(b, at)->max_check_attempts = w->attempts;
		}
	snapb_renames(b, w->renames);
	snap = snapb_open(b, &err);
	assert_non_null(snap);
	snapb_free(&b);
	return snap;
}

static json_t *
compare(const struct wish *x, const struct wish *y)
{
	struct snapshot *a = make(x), *b = make(y);
	json_t *diff = diff_snapshots(a, b);

	snapshot_close(&a);
	snapshot_close(&b);
	assert_non_null(diff);
	return diff;
}

static json_int_t
number(const json_t *diff, const char *kind, const char *change)
{
	return json_integer_value(
	    json_object_get(json_object_get(diff, kind), change));
}

static void
test_counts(void **state)
{
	struct wish x = {.generation = 1,
			.hosts = 3,
			.services = 2,
			.attempts = 1,
			.community = "{\"community\":\"a\"}"},
		    y = x;
	json_t *diff = compare(&x, &x), *one;

	(void)state;
	assert_true(diff_is_empty(diff));
	json_decref(diff);
	y.from = 1;
	y.services = 1;
	y.attempts = 4;
	y.community = "{\"community\":\"b\"}";
	diff = compare(&x, &y);
	assert_int_equal(number(diff, "hosts", "added"), 1);
	assert_int_equal(number(diff, "hosts", "removed"), 1);
	assert_int_equal(number(diff, "hosts", "changed"), 2);
	assert_int_equal(number(diff, "services", "added"), 1);
	assert_int_equal(number(diff, "services", "removed"), 4);
	assert_int_equal(number(diff, "services", "changed"), 2);
	/* Services of hosts that come or go are not listed. */
	assert_int_equal(json_array_size(json_object_get(diff, "added")), 1);
	assert_int_equal(json_array_size(json_object_get(diff, "removed")), 3);
	one = json_array_get(json_object_get(diff, "changed"), 0);
	assert_string_equal(
	    json_string_value(json_object_get(one, "setting")), "snmp");
	assert_true(json_is_null(json_object_get(one, "old")));
	assert_int_equal(json_integer_value(json_object_get(one, "hosts")), 2);
	json_decref(diff);
}

static void
test_renamed_host_is_the_same(void **state)
{
	struct wish x = {.generation = 4,
			.hosts = 1,
			.services = 2,
			.attempts = 1},
		    y = x;
	json_t *diff;

	(void)state;
	y.generation = 5;
	y.from = 7;
	y.renames = "5;100;h000000;h000007\n";
	diff = compare(&x, &y);
	assert_int_equal(number(diff, "hosts", "added"), 0);
	assert_int_equal(number(diff, "services", "removed"), 0);
	assert_int_equal(json_array_size(json_object_get(diff, "renamed")), 1);
	json_decref(diff);
	/* Long ago: no reason to take one for the other. */
	y.renames = "4;100;h000000;h000007\n";
	diff = compare(&x, &y);
	assert_int_equal(number(diff, "hosts", "added"), 1);
	json_decref(diff);
}

static void
test_what_is_listed_is_bounded(void **state)
{
	struct wish x = {.generation = 1}, y = x;
	json_t *diff;

	(void)state;
	y.hosts = 5000;
	diff = compare(&x, &y);
	assert_int_equal(number(diff, "hosts", "added"), 5000);
	assert_int_equal(
	    json_array_size(json_object_get(diff, "added")), DIFF_NAMES);
	json_decref(diff);
}

static void
test_settings(void **state)
{
	struct wish x = {.generation = 1};
	json_t *diff = compare(&x, &x), *rows;

	(void)state;
	diff_settings(diff, "a: {b: 1, c: 2}\n", "a: {b: 1, c: 3}\nd: x\n");
	rows = json_object_get(diff, "settings");
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(
	    json_string_value(json_object_get(json_array_get(rows, 0), "key")),
	    "a.c");
	assert_false(diff_is_empty(diff));
	json_decref(diff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_renamed_host_is_the_same),
	    cmocka_unit_test(test_what_is_listed_is_bounded),
	    cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
