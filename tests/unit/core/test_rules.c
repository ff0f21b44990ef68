/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that a scenario cannot reach: who waits for a worker, checks without
 * an answer, macros, numbers of problems.
 */
#include "core/schedule/intake.h"
#include "core/schedule/macros.h"
#include "core/schedule/smooth.h"
#include "tests/unit/core/world.h"

#include "common/clock.h"

#define S        NS_PER_S
#define SERVICES 5u

/* A host and services with plugins, each minute. */
static struct world *
plugins(void)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct world *w = world_new();

	snapb_host(w->b, "web");
	snapb_object(w->b, 0)->check = SNAP_CHECK_PASSIVE;
	snapb_object(w->b, 0)->alias = snapb_str(w->b, "the web; all of it");
	for (unsigned i = 0; i < SERVICES; i++) {
		snapb_service(w->b, 0, names[i]);
		snapb_object(w->b, i + 1)->check = SNAP_CHECK_COMMAND;
		snapb_object(w->b, i + 1)->flags |= SNAP_ACTIVE;
		snapb_object(w->b, i + 1)->check_interval_ms = 60000;
	}
	world_start(w, 0);
	return w;
}

static bool
about(double is, double wanted)
{
	return fabs(is - wanted) < 0.001;
}

static void
numbers_are_smoothed_over_a_minute(void **state) /* SC-22 */
{
	struct smooth_mean m = {0};
	struct smooth_level l = {0};

	(void)state;
	assert_true(about(smooth_mean(&m), 0));
	smooth_add(&m, 3, 1000 * S);
	smooth_add(&m, 1, 1000 * S);
	assert_true(about(smooth_mean(&m), 2));
	/* A minute on, what was before counts a third (1/e). */
	smooth_add(&m, 8, 1060 * S);
	assert_true(about(smooth_mean(&m), (4 / M_E + 8) / (2 / M_E + 1)));
	/* However many they were an hour ago. */
	for (int i = 0; i < 10000; i++)
		smooth_add(&m, 5, 2000 * S);
	smooth_add(&m, 1, 5600 * S);
	assert_true(about(smooth_mean(&m), 1));
	/* A level counts for as long as it lasts, not for how often it is
	 * told. */
	smooth_set(&l, 0, 1000 * S);
	smooth_set(&l, 1, 1000 * S);
	assert_true(about(smooth_level(&l, 1000 * S), 0));
	assert_true(about(smooth_level(&l, 1060 * S), 1 - 1 / M_E));
	for (int i = 0; i < 600; i++)
		smooth_set(&l, 1, (1000 * S) + i * S / 10);
	assert_true(about(smooth_level(&l, 1060 * S), 1 - 1 / M_E));
	assert_true(about(smooth_level(&l, 5000 * S), 1));
	smooth_set(&l, 0.5, 5000 * S);
	assert_true(about(smooth_level(&l, 9000 * S), 0.5));
}

static void
waiting_is_served_by_planned_time(void **state) /* SC-20, SC-1 */
{
	struct world *w = plugins();
	struct schedule *s = schedule_new(w->e, 0, 1000 * S);
	int64_t before = 0;
	struct due due;

	(void)state;
	/* Nobody takes anything for three intervals: each waits once. */
	for (int64_t t = 1000; t <= 1200; t++)
		schedule_advance(s, t * S, 100);
	assert_int_equal(schedule_waiting(s, MSG_JOB_PLUGIN), SERVICES);
	assert_true(s->counters.coalesced >= 2 * SERVICES);
	for (unsigned i = 0; i < SERVICES; i++) {
		assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due));
		assert_true(due.planned >= before);
		before = due.planned;
		schedule_done(s, due.object);
	}
	assert_false(schedule_take(s, MSG_JOB_PLUGIN, &due));
	schedule_free(&s);
	world_free(&w);
}

static void
starts_of_one_turn_are_bounded(void **state) /* SC-21 */
{
	struct world *w = plugins();
	struct schedule *s = schedule_new(w->e, 0, 1000 * S);

	(void)state;
	assert_true(schedule_advance(s, 1100 * S, 2));
	assert_int_equal(schedule_waiting(s, MSG_JOB_PLUGIN), 2);
	assert_false(schedule_advance(s, 1100 * S, 1000));
	assert_int_equal(schedule_waiting(s, MSG_JOB_PLUGIN), SERVICES);
	schedule_free(&s);
	world_free(&w);
}

static void
kinds_do_not_wait_for_each_other(void **state) /* SC-20, SC-21 */
{
	struct world *w = world_new();
	struct schedule *s;
	struct due due;

	(void)state;
	snapb_host(w->b, "web");
	snapb_object(w->b, 0)->check = SNAP_CHECK_PING;
	snapb_object(w->b, 0)->flags |= SNAP_ACTIVE;
	snapb_object(w->b, 0)->check_interval_ms = 6000;
	snapb_service(w->b, 0, "plugin");
	snapb_object(w->b, 1)->check = SNAP_CHECK_COMMAND;
	snapb_object(w->b, 1)->flags |= SNAP_ACTIVE;
	snapb_object(w->b, 1)->check_interval_ms = 60000;
	world_start(w, 0);
	s = schedule_new(w->e, 0, 1000 * S);
	schedule_advance(s, 1100 * S, 100);
	assert_true(schedule_take(s, MSG_JOB_PING, &due)); /* plugins wait on */
	assert_int_equal(schedule_waiting(s, MSG_JOB_PLUGIN), 1);
	schedule_free(&s);
	world_free(&w);
}

