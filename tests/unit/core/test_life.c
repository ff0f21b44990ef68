/* SPDX-License-Identifier: Apache-2.0
 *
 * Smart Ping on a clock of its own: 15 s after the last sign of life, whatever
 * kind of sign that was (ST-31).
 */
#include "common/clock.h"
#include "common/mem.h"
#include "core/schedule/life.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define MS       NS_PER_MS
#define START    (1000000 * MS)
#define INTERVAL 6000

/*
 * A host that is pinged each 6 s and answers until `echo_until`; at `sign`
 * something else comes from it (0: nothing). Milliseconds from START. When is
 * it seen DOWN first? Pings begin at `phase`.
 */
static int64_t
down_at(int64_t echo_until, int64_t sign, int64_t phase)
{
	struct life life;
	int64_t at = -1;
	bool signed_yet = sign == 0;

	life_start(&life, 1);
	for (int64_t t = phase; t < 200000 && at < 0; t += INTERVAL) {
		struct msg_job_result r = {.state = 0};
		struct str words = {0};
		uint32_t window;
		int64_t end = t;

		if (!signed_yet && sign <= t) {
			life_note(&life, 0, START + sign * MS, true);
			signed_yet = true;
		}
		if (t <= echo_until) {
			life_note(&life, 0, START + t * MS, true);
			continue;
		}
		window = life_window_ms(&life, 0, START + t * MS);
		end = t + window;
		if (!signed_yet && sign <= end) {
			life_note(&life, 0, START + sign * MS, true);
			signed_yet = true;
		}
		r.state = 1;
		if (!life_refutes(&life, 0, START + end * MS, &r, &words))
			at = end;
		while (t + INTERVAL < end) /* one that runs is not begun */
			t += INTERVAL;
		str_free(&words);
	}
	life_free(&life);
	return at;
}

static void
down_after_fifteen_seconds(void **state)
{
	(void)state;
	for (int64_t phase = 0; phase < INTERVAL; phase += 500) {
		/* The last echo was at the last ping before. */
		int64_t last = phase + 10 * INTERVAL;

		assert_int_equal(down_at(last, 0, phase), last + 15000);
		assert_int_equal(down_at(last + 4000, 0, phase), last + 15000);
	}
}

static void
other_signs_count(void **state)
{
	(void)state;
	for (int64_t sign = 100; sign < 15000; sign += 700) {
		int64_t last = 60000, at = down_at(last, last + sign, 0);

		/* Never before; and then with the next look at it. */
		if (at < last + sign + 15000 ||
		    at > last + sign + 15000 + INTERVAL)
			fail_msg("a sign %lld ms after the last echo: DOWN "
				 "%lld ms after it",
			    (long long)sign, (long long)(at - last - sign));
	}
}

static void
refuting_has_words(void **state)
{
	struct msg_job_result r = {
	    .state = 1, .output = SLICE("CRITICAL - no answer")};
	struct str words = {0};
	struct life life;

	(void)state;
	life_start(&life, 2);
	assert_int_equal(life_silence_ms(&life, 0, START), 0);
	assert_int_equal(life_silence_ms(&life, 7, START), 0);
	assert_false(life_refutes(&life, 0, START, &r, &words));
	life_note(&life, 0, START, true);
	assert_int_equal(life_silence_ms(&life, 0, START), 1);
	assert_false(life_refutes(&life, 1, START, &r, &words));
	assert_false(life_refutes(&life, 0, START + 15000 * MS, &r, &words));
	assert_true(life_refutes(&life, 0, START + 14999 * MS, &r, &words));
	assert_int_equal(r.state, 0);
	assert_true(slice_eqs(r.output,
	    "OK - no answer to ping, but another sign of life 14 s ago"));
	assert_int_equal(life.refuted, 1);
	/* Pings alone are dropped: it is DOWN, and the words say why. */
	r = (struct msg_job_result){.state = 1, .output = SLICE("DOWN")};
	str_clear(&words);
	life_note(&life, 1, START, false);
	assert_true(life_refutes(&life, 1, START + 1000 * MS, &r, &words));
	r = (struct msg_job_result){.state = 1, .output = SLICE("DOWN")};
	str_clear(&words);
	assert_false(life_refutes(&life, 1, START + 40000 * MS, &r, &words));
	assert_int_equal(r.state, 1);
	assert_true(slice_eqs(r.output,
	    "DOWN; a connection 40 s ago had an answer (if pings are dropped "
	    "on the way: check: {tcp: PORT})"));
	str_clear(&words);
	/* What is UP anyway keeps its words. */
	r.state = 0;
	r.output = SLICE("OK");
	assert_false(life_refutes(&life, 0, START + 1, &r, &words));
	str_free(&words);
	life_free(&life);
}

static void
signs_outlive_a_reload(void **state)
{
	static const uint32_t new_of[] = {2, SNAP_NONE, 0};
	struct life life;

	(void)state;
	life_start(&life, 3);
	for (uint32_t i = 0; i < 3; i++)
		life_note(&life, i, START + i * 1000 * MS, true);
	life_adopt(&life, new_of, ARRAY_LEN(new_of), 4);
	assert_int_equal(life_silence_ms(&life, 0, START + 5000 * MS), 3000);
	assert_int_equal(life_silence_ms(&life, 1, START + 5000 * MS), 0);
	assert_int_equal(life_silence_ms(&life, 2, START + 5000 * MS), 5000);
	assert_int_equal(life_silence_ms(&life, 3, START + 5000 * MS), 0);
	life_free(&life);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(down_after_fifteen_seconds),
	    cmocka_unit_test(other_signs_count),
	    cmocka_unit_test(refuting_has_words),
	    cmocka_unit_test(signs_outlive_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
