/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: found services beside monitored ones, and the service Check_MK
 * Discovery that tells the difference.
 */
#include "common/msg.h"
#include "fetcher/discover_diff.h"
#include "tests/unit/fetcher/check_table.h"

static const char output[] =
    "<<<check_mk>>>\nVersion: 2.4.0\nAgentOS: linux\nOSName: Debian\n"
    "<<<labels:sep(0)>>>\n{\"cmk/device_type\": \"vm\", \"a:b\": \"x\"}\n"
    "<<<uptime>>>\n4711.08 9000.12\n"
    "<<<mounts>>>\n/dev/sda2 / ext4 rw,relatime 0 0\n"
    "<<<local>>>\n0 One - ok\n0 Two - ok\n";

static void
states_of(const char *text, const struct discover_known *known, size_t n,
    struct str *to)
{
	struct discovery found = {0};
	struct discover_plan plan;
	struct discover_diff diff = {0};
	struct err err;

	assert_int_equal(discover_plan_read(&plan, slice_of(text), &err), 0);
	struct discovery_input in = {.output = slice_of(output),
	    .host = SLICE("h"),
	    .params = plan.params};
	assert_true(discover_host(&in, &found));
	discover_diff(&diff, &found, known, n, &plan);
	for (size_t i = 0; i < diff.n; i++) {
		const struct discover_row *r = &diff.rows[i];
		str_addf(to, "%s %s\n", discover_state_name(r->state),
		    r->found != NULL ? r->found->description
				     : known[r->known].item.s);
	}
	str_addf(to, "labels %zu\n", json_object_size(diff.new_labels));
	discover_diff_free(&diff);
	discovery_free(&found);
	discover_plan_free(&plan);
}

static void
test_states(void **state)
{
	const struct discover_known known[] = {
	    {SLICE("local"), SLICE("One"), 0},
	    {SLICE("local"), SLICE("Gone"), 0},
	    {SLICE("mounts"), SLICE("/"), 1},
	    {SLICE("check_mk_agent"), SLICE(""), 0},
	};
	struct str text = {0};
	(void)state;
	states_of("{\"ignore\": [[false, [\"Two$\"]], [true, [\"T\"]], "
		  "[true, null, [\"\"]]],"
		  "\"ignored\": {\"Uptime\": true},"
		  "\"labels\": {\"cmk/os_family\": \"linux\", \"x\": \"y\"}}",
	    known, ARRAY_LEN(known), &text);
	assert_string_equal(str_get(&text),
	    "monitored Check_MK Agent\n"
	    "monitored One\n"
	    "undecided Two\n"
	    "changed Mount options of /\n"
	    "ignored Uptime\n"
	    "vanished Gone\n"
	    "labels 2\n");
	str_clear(&text);
	states_of("{\"by_hand\": {\"One\": true, \"Two\": true, "
		  "\"Uptime\": true, \"Mount options of /\": true}}",
	    known, 1, &text);
	assert_string_equal(
	    str_get(&text), "undecided Check_MK Agent\nlabels 3\n");
	str_free(&text);
}

static void
test_bad_plans(void **state)
{
	struct discover_plan plan;
	struct err err;
	(void)state;
	assert_int_equal(discover_plan_read(&plan, SLICE("[1]"), &err), -1);
	discover_plan_free(&plan);
	assert_int_equal(discover_plan_read(&plan,
			     SLICE("{\"ignore\": [[true, [\"(\"]]]}"), &err),
	    -1);
	discover_plan_free(&plan);
	assert_int_equal(discover_plan_read(&plan,
			     SLICE("{\"interval\": -4, \"severity\": "
				   "{\"vanished\": 9}}"),
			     &err),
	    0);
	assert_int_equal(plan.interval_s, DISCOVER_INTERVAL_S);
	assert_int_equal(plan.severity[DISCOVER_VANISHED], 1);
	assert_false(discover_plan_ignores(&plan, "x", "x"));
	discover_plan_free(&plan);
}

/* The service beside others of its host; state NO_RESULT: not its time. */
static void
run_service(const char *plan, const char *items_of, int64_t now,
    struct str *blob, uint32_t want, const char *text)
{
	struct str items = {0}, results = {0};
	struct slice list = slice_of(items_of), name;
	uint32_t got = NO_RESULT, object = 10;
	struct msg_job_result r;
	struct msg_job_item i = {.object = 1,
	    .check = SLICE("check_mk_discovery"),
	    .params = slice_of(plan),
	    .state = str_slice(blob)};

	msg_job_item_put(&items, &i);
	while (slice_next(&list, ' ', &name)) {
		i = (struct msg_job_item){
		    .object = object++, .check = SLICE("local"), .item = name};
		msg_job_item_put(&items, &i);
	}
	struct msg_job job = {.host = SLICE("h"), .items = str_slice(&items)};
	struct evaluate_input in = {.job = &job,
	    .output = SLICE("<<<local>>>\n0 One - ok\n0 Two - ok\n"
			    "<<<uptime>>>\nbroken\n"),
	    .now_us = now * 1000000};
	evaluate_agent(&in, &results);
	list = str_slice(&results);
	while (msg_job_result_next(&list, &r)) {
		/* What discovery alone parses does not hurt Check_MK. */
		if (r.object == MSG_OWN_OBJECT)
			assert_int_equal(r.state, 0);
		if (r.object != 1)
			continue;
		got = r.state;
		row_same("text", r.output, text);
		assert_int_equal(r.cached_at, now);
		assert_true(r.cache_interval >= 600);
		str_clear(blob);
		str_addslice(blob, r.state_blob);
	}
	assert_int_equal(got, want);
	str_free(&items);
	str_free(&results);
}

static void
test_service(void **state)
{
	struct str blob = {0};
	int64_t now = 1760000000;
	(void)state;
	run_service("{\"interval\":600}", "One Two", now, &blob, 0,
	    "Services: all up-to-date, no new host labels");
	/* The first is drawn into a slot of its host: at most an interval. */
	run_service("{\"interval\":600}", "One Two", now + 600, &blob, 0, NULL);
	run_service("{\"interval\":600}", "One Two", now + 1199, &blob,
	    NO_RESULT, NULL);
	run_service("{\"interval\":600}", "One Gone", now + 1200, &blob, 1,
	    "Services: unmonitored: 1 (local: 1)(!), vanished: 1 (local: "
	    "1)(!), no new host labels");
	/* Another plan: at once. */
	run_service("{\"interval\":700,\"severity\":{\"undecided\":0,"
		    "\"vanished\":2}}",
	    "One Gone", now + 1201, &blob, 2,
	    "Services: unmonitored: 1 (local: 1), vanished: 1 (local: 1)(!!), "
	    "no new host labels");
	str_free(&blob);
}

static void
test_labels(void **state)
{
	struct str blob = {0};
	static const struct row rows[] = {
	    {"check_mk_discovery", NULL, NULL, 1760000000,
		"<<<check_mk>>>\nAgentOS: linux\n", 1,
		"Services: all up-to-date, new host labels: 1 "
		"(cmk/os_family)(!)",
		NULL, ""},
	    {"check_mk_discovery", NULL,
		"{\"labels\": {\"cmk/os_family\": \"linux\"}}", 1760000000,
		"<<<check_mk>>>\nAgentOS: linux\n", 0, NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	str_free(&blob);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_states),
	    cmocka_unit_test(test_bad_plans),
	    cmocka_unit_test(test_service),
	    cmocka_unit_test(test_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
