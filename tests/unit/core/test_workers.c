/* SPDX-License-Identifier: Apache-2.0
 *
 * Which worker takes whose jobs: claims, `alone`, credit, draining.
 */
#include "common/log.h"
#include "common/mem.h"
#include "core/schedule/workers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define NEVER_HERE -1

struct bench {
	struct workers w;
	struct worker local, munich, berlin;
	struct claim claim;
};

/* One of this machine; munich and berlin claim the claim's hosts. */
static void
set_up(struct bench *b)
{
	*b = (struct bench){.local = {.def = NEVER_HERE, .credit = 10},
	    .munich = {.def = 0, .credit = 10},
	    .berlin = {.def = 1, .credit = 10},
	    .claim = {.by = 3}};
	b->local.next = &b->munich;
	b->munich.next = &b->berlin;
	b->w.first = &b->local;
	b->w.claiming = 3;
}

static void
claimed_hosts_go_to_those_that_claim_them(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_ptr_equal(workers_pick(&b.w, NULL), &b.local);
	assert_ptr_equal(workers_pick_local(&b.w), &b.local);
	b.munich.busy = 5;
	assert_ptr_equal(workers_pick(&b.w, &b.claim), &b.berlin);
	b.berlin.busy = 6;
	assert_ptr_equal(workers_pick(&b.w, &b.claim), &b.munich);
	b.claim.by = 2;
	assert_ptr_equal(workers_pick(&b.w, &b.claim), &b.berlin);
	/* One that claims nothing takes what nobody claims. */
	b.w.claiming = 1;
	b.local.credit = 0;
	b.berlin.busy = 0;
	assert_ptr_equal(workers_pick(&b.w, NULL), &b.berlin);
	assert_null(workers_pick_local(&b.w));
}

static void
without_credit_they_wait_and_without_worker_others_help(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	/* Up, but full: nobody else is asked. */
	b.munich.credit = b.berlin.credit = 0;
	assert_null(workers_pick(&b.w, &b.claim));
	assert_true(workers_any(&b.w));
	b.local.refused = true;
	assert_false(workers_any(&b.w));
	assert_null(workers_pick(&b.w, NULL));
	b.local.refused = false;
	/* Both leave: this machine helps, unless all are alone. */
	b.munich.draining = b.berlin.draining = true;
	assert_ptr_equal(workers_pick(&b.w, &b.claim), &b.local);
	b.w.alone = 1;
	assert_ptr_equal(workers_pick(&b.w, &b.claim), &b.local);
	b.w.alone = 3;
	assert_null(workers_pick(&b.w, &b.claim));
	b.w.first = NULL;
	assert_null(workers_pick(&b.w, &b.claim));
	assert_false(workers_any(&b.w));
}

static void
jobs_wait_in_order(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	for (uint32_t i = 0; i < 100; i++)
		claim_wait(&b.claim, &(struct due){.object = i});
	assert_int_equal(b.claim.n, 100);
	assert_int_equal(b.claim.waiting[0].object, 0);
	assert_int_equal(b.claim.waiting[99].object, 99);
	free(b.claim.waiting);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(claimed_hosts_go_to_those_that_claim_them),
	    cmocka_unit_test(
		without_credit_they_wait_and_without_worker_others_help),
	    cmocka_unit_test(jobs_wait_in_order)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
