/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of the service "Notifications" (NT-15).
 */
#include "notifyd/health.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define NOW INT64_C(1772438400)

static uint64_t totals[HEALTH_EVENTS];
static struct health health;
static struct health_queue queue;

static int
set_up(void **state)
{
	(void)state;
	memset(totals, 0, sizeof(totals));
	memset(&health, 0, sizeof(health));
	queue = (struct health_queue){.trouble = ""};
	return 0;
}

static void
judged(int64_t now, int state, const char *output)
{
	json_t *is = health_judge(&health, &queue, now);

	assert_string_equal(
	    json_string_value(json_object_get(is, "output")), output);
	assert_int_equal(
	    json_integer_value(json_object_get(is, "state")), state);
	json_decref(is);
}

static void
each_event_is_visible_for_an_hour(void **unused)
{
	(void)unused;
	assert_false(health_update(&health, totals, NOW));
	judged(NOW, 0, "All is well, 0 waiting");
	totals[HEALTH_FALLBACK] = 1;
	assert_true(health_update(&health, totals, NOW));
	assert_false(health_update(&health, totals, NOW + 5));
	judged(NOW + 5, 1,
	    "1 notification that no rule matched, the fallback was told, 5 s "
	    "ago");
	totals[HEALTH_FALLBACK] = 3;
	totals[HEALTH_FAILED] = 1;
	health_update(&health, totals, NOW + 600);
	judged(NOW + 900, 2,
	    "3 notifications that no rule matched, the fallback was told, the "
	    "last 5 min ago; 1 delivery that was given up, 5 min ago");
	judged(NOW + 600 + 3600, 0, "All is well, 0 waiting");
	totals[HEALTH_NOBODY] = 1;
	totals[HEALTH_DROPPED] = 1;
	totals[HEALTH_FALLBACK] = 4; /* counts from one again */
	health_update(&health, totals, NOW + 9000);
	judged(NOW + 9000, 2,
	    "1 notification that no rule matched, the fallback was told, 0 s "
	    "ago; 1 notification that no rule matched and nobody was told of, "
	    "0 s ago; 1 repetition that was dropped, too much waited for "
	    "another site, 0 s ago");
}

static void
what_waits_is_visible(void **unused)
{
	json_t *is;

	(void)unused;
	queue.waiting = 2;
	queue.oldest = NOW;
	judged(NOW + 60, 0, "All is well, 2 waiting");
	judged(NOW + 61, 1, "2 waiting, the oldest for 61 s");
	judged(NOW + 601, 2, "2 waiting, the oldest for 10 min");
	is = health_judge(&health, &queue, NOW + 61);
	assert_string_equal(json_string_value(json_object_get(is, "metrics")),
	    "waiting=2 queue_age=61s;60;600 by_fallback=0 without_rule=0 "
	    "failed=0 dropped=0");
	json_decref(is);
	queue.trouble = "database is full";
	judged(NOW + 1, 2, "the disk refuses: database is full");
}

/* A restart counts from nothing, and forgets nothing. */
static void
it_outlives_a_restart(void **unused)
{
	json_t *saved;

	(void)unused;
	totals[HEALTH_FAILED] = 2;
	health_update(&health, totals, NOW);
	saved = health_save(&health);
	set_up(NULL);
	totals[HEALTH_FAILED] = 1;
	health_update(&health, totals, NOW + 10);
	health_load(&health, saved);
	judged(NOW + 20, 2,
	    "3 deliveries that were given up (vedette notify list --failed), "
	    "the last 10 s ago");
	json_decref(saved);
	health_load(&health, NULL);
	saved = json_pack("[s]", "no object");
	health_load(&health, saved);
	json_decref(saved);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(each_event_is_visible_for_an_hour, set_up),
	    cmocka_unit_test_setup(what_waits_is_visible, set_up),
	    cmocka_unit_test_setup(it_outlives_a_restart, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
