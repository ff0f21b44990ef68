/* SPDX-License-Identifier: Apache-2.0
 *
 * The state machines: timelines A to E of core-semantics section 3.
 */
#include "tests/unit/core/world.h"

enum {
	WEB,
	HTTP
}; /* objects of one_service() */

static struct world *
one_service(uint32_t max)
{
	struct world *w = world_new();

	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->check = SNAP_CHECK_ALWAYS_UP;
	snapb_service(w->b, WEB, "HTTP");
	snapb_object(w->b, HTTP)->max_check_attempts = max;
	world_start(w, 0);
	return w;
}

static void
first_good_result_is_silent(void **state) /* ST-1 */
{
	struct world *w = one_service(3);

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	world_state(w, HTTP, SERVICE_OK, true, 1);
	world_expect(&w->lines, "");
	world_expect(&w->notices, "");
	world_free(&w);
}

static void
timeline_a(void **state) /* 3.2 */
{
	struct world *w = one_service(3);

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	world_result(w, 60, HTTP, SERVICE_CRIT);
	world_state(w, HTTP, SERVICE_CRIT, false, 1);
	world_result(w, 80, HTTP, SERVICE_WARN);
	world_state(w, HTTP, SERVICE_WARN, false, 2);
	world_expect(&w->notices, "");
	world_result(w, 100, HTTP, SERVICE_CRIT);
	world_state(w, HTTP, SERVICE_CRIT, true, 3);
	world_expect(&w->notices, "PROBLEM web;HTTP CRITICAL 1\n");
	world_expect(&w->lines,
	    "SERVICE ALERT: web;HTTP;CRITICAL;SOFT;1;out\n"
	    "SERVICE ALERT: web;HTTP;WARNING;SOFT;2;out\n"
	    "SERVICE ALERT: web;HTTP;CRITICAL;HARD;3;out\n"
	    "SERVICE NOTIFICATION: "
	    "check-mk-notify;web;HTTP;CRITICAL;check-mk-notify;out\n");
	world_result(w, 160, HTTP, SERVICE_CRIT);
	world_expect(&w->lines, "");
	world_result(w, 220, HTTP, SERVICE_WARN);
	world_state(w, HTTP, SERVICE_WARN, true, 3);
	world_expect(&w->notices, "PROBLEM web;HTTP WARNING 2\n");
	str_clear(&w->lines);
	world_result(w, 280, HTTP, SERVICE_OK);
	world_state(w, HTTP, SERVICE_OK, true, 1);
	world_expect(&w->notices, "RECOVERY web;HTTP OK 3\n");
	world_expect(&w->lines,
	    "SERVICE ALERT: web;HTTP;OK;HARD;3;out\n"
	    "SERVICE NOTIFICATION: "
	    "check-mk-notify;web;HTTP;OK;check-mk-notify;out\n");
	assert_int_equal(w->e->objects[HTTP].number, 0);
	world_free(&w);
}

static void
timeline_b_soft_only(void **state)
{
	struct world *w = one_service(3);

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	world_result(w, 60, HTTP, SERVICE_CRIT);
	world_result(w, 80, HTTP, SERVICE_CRIT);
	str_clear(&w->lines);
	world_result(w, 100, HTTP, SERVICE_OK);
	world_expect(&w->lines, "SERVICE ALERT: web;HTTP;OK;SOFT;3;out\n");
	world_expect(&w->notices, "");
	world_state(w, HTTP, SERVICE_OK, true, 1);
	world_free(&w);
}

static void
max_one_is_hard_at_once(void **state) /* ST-4 */
{
	struct world *w = one_service(1);

	(void)state;
	world_result(w, 0, HTTP, SERVICE_UNKNOWN);
	world_state(w, HTTP, SERVICE_UNKNOWN, true, 1);
	world_expect(&w->notices, "PROBLEM web;HTTP UNKNOWN 1\n");
	world_free(&w);
}

static void
volatile_service_repeats(void **state) /* ST-8 */
{
	struct world *w = world_new();

	(void)state;
	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->check = SNAP_CHECK_ALWAYS_UP;
	snapb_service(w->b, WEB, "HTTP");
	snapb_object(w->b, HTTP)->flags |= SNAP_VOLATILE;
	world_start(w, 0);
	world_result(w, 0, HTTP, SERVICE_CRIT);
	world_result(w, 60, HTTP, SERVICE_CRIT);
	world_expect(&w->notices,
	    "PROBLEM web;HTTP CRITICAL 1\nPROBLEM web;HTTP CRITICAL 2\n");
	world_free(&w);
}

