/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of the workers' credit: whatever hangs, each kind has places.
 */
#include "common/mem.h"
#include "core/schedule/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Jobs of `kind` that start until it is held back; none ends. */
static uint32_t
fill(struct share *s, uint32_t *running, unsigned kind)
{
	uint32_t n = 0;

	for (; s->unused > 0 && share_allows(s, kind); n++) {
		running[kind]++;
		s->unused--;
	}
	return n;
}

static void
one_kind_has_a_bound(void **state)
{
	uint32_t running[MSG_JOB_KINDS] = {0};
	struct share s = {.capacity = 100, .unused = 100, .running = running};

	(void)state;
	assert_int_equal(share_most(&s, MSG_JOB_PING), 90);
	assert_int_equal(share_most(&s, MSG_JOB_PLUGIN), 80);
	assert_int_equal(fill(&s, running, MSG_JOB_PLUGIN), 80);
	assert_int_equal(fill(&s, running, MSG_JOB_PING), 20);
}

/* In each order in which the kinds may take all they get and hang. */
static void
kinds_that_hang_leave_places(void **state) /* SC-21 */
{
	(void)state;
	for (unsigned first = 0; first < MSG_JOB_KINDS; first++) {
		uint32_t running[MSG_JOB_KINDS] = {0};
		struct share s = {.capacity = 200,
		    .unused = 200,
		    .used = (1u << MSG_JOB_KINDS) - 1,
		    .running = running};

		for (unsigned i = 0; i < MSG_JOB_KINDS; i++)
			assert_true(
			    fill(&s, running, (first + i) % MSG_JOB_KINDS) >=
			    share_kept(&s));
		assert_int_equal(share_kept(&s), 10);
		assert_int_equal(s.unused, 0);
	}
}

/* Few places: each kind may start, and nothing is left unused for ever. */
static void
few_places_are_used(void **state)
{
	(void)state;
	for (uint32_t capacity = 1; capacity < 20; capacity++) {
		uint32_t running[MSG_JOB_KINDS] = {0};
		struct share s = {.capacity = capacity,
		    .unused = capacity,
		    .used = (1u << MSG_JOB_KINDS) - 1,
		    .running = running};

		assert_int_equal(share_kept(&s), 0);
		assert_int_equal(fill(&s, running, MSG_JOB_AGENT),
		    capacity == 1 ? 1 : capacity * 80 / 100);
		assert_true(s.unused == 0 || share_allows(&s, MSG_JOB_PING));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_kind_has_a_bound),
	    cmocka_unit_test(kinds_that_hang_leave_places),
	    cmocka_unit_test(few_places_are_used)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
