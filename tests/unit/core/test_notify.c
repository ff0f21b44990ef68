/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision to notify, downtimes, acknowledgements, flapping: timelines F
 * to I of core-semantics and the rules around them.
 */
#include "core/state/recur.h"
#include "tests/unit/core/world.h"

#include <stdlib.h>
#include <time.h>

enum {
	WEB,
	HTTP
};

static struct world *
one_service(void (*more)(struct world *w))
{
	struct world *w = world_new();

	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->check = SNAP_CHECK_ALWAYS_UP;
	snapb_service(w->b, WEB, "HTTP");
	if (more != NULL)
		more(w);
	world_start(w, 0);
	return w;
}

static void
timeline_f_fixed_downtime(void **state) /* DT-4, DT-20, NO-3 */
{
	struct world *w = one_service(NULL);
	struct err err;

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	assert_int_equal(world_command(w, 0,
			     "SCHEDULE_SVC_DOWNTIME;web;HTTP;100;400;1;0;0;"
			     "me;works",
			     &err),
	    0);
	str_clear(&w->lines);
	assert_int_equal(w->e->comments.n, 1);
	world_advance(w, 100);
	assert_int_equal(w->e->objects[HTTP].downtime_depth, 1);
	world_expect(&w->notices, "DOWNTIMESTART web;HTTP OK 0\n");
	world_result(w, 160, HTTP, SERVICE_CRIT);
	world_expect(&w->suppressed, "PROBLEM downtime\n");
	world_result(w, 220, HTTP, SERVICE_WARN);
	world_expect(&w->notices, "");
	str_clear(&w->lines);
	world_advance(w, 400);
	world_expect(&w->notices, "DOWNTIMEEND web;HTTP WARNING 0\n");
	assert_int_equal(w->e->objects[HTTP].downtime_depth, 0);
	assert_int_equal(w->e->downtimes.n, 0);
	assert_int_equal(w->e->comments.n, 0);
	world_result(w, 420, HTTP, SERVICE_WARN);
	world_expect(&w->notices, "PROBLEM web;HTTP WARNING 1\n");
	world_free(&w);
}

static void
timeline_g_flexible_downtime(void **state) /* DT-7, DT-8 */
{
	struct world *w = world_new();
	struct err err;

	(void)state;
	snapb_host(w->b, "web");
	world_start(w, 0);
	world_result(w, 0, WEB, 0);
	assert_int_equal(
	    world_command(w, 0,
		"SCHEDULE_HOST_DOWNTIME;web;100;1000;0;0;600;me;works", &err),
	    0);
	world_result(w, 100, WEB, 0);
	assert_int_equal(w->e->objects[WEB].downtime_depth, 0);
	world_result(w, 900, WEB, 1);
	assert_int_equal(w->e->objects[WEB].downtime_depth, 1);
	world_expect(&w->notices, "DOWNTIMESTART web DOWN 0\n");
	world_result(w, 950, WEB, 0);
	world_advance(w, 1499);
	assert_int_equal(w->e->objects[WEB].downtime_depth, 1);
	world_advance(w, 1500);
	assert_int_equal(w->e->objects[WEB].downtime_depth, 0);
	world_expect(&w->notices, "DOWNTIMEEND web UP 0\n");
	world_free(&w);
}

static void
host_downtime_covers_services(void **state) /* DT-12 */
{
	struct world *w = one_service(NULL);
	struct err err;

	(void)state;
	assert_int_equal(
	    world_command(
		w, 0, "SCHEDULE_HOST_DOWNTIME;web;0;100;1;0;0;me;x", &err),
	    0);
	str_clear(&w->notices);
	world_result(w, 10, HTTP, SERVICE_CRIT);
	assert_int_equal(w->e->objects[HTTP].downtime_depth, 0);
	assert_int_equal(w->e->objects[HTTP].held, HOLD_HOST_DOWNTIME);
	world_expect(&w->notices, "");
	world_advance(w, 100);
	world_expect(&w->notices, "DOWNTIMEEND web UP 0\n");
	world_result(w, 110, HTTP, SERVICE_CRIT);
	world_expect(&w->notices, "PROBLEM web;HTTP CRITICAL 1\n");
	world_free(&w);
}

