/* SPDX-License-Identifier: Apache-2.0
 *
 * The agenda beside a heap that is known to be right, and what it must not
 * keep: entries, pages and bits of what is over.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "core/schedule/agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S     NS_PER_S
#define DAY   (INT64_C(1) << 26) /* of an agenda, ns */
#define BEGIN (INT64_C(26400000000) * DAY)

/* What will come is told for fetching it: the day's rest, in its order. */
static void
agenda_tells_what_is_ahead(void **state)
{
	int64_t now = 1772434800 * S, key;
	struct agenda c;
	uint32_t id;

	(void)state;
	agenda_init(&c, 8, now);
	assert_false(agenda_ahead(&c, 0, &id));
	agenda_set(&c, 7, now + S);
	for (uint32_t i = 1; i < 4; i++) /* one day, in no order */
		agenda_set(&c, i, now + 10 * S - 2 * (int64_t)i);
	agenda_set(&c, 4, now + 20 * S);
	agenda_set(&c, 7, HEAP_NEVER);
	assert_true(agenda_top(&c, &key, &id));
	assert_int_equal(id, 3);
	for (uint32_t n = 0; n < 3; n++) {
		assert_true(agenda_ahead(&c, n, &id));
		assert_int_equal(id, 3 - n);
	}
	assert_false(agenda_ahead(&c, 3, &id)); /* another day */
	agenda_set(&c, 5, now + 10 * S - 5);    /* since the day was opened */
	agenda_set(&c, 3, HEAP_NEVER);
	assert_true(agenda_top(&c, &key, &id));
	assert_int_equal(id, 5);
	assert_true(agenda_ahead(&c, 0, &id));
	assert_int_equal(id, 2);
	agenda_free(&c);
}

/* As a heap does, whatever is moved, near, far, at one time, or not at all. */
static void
agenda_keeps_order(void **state)
{
	const int64_t spans[] = {NS_PER_S / 100, 60 * S, 3000 * S, 86400 * S};
	struct heap h = {0};
	struct agenda c;
	int64_t now = 1772434800 * S, key, same;
	uint32_t id, other, seed = 1;

	(void)state;
	heap_resize(&h, 1000);
	agenda_init(&c, 1000, now);
	assert_false(agenda_top(&c, &key, &id));
	for (int i = 0; i < 200000; i++) {
		seed = seed * 1103515245 + 12345;
		id = (seed >> 8) % 1000;
		key = now + (int64_t)(seed >> 4) % 1000 * (spans[i % 4] / 999);
		if (i % 50 == 49)
			key = HEAP_NEVER;
		if (i % 3 == 0 && heap_top(&h, &same, &other) && i % 300 > 9) {
			now = same > now ? same : now;
			id = other;
		}
		heap_set(&h, id, key);
		agenda_set(&c, id, key);
		assert_int_equal(agenda_key(&c, id), key);
		assert_int_equal(
		    heap_top(&h, &same, &other), agenda_top(&c, &key, &id));
		if (c.queued > 0) {
			assert_int_equal(key, same);
			assert_int_equal(id, other);
		}
		assert_true(c.entries <= 2 * 1000 + 1025);
	}
	while (heap_top(&h, &same, &other)) {
		assert_true(agenda_top(&c, &key, &id));
		assert_int_equal(key, same);
		assert_int_equal(id, other);
		heap_set(&h, id, HEAP_NEVER);
		agenda_set(&c, id, HEAP_NEVER);
	}
	assert_false(agenda_top(&c, &key, &id));
	heap_free(&h);
	agenda_free(&c);
}

/* An agenda, and a heap with the same times. */
struct pair {
	struct agenda a;
	struct heap h;
	uint64_t seed;
};

static uint64_t
any(struct pair *p)
{
	p->seed = p->seed * UINT64_C(6364136223846793005) + 1;
	return p->seed >> 16;
}

static void
begin(struct pair *p, uint32_t n_ids)
{
	*p = (struct pair){.seed = n_ids};
	heap_resize(&p->h, n_ids);
	agenda_init(&p->a, n_ids, BEGIN);
}

/* Both say the same; false: there is nothing. */
static bool
same_top(const struct pair *p, int64_t *key_r, uint32_t *id_r)
{
	int64_t key;
	uint32_t id;

	if (!heap_top(&p->h, key_r, id_r)) {
		assert_false(agenda_top(&p->a, &key, &id));
		return false;
	}
	assert_true(agenda_top(&p->a, &key, &id));
	assert_int_equal(key, *key_r);
	assert_int_equal(id, *id_r);
	return true;
}

static void
set(struct pair *p, uint32_t id, int64_t key)
{
	int64_t top;
	uint32_t first;

	heap_set(&p->h, id, key);
	agenda_set(&p->a, id, key);
	same_top(p, &top, &first);
}

/* Takes all out in order; then nothing must be left of it. */
static void
drain(struct pair *p)
{
	const struct agenda *a = &p->a;
	int64_t key, before = INT64_MIN;
	uint32_t id;

	while (same_top(p, &key, &id)) {
		assert_true(key >= before);
		before = key;
		set(p, id, HEAP_NEVER);
	}
	assert_int_equal(a->queued, 0);
}

static void
end(struct pair *p)
{
	drain(p);
	heap_free(&p->h);
	agenda_free(&p->a);
}

