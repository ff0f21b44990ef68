/* SPDX-License-Identifier: Apache-2.0
 *
 * Heap, plans, queues, jobs' messages, macros, raw output.
 */
#include "tests/unit/core/world.h"

#include "common/clock.h"
#include "core/schedule/intake.h"
#include "core/schedule/job.h"
#include "core/schedule/jobs_internal.h"
#include "core/schedule/macros.h"
#include "core/schedule/plan.h"
#include "core/schedule/schedule.h"

#include <stdio.h>

#define S NS_PER_S

static void
heap_keeps_order(void **state)
{
	struct heap h = {0};
	int64_t key, last = -1;
	uint32_t id, seed = 1, n = 0;

	(void)state;
	heap_resize(&h, 1000);
	for (int i = 0; i < 5000; i++) {
		seed = seed * 1103515245 + 12345;
		heap_set(&h, (seed >> 8) % 1000,
		    i % 7 == 0 ? HEAP_NEVER : (int64_t)(seed >> 4));
	}
	n = h.n;
	while (heap_top(&h, &key, &id)) {
		assert_true(key >= last);
		assert_int_equal(heap_key(&h, id), key);
		last = key;
		heap_set(&h, id, HEAP_NEVER);
		n--;
	}
	assert_int_equal(n, 0);
	heap_free(&h);
}

static void
phases_are_stable_and_spread(void **state) /* SC-6 */
{
	unsigned buckets[10] = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char name[32];
		uint64_t hash;
		int64_t at;

		snprintf(name, sizeof(name), "host%04d", i);
		hash = plan_hash(name, "Check_MK");
		at = plan_phase(hash, 60 * S, 1000 * S);
		assert_true(at > 1000 * S && at <= 1060 * S);
		assert_int_equal(plan_phase(hash, 60 * S, at), at + 60 * S);
		buckets[(at - 1000 * S - 1) / (6 * S)]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(buckets[i], 60, 140);
}

/* A host that is pinged each 6 s and a service checked by a plugin. */
static struct world *
checked(void)
{
	struct world *w = world_new();

	snapb_host(w->b, "web");
	snapb_object(w->b, 0)->check = SNAP_CHECK_PING;
	snapb_object(w->b, 0)->flags |= SNAP_ACTIVE;
	snapb_object(w->b, 0)->check_interval_ms = 6000;
	snapb_service(w->b, 0, "HTTP");
	snapb_object(w->b, 1)->check = SNAP_CHECK_COMMAND;
	snapb_object(w->b, 1)->flags |= SNAP_ACTIVE;
	snapb_object(w->b, 1)->check_interval_ms = 300000;
	snapb_object(w->b, 1)->retry_interval_ms = 30000;
	snapb_object(w->b, 1)->max_check_attempts = 3;
	snapb_object(w->b, 1)->check_line =
	    snapb_str(w->b, "check_http -H $HOSTADDRESS$ -p $ARG1$ $$ $X$");
	snapb_object(w->b, 1)->check_command = snapb_str(w->b, "http!81");
	snapb_object(w->b, 0)->address = snapb_str(w->b, "192.0.2.1");
	world_start(w, 0);
	return w;
}

static void
new_objects_start_at_once(void **state) /* SC-5 */
{
	struct world *w = checked();
	struct schedule *s = schedule_new(w->e, 0, 1000 * S);
	struct due due;

	(void)state;
	assert_int_equal(schedule_next(s), 1000 * S);
	schedule_advance(s, 1001 * S, 100);
	assert_true(schedule_take(s, MSG_JOB_PING, &due));
	assert_int_equal(due.object, 0);
	assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due));
	assert_int_equal(due.object, 1);
	assert_false(schedule_take(s, MSG_JOB_PLUGIN, &due));
	/* One running is not started again. */
	schedule_advance(s, 2000 * S, 100);
	assert_false(schedule_take(s, MSG_JOB_PLUGIN, &due));
	assert_true(s->counters.skipped_running > 0);
	schedule_done(s, 1);
	schedule_advance(s, 2301 * S, 100);
	assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due));
	schedule_free(&s);
	world_free(&w);
}