static void
hosts_need_their_attempts(void **state) /* ST-11 */
{
	struct world *w = world_new();

	(void)state;
	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->max_check_attempts = 2;
	world_start(w, 0);
	world_result(w, 0, WEB, 0);
	world_result(w, 6, WEB, 1);
	world_state(w, WEB, HOST_DOWN, false, 1);
	world_result(w, 12, WEB, 1);
	world_state(w, WEB, HOST_DOWN, true, 2);
	world_result(w, 18, WEB, 1);
	world_result(w, 24, WEB, 0);
	world_state(w, WEB, HOST_UP, true, 1);
	world_expect(&w->notices, "PROBLEM web DOWN 1\nRECOVERY web UP 2\n");
	world_expect(&w->lines,
	    "HOST ALERT: web;DOWN;SOFT;1;out\n"
	    "HOST ALERT: web;DOWN;HARD;2;out\n"
	    "HOST NOTIFICATION: "
	    "check-mk-notify;web;DOWN;check-mk-notify;out\n"
	    "HOST ALERT: web;UP;HARD;1;out\n"
	    "HOST NOTIFICATION: check-mk-notify;web;UP;check-mk-notify;out\n");
	world_free(&w);
}

static struct world *
two_routers(void)
{
	struct world *w = world_new();
	uint32_t parents[] = {1, 2};

	snapb_host(w->b, "h");
	snapb_host(w->b, "r1");
	snapb_host(w->b, "r2");
	snapb_object(w->b, 0)->parents = snapb_list(w->b, parents, 2);
	world_start(w, 0);
	for (uint32_t i = 0; i < 3; i++)
		world_result(w, 0, i, 0);
	return w;
}

static void
timeline_c_reachability(void **state) /* ST-15, ST-16 */
{
	struct world *w = two_routers();

	(void)state;
	world_result(w, 10, 1, 1);
	world_state(w, 1, HOST_DOWN, true, 1);
	world_result(w, 16, 2, 0);
	world_result(w, 16, 0, 1);
	world_state(w, 0, HOST_DOWN, true, 1);
	world_expect(&w->notices, "PROBLEM r1 DOWN 1\nPROBLEM h DOWN 1\n");
	world_result(w, 40, 2, 1);
	world_state(w, 0, HOST_UNREACH, true, 1);
	world_expect(&w->notices, "PROBLEM r2 DOWN 1\n");
	world_result(w, 70, 1, 0);
	world_state(w, 0, HOST_DOWN, true, 1);
	world_expect(&w->notices, "RECOVERY r1 UP 2\n");
	world_result(w, 90, 0, 0);
	world_expect(&w->notices, "RECOVERY h UP 2\n");
	world_free(&w);
}

static void
timeline_e_withheld(void **state) /* ST-30 */
{
	struct world *w = world_new();
	uint32_t parent = 1;

	(void)state;
	snapb_host(w->b, "h");
	snapb_host(w->b, "s");
	snapb_object(w->b, 0)->parents = snapb_list(w->b, &parent, 1);
	world_start(w, 0);
	world_result(w, 0, 0, 0);
	world_result(w, 2, 1, 0);
	world_result(w, 10, 0, 1);
	world_state(w, 0, HOST_UP, true, 1); /* not yet told */
	world_expect(&w->notices, "");
	world_result(w, 13, 1, 1);
	world_state(w, 1, HOST_DOWN, true, 1);
	world_state(w, 0, HOST_UNREACH, true, 1);
	world_expect(&w->notices, "PROBLEM s DOWN 1\n");
	assert_int_equal(w->e->objects[0].held, HOLD_PARENTS_DOWN);
	world_free(&w);
}

static void
withholding_ends(void **state) /* ST-32 */
{
	struct world *w = two_routers();

	(void)state;
	world_result(w, 100, 0, 1);
	world_state(w, 0, HOST_UP, true, 1);
	world_advance(w, 159);
	world_state(w, 0, HOST_UP, true, 1);
	world_advance(w, 160);
	world_state(w, 0, HOST_DOWN, true, 1);
	world_free(&w);
}