/* What comes late into a day that is open lies in a heap. */
static void
late_ones_are_in_order(void **state)
{
	struct pair p;

	(void)state;
	begin(&p, 600);
	for (int round = 0; round < 20; round++) {
		set(&p, 0, BEGIN + round * 3 * DAY);
		/* Past times, and those of the day itself, some the same. */
		for (uint32_t i = 1; i < 600; i++)
			set(&p, i,
			    BEGIN + round * 3 * DAY - DAY +
				(int64_t)(any(&p) % 1000) * (2 * DAY / 1000));
		/* Small ones among those that were pushed last, too. */
		for (int i = 0; i < 2000; i++) {
			uint32_t id = (uint32_t)(any(&p) % 600);
			int64_t key;

			if (i % 2 == 0)
				same_top(&p, &key, &id);
			set(&p, id,
			    BEGIN + round * 3 * DAY +
				(int64_t)(any(&p) % DAY) / (1 + i % 5));
		}
		drain(&p);
	}
	end(&p);
}

/* Few entries, so that the next one lies anywhere in the ring or beyond it. */
static void
few_are_found_anywhere(void **state)
{
	struct pair p;
	int64_t now = BEGIN, key;
	uint32_t id;

	(void)state;
	begin(&p, 4);
	for (int i = 0; i < 50000; i++) {
		/* Most within a few days of the ring's end and its begin. */
		int64_t days = i % 3 == 0 ? (int64_t)(any(&p) % 3)
		    : i % 3 == 1 ? (int64_t)(AGENDA_DAYS - 70 + any(&p) % 140)
				 : (int64_t)(any(&p) % (3 * AGENDA_DAYS));

		set(&p, (uint32_t)(any(&p) % 4),
		    now + days * DAY + (int64_t)(any(&p) % 3));
		if (i % 2 == 0 && same_top(&p, &key, &id)) {
			now = key > now ? key : now;
			set(&p, id, HEAP_NEVER);
		}
	}
	end(&p);
}

/* Of what is over nothing stays but memory that is used again. */
static void
nothing_is_left_behind(void **state)
{
	struct pair p;
	int64_t now = BEGIN, key;
	uint32_t id, pages = 0;

	(void)state;
	begin(&p, 1000);
	for (int round = 0; round < 50; round++) {
		uint32_t filled = 0;

		for (uint32_t i = 0; i < 1000; i++)
			set(&p, i, now + (int64_t)(1 + i % 5) * DAY + i);
		assert_int_equal(p.a.entries, 1000);
		assert_int_equal(p.a.far.n, 0);
		/* Moved once: the entries before are dropped in their turn. */
		for (uint32_t i = 0; i < 1000; i += 2)
			set(&p, i, now + (int64_t)(7 + i % 5) * DAY + i);
		while (same_top(&p, &key, &id) && key < now + 7 * DAY)
			set(&p, id, HEAP_NEVER);
		assert_int_equal(p.a.entries, p.a.queued);
		drain(&p);
		assert_int_equal(p.a.entries, 0);
		assert_true(p.a.day.n <= 1000);
		assert_int_equal(p.a.near.n, 0);
		for (size_t i = 0; i < AGENDA_DAYS / 64; i++)
			filled += p.a.filled[i] != 0;
		assert_int_equal(filled, 0);
		if (round == 0) /* pages are full but for each day's last */
			pages = p.a.n_pages;
		assert_int_equal(p.a.n_pages, pages);
		now += 20 * DAY;
	}
	assert_true(pages <= 1500 / 7 + 11);
	end(&p);
}

/* Only what is beyond the ring waits outside of it. */
static void
far_is_far(void **state)
{
	struct pair p;
	int64_t last = BEGIN + (int64_t)(AGENDA_DAYS - 1) * DAY;

	(void)state;
	begin(&p, 3);
	set(&p, 0, last);
	assert_int_equal(p.a.far.n, 0);
	end(&p);
	begin(&p, 3);
	set(&p, 1, BEGIN + DAY);
	set(&p, 0, last + 3 * DAY);
	assert_int_equal(p.a.far.n, 1);
	set(&p, 2, last + 4 * DAY);
	assert_int_equal(p.a.far.n, 2);
	end(&p);
}

/* One that moves for ever leaves no more than twice its number, and 1024. */
static void
moving_for_ever_is_bounded(void **state)
{
	struct pair p;
	uint32_t most = 0;

	(void)state;
	begin(&p, 10);
	set(&p, 0, BEGIN);
	for (int i = 0; i < 5000; i++) {
		set(&p, 1 + (uint32_t)i % 9, BEGIN + (1 + i % 50) * DAY);
		most = p.a.entries > most ? p.a.entries : most;
	}
	assert_in_range(most, 1025, 2 * 10 + 1025);
	assert_int_equal(p.a.queued, 10);
	end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agenda_tells_what_is_ahead),
	    cmocka_unit_test(agenda_keeps_order),
	    cmocka_unit_test(late_ones_are_in_order),
	    cmocka_unit_test(few_are_found_anywhere),
	    cmocka_unit_test(nothing_is_left_behind),
	    cmocka_unit_test(far_is_far),
	    cmocka_unit_test(moving_for_ever_is_bounded),
	};

	return cmocka_run_group_tests_name("the agenda", tests, NULL, NULL);
}
