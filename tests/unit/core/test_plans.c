/* SPDX-License-Identifier: Apache-2.0
 *
 * When checks are planned at a start and at a reload: new ones, late ones,
 * kept plans, forced ones (SC-4, SC-5, SC-6, EC-7).
 */
#include "tests/unit/core/world.h"

#include "common/clock.h"
#include "core/schedule/plan.h"
#include "core/schedule/schedule.h"

#include <stdio.h>

#define S   NS_PER_S
#define NOW (100000 * S)

/* A host and `n` services s0, s1, ... checked each ten minutes. */
static struct world *
services(uint32_t n)
{
	struct world *w = world_new();

	snapb_host(w->b, "h");
	snapb_object(w->b, 0)->check = SNAP_CHECK_PASSIVE;
	snapb_object(w->b, 0)->check_interval_ms = 60000; /* of what is fed */
	for (uint32_t i = 1; i <= n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "s%u", i);
		snapb_service(w->b, 0, name);
		snapb_object(w->b, i)->check = SNAP_CHECK_COMMAND;
		snapb_object(w->b, i)->flags |= SNAP_ACTIVE;
		snapb_object(w->b, i)->check_interval_ms = 600000;
	}
	world_start(w, NOW / S);
	return w;
}

static uint64_t
hash_of(const struct world *w, uint32_t service)
{
	return plan_hash("h", snap_s(w->snap, w->snap->objects[service].name));
}

static int64_t
phase_of(const struct world *w, uint32_t service, int64_t after)
{
	return plan_phase(hash_of(w, service), 600 * S, after);
}

static int64_t
planned(const struct schedule *s, uint32_t object)
{
	return agenda_key(&s->due, object);
}

/* As if the object was checked then. */
static void
checked_at(struct world *w, uint32_t object, int64_t at)
{
	w->e->objects[object].flags |= CHECKABLE_CHECKED;
	w->e->objects[object].last_check = at / S;
}

static void
keep(struct world *w, uint32_t object, int64_t at, bool forced)
{
	if (w->e->planned == NULL)
		w->e->planned =
		    xcalloc(w->snap->n_objects, sizeof(*w->e->planned));
	w->e->planned[object] = (uint64_t)(at / S) << 1 | forced;
}

static void
a_start_spreads(void **state)
{
	struct world *w = services(5);
	struct schedule *s;

	(void)state;
	checked_at(w, 1, NOW - 100 * S);  /* in time: as ever */
	checked_at(w, 2, NOW - 700 * S);  /* one turn was missed: soon */
	checked_at(w, 3, NOW - 1200 * S); /* two: as ever */
	s = schedule_new(w->e, 0, NOW);
	assert_int_equal(planned(s, 1), phase_of(w, 1, NOW));
	assert_int_equal(planned(s, 3), phase_of(w, 3, NOW));
	assert_in_range(planned(s, 2), NOW, NOW + 60 * S);
	assert_true(planned(s, 2) == phase_of(w, 2, NOW) ||
	    planned(s, 2) == NOW + (int64_t)(hash_of(w, 2) % (60 * S)));
	/* Never checked: one after the other. */
	assert_int_equal(planned(s, 4), NOW);
	assert_int_equal(planned(s, 5), NOW + S / 100);
	assert_int_equal(planned(s, 0), HEAP_NEVER);
	schedule_free(&s);
	world_free(&w);
}

static void
kept_plans_hold(void **state)
{
	struct world *w = services(7);
	struct schedule *s;

	(void)state;
	for (uint32_t i = 1; i <= 7; i++)
		checked_at(w, i, NOW - 2000 * S);
	keep(w, 1, NOW + 50 * S, false);  /* a retry */
	keep(w, 2, NOW - 30 * S, false);  /* just missed: soon */
	keep(w, 3, NOW - 600 * S, false); /* a whole interval ago */
	keep(w, 4, NOW + 601 * S, false); /* too far */
	keep(w, 5, NOW + 5000 * S, true); /* somebody asked for it */
	keep(w, 6, NOW - 5000 * S, true);
	keep(w, 7, phase_of(w, 7, NOW), false);
	s = schedule_new(w->e, 0, NOW);
	assert_null(w->e->planned);
	assert_int_equal(planned(s, 1), NOW + 50 * S);
	assert_in_range(planned(s, 2), NOW, NOW + 60 * S);
	assert_int_equal(planned(s, 3), phase_of(w, 3, NOW));
	assert_int_equal(planned(s, 4), phase_of(w, 4, NOW));
	assert_int_equal(planned(s, 5), NOW + 5000 * S);
	assert_true(schedule_is_forced(s, 5));
	assert_int_equal(planned(s, 6), NOW);
	assert_true(schedule_is_forced(s, 6));
	/* Known to the second, run in its phase. */
	assert_int_equal(planned(s, 7), phase_of(w, 7, NOW));
	assert_false(schedule_is_forced(s, 7));
	assert_int_equal(
	    schedule_plan_of(s, 5), (uint64_t)(NOW / S + 5000) << 1 | 1);
	assert_int_equal(schedule_plan_of(s, 1), (uint64_t)(NOW / S + 50) << 1);
	schedule_free(&s);
	world_free(&w);
}

