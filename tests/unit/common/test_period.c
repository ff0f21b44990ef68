/* SPDX-License-Identifier: Apache-2.0
 *
 * Time periods: the vectors of core-semantics TP-6 and the order of
 * exceptions (TP-1).
 */
#include "common/config/snapshot_build.h"
#include "common/period.h"
#include "common/period_def.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

struct given {
	const char *name, *json;
};

static struct snapshot *snap;

static struct periods *
compile(const char *zone, const struct given *periods, size_t n)
{
	struct snapb *b = snapb_new(1, 0);
	struct periods *ps;
	struct err err;

	setenv("TZ", zone, 1);
	tzset();
	for (size_t i = 0; i < n; i++)
		snapb_period(b, periods[i].name, "", periods[i].json);
	snap = snapb_open(b, &err);
	assert_non_null(snap);
	ps = periods_compile(snap, &err);
	snapb_free(&b);
	return ps;
}

static void
done(struct periods *ps)
{
	periods_free(&ps);
	snapshot_close(&snap);
}

static struct periods *
one(const char *zone, const char *json)
{
	struct given period = {"p", json};

	return compile(zone, &period, 1);
}

#define EVERY_DAY(r)                                                           \
	"\"monday\":" r ",\"tuesday\":" r ",\"wednesday\":" r                  \
	",\"thursday\":" r ",\"friday\":" r ",\"saturday\":" r                 \
	",\"sunday\":" r

static void
test_utc(void **state)
{
	static const char ranges[] = "{" EVERY_DAY(
	    "[\"00:00-01:00\",\"04:00-05:00\",\"02:00-03:00\"]") "}";
	struct periods *ps = one("UTC", ranges);

	(void)state;
	assert_true(period_is_in(ps, 0, 0));
	assert_true(period_is_in(ps, 0, 7200));
	assert_true(period_is_in(ps, 0, 17999));
	assert_false(period_is_in(ps, 0, 3600));
	assert_false(period_is_in(ps, 0, 10800));
	assert_false(period_is_in(ps, 0, 18000));
	assert_int_equal(period_next_in(ps, 0, 3600), 7200);
	assert_int_equal(period_next_in(ps, 0, 10800), 14400);
	assert_int_equal(period_next_in(ps, 0, 18000), 86400);
	assert_int_equal(period_next_in(ps, 0, 1), 1);
	assert_int_equal(period_next_change(ps, 0, 1), 3600);
	assert_int_equal(period_next_change(ps, 0, 14400), 18000);
	assert_true(period_is_in(ps, SNAP_NONE, 0));
	assert_int_equal(period_next_change(ps, SNAP_NONE, 0), INT64_MAX);
	done(ps);
}

static void
test_exclude(void **state)
{
	static const struct given periods[] = {
	    {"24X7", ""},
	    {"gaps", "{" EVERY_DAY("[\"00:00-01:00\",\"02:00-03:00\"]") "}"},
	    {"never",
		"{\"exclude\":[\"24X7\"],\"monday\":"
		"[\"00:00-24:00\"]}"},
	    {"rest",
		"{\"exclude\":[\"gaps\"]," EVERY_DAY("[\"00:00-24:00\"]") "}"},
	};
	struct periods *ps = compile("UTC", periods, 4);

	(void)state;
	assert_non_null(ps);
	assert_true(period_is_in(ps, 0, 12345));
	assert_int_equal(period_next_change(ps, 0, 5), INT64_MAX);
	assert_true(period_is_in(ps, 3, 3600));
	assert_false(period_is_in(ps, 3, 0));
	assert_int_equal(period_next_in(ps, 3, 1), 3600);
	assert_int_equal(period_next_change(ps, 3, 10800), 86400);
	assert_false(period_is_in(ps, 2, 4 * 86400));
	assert_int_equal(period_next_in(ps, 2, 0), INT64_MAX);
	done(ps);
}

