/* SPDX-License-Identifier: Apache-2.0
 *
 * What survives: records there and back, a journal cut anywhere, a damaged
 * record, objects that vanish and come back, a reload.
 */
#include "tests/unit/core/world.h"

#include "common/wire.h"
#include "core/config/match.h"
#include "core/config/tombs.h"
#include "core/retention/record.h"
#include "core/state/adopt.h"

enum {
	WEB,
	HTTP
};

static struct world *
site(void)
{
	struct world *w = world_new();

	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->check = SNAP_CHECK_ALWAYS_UP;
	snapb_service(w->b, WEB, "HTTP");
	snapb_object(w->b, HTTP)->max_check_attempts = 3;
	world_start(w, 0);
	return w;
}

/* Everything of the engine, as the state file has it. */
static void
save(const struct world *w, struct str *out)
{
	record_put_program(out, w->e);
	for (uint32_t i = 0; i < w->snap->n_objects; i++) {
		const struct checkable *o = &w->e->objects[i];

		record_put_object(out, w->e, i);
		for (const struct downtime *d = o->downtimes; d != NULL;
		     d = d->next)
			record_put_downtime(out, w->e, d);
		for (const struct comment *c = o->comments; c != NULL;
		     c = c->next)
			record_put_comment(out, w->e, c);
	}
}

static void
load(struct world *w, struct slice records)
{
	struct record_reader reader = {.engine = w->e};
	struct err err = {""};

	if (record_read(&reader, records, &err) == -1)
		fail_msg("%s", err.text);
}

static void
busy(struct world *w)
{
	struct err err;

	world_result(w, 10, HTTP, SERVICE_CRIT);
	world_result(w, 20, HTTP, SERVICE_CRIT);
	world_result(w, 30, HTTP, SERVICE_CRIT);
	world_result(w, 30, WEB, 0);
	assert_int_equal(
	    world_command(
		w, 31, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;1;1;me;x", &err),
	    0);
	assert_int_equal(
	    world_command(w, 32,
		"SCHEDULE_HOST_DOWNTIME;web;32;1000;1;0;0;me;works", &err),
	    0);
	assert_int_equal(
	    world_command(
		w, 33, "CHANGE_NORMAL_SVC_CHECK_INTERVAL;web;HTTP;7", &err),
	    0);
	assert_int_equal(
	    world_command(w, 34, "DISABLE_FLAP_DETECTION", &err), 0);
}

static void
everything_comes_back(void **state) /* RT-2, invariant 8 */
{
	struct world *a = site(), *b = site();
	struct str before = {0}, after = {0};

	(void)state;
	busy(a);
	save(a, &before);
	load(b, str_slice(&before));
	save(b, &after);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.s, after.s, before.len);
	assert_int_equal(b->e->objects[WEB].downtime_depth, 1);
	str_clear(&b->lines);
	str_clear(&b->notices);
	engine_start(b->e, 40);
	world_expect(&b->lines, ""); /* no second DOWNTIMESTART */
	world_expect(&b->notices, "");
	world_advance(b, 1000);
	world_expect(&b->notices, "DOWNTIMEEND web UP 0\n");
	str_free(&before);
	str_free(&after);
	world_free(&a);
	world_free(&b);
}

static void
reading_twice_is_reading_once(void **state)
{
	struct world *a = site(), *b = site();
	struct str once = {0}, twice = {0};

	(void)state;
	busy(a);
	save(a, &once);
	load(b, str_slice(&once));
	load(b, str_slice(&once));
	save(b, &twice);
	assert_int_equal(once.len, twice.len);
	assert_int_equal(b->e->objects[WEB].downtime_depth, 1);
	assert_int_equal(b->e->downtimes.n, 1);
	str_free(&once);
	str_free(&twice);
	world_free(&a);
	world_free(&b);
}

/* A payload cut anywhere is refused, and what it held before the cut is whole
 * values only. */
static void
any_prefix_is_safe(void **state)
{
	struct world *a = site();
	struct str records = {0};

	(void)state;
	busy(a);
	save(a, &records);
	for (size_t n = 0; n < records.len; n += 7) {
		struct world *b = site();
		struct record_reader reader = {.engine = b->e};
		struct str copy = {0};
		struct err err = {""};

		str_addn(&copy, records.s, n);
		record_read(&reader, str_slice(&copy), &err);
		assert_true(b->e->objects[WEB].downtime_depth <= 1);
		assert_true(b->e->objects[HTTP].state <= SERVICE_UNKNOWN);
		engine_start(b->e, 40);
		str_free(&copy);
		world_free(&b);
	}
	str_free(&records);
	world_free(&a);
}

static void
removed_things_stay_removed(void **state)
{
	struct world *a = site(), *b = site();
	struct str records = {0};

	(void)state;
	busy(a);
	save(a, &records);
	record_put_downtime_gone(&records, 1);
	record_put_comment_gone(&records, 1);
	load(b, str_slice(&records));
	assert_int_equal(b->e->downtimes.n, 0);
	assert_int_equal(b->e->objects[WEB].downtime_depth, 0);
	assert_null(idmap_get(&b->e->comments, 1));
	/* Numbers are never used twice. */
	assert_int_equal(b->e->next_downtime, 2);
	str_free(&records);
	world_free(&a);
	world_free(&b);
}