/* Plans and last checks are in wall time, the schedule's clock is not. */
static void
the_clock_of_the_wall(void **state)
{
	const int64_t drift = 5000 * S;
	struct world *w = services(3);
	struct schedule *s;

	(void)state;
	checked_at(w, 1, NOW + drift - 700 * S);
	checked_at(w, 2, NOW + drift - 100 * S);
	keep(w, 2, NOW + drift + 50 * S, false);
	/* Missed, and its interval is shorter than a minute. */
	w->e->objects[3].check_interval_ms = 10000;
	checked_at(w, 3, NOW + drift - 11 * S);
	keep(w, 3, NOW + drift - S, false);
	s = schedule_new(w->e, drift, NOW);
	assert_in_range(planned(s, 1), NOW, NOW + 60 * S);
	assert_int_equal(planned(s, 2), NOW + 50 * S);
	assert_int_equal(schedule_next_check(s, 2), (NOW + drift) / S + 50);
	assert_in_range(planned(s, 3), NOW, NOW + 10 * S);
	schedule_free(&s);
	world_free(&w);
}

/* Switched off, its plan may lie as far as somebody put it. */
static void
far_plans_of_inactive_ones_hold(void **state)
{
	struct world *w = services(2);
	struct schedule *s;

	(void)state;
	engine_switch(w->e, 1, CHECKABLE_ACTIVE, false, NOW / S);
	keep(w, 1, NOW + 5000 * S, false);
	keep(w, 2, NOW + 600 * S, false); /* an interval is not too far */
	s = schedule_new(w->e, 0, NOW);
	assert_int_equal(planned(s, 1), NOW + 5000 * S);
	assert_in_range(planned(s, 2), NOW + 600 * S, NOW + 601 * S);
	schedule_free(&s);
	world_free(&w);
}

static void
on_demand_runs_on_demand(void **state) /* SC-4 */
{
	struct world *w = services(3);
	struct schedule *s;

	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		w->e->objects[i].check_interval_ms = 0;
	keep(w, 2, NOW + 9000 * S, false);
	keep(w, 3, NOW - 9000 * S, false);
	s = schedule_new(w->e, 0, NOW);
	assert_int_equal(planned(s, 1), HEAP_NEVER);
	assert_int_equal(schedule_next_check(s, 1), 0);
	assert_int_equal(planned(s, 2), NOW + 9000 * S);
	assert_int_equal(planned(s, 3), NOW);
	/* Once it ran, nothing is planned. */
	schedule_advance(s, NOW, 10);
	assert_int_equal(planned(s, 3), HEAP_NEVER);
	schedule_free(&s);
	world_free(&w);
}

static void
a_reload_keeps_plans(void **state) /* PR-2 */
{
	struct world *w = services(5), *v = services(6);
	/* s6 is new, s1 to s5 are the old ones in another order. */
	const uint32_t old_of[] = {0, 2, 1, 4, 3, 5, SNAP_NONE};
	struct schedule *s, *t;
	int64_t regular;
	struct due due;

	(void)state;
	for (uint32_t i = 1; i <= 5; i++)
		checked_at(w, i, NOW - 100 * S);
	s = schedule_new(w->e, 7 * S, NOW);
	s->counters.skipped_off = 3;
	regular = planned(s, 2);
	schedule_check_at(s, 1, NOW + 5000 * S, true, NOW);
	schedule_check_at(s, 4, NOW, true, NOW);
	schedule_advance(s, NOW, 1);
	assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due)); /* runs */
	assert_int_equal(due.object, 4);
	schedule_check_at(s, 3, NOW, false, NOW);
	schedule_advance(s, NOW, 10); /* waits for a worker */
	assert_int_equal(schedule_waiting(s, MSG_JOB_PLUGIN), 1);
	v->e->objects[5].check_interval_ms = 10000; /* shorter now */
	t = schedule_adopt(s, v->e, old_of, NOW + S / 2);
	assert_int_equal(t->drift, 7 * S);
	assert_int_equal(t->counters.skipped_off, 3);
	assert_int_equal(planned(t, 0), HEAP_NEVER);
	assert_int_equal(planned(t, 1), regular);
	assert_int_equal(planned(t, 2), NOW + 5000 * S);
	assert_true(schedule_is_forced(t, 2));
	assert_int_equal(planned(t, 4), NOW + S / 2); /* it waited */
	assert_in_range(planned(t, 5), NOW + S / 2 + 1, NOW + S / 2 + 10 * S);
	assert_int_equal(planned(t, 6), NOW + S / 2); /* new */
	/* What runs is not started a second time. */
	schedule_check_at(t, 3, NOW + S, true, NOW + S);
	schedule_advance(t, NOW + S, 10);
	while (schedule_take(t, MSG_JOB_PLUGIN, &due))
		assert_int_not_equal(due.object, 3);
	assert_true(t->counters.skipped_running > 0);
	schedule_free(&s);
	schedule_free(&t);
	world_free(&w);
	world_free(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_start_spreads),
	    cmocka_unit_test(kept_plans_hold),
	    cmocka_unit_test(the_clock_of_the_wall),
	    cmocka_unit_test(far_plans_of_inactive_ones_hold),
	    cmocka_unit_test(on_demand_runs_on_demand),
	    cmocka_unit_test(a_reload_keeps_plans),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name(
	    "plans at starts and reloads", tests, NULL, NULL);
}