static void
test_single_date(void **state)
{
	struct periods *ps = one("UTC",
	    "{\"exceptions\":{\"2014-07-20\":[\"00:00-01:00\","
	    "\"02:00-03:00\"]}}");

	(void)state;
	assert_true(period_is_in(ps, 0, 1405814400));
	assert_false(period_is_in(ps, 0, 1405814400 + 3600));
	assert_false(period_is_in(ps, 0, 1405814400 + 86400));
	assert_int_equal(period_next_in(ps, 0, 1405814400 + 86400), INT64_MAX);
	assert_int_equal(
	    period_next_in(ps, 0, 1405814400 - 100 * 86400), 1405814400);
	done(ps);
}

static void
test_london(void **state)
{
	struct periods *ps = one(
	    "Europe/London", "{\"sunday\":[\"00:00-01:15\",\"03:15-22:00\"]}");

	(void)state;
	assert_false(period_is_in(ps, 0, 1256421000));
	assert_int_equal(period_next_in(ps, 0, 1256421000), 1256425200);
	assert_true(period_is_in(ps, 0, 1256429699));
	assert_false(period_is_in(ps, 0, 1256429700));
	assert_int_equal(period_next_in(ps, 0, 1256429700), 1256440500);
	assert_true(period_is_in(ps, 0, 1256507999));
	assert_int_equal(period_next_in(ps, 0, 1256508001), 1257033600);
	done(ps);
}

static void
test_new_york(void **state)
{
	struct periods *ps = one("America/New_York",
	    "{\"monday\":[\"01:15-23:15\"],\"tuesday\":[\"01:15-23:15\"],"
	    "\"wednesday\":[\"01:15-23:15\"],\"thursday\":[\"01:15-23:15\"],"
	    "\"friday\":[\"01:15-23:15\"]}");

	(void)state;
	assert_false(period_is_in(ps, 0, 1268109420));
	assert_int_equal(period_next_in(ps, 0, 1268109420), 1268115300);
	done(ps);
}

static void
expect_range(const char *date, const char *range, int64_t from, int64_t to)
{
	struct str json = {0};
	struct periods *ps;
	int64_t before = 1600000000;

	str_addf(&json, "{\"exceptions\":{\"%s\":[\"%s\"]}}", date, range);
	ps = one("America/Los_Angeles", str_get(&json));
	assert_int_equal(period_next_in(ps, 0, before), from);
	if (from != INT64_MAX)
		assert_int_equal(period_next_change(ps, 0, from), to);
	done(ps);
	str_free(&json);
}

static void
test_clock_changes(void **state)
{
	(void)state;
	expect_range("2021-03-14", "01:30-02:30", 1615714200, 1615717800);
	expect_range("2021-03-14", "02:30-03:30", INT64_MAX, 0);
	expect_range("2021-03-14", "02:15-03:45", 1615716900, 1615718700);
	expect_range("2021-11-07", "01:15-01:45", 1636272900, 1636274700);
	expect_range("2021-11-07", "00:30-02:30", 1636270200, 1636281000);
	expect_range("2021-11-07", "01:30-02:30", 1636273800, 1636281000);
}

static void
test_berlin(void **state)
{
	static const int64_t starts[] = {1774659600, 1774746000, 1774828800,
	    1792800000, 1792886400, 1792976400};
	struct periods *ps =
	    one("Europe/Berlin", "{" EVERY_DAY("[\"02:00-02:01\"]") "}");

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		assert_false(period_is_in(ps, 0, starts[i] - 1));
		assert_int_equal(
		    period_next_in(ps, 0, starts[i] - 7200), starts[i]);
		assert_int_equal(
		    period_next_change(ps, 0, starts[i]), starts[i] + 60);
	}
	done(ps);
	ps = one("Europe/Berlin", "{" EVERY_DAY("[\"00:00-24:00\"]") "}");
	for (int64_t t = 1774600000; t < 1774900000; t += 1800)
		assert_true(period_is_in(ps, 0, t));
	assert_int_equal(period_next_change(ps, 0, 1774600000), INT64_MAX);
	done(ps);
}