/* Checks start together, but what was asked for at once. */
static void
checks_keep_the_beat(void **state)
{
	struct world *w = world_new();
	struct schedule *s;
	struct due due;
	int64_t at;

	(void)state;
	snapb_host(w->b, "web");
	snapb_object(w->b, 0)->check = SNAP_CHECK_PASSIVE;
	snapb_object(w->b, 0)->agent = SNAP_AGENT_TCP;
	snapb_service(w->b, 0, "Check_MK");
	snapb_object(w->b, 1)->check = SNAP_CHECK_AGENT;
	snapb_object(w->b, 1)->flags |= SNAP_ACTIVE;
	snapb_object(w->b, 1)->check_interval_ms = 60000;
	world_start(w, 0);
	s = schedule_new(w->e, 0, 1000 * S + 1);
	assert_int_equal(schedule_next(s), 1000 * S + 1);
	assert_int_equal(schedule_next_start(s, S / 20), 1000 * S + S / 20);
	assert_int_equal(schedule_next_start(s, 1), 1000 * S + 1);
	schedule_advance(s, 1001 * S, 100);
	assert_true(schedule_take(s, MSG_JOB_AGENT, &due));
	assert_false(s->urgent);
	schedule_done(s, 1);
	at = schedule_next(s);
	assert_int_equal(
	    schedule_next_start(s, S), at % S == 0 ? at : at - at % S + S);
	schedule_check_at(s, 1, 1002 * S + 3, true, 1002 * S);
	assert_int_equal(schedule_next_start(s, S), 1002 * S + 3);
	schedule_advance(s, 1003 * S, 100);
	assert_true(s->urgent);
	schedule_free(&s);
	world_free(&w);
}

static void
retries_come_back_to_the_phase(void **state) /* 5, worked example */
{
	struct world *w = checked();
	struct schedule *s = schedule_new(w->e, 0, 1000 * S);
	int64_t phase;
	struct due due;

	(void)state;
	schedule_advance(s, 1001 * S, 100);
	schedule_take(s, MSG_JOB_PLUGIN, &due);
	schedule_done(s, 1);
	phase = schedule_next_check(s, 1);
	schedule_replan(s, 1, REPLAN_RETRY, 1002 * S);
	assert_int_equal(schedule_next_check(s, 1), 1032);
	schedule_advance(s, 1032 * S, 100);
	assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due));
	assert_int_equal((schedule_next_check(s, 1) - phase) % 300, 0);
	schedule_free(&s);
	world_free(&w);
}

static void
forced_checks_pass_the_gates(void **state) /* SC-15 */
{
	struct world *w = checked();
	struct schedule *s;
	struct due due;

	(void)state;
	engine_switch(w->e, 1, CHECKABLE_ACTIVE, false, 0);
	s = schedule_new(w->e, 0, 1000 * S);
	schedule_advance(s, 1001 * S, 100);
	assert_false(schedule_take(s, MSG_JOB_PLUGIN, &due));
	schedule_check_at(s, 1, 1005 * S, false, 1001 * S);
	schedule_advance(s, 1006 * S, 100);
	assert_false(schedule_take(s, MSG_JOB_PLUGIN, &due));
	schedule_check_at(s, 1, 1007 * S, true, 1006 * S);
	schedule_advance(s, 1007 * S, 100);
	assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due));
	assert_true(due.forced);
	schedule_free(&s);
	world_free(&w);
}

static void
lost_checks_are_first_again(void **state) /* SC-26 */
{
	struct world *w = checked();
	struct schedule *s = schedule_new(w->e, 0, 1000 * S);
	struct due due;

	(void)state;
	schedule_advance(s, 1001 * S, 100);
	assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due));
	due.lost = 1;
	schedule_again(s, &due);
	due.lost = 0;
	assert_true(schedule_take(s, MSG_JOB_PLUGIN, &due));
	assert_int_equal(due.lost, 1);
	schedule_free(&s);
	world_free(&w);
}