static void
count_notice(void *arg, struct slice id, struct slice message)
{
	(void)message;
	assert_true(slice_eqs(id, "site-core-1-1"));
	++*(int *)arg;
}

static void
count_gone(void *arg, struct slice id)
{
	assert_true(slice_eqs(id, "site-core-1-1"));
	--*(int *)arg;
}

static void
notices_are_told(void **state)
{
	struct world *w = site();
	struct str records = {0};
	int waiting = 0;
	struct record_reader reader = {.engine = w->e,
	    .notice = count_notice,
	    .notice_gone = count_gone,
	    .arg = &waiting};
	struct err err;

	(void)state;
	record_put_notice(&records, SLICE("site-core-1-1"), SLICE("bytes"));
	assert_int_equal(record_read(&reader, str_slice(&records), &err), 0);
	assert_int_equal(waiting, 1);
	record_put_notice_gone(&records, SLICE("site-core-1-1"));
	assert_int_equal(record_read(&reader, str_slice(&records), &err), 0);
	assert_int_equal(waiting, 1); /* +1 again, then -1 */
	str_free(&records);
	world_free(&w);
}

static void
whole_records_are_split_off(void **state)
{
	struct str records = {0};
	size_t one, n;

	(void)state;
	record_put_comment_gone(&records, 1);
	one = records.len;
	record_put_comment_gone(&records, 2);
	record_put_comment_gone(&records, 3);
	n = record_split(str_slice(&records), one * 2 + 1);
	assert_int_equal(n, one * 2);
	assert_int_equal(record_split(str_slice(&records), 1), one);
	assert_int_equal(record_split(str_slice(&records), 1000), records.len);
	str_free(&records);
}

static void
keep_stranger(
    void *arg, struct slice host, struct slice service, struct slice record)
{
	tombs_add(arg, host, service, record, 100);
}

static void
vanished_objects_can_come_back(void **state) /* RT-7 */
{
	struct world *a = site(), *empty = world_new(), *b;
	struct tombs *tombs = tombs_new();
	struct str records = {0}, kept = {0};
	struct record_reader reader;
	struct err err;

	(void)state;
	snapb_host(empty->b, "other");
	world_start(empty, 0);
	busy(a);
	save(a, &records);
	reader = (struct record_reader){
	    .engine = empty->e, .stranger = keep_stranger, .arg = tombs};
	assert_int_equal(record_read(&reader, str_slice(&records), &err), 0);
	assert_int_equal(tombs_count(tombs), 2);
	assert_true(tombs_take(tombs, SLICE("web"), SLICE("HTTP"), &kept));
	b = site();
	load(b, str_slice(&kept));
	assert_int_equal(b->e->objects[HTTP].ack, ACK_STICKY);
	tombs_expire(tombs, 100 + TOMB_S);
	assert_int_equal(tombs_count(tombs), 0);
	tombs_free(&tombs);
	str_free(&records);
	str_free(&kept);
	world_free(&a);
	world_free(&b);
	world_free(&empty);
}

static void
reload_keeps_states_by_name(void **state) /* OM-3, PR-2 */
{
	struct world *a = site(), *b = world_new();
	struct match match;

	(void)state;
	busy(a);
	snapb_host(b->b, "aaa");
	snapb_host(b->b, "web");
	snapb_service(b->b, 1, "DNS");
	snapb_service(b->b, 1, "HTTP");
	snapb_object(b->b, 3)->max_check_attempts = 5;
	world_start(b, 0);
	match_make(&match, a->snap, b->snap);
	assert_int_equal(match.old_of[0], SNAP_NONE);
	assert_int_equal(match.old_of[1], WEB);
	assert_int_equal(match.old_of[2], SNAP_NONE);
	assert_int_equal(match.old_of[3], HTTP);
	assert_int_equal(match.new_of[HTTP], 3);
	engine_adopt(b->e, a->e, match.old_of);
	str_clear(&b->lines);
	engine_adopted(b->e, 50);
	world_expect(&b->lines, "");
	world_state(b, 3, SERVICE_CRIT, true, 5); /* ST-10 */
	assert_int_equal(b->e->objects[3].ack, ACK_STICKY);
	assert_int_equal(b->e->objects[3].check_interval_ms, 420000);
	assert_int_equal(b->e->objects[1].downtime_depth, 1);
	assert_int_equal(b->e->objects[1].downtimes->object, 1);
	assert_int_equal(b->e->next_downtime, 2);
	world_advance(b, 1000);
	assert_int_equal(b->e->objects[1].downtime_depth, 0);
	match_free(&match);
	world_free(&a);
	world_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything_comes_back),
	    cmocka_unit_test(reading_twice_is_reading_once),
	    cmocka_unit_test(any_prefix_is_safe),
	    cmocka_unit_test(removed_things_stay_removed),
	    cmocka_unit_test(notices_are_told),
	    cmocka_unit_test(whole_records_are_split_off),
	    cmocka_unit_test(vanished_objects_can_come_back),
	    cmocka_unit_test(reload_keeps_states_by_name),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
