/* SPDX-License-Identifier: Apache-2.0
 *
 * AV-1 and AV-2, with the worked example of core-semantics section 21.2.
 */
#include "common/mem.h"
#include "livestatusd/availability/availability.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IN .in_service_period = true
static const struct avail_span example[] = {
    {0, 200, 0, IN},
    {200, 250, 2, IN},
    {250, 300, 2, .host_down = true, IN},
    {300, 400, 2, IN},
    {400, 500, 2, .in_downtime = true, IN},
    {500, 600, 0, .in_downtime = true, IN},
    {600, 900, 0, IN},
    {900, 1000, -1, IN},
};

static struct avail
compute(const struct avail_options *o, const struct avail_span *s, size_t n)
{
	struct avail a = {0};
	int64_t sum = 0;

	avail_compute(&a, o, false, s, n);
	for (int b = 0; b < AVAIL_BUCKETS; b++)
		sum += a.seconds[b];
	assert_int_equal(sum, a.window);
	avail_free(&(struct avail){.phases = a.phases});
	a.phases = NULL;
	return a;
}

static void
assert_percent(const struct avail *a, enum avail_bucket b, double percent)
{
	assert_true(avail_percent(a, b) > percent - 0.005);
	assert_true(avail_percent(a, b) < percent + 0.005);
}

static void
test_worked_example(void **state)
{
	struct avail_options o;
	struct avail a;

	(void)state;
	avail_defaults(&o);
	a = compute(&o, example, ARRAY_LEN(example));
	assert_int_equal(a.window, 1000);
	assert_int_equal(a.base, 900);
	assert_int_equal(a.seconds[AVAIL_UNMONITORED], 100);
	assert_percent(&a, AVAIL_STATE, 55.56);
	assert_percent(&a, AVAIL_STATE + 2, 16.67);
	assert_percent(&a, AVAIL_DOWNTIME, 22.22);
	assert_percent(&a, AVAIL_HOST_DOWN, 5.56);
	assert_int_equal(a.outages, 1);
	assert_int_equal(a.longest_outage, 200);
	o.downtimes = AVAIL_EXCLUDE;
	a = compute(&o, example, ARRAY_LEN(example));
	assert_int_equal(a.base, 700);
	assert_percent(&a, AVAIL_STATE, 71.43);
}

static void
test_options(void **state)
{
	struct avail_options o;
	struct avail a;

	(void)state;
	avail_defaults(&o);
	o.downtime_ok = true;
	a = compute(&o, example, ARRAY_LEN(example));
	assert_int_equal(a.seconds[AVAIL_STATE], 600);
	assert_int_equal(a.seconds[AVAIL_DOWNTIME], 100);
	avail_defaults(&o);
	o.downtimes = AVAIL_IGNORE;
	a = compute(&o, example, ARRAY_LEN(example));
	assert_int_equal(a.seconds[AVAIL_STATE], 600);
	assert_int_equal(a.seconds[AVAIL_STATE + 2], 250);
	assert_int_equal(a.seconds[AVAIL_DOWNTIME], 0);
	avail_defaults(&o);
	o.host_down = false;
	a = compute(&o, example, ARRAY_LEN(example));
	assert_int_equal(a.seconds[AVAIL_STATE + 2], 200);
	avail_defaults(&o);
	o.with_unmonitored = true;
	a = compute(&o, example, ARRAY_LEN(example));
	assert_int_equal(a.base, 1000);
	avail_defaults(&o);
	assert_true(avail_set_group(&o, SLICE("crit=ok")));
	assert_true(avail_set_group(&o, SLICE("unreach=down")));
	assert_false(avail_set_group(&o, SLICE("crit=up")));
	assert_false(avail_set_group(&o, SLICE("crit")));
	a = compute(&o, example, ARRAY_LEN(example));
	assert_int_equal(a.seconds[AVAIL_STATE], 650);
	assert_int_equal(o.host_as[2], 1);
}

/* AV-1: the first that fits. */
static void
test_priority(void **state)
{
	struct avail_span s[] = {{0, 10, -1, IN},
	    {10, 30, 2, true, true, true, true, false},
	    {30, 60, 2, true, true, true, true, true},
	    {60, 100, 2, true, false, true, true, true},
	    {100, 150, 2, true, false, false, true, true},
	    {150, 210, 2, false, false, false, true, true},
	    {210, 280, 2, false, false, false, false, true}};
	struct avail_options o;
	struct avail a;

	(void)state;
	avail_defaults(&o);
	a = compute(&o, s, ARRAY_LEN(s));
	assert_int_equal(a.seconds[AVAIL_UNMONITORED], 10);
	assert_int_equal(a.seconds[AVAIL_OUT_OF_SERVICE], 20);
	assert_int_equal(a.seconds[AVAIL_DOWNTIME], 70);
	assert_int_equal(a.seconds[AVAIL_HOST_DOWN], 50);
	assert_int_equal(a.seconds[AVAIL_FLAPPING], 60);
	assert_int_equal(a.seconds[AVAIL_STATE + 2], 70);
	assert_int_equal(a.base, 270);
	o.service_period = AVAIL_EXCLUDE;
	assert_int_equal(compute(&o, s, ARRAY_LEN(s)).base, 250);
	o.service_period = AVAIL_IGNORE;
	o.flapping = false;
	a = compute(&o, s, ARRAY_LEN(s));
	assert_int_equal(a.seconds[AVAIL_OUT_OF_SERVICE], 0);
	assert_int_equal(a.seconds[AVAIL_STATE + 2], 130);
	/* a host's own state is no "host down" */
	struct avail h = {0};

	avail_defaults(&o);
	avail_compute(&h, &o, true, &s[4], 1);
	assert_int_equal(h.seconds[AVAIL_FLAPPING], 50);
	avail_free(&h);
}

static void
test_short_intervals(void **state)
{
	/* OK 100, CRIT 5, OK 5, WARN 5, OK 100: all of it OK; at the end a
	 * short CRIT between OK and WARN stays. */
	struct avail_span s[] = {{0, 100, 0, IN}, {100, 105, 2, IN},
	    {105, 110, 0, IN}, {110, 115, 1, IN}, {115, 200, 0, IN},
	    {200, 205, 2, IN}, {205, 300, 1, IN}};
	struct avail_options o;
	struct avail a;

	(void)state;
	avail_defaults(&o);
	o.short_s = 6;
	a = compute(&o, s, ARRAY_LEN(s));
	assert_int_equal(a.seconds[AVAIL_STATE], 200);
	assert_int_equal(a.seconds[AVAIL_STATE + 2], 5);
	assert_int_equal(a.seconds[AVAIL_STATE + 1], 95);
	assert_int_equal(a.n_phases, 3);
	o.short_s = 5; /* not shorter than */
	a = compute(&o, s, ARRAY_LEN(s));
	assert_int_equal(a.n_phases, 7);
	struct avail sum = {0};

	avail_add(&sum, &a);
	avail_add(&sum, &a);
	assert_int_equal(sum.window, 600);
	assert_int_equal(sum.seconds[AVAIL_STATE + 2], 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_worked_example),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_priority),
	    cmocka_unit_test(test_short_intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