static void
cancelled_downtime_takes_triggered_ones(void **state) /* DT-6, DT-11 */
{
	struct world *w = one_service(NULL);
	struct err err;

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	assert_int_equal(
	    world_command(
		w, 0, "SCHEDULE_HOST_DOWNTIME;web;0;100;1;0;0;me;x", &err),
	    0);
	assert_int_equal(
	    world_command(
		w, 0, "SCHEDULE_SVC_DOWNTIME;web;HTTP;0;100;1;1;0;me;x", &err),
	    0);
	assert_int_equal(w->e->objects[HTTP].downtime_depth, 1);
	assert_int_equal(world_command(w, 50, "DEL_HOST_DOWNTIME;1", &err), 0);
	assert_int_equal(w->e->objects[HTTP].downtime_depth, 0);
	assert_int_equal(w->e->downtimes.n, 0);
	assert_int_equal(world_command(w, 50, "DEL_SVC_DOWNTIME;2", &err), -1);
	world_free(&w);
}

/* DT-14, DT-15: expected by another program, at four o'clock in Berlin. */
static void
the_next_of_each_kind(void **state)
{
	static const struct {
		uint32_t mode;
		int64_t start, next;
	} rows[] = {
	    {2, INT64_C(1769828400), INT64_C(1769832000)}, /* an hour later */
	    {4, INT64_C(1835312400),
		INT64_C(1835398800)}, /* 2028-02-28, 02-29 */
	    {4, INT64_C(1774666800),
		INT64_C(1774749600)}, /* 2026-03-28, 03-29 */
	    {6, INT64_C(1774148400),
		INT64_C(1774749600)}, /* 2026-03-22, 03-29 */
	    {8, INT64_C(1798167600),
		INT64_C(1799377200)}, /* 2026-12-25, 2027-01-08 */
	    {10, INT64_C(1769914800),
		INT64_C(1772334000)}, /* 2026-02-01, 03-01 */
	    {12, INT64_C(1767841200),
		INT64_C(1770865200)}, /* 2026-01-08, 02-12 */
	    {12, INT64_C(1769655600),
		INT64_C(1777514400)}, /* 2026-01-29, 04-30 */
	    {12, INT64_C(1796612400),
		INT64_C(1799031600)}, /* 2026-12-07, 2027-01-04 */
	    {12, INT64_C(1835406000),
		INT64_C(1843264800)}, /* 2028-02-29, 05-30 */
	    {14, INT64_C(1769828400),
		INT64_C(1772247600)}, /* 2026-01-31, 02-28 */
	    {14, INT64_C(1767236400),
		INT64_C(1775095200)}, /* 2026-01-01, 04-02 */
	    {14, INT64_C(1832727600),
		INT64_C(1835146800)}, /* 2028-01-29, 02-26 */
	    {14, INT64_C(1771729200),
		INT64_C(1774749600)}, /* 2026-02-22, 03-29 */
	    {16, INT64_C(1769828400),
		INT64_C(1774922400)}, /* 2026-01-31, 03-31 */
	    {16, INT64_C(1832727600),
		INT64_C(1835406000)}, /* 2028-01-29, 02-29 */
	    {16, INT64_C(1801191600),
		INT64_C(1806285600)}, /* 2027-01-29, 03-29 */
	    {16, INT64_C(1796439600),
		INT64_C(1799118000)}, /* 2026-12-05, 2027-01-05 */
	    {16, INT64_C(4104874800),
		INT64_C(4109968800)}, /* 2100-01-29, 03-29 */
	};

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(
		    recur_next(rows[i].start, rows[i].start, rows[i].mode),
		    rows[i].next);
	/* The time of day is that of the first, not that of a shifted one. */
	assert_int_equal(recur_next(1774576800, 1774749600, 4), 1774832400);
	setenv("TZ", "UTC", 1);
	tzset();
	for (uint32_t mode = 0; mode < 40; mode++)
		assert_int_equal(
		    recur_valid(mode), mode <= 16 && mode % 2 == 0);
}

static void
recurring_downtime_moves_on(void **state) /* DT-15 */
{
	struct world *w = one_service(NULL);
	struct err err;

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	assert_int_equal(world_command(w, 0,
			     "SCHEDULE_SVC_DOWNTIME;web;HTTP;100;400;5;0;0;"
			     "me;daily",
			     &err),
	    0);
	world_advance(w, 500);
	assert_int_equal(w->e->downtimes.n, 1);
	assert_int_equal(w->e->objects[HTTP].downtime_depth, 0);
	assert_int_equal(w->e->objects[HTTP].downtimes->start, 86500);
	world_advance(w, 86500);
	assert_int_equal(w->e->objects[HTTP].downtime_depth, 1);
	world_free(&w);
}