static void
timeline_d_service_of_a_host_that_is_down(void **state) /* ST-20, ST-21 */
{
	struct world *w = world_new();

	(void)state;
	snapb_host(w->b, "web");
	snapb_service(w->b, WEB, "HTTP");
	snapb_object(w->b, HTTP)->max_check_attempts = 3;
	world_start(w, 0);
	world_result(w, 0, WEB, 0);
	world_result(w, 0, HTTP, SERVICE_OK);
	world_result(w, 60, HTTP, SERVICE_CRIT);
	world_result(w, 66, WEB, 1);
	world_expect(&w->notices, "PROBLEM web DOWN 1\n");
	world_result(w, 80, HTTP, SERVICE_CRIT);
	world_state(w, HTTP, SERVICE_CRIT, true, 2);
	str_clear(&w->lines);
	world_result(w, 140, HTTP, SERVICE_CRIT);
	world_expect(&w->lines, "");
	world_result(w, 200, WEB, 0);
	world_expect(&w->notices, "RECOVERY web UP 2\n");
	str_clear(&w->lines);
	world_result(w, 220, HTTP, SERVICE_CRIT);
	world_state(w, HTTP, SERVICE_CRIT, false, 2);
	world_expect(
	    &w->lines, "SERVICE ALERT: web;HTTP;CRITICAL;SOFT;2;out\n");
	world_result(w, 239, WEB, 0);
	world_result(w, 240, WEB, 0);
	world_result(w, 240, HTTP, SERVICE_CRIT);
	world_state(w, HTTP, SERVICE_CRIT, true, 3);
	world_expect(&w->notices, "PROBLEM web;HTTP CRITICAL 1\n");
	world_result(w, 300, HTTP, SERVICE_OK);
	world_expect(&w->notices, "RECOVERY web;HTTP OK 2\n");
	world_free(&w);
}

static void
host_takes_the_state_of_its_service(void **state) /* OM-4 */
{
	struct world *w = world_new();

	(void)state;
	snapb_host(w->b, "web");
	snapb_service(w->b, WEB, "HTTP");
	snapb_object(w->b, WEB)->check = SNAP_CHECK_SERVICE;
	snapb_object(w->b, WEB)->collector = HTTP;
	world_start(w, 0);
	world_result(w, 0, HTTP, SERVICE_WARN);
	world_state(w, WEB, HOST_UP, true, 1);
	world_result(w, 60, HTTP, SERVICE_CRIT);
	world_state(w, WEB, HOST_DOWN, true, 1);
	world_free(&w);
}

static void
older_results_are_dropped(void **state) /* CR-2, D-7 */
{
	struct world *w = one_service(1);
	struct result r = {.passive = true, .start = 50};

	(void)state;
	world_result(w, 100, HTTP, SERVICE_OK);
	assert_string_equal(engine_refuses(w->e, HTTP, &r, 101), "older");
	r.start = 100;
	assert_null(engine_refuses(w->e, HTTP, &r, 101));
	engine_switch(w->e, HTTP, CHECKABLE_PASSIVE, false, 101);
	assert_string_equal(engine_refuses(w->e, HTTP, &r, 101), "passive_off");
	world_free(&w);
}

static void
same_text_needs_no_memory(void **state)
{
	struct checkable o = {0};
	const char *text;

	(void)state;
	assert_true(
	    checkable_set_text(&o, SLICE("good"), SLICE("more"), SLICE("a=1")));
	text = o.text;
	assert_false(
	    checkable_set_text(&o, SLICE("good"), SLICE("more"), SLICE("a=2")));
	assert_ptr_equal(o.text, text);
	assert_true(slice_eqs(checkable_output(&o), "good"));
	assert_true(slice_eqs(checkable_long_output(&o), "more"));
	assert_true(slice_eqs(checkable_perfdata(&o), "a=2"));
	checkable_clear(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_good_result_is_silent),
	    cmocka_unit_test(timeline_a),
	    cmocka_unit_test(timeline_b_soft_only),
	    cmocka_unit_test(max_one_is_hard_at_once),
	    cmocka_unit_test(volatile_service_repeats),
	    cmocka_unit_test(hosts_need_their_attempts),
	    cmocka_unit_test(timeline_c_reachability),
	    cmocka_unit_test(timeline_e_withheld),
	    cmocka_unit_test(withholding_ends),
	    cmocka_unit_test(timeline_d_service_of_a_host_that_is_down),
	    cmocka_unit_test(host_takes_the_state_of_its_service),
	    cmocka_unit_test(older_results_are_dropped),
	    cmocka_unit_test(same_text_needs_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