static void
test_precedence(void **state)
{
	struct periods *ps = one("UTC",
	    "{\"monday\":[\"00:00-24:00\"],\"exceptions\":{"
	    "\"2026-03-02\":[],"
	    "\"monday 2\":[\"01:00-02:00\"],"
	    "\"monday 2 march\":[\"02:00-03:00\"],"
	    "\"day -1\":[\"05:00-06:00\"],"
	    "\"march 31\":[\"07:00-08:00\"],"
	    "\"2026-05-01 - 2026-05-31 / 7\":[\"09:00-10:00\"]}}");
	int64_t march = 1772323200; /* 2026-03-01, a Sunday */
	int64_t day = 86400;

	(void)state;
	assert_false(period_is_in(ps, 0, march + day + 3600)); /* the date */
	assert_true(period_is_in(ps, 0, march + 8 * day + 2 * 3600));
	assert_false(period_is_in(ps, 0, march + 8 * day + 3600));
	assert_true(period_is_in(ps, 0, march + 15 * day)); /* the weekday */
	assert_true(period_is_in(ps, 0, march + 30 * day + 7 * 3600));
	assert_false(period_is_in(ps, 0, march + 30 * day + 5 * 3600));
	/* 2026-04-13 is April's second Monday, 2026-04-30 its last day. */
	assert_true(period_is_in(ps, 0, march + 43 * day + 3600));
	assert_false(period_is_in(ps, 0, march + 43 * day));
	assert_true(period_is_in(ps, 0, march + 60 * day + 5 * 3600));
	/* Each seventh day of May. */
	assert_true(period_is_in(ps, 0, march + 61 * day + 9 * 3600));
	assert_false(period_is_in(ps, 0, march + 62 * day + 9 * 3600));
	assert_true(period_is_in(ps, 0, march + 68 * day + 9 * 3600));
	done(ps);
}

static void
test_refused(void **state)
{
	static const struct given circle[] = {
	    {"a", "{\"exclude\":[\"b\"]}"}, {"b", "{\"exclude\":[\"a\"]}"}};
	struct period_range range;
	struct period_when when;

	(void)state;
	assert_null(compile("UTC", circle, 2));
	snapshot_close(&snap);
	assert_null(one("UTC", "{\"exclude\":[\"x\"]}"));
	snapshot_close(&snap);
	assert_null(one("UTC", "{\"monday\":[\"09:00-30:00\"]}"));
	snapshot_close(&snap);
	assert_false(period_parse_range(SLICE("22:00-06:00"), &range));
	assert_false(period_parse_range(SLICE("08:00"), &range));
	assert_false(period_parse_range(SLICE("08:60-09:00"), &range));
	assert_false(period_parse_range(SLICE("08:00-24:01"), &range));
	assert_true(period_parse_range(SLICE("00:00-00:00"), &range));
	assert_true(period_parse_range(SLICE("8:00 - 24:00"), &range));
	assert_int_equal(range.to, 86400);
	assert_false(period_parse_when(SLICE("2026-02-29"), &when));
	assert_false(period_parse_when(SLICE("2026-2-1"), &when));
	assert_false(period_parse_when(SLICE("monday"), &when));
	assert_false(period_parse_when(SLICE("monday 6"), &when));
	assert_false(period_parse_when(SLICE("juli 4"), &when));
	assert_true(period_parse_when(SLICE("2024-02-29"), &when));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_utc),
	    cmocka_unit_test(test_exclude),
	    cmocka_unit_test(test_single_date),
	    cmocka_unit_test(test_london),
	    cmocka_unit_test(test_new_york),
	    cmocka_unit_test(test_clock_changes),
	    cmocka_unit_test(test_berlin),
	    cmocka_unit_test(test_precedence),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