static void
delays(struct world *w)
{
	snapb_object(w->b, HTTP)->first_notification_delay_ms = 300000;
	snapb_object(w->b, HTTP)->notification_interval_ms = 1800000;
}

static void
timeline_h_delay_and_repetition(void **state) /* NO-24, NO-26 */
{
	struct world *w = one_service(delays);
	struct err err;

	(void)state;
	world_result(w, 1000, HTTP, SERVICE_CRIT);
	world_result(w, 1180, HTTP, SERVICE_WARN);
	world_expect(&w->notices, "");
	world_advance(w, 1300);
	world_expect(&w->notices, "PROBLEM web;HTTP WARNING 1\n");
	world_result(w, 1720, HTTP, SERVICE_CRIT);
	world_expect(&w->notices, "PROBLEM web;HTTP CRITICAL 2\n");
	world_advance(w, 3519);
	world_expect(&w->notices, "");
	world_advance(w, 3520);
	world_expect(&w->notices, "PROBLEM web;HTTP CRITICAL 3\n");
	assert_int_equal(
	    world_command(w, 4000,
		"ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;0;0;me;on it", &err),
	    0);
	world_advance(w, 5400);
	world_expect(&w->notices, "");
	world_result(w, 5800, HTTP, SERVICE_OK);
	world_expect(&w->notices, "RECOVERY web;HTTP OK 4\n");
	assert_int_equal(w->e->objects[HTTP].number, 0);
	assert_int_equal(w->e->objects[HTTP].ack, ACK_NONE);
	world_free(&w);
}

static void
recovery_within_the_delay_is_silent(void **state)
{
	struct world *w = one_service(delays);

	(void)state;
	world_result(w, 1000, HTTP, SERVICE_CRIT);
	world_result(w, 1200, HTTP, SERVICE_OK);
	world_advance(w, 2000);
	world_expect(&w->notices, "");
	world_free(&w);
}

static void
office_hours(struct world *w)
{
	snapb_period(w->b, "office", "Office",
	    "{\"monday\":[\"08:00-18:00\"],\"tuesday\":[\"08:00-18:00\"],"
	    "\"wednesday\":[\"08:00-18:00\"],\"thursday\":[\"08:00-18:00\"],"
	    "\"friday\":[\"08:00-18:00\"],\"saturday\":[\"08:00-18:00\"],"
	    "\"sunday\":[\"08:00-18:00\"]}");
	snapb_object(w->b, HTTP)->notification_period = 0;
}

static int64_t
clock_at(int hour, int minute)
{
	return hour * 3600 + minute * 60;
}

static void
timeline_i_period(void **state) /* NO-20 */
{
	struct world *w = one_service(office_hours);

	(void)state;
	world_result(w, clock_at(7, 0), HTTP, SERVICE_CRIT);
	assert_int_equal(w->e->objects[HTTP].held, HOLD_PERIOD);
	world_result(w, clock_at(7, 30), HTTP, SERVICE_OK);
	world_result(w, clock_at(7, 50), HTTP, SERVICE_WARN);
	world_expect(&w->notices, "");
	world_result(w, clock_at(8, 0) + 5, HTTP, SERVICE_WARN);
	world_expect(&w->notices, "PROBLEM web;HTTP WARNING 1\n");
	world_result(w, clock_at(17, 59), HTTP, SERVICE_CRIT);
	world_expect(&w->notices, "PROBLEM web;HTTP CRITICAL 2\n");
	world_result(w, clock_at(19, 0), HTTP, SERVICE_OK);
	world_result(w, clock_at(21, 0), HTTP, SERVICE_CRIT);
	world_result(w, clock_at(23, 0), HTTP, SERVICE_OK);
	world_expect(&w->notices, "");
	world_advance(w, clock_at(32, 0));
	world_expect(&w->notices, "RECOVERY web;HTTP OK 3\n");
	world_free(&w);
}

