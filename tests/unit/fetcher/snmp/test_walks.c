/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: walks of whole devices, played: which services each gives, and
 * that all of them have a result. tests/data/walks has NAME.walk and, as text
 * to compare with, NAME.services.
 */
#include "tests/unit/fetcher/check_table.h"

#include "common/file.h"

static void
read_file(const char *name, const char *end, struct str *text)
{
	char *path = xasprintf("tests/data/walks/%s.%s", name, end);
	struct err err;

	if (file_read(path, 1 << 20, text, &err) != 0)
		fail_msg("%s", err.text);
	free(path);
}

/* "OK Temperature CPU", as the second check of the service gives it. */
static void
judge(const struct discovered *d, struct slice output, struct str *list)
{
	static const char *const names[] = {"OK", "WARN", "CRIT", "UNKNOWN"};
	struct str blob = {0}, items = {0}, results = {0};
	char *params =
	    d->params == NULL ? NULL : json_dumps(d->params, JSON_SORT_KEYS);
	struct msg_job_result r = {0};

	for (int64_t now = 1760000000; now <= 1760000060; now += 60) {
		struct msg_job_item i = {.check = slice_of(d->check->name),
		    .item = slice_of(d->item),
		    .params = slice_of(params),
		    .state = str_slice(&blob)};
		struct msg_job job = {.host = SLICE("h")};
		struct evaluate_input in = {
		    .job = &job, .output = output, .now_us = now * 1000000};

		str_clear(&items);
		str_clear(&results);
		msg_job_item_put(&items, &i);
		job.items = str_slice(&items);
		evaluate_agent(&in, &results);
		struct slice all = str_slice(&results);
		assert_true(msg_job_result_next(&all, &r));
		assert_true(msg_job_result_next(&all, &r));
		str_clear(&blob);
		str_addslice(&blob, r.state_blob);
	}
	str_addf(list, "%s %s\n", r.state <= 3 ? names[r.state] : "none",
	    d->description);
	if (r.state == 3)
		print_error("%s: %.*s\n", d->description, (int)r.output.len,
		    r.output.s);
	str_free(&blob);
	str_free(&items);
	str_free(&results);
	free(params);
}

static void
play(const char *name)
{
	struct str walk = {0}, output = {0}, list = {0}, want = {0};
	struct collect_settings settings = {0};
	struct discovery d = {0};
	struct err err;

	read_file(name, "walk", &walk);
	read_file(name, "services", &want);
	if (stored_collect(
		str_slice(&walk), SLICE(""), &settings, &output, &err) != 0)
		fail_msg("%s: %s", name, err.text);
	assert_true(discover_agent(str_slice(&output), SLICE("h"), &d));
	assert_string_equal(str_get(&d.problems), "");
	for (size_t i = 0; i < d.n; i++)
		judge(&d.services[i], str_slice(&output), &list);
	if (strcmp(str_get(&list), str_get(&want)) != 0)
		print_error("%s gives:\n%s", name, str_get(&list));
	assert_string_equal(str_get(&list), str_get(&want));
	discovery_free(&d);
	str_free(&walk);
	str_free(&output);
	str_free(&list);
	str_free(&want);
}

static void
test_switch(void **state)
{
	(void)state;
	play("switch");
}

static void
test_router(void **state)
{
	(void)state;
	play("router");
}

static void
test_printer(void **state)
{
	(void)state;
	play("printer");
}

static void
test_ups(void **state)
{
	(void)state;
	play("ups");
}

static void
test_linux(void **state)
{
	(void)state;
	play("linux");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_switch),
	    cmocka_unit_test(test_router),
	    cmocka_unit_test(test_printer),
	    cmocka_unit_test(test_ups),
	    cmocka_unit_test(test_linux),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
