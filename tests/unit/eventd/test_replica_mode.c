/* SPDX-License-Identifier: Apache-2.0
 *
 * Who of two event consoles works, on a virtual clock; and the messages that a
 * fallback keeps.
 */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "eventd/replica/held.h"
#include "eventd/replica/mode.h"

#include <string.h>

#define S INT64_C(1000000)

static const struct replica_past fresh = {.synced = false};
static struct replica_options slave = {.role = REPLICA_SLAVE,
    .automatic = true,
    .interval_us = S,
    .takeover_us = 30 * S,
    .fallback_us = 3600 * S};
static struct replica_options master = {
    .role = REPLICA_MASTER, .automatic = true, .wait_us = 5 * S};

static void
a_slave_takes_over_and_returns(void **state)
{
	struct replica_mode m;

	(void)state;
	mode_start(&m, &slave, &fresh, 0);
	assert_true(mode_passive(&m));
	assert_string_equal(mode_slave(&m), "sync");
	/* Never without one successful synchronisation. */
	assert_int_equal(mode_tick(&m, 99999 * S), REPLICA_NOTHING);
	assert_int_equal(mode_up(&m, 100000 * S), REPLICA_FOLLOW_STEP);
	mode_synced(&m, 100001 * S);
	mode_down(&m, 100010 * S);
	assert_int_equal(mode_due(&m), 100031 * S);
	assert_int_equal(mode_tick(&m, 100031 * S - 1), REPLICA_NOTHING);
	assert_int_equal(mode_tick(&m, 100031 * S), REPLICA_TAKE_OVER);
	assert_false(mode_passive(&m));
	assert_string_equal(mode_slave(&m), "takeover");
	assert_int_equal(mode_up(&m, 101000 * S), REPLICA_GO_BACK);
	assert_true(mode_passive(&m));
	assert_int_equal(mode_returned(&m, 101001 * S), REPLICA_FOLLOW_STEP);
	assert_string_equal(mode_slave(&m), "sync");
	assert_int_equal(mode_tick(&m, 101001 * S), REPLICA_NOTHING);
}

static void
a_master_that_was_away_too_long(void **state)
{
	int64_t now = 3605 * S;
	struct replica_mode m;
	enum replica_step step;
	struct err err;

	(void)state;
	mode_start(&m, &slave, &fresh, 0);
	mode_up(&m, 0);
	mode_synced(&m, 0);
	mode_down(&m, 0);
	assert_int_equal(mode_tick(&m, 30 * S), REPLICA_TAKE_OVER);
	assert_int_equal(mode_switch(&m, "sync", now, &step, &err), -1);
	assert_non_null(strstr(err.text, "does not answer"));
	assert_int_equal(mode_up(&m, 3601 * S), REPLICA_NOTHING);
	assert_false(mode_passive(&m));
	/* Not when it comes anew either: a person decides. */
	mode_down(&m, 3602 * S);
	assert_int_equal(mode_up(&m, 3603 * S), REPLICA_NOTHING);
	assert_int_equal(mode_switch(&m, "sync", now, &step, &err), 0);
	assert_int_equal(step, REPLICA_GO_BACK);
	/* It goes again in the middle: after a while the slave works on. */
	mode_down(&m, 3610 * S);
	assert_int_equal(mode_tick(&m, 3639 * S), REPLICA_NOTHING);
	assert_int_equal(mode_tick(&m, 3640 * S), REPLICA_TAKE_OVER);
	assert_int_equal(mode_up(&m, 3650 * S), REPLICA_GO_BACK);
	/* Or it hangs. */
	mode_heard(&m, 3660 * S);
	assert_int_equal(mode_tick(&m, 3689 * S), REPLICA_NOTHING);
	assert_int_equal(mode_tick(&m, 3690 * S), REPLICA_TAKE_OVER);
}

static void
by_hand(void **state)
{
	struct replica_options o = slave;
	struct replica_mode m;
	enum replica_step step;
	struct err err;

	(void)state;
	o.automatic = false;
	mode_start(&m, &o, &fresh, 0);
	mode_up(&m, 0);
	mode_synced(&m, 0);
	mode_down(&m, 0);
	assert_int_equal(mode_due(&m), INT64_MAX);
	assert_int_equal(mode_switch(&m, "sync", 0, &step, &err), -1);
	assert_int_equal(mode_switch(&m, "nonsense", 0, &step, &err), -1);
	assert_int_equal(mode_switch(&m, "takeover", 0, &step, &err), 0);
	assert_int_equal(step, REPLICA_TAKE_OVER);
	assert_int_equal(mode_switch(&m, "takeover", 0, &step, &err), -1);
	assert_int_equal(mode_up(&m, S), REPLICA_NOTHING);
	assert_int_equal(mode_switch(&m, "sync", 0, &step, &err), 0);
	mode_start(&m, &master, &fresh, 0);
	assert_int_equal(mode_switch(&m, "takeover", 0, &step, &err), -1);
	assert_non_null(strstr(err.text, "not a fallback"));
}