static void
lost_and_sent_again(void **state) /* NO-5, NO-15 */
{
	struct world *w = one_service(NULL);
	struct err err;

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	assert_int_equal(world_command(w, 5, "DISABLE_NOTIFICATIONS", &err), 0);
	world_result(w, 10, HTTP, SERVICE_CRIT);
	world_expect(&w->suppressed, "PROBLEM global_off\n");
	assert_int_equal(world_command(w, 15, "ENABLE_NOTIFICATIONS", &err), 0);
	world_result(w, 20, HTTP, SERVICE_CRIT);
	world_expect(&w->notices, "");
	world_result(w, 30, HTTP, SERVICE_WARN);
	world_expect(&w->notices, "PROBLEM web;HTTP WARNING 1\n");
	world_free(&w);
}

static void
acknowledgement_ends(void **state) /* AK-4 */
{
	struct world *w = one_service(NULL);
	const struct checkable *o = &w->e->objects[HTTP];
	struct err err;

	(void)state;
	assert_int_equal(
	    world_command(
		w, 0, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;1;0;me;x", &err),
	    -1); /* AK-1: no problem */
	world_result(w, 0, HTTP, SERVICE_WARN);
	str_clear(&w->notices);
	assert_int_equal(
	    world_command(
		w, 1, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;1;1;0;me;x;y", &err),
	    0);
	world_expect(&w->notices, "ACKNOWLEDGEMENT web;HTTP WARNING 1\n");
	assert_string_equal(o->comments->text, "x;y");
	assert_int_equal(o->ack, ACK_NORMAL);
	world_result(w, 2, HTTP, SERVICE_CRIT);
	assert_int_equal(o->ack, ACK_NONE);
	assert_null(o->comments);
	assert_int_equal(
	    world_command(w, 3,
		"ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;0;1;me;x;2000000000", &err),
	    0);
	assert_int_equal(o->ack_expire, 2000000000);
	world_result(w, 4, HTTP, SERVICE_WARN);
	assert_int_equal(o->ack, ACK_STICKY);
	str_clear(&w->lines);
	world_advance(w, 2000000000);
	assert_int_equal(o->ack, ACK_NONE);
	world_expect(
	    &w->lines, "SERVICE ACKNOWLEDGE ALERT: web;HTTP;EXPIRED;me;x\n");
	assert_non_null(o->comments); /* persistent */
	world_free(&w);
}

static void
flapping_holds(void **state) /* FL-2, FL-4 */
{
	struct world *w = one_service(NULL);
	const struct checkable *o = &w->e->objects[HTTP];
	int64_t at = 0;

	(void)state;
	world_result(w, at, HTTP, SERVICE_OK);
	for (int i = 0; i < 6; i++)
		world_result(
		    w, at += 60, HTTP, i % 2 == 0 ? SERVICE_CRIT : SERVICE_OK);
	assert_true(o->flags & CHECKABLE_FLAPPING);
	world_expect(&w->notices,
	    "PROBLEM web;HTTP CRITICAL 1\nRECOVERY web;HTTP OK 2\n"
	    "PROBLEM web;HTTP CRITICAL 1\nRECOVERY web;HTTP OK 2\n"
	    "PROBLEM web;HTTP CRITICAL 1\nFLAPPINGSTART web;HTTP OK 1\n");
	/* 5.5 falls to 3.0 in 25 minutes; then what was held goes. */
	world_advance(w, at + 25 * 60 - 1);
	assert_true(o->flags & CHECKABLE_FLAPPING);
	world_advance(w, at + 25 * 60 + 1);
	assert_false(o->flags & CHECKABLE_FLAPPING);
	world_expect(&w->notices,
	    "FLAPPINGSTOP web;HTTP OK 1\nRECOVERY web;HTTP OK 2\n");
	assert_int_equal(w->e->comments.n, 0);
	world_free(&w);
}

static void
service_waits_for_its_host(void **state) /* ST-30 */
{
	struct world *w = world_new();

	(void)state;
	snapb_host(w->b, "web");
	snapb_service(w->b, WEB, "HTTP");
	world_start(w, 0);
	world_result(w, 0, WEB, 0);
	world_result(w, 10, HTTP, SERVICE_CRIT);
	world_expect(&w->notices, "");
	world_expect(&w->suppressed, "PROBLEM pending_check\n");
	world_result(w, 16, WEB, 0);
	world_expect(&w->notices, "PROBLEM web;HTTP CRITICAL 1\n");
	world_free(&w);
}

static void
must_command(struct world *w, int64_t at, const char *line)
{
	struct err err = {""};

	if (world_command(w, at, line, &err) != 0)
		fail_msg("%s: %s", line, err.text);
}

/* What is escalated meanwhile (NT-6) hears of what nobody is told. */
static void
quiet_ends_of_problems(void **state)
{
	struct world *w = one_service(NULL);

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	must_command(w, 5, "SCHEDULE_SVC_DOWNTIME;web;HTTP;6;8;1;0;0;me;x");
	world_result(w, 10, HTTP, SERVICE_CRIT);
	world_expect(&w->quiet, "");
	must_command(w, 20, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;0;0;me;on it");
	world_expect(&w->quiet, "ACKNOWLEDGEMENT web;HTTP\n");
	must_command(w, 21, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;1;0;me;on it");
	world_expect(&w->quiet, "");
	world_expect(&w->notices,
	    "DOWNTIMESTART web;HTTP OK 0\nDOWNTIMEEND web;HTTP OK 0\n"
	    "PROBLEM web;HTTP CRITICAL 1\n"
	    "ACKNOWLEDGEMENT web;HTTP CRITICAL 1\n");
	must_command(w, 30, "DISABLE_SVC_NOTIFICATIONS;web;HTTP");
	must_command(w, 31, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;1;0;me;again");
	must_command(w, 32, "SCHEDULE_SVC_DOWNTIME;web;HTTP;33;40;1;0;0;me;x");
	world_result(w, 41, HTTP, SERVICE_OK);
	world_expect(&w->quiet,
	    "ACKNOWLEDGEMENT web;HTTP\nDOWNTIMESTART web;HTTP\n"
	    "RECOVERY web;HTTP\n");
	world_result(w, 50, HTTP, SERVICE_CRIT); /* nobody knows of it */
	must_command(w, 51, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;0;0;me;x");
	world_result(w, 52, HTTP, SERVICE_OK);
	world_expect(&w->quiet, "");
	/* A host's downtime is its services' */
	must_command(w, 60, "DISABLE_HOST_NOTIFICATIONS;web");
	must_command(w, 61, "SCHEDULE_HOST_DOWNTIME;web;62;70;1;0;0;me;x");
	world_advance(w, 71);
	world_expect(&w->quiet, "DOWNTIMESTART web\n");
	world_expect(&w->notices, "");
	world_free(&w);
}

/* While a recovery waits, it may be bad again. */
static void
a_held_recovery_is_told_quietly(void **state)
{
	struct world *w = one_service(NULL);

	(void)state;
	world_result(w, 0, HTTP, SERVICE_OK);
	world_result(w, 10, HTTP, SERVICE_CRIT);
	must_command(w, 20, "SCHEDULE_SVC_DOWNTIME;web;HTTP;21;90;1;0;0;me;x");
	world_result(w, 30, HTTP, SERVICE_OK);
	world_result(w, 31, HTTP, SERVICE_OK);
	world_expect(&w->quiet, "GOOD web;HTTP\n");
	world_result(w, 40, HTTP, SERVICE_WARN);
	world_result(w, 41, HTTP, SERVICE_CRIT);
	world_expect(&w->quiet, "BAD web;HTTP\n");
	world_result(w, 50, HTTP, SERVICE_OK);
	world_expect(&w->quiet, "GOOD web;HTTP\n");
	world_advance(w, 90);
	world_expect(&w->quiet, "");
	world_expect(&w->notices,
	    "PROBLEM web;HTTP CRITICAL 1\nDOWNTIMESTART web;HTTP CRITICAL 1\n"
	    "DOWNTIMEEND web;HTTP OK 1\nRECOVERY web;HTTP OK 2\n");
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(timeline_f_fixed_downtime),
	    cmocka_unit_test(timeline_g_flexible_downtime),
	    cmocka_unit_test(host_downtime_covers_services),
	    cmocka_unit_test(cancelled_downtime_takes_triggered_ones),
	    cmocka_unit_test(recurring_downtime_moves_on),
	    cmocka_unit_test(the_next_of_each_kind),
	    cmocka_unit_test(timeline_h_delay_and_repetition),
	    cmocka_unit_test(recovery_within_the_delay_is_silent),
	    cmocka_unit_test(timeline_i_period),
	    cmocka_unit_test(lost_and_sent_again),
	    cmocka_unit_test(acknowledgement_ends),
	    cmocka_unit_test(flapping_holds),
	    cmocka_unit_test(service_waits_for_its_host),
	    cmocka_unit_test(quiet_ends_of_problems),
	    cmocka_unit_test(a_held_recovery_is_told_quietly),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