#define MANY 1200 /* checks each minute, of which the workers do half */

/* What was due waits in line: all get their turn, and it can be seen. */
static void
overload_degrades_evenly(void **state) /* SC-20, SC-22 */
{
	struct world *w = world_new();
	struct jobs j = {0};
	struct worker worker = {0};
	unsigned runs[MANY + 1] = {0};
	double latency[MANY + 1] = {0};
	struct due due;

	(void)state;
	snapb_host(w->b, "web");
	for (uint32_t i = 1; i <= MANY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "s%04u", i);
		snapb_service(w->b, 0, name);
		snapb_object(w->b, i)->check = SNAP_CHECK_COMMAND;
		snapb_object(w->b, i)->flags |= SNAP_ACTIVE;
		snapb_object(w->b, i)->check_interval_ms = 60000;
	}
	world_start(w, 0);
	j.schedule = schedule_new(w->e, 0, 6000 * S);
	for (int64_t now = 6000 * S; now < 9600 * S; now += S) {
		schedule_advance(j.schedule, now, 10 * MANY);
		for (int n = 0; n < MANY / 120 &&
		     schedule_take(j.schedule, MSG_JOB_PLUGIN, &due);
		     n++) {
			runs[due.object]++;
			if (now >= 9000 * S)
				latency[due.object] =
				    (double)(now - due.planned) / S;
			jobs_note_latency(
			    &j, &worker, MSG_JOB_PLUGIN, &due, now);
			schedule_done(j.schedule, due.object);
		}
	}
	for (uint32_t i = 1; i <= MANY; i++) {
		assert_in_range(runs[i], 29, 31); /* of 60 */
		assert_true(latency[i] > 30 && latency[i] <= 121);
	}
	assert_true(smooth_mean(&j.latency_plugin) > 30);
	assert_true(j.overdue > 0);
	/* Each second turn was missed. */
	assert_in_range(j.schedule->counters.coalesced, 25 * MANY, 31 * MANY);
	assert_true(schedule_waiting(j.schedule, MSG_JOB_PLUGIN) <= MANY);
	schedule_free(&j.schedule);
	world_free(&w);
}

static void
once_a_day_also_over_clock_changes(void **state) /* 2.4, SC-DAY */
{
	struct world *w = world_new();
	int64_t day = 86400 * S, last, at;
	uint64_t hash = plan_hash("a", "b");

	(void)state;
	snapb_period(w->b, "night", "",
	    "{\"monday\":[\"02:00-02:01\"],\"tuesday\":[\"02:00-02:01\"],"
	    "\"wednesday\":[\"02:00-02:01\"],\"thursday\":[\"02:00-02:01\"],"
	    "\"friday\":[\"02:00-02:01\"],\"saturday\":[\"02:00-02:01\"],"
	    "\"sunday\":[\"02:00-02:01\"]}");
	snapb_host(w->b, "h");
	world_start(w, 1774659600);
	last = INT64_C(1774659620) * S; /* Sat 2026-03-28 02:00:20 */
	for (int i = 1; i < 10; i++) {  /* over the change on the 29th */
		at = plan_in_period(
		    w->periods, 0, last + day, last, last, day, hash);
		assert_true(period_is_in(w->periods, 0, at / S));
		assert_in_range((at - last) / S, 80000, 90100);
		last = at;
	}
	world_free(&w);
}

static void
commands_are_expanded(void **state) /* MC-1 */
{
	struct world *w = checked();
	struct job_buffers buffers = {0};
	struct msg_job job;

	(void)state;
	job_make(&job, &buffers, w->e, NULL, 1, MSG_JOB_PLUGIN, 0);
	assert_true(
	    slice_eqs(job.command, "check_http -H 192.0.2.1 -p 81 $ $X$"));
	assert_true(slice_eqs(job.host, "web"));
	assert_true(slice_eqs(job.service, "HTTP"));
	assert_true(job.timeout_ms > 0);
	job_make(&job, &buffers, w->e, NULL, 0, MSG_JOB_PING, 0);
	assert_true(slice_eqs(job.address, "192.0.2.1"));
	assert_int_equal(job.service.len, 0);
	job_buffers_free(&buffers);
	world_free(&w);
}