static void
refused_is_not_dead(void **state)
{
	struct replica_mode m;

	(void)state;
	mode_start(&m, &slave, &fresh, 0);
	mode_up(&m, 0);
	mode_synced(&m, 0);
	mode_down(&m, 0);
	mode_refused(&m, 29 * S);
	assert_int_equal(mode_tick(&m, 58 * S), REPLICA_NOTHING);
	assert_int_equal(mode_tick(&m, 59 * S), REPLICA_TAKE_OVER);
}

static void
restarts(void **state)
{
	struct replica_past over = {true, false, true, -100 * S};
	struct replica_past synced = {false, false, true, 0};
	struct replica_mode m;

	(void)state;
	mode_start(&m, &slave, &over, 0);
	assert_false(mode_passive(&m));
	assert_int_equal(mode_up(&m, 3499 * S), REPLICA_GO_BACK);
	mode_start(&m, &slave, &over, 0);
	assert_int_equal(mode_up(&m, 3501 * S), REPLICA_NOTHING);
	/* One that followed waits from its start on. */
	mode_start(&m, &slave, &synced, 1000 * S);
	assert_int_equal(mode_due(&m), 1030 * S);
	mode_start(&m, &master, &fresh, 0);
	assert_true(mode_passive(&m));
	assert_string_equal(mode_slave(&m), "");
	assert_int_equal(mode_tick(&m, 5 * S - 1), REPLICA_NOTHING);
	assert_int_equal(mode_up(&m, 5 * S - 1), REPLICA_NOTHING);
	/* What it hands over is waited for. */
	assert_int_equal(mode_tick(&m, 60 * S), REPLICA_NOTHING);
	mode_down(&m, 60 * S);
	assert_int_equal(mode_tick(&m, 65 * S), REPLICA_WORK);
	assert_false(mode_passive(&m));
	assert_int_equal(mode_joined(&m), REPLICA_NOTHING);
}

static struct message
message(const char *text, int64_t at_us)
{
	return (struct message){.host = SLICE("gw2"),
	    .application = SLICE("x"),
	    .text = slice_of(text),
	    .received_us = at_us};
}

static void
keep(struct held *h, const char *text, int64_t at_us)
{
	struct message m = message(text, at_us);

	held_add(h, &m);
}

static void
keeps_what_is_not_handled(void **state)
{
	struct held *h = held_new(1 << 20);
	struct message one = message("one", 0), two = message("two", 0);

	(void)state;
	keep(h, "one", 1);
	keep(h, "one", 2);
	keep(h, "two", 3);
	held_handled(h, held_hash(&one), 4);
	assert_int_equal(held_count(h), 2);
	/* The other was faster: it is not kept when it comes. */
	held_handled(h, held_hash(&two), 5);
	held_handled(h, held_hash(&two), 5);
	keep(h, "two", 6);
	assert_int_equal(held_count(h), 1);
	assert_int_equal(held_first(h)->received_us, 2);
	assert_true(slice_eqs(held_first(h)->text, "one"));
	held_forget(h, 2);
	assert_int_equal(held_count(h), 1);
	held_forget(h, 3);
	assert_int_equal(held_count(h), 0);
	assert_null(held_first(h));
	/* What was handled long ago does not swallow what comes now. */
	held_handled(h, held_hash(&one), 7);
	held_forget(h, 8);
	keep(h, "one", 9);
	assert_int_equal(held_count(h), 1);
	held_free(&h);
}

static void
keeps_within_its_bound(void **state)
{
	struct held *h = held_new(5000);

	(void)state;
	for (int i = 0; i < 1000; i++)
		keep(h, "text", i);
	assert_true(held_lost(h) > 900);
	assert_int_equal(held_lost(h) + held_count(h), 1000);
	while (held_first(h) != NULL)
		held_drop(h);
	held_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_slave_takes_over_and_returns),
	    cmocka_unit_test(a_master_that_was_away_too_long),
	    cmocka_unit_test(by_hand), cmocka_unit_test(refused_is_not_dead),
	    cmocka_unit_test(restarts),
	    cmocka_unit_test(keeps_what_is_not_handled),
	    cmocka_unit_test(keeps_within_its_bound)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