static void
expect(struct world *w, uint32_t object, uint8_t code, const char *output)
{
	struct slice is = checkable_output(&w->e->objects[object]);

	assert_int_equal(w->e->objects[object].state, code);
	if (!slice_eqs(is, output))
		fail_msg("%.*s, not %s", (int)is.len, is.s, output);
}

static void
without_an_answer(void **state) /* CR-3, D-6, SC-23 */
{
	struct world *w = plugins();
	struct schedule *s = schedule_new(w->e, 0, 1000 * S);

	(void)state;
	intake_failed(s, 1, NULL, 1000);
	expect(w, 1, SERVICE_CRIT, "(Check timed out after 60 s)");
	intake_failed(s, 2, "no worker", 1000);
	expect(w, 2, SERVICE_UNKNOWN, "(The check did not run: no worker)");
	intake_failed(s, 0, NULL, 1000);
	assert_int_equal(w->e->objects[0].state, HOST_DOWN);
	schedule_free(&s);
	world_free(&w);
}

static void
records_of_an_outcome(void **state) /* CR-1, CR-3, CR-5, CR-6 */
{
	struct world *w = plugins();
	struct schedule *s = schedule_new(w->e, 0, 1000 * S);
	struct intake in = {.schedule = s,
	    .collector = 1,
	    .started_us = INT64_C(1000) * 1000000,
	    .duration_us = UINT64_MAX,
	    .latency_us = 7,
	    .now = 1000};
	struct msg_job_result r = {.state = 4, .output = SLICE("a;b")};

	(void)state;
	intake_own(&in, &r);
	expect(w, 1, SERVICE_UNKNOWN, "a:b");
	assert_int_equal(w->e->objects[1].latency_us, 7);
	assert_int_equal(w->e->objects[1].execution_us, UINT32_MAX);
	assert_false(w->e->objects[1].flags & CHECKABLE_LAST_PASSIVE);
	/* It feeds nobody: the others' records are refused. */
	assert_false(intake_collected(&in, 2, &r));
	assert_false(intake_collected(&in, 4711, &r));
	schedule_free(&s);
	world_free(&w);
}

static void
texts_from_outside_are_cleaned(void **state) /* MC-1, MC-3, MC-4 */
{
	struct world *w = plugins();
	struct result r = {.code = 2,
	    .start = 10,
	    .output = SLICE("`rm -rf $HOME`; \"x\""),
	    .perfdata = SLICE("a=1;2")};
	struct str out = {0};

	(void)state;
	world_result(w, 5, 0, 0);
	engine_result(w->e, 1, &r, 10);
	macros_expand(&out,
	    &(struct macro_scope){
		.e = w->e, .object = 1, .args = "x!one; two!b\\!c", .now = 10},
	    "$SERVICEOUTPUT$|$HOSTALIAS$|$SERVICEDESC$|$SERVICESTATE$|"
	    "$SERVICESTATEID$|$SERVICEATTEMPT$|$HOSTSTATE$|$ARG1$|$ARG2$|"
	    "$NOSUCH$|$$|$");
	assert_string_equal(str_get(&out),
	    "rm -rf HOME x|the web; all of it|a|CRITICAL|2|1|UP|one; two|b!c|"
	    "$NOSUCH$|$|$");
	str_free(&out);
	world_free(&w);
}

static void
problems_have_a_number(void **state) /* MC-7 */
{
	struct world *w = plugins();
	uint64_t first;

	(void)state;
	world_result(w, 5, 0, 0);
	world_result(w, 10, 1, SERVICE_OK);
	assert_int_equal(w->e->objects[1].problem_id, 0);
	world_result(w, 20, 1, SERVICE_WARN);
	first = w->e->objects[1].problem_id;
	assert_int_not_equal(first, 0);
	world_result(w, 30, 1, SERVICE_CRIT);
	assert_int_equal(w->e->objects[1].problem_id, first);
	world_result(w, 40, 2, SERVICE_CRIT);
	assert_true(w->e->objects[2].problem_id > first);
	world_result(w, 50, 1, SERVICE_OK);
	assert_int_equal(w->e->objects[1].problem_id, 0);
	assert_int_equal(w->e->objects[1].last_problem_id, first);
	world_result(w, 60, 1, SERVICE_CRIT);
	assert_true(w->e->objects[1].problem_id > w->e->objects[2].problem_id);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_smoothed_over_a_minute),
	    cmocka_unit_test(waiting_is_served_by_planned_time),
	    cmocka_unit_test(starts_of_one_turn_are_bounded),
	    cmocka_unit_test(kinds_do_not_wait_for_each_other),
	    cmocka_unit_test(without_an_answer),
	    cmocka_unit_test(records_of_an_outcome),
	    cmocka_unit_test(texts_from_outside_are_cleaned),
	    cmocka_unit_test(problems_have_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