static void
agent_jobs_carry_their_items(void **state)
{
	struct world *w = world_new();
	struct job_buffers buffers = {0};
	struct msg_job_item item;
	struct msg_job job;
	struct slice list;

	(void)state;
	snapb_host(w->b, "web");
	snapb_object(w->b, 0)->agent = SNAP_AGENT_TCP;
	snapb_object(w->b, 0)->agent_port = 6556;
	snapb_service(w->b, 0, "Check_MK");
	snapb_object(w->b, 1)->check = SNAP_CHECK_AGENT;
	snapb_service(w->b, 0, "Fed by hand");
	snapb_object(w->b, 2)->check = SNAP_CHECK_COLLECTED;
	snapb_object(w->b, 2)->collector = 1;
	snapb_service(w->b, 0, "Filesystem /");
	snapb_object(w->b, 3)->check = SNAP_CHECK_COLLECTED;
	snapb_object(w->b, 3)->collector = 1;
	snapb_object(w->b, 3)->check_name = snapb_str(w->b, "filesystem");
	snapb_object(w->b, 3)->item = snapb_str(w->b, "/");
	world_start(w, 0);
	checkable_set_blob(&w->e->objects[3], SLICE("blob"));
	assert_int_equal(schedule_kind(w->e, 1), MSG_JOB_AGENT);
	assert_int_equal(schedule_kind(w->e, 3), SCHEDULE_NONE);
	job_make(&job, &buffers, w->e, NULL, 1, MSG_JOB_AGENT, 0);
	assert_int_equal(job.port, 6556);
	list = job.items;
	assert_true(msg_job_item_next(&list, &item));
	assert_int_equal(item.object, 3);
	assert_true(slice_eqs(item.check, "filesystem"));
	assert_true(slice_eqs(item.state, "blob"));
	assert_false(msg_job_item_next(&list, &item));
	job_buffers_free(&buffers);
	world_free(&w);
}

static void
raw_output_is_split(void **state) /* CR-4 */
{
	static const struct {
		const char *raw, *output, *more, *perf;
	} rows[] = {
	    {"T OK", "T OK", "", ""},
	    {"T and | a=1;", "T and", "", "a=1;"},
	    {"T\nmore", "T", "more", ""},
	    {"T | a=1;\nL1\nL2 x | b=2;\nc=3", "T", "L1\nL2 x ",
		"a=1; b=2; c=3"},
	    {"T\n| a=1", "T", "", "a=1"},
	    {"| a=1;\n|b=2;", "", "", "a=1; b=2;"},
	    {"\n", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct slice output, more, perf;
		struct str buffer = {0};

		intake_split(
		    slice_of(rows[i].raw), &buffer, &output, &more, &perf);
		assert_true(slice_eqs(output, rows[i].output));
		assert_true(slice_eqs(more, rows[i].more));
		assert_true(slice_eqs(perf, rows[i].perf));
		str_free(&buffer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(heap_keeps_order),
	    cmocka_unit_test(phases_are_stable_and_spread),
	    cmocka_unit_test(new_objects_start_at_once),
	    cmocka_unit_test(checks_keep_the_beat),
	    cmocka_unit_test(retries_come_back_to_the_phase),
	    cmocka_unit_test(forced_checks_pass_the_gates),
	    cmocka_unit_test(lost_checks_are_first_again),
	    cmocka_unit_test(overload_degrades_evenly),
	    cmocka_unit_test(once_a_day_also_over_clock_changes),
	    cmocka_unit_test(commands_are_expanded),
	    cmocka_unit_test(agent_jobs_carry_their_items),
	    cmocka_unit_test(raw_output_is_split),
	};

	setenv("TZ", "Europe/Berlin", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
