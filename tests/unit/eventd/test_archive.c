/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive's files: a year of weeks on a virtual clock, what a question
 * opens, what is removed, lines in order, and that a number that was given is
 * never given again.
 */
#include "tests/unit/eventd/archived.h"

#include <pthread.h>
#include <stdatomic.h>

/* --- names and choices --------------------------------------------------- */

static void
weeks(void **state)
{
	static const struct {
		int64_t time_us;
		const char *name;
	} table[] = {{0, "1969-12-29.sqlite"},
	    {-3 * DAY - 1, "1969-12-22.sqlite"},
	    {-3 * DAY, "1969-12-29.sqlite"}, {4 * DAY - 1, "1969-12-29.sqlite"},
	    {4 * DAY, "1970-01-05.sqlite"}, {MONDAY - 1, "2025-12-29.sqlite"},
	    {MONDAY, "2026-01-05.sqlite"},
	    {MONDAY + WEEK - 1, "2026-01-05.sqlite"},
	    {MONDAY + WEEK, "2026-01-12.sqlite"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char *name =
		    partition_week_name(partition_week(table[i].time_us));

		assert_string_equal(name, table[i].name);
		free(name);
	}
	assert_true(partition_is_name("2026-01-05.sqlite"));
	assert_true(partition_is_name("older.sqlite"));
	assert_false(partition_is_name("2026-01-05.sqlite-wal"));
	assert_false(partition_is_name("2026-01-05.sqlite.damaged"));
	assert_false(partition_is_name(".sqlite"));
	assert_false(partition_is_name(".x.sqlite"));
}

static size_t
wanted(const struct partitions *ps, int64_t min_us, int64_t max_us,
    int64_t event, struct partition ***list_r)
{
	struct partition_want want = {min_us, max_us, INT64_MIN, INT64_MAX};

	if (event != 0)
		want.min_event = want.max_event = event;
	return partitions_with(ps, &want, list_r);
}

static void
choices(void **state)
{
	struct partitions ps = {0};
	struct partition *a = partitions_add(&ps, "2026-01-05.sqlite");
	struct partition *b = partitions_add(&ps, "2026-01-12.sqlite");
	struct partition *c = partitions_add(&ps, "older.sqlite");
	struct partition **list;

	(void)state;
	/* Without a line the name of the week counts. */
	assert_false(partition_is_before(a, MONDAY + WEEK - 1));
	assert_true(partition_is_before(a, MONDAY + WEEK));
	assert_false(partition_is_before(c, INT64_MAX));
	assert_int_equal(wanted(&ps, INT64_MIN, INT64_MAX, 0, &list), 0);
	free(list);
	partition_note(b, 30, MONDAY + WEEK, 300);
	partition_note(b, 31, MONDAY + WEEK + 5, 310);
	partition_note(a, 20, MONDAY + 9, 200);
	partition_note(a, 40, MONDAY + 3, 400);
	partition_note(c, 10, MONDAY - 90 * DAY, 100);
	partition_note(c, 19, MONDAY + 4, 190);
	assert_int_equal(a->first, 20);
	assert_int_equal(a->last, 40);
	assert_int_equal(a->min_us, MONDAY + 3);
	assert_int_equal(a->max_us, MONDAY + 9);
	assert_int_equal(partitions_last(&ps, true), 40);
	a->leaving = true;
	assert_int_equal(partitions_last(&ps, true), 31);
	assert_int_equal(partitions_last(&ps, false), 40);
	assert_false(partition_is_before(a, MONDAY + 9));
	assert_true(partition_is_before(a, MONDAY + 10));
	assert_int_equal(wanted(&ps, INT64_MIN, INT64_MAX, 0, &list), 3);
	assert_ptr_equal(list[0], b);
	assert_ptr_equal(list[1], a);
	assert_ptr_equal(list[2], c);
	free(list);
	assert_int_equal(wanted(&ps, MONDAY - 9 * DAY, MONDAY, 0, &list), 1);
	assert_ptr_equal(list[0], c);
	free(list);
	/* Lines 20 to 40 are of events 200 to 400. */
	assert_int_equal(wanted(&ps, INT64_MIN, INT64_MAX, 305, &list), 2);
	assert_ptr_equal(list[0], b);
	assert_ptr_equal(list[1], a);
	free(list);
	assert_int_equal(wanted(&ps, INT64_MIN, INT64_MAX, 191, &list), 0);
	free(list);
	b->fault = PARTITION_BAD;
	assert_int_equal(wanted(&ps, MONDAY + 5, INT64_MAX, 0, &list), 1);
	assert_ptr_equal(list[0], a);
	free(list);
	partitions_free(&ps);
}

/* At most so many are open; the one that was not used for longest is closed. */
static void
handles(void **state)
{
	struct partitions ps = {0};
	struct partition *p[4];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *name = partition_week_name((int64_t)i);

		p[i] = partitions_add(&ps, name);
		free(name);
	}
	for (size_t i = 0; i < 4; i++) {
		struct partition *least =
		    partitions_use(&ps, p[i], PARTITION_READER, 2);

		p[i]->open[PARTITION_READER].file = (struct archive_file *)&ps;
		if (i < 2) {
			assert_null(least);
			continue;
		}
		assert_ptr_equal(least, p[i - 2]);
		least->open[PARTITION_READER].file = NULL;
		/* What is open is used again at no cost. */
		assert_null(partitions_use(&ps, p[i - 1], PARTITION_READER, 2));
		assert_null(partitions_use(&ps, p[i], PARTITION_READER, 2));
	}
	assert_null(partitions_use(&ps, p[0], PARTITION_WRITER, 2));
	partitions_free(&ps);
}

/* --- a year -------------------------------------------------------------- */

static void
fill_year(struct site *s, uint64_t first, int64_t from_us)
{
	struct archive_item list[365];

	for (size_t i = 0; i < 365; i++) {
		put_line(&list[i], first + i, from_us + (int64_t)i * DAY,
		    i % 100 == 42 ? "fan of blade3 stands still"
				  : "link down on a port");
		list[i].next = i == 364 ? NULL : &list[i + 1];
	}
	run(s, list);
}

static void
year(void **state)
{
	struct site *s = *state;

	fill_year(s, 1, MONDAY);
	assert_int_equal(count_files(s, ".sqlite"), 53 + 2 * 2);
	assert_true(has_file(s, "2026-01-05.sqlite"));
	assert_true(has_file(s, "2027-01-04.sqlite"));
	for (int again = 0; again < 3; again++) {
		assert_string_equal(ask(s, "Limit: 3"), "365 364 363");
		assert_string_equal(
		    ask(s, "Filter: event_text ~~ BLADE3"), "343 243 143 43");
		assert_string_equal(
		    ask(s, "Filter: event_text ~~ blade3\nLimit: 2"),
		    "343 243");
		assert_string_equal(
		    ask(s,
			"Filter: event_text ~~ blade3\nFilter: history_time "
			"< 1776384000\nFilter: event_host = h"),
		    "43");
		assert_string_equal(ask(s,
					"Filter: history_time >= 1767744000\n"
					"Filter: history_time < 1767916800"),
		    "4 3");
		assert_string_equal(ask(s, "Filter: event_id = 200"), "200");
		assert_string_equal(ask(s, "Limit: 0"), "");
		if (again == 0)
			tend(s);
		else
			reopen(s);
	}
	/* What is closed has no log beside it. */
	reopen(s);
	archive_sql_close(&s->sql);
	assert_int_equal(count_files(s, ".sqlite"), 53);
}

static void
retention(void **state)
{
	struct site *s = *state;
	int64_t now = MONDAY + 30 * DAY; /* a Wednesday */

	fill_year(s, 1, MONDAY);
	tend(s);
	archive_sql_expire(s->sql, now);
	/* Shown no more at once; whole files go with the next work. */
	assert_string_equal(ask(s, "Filter: event_id <= 32"), "32 31");
	assert_true(has_file(s, "2026-01-26.sqlite"));
	tend(s);
	assert_false(has_file(s, "2026-01-26.sqlite"));
	assert_true(has_file(s, "2026-02-02.sqlite"));
	assert_int_equal(count_files(s, "2026-01"), 0);
	assert_string_equal(ask(s, "Filter: event_id <= 32"), "32 31");
	assert_string_equal(lines(s, 364), "364 365");
	/* All of it: the numbers stay given. */
	archive_sql_expire(s->sql, MONDAY + 400 * DAY);
	tend(s);
	assert_int_equal(count_files(s, ".sqlite"), 0);
	assert_string_equal(ask(s, ""), "");
	assert_int_equal(archive_sql_last_line(s->sql), 365);
	reopen(s);
	assert_int_equal(archive_sql_last_line(s->sql), 365);
	add(s, 366, MONDAY + 401 * DAY, "after");
	assert_string_equal(ask(s, ""), "366");
	/* Kept for longer again. */
	archive_sql_expire(s->sql, MONDAY);
	assert_string_equal(ask(s, ""), "366");
}

static void
erased(void **state)
{
	struct site *s = *state;

	add(s, 1, MONDAY, "one");
	add(s, 2, MONDAY + WEEK, "two");
	tend(s);
	erase(s, 2);
	assert_int_equal(count_files(s, ".sqlite"), 0);
	assert_int_equal(archive_sql_last_line(s->sql), 2);
	add(s, 3, MONDAY + WEEK, "three");
	assert_string_equal(ask(s, ""), "3");
	reopen(s);
	/* The journal says it once more. */
	erase(s, 2);
	assert_string_equal(ask(s, "Filter: event_text ~~ thr"), "3");
	erase(s, 3);
	reopen(s);
	assert_string_equal(ask(s, ""), "");
	assert_int_equal(archive_sql_last_line(s->sql), 3);
	/* A line that comes twice is there once. */
	add(s, 4, MONDAY, "four");
	add(s, 4, MONDAY, "four");
	assert_string_equal(ask(s, ""), "4");
}

/* --- late lines ---------------------------------------------------------- */

/* A fallback's lines are of weeks ago, and their numbers are new. */
static void
late_lines(void **state)
{
	struct site *s = *state;
	struct str want = {0};

	for (uint64_t i = 1; i <= 40; i++)
		add(s, i, MONDAY + (i % 3 == 0 ? 0 : WEEK) + (int64_t)i, "x");
	for (uint64_t i = 17; i <= 40; i++)
		str_addf(&want, "%s%d", i > 17 ? " " : "", (int)i);
	assert_string_equal(lines(s, 17), str_get(&want));
	assert_string_equal(lines(s, 40), "40");
	assert_string_equal(lines(s, 41), "");
	/* The newest by time, and of a week the last. */
	assert_string_equal(ask(s, "Limit: 4"), "40 38 37 35");
	reopen(s);
	assert_string_equal(lines(s, 17), str_get(&want));
	str_free(&want);
}

static void
lines_by_thousands(void **state)
{
	struct site *s = *state;
	struct archive_item list[1500];
	size_t n = ARRAY_LEN(list);

	for (size_t i = 0; i < n; i++) {
		put_line(&list[i], i + 1, MONDAY + (i < 700 ? 0 : WEEK), "x");
		list[i].next = i + 1 == n ? NULL : &list[i + 1];
	}
	run(s, list);
	assert_non_null(strstr(lines(s, 3), " 1001 1002"));
	assert_string_equal(strrchr(lines(s, 3), ' '), " 1002");
	assert_string_equal(strrchr(lines(s, 1003), ' '), " 1500");
}

/* --- both threads -------------------------------------------------------- */

struct asker {
	struct site *site;
	atomic_bool enough;
	size_t answers;
};

static void *
ask_on(void *arg)
{
	struct asker *a = arg;

	while (!atomic_load(&a->enough)) {
		struct err err;
		struct archive_item it = {.kind = ARCHIVE_QUERY};

		it.query = query_parse(
		    SLICE("GET history\nFilter: event_text ~~ [a-z]*k d"),
		    &err);
		archive_sql_query(a->site->sql, &it);
		/* Never a half answer, never a failure. */
		if (it.failed)
			return xasprintf("%s", str_get(&it.body));
		if (it.query->n_rows % 100 != 0)
			return xasprintf("%d rows", (int)it.query->n_rows);
		a->answers++;
		query_free(&it.query);
		str_free(&it.body);
	}
	return NULL;
}

/* Files come and go, also under the same name, while somebody asks. */
static void
changes_under_a_query(void **state)
{
	struct site *s = *state;
	struct asker a = {.site = s};
	struct archive_item list[100];
	uint64_t line = 0;
	pthread_t thread;
	void *why;

	atomic_init(&a.enough, false);
	assert_int_equal(pthread_create(&thread, NULL, ask_on, &a), 0);
	for (int round = 0; round < 30; round++) {
		for (size_t i = 0; i < 100; i++) {
			put_line(&list[i], ++line, MONDAY + round % 10 * WEEK,
			    "link down on a port");
			list[i].next = i == 99 ? NULL : &list[i + 1];
		}
		run(s, list);
		tend(s);
		if (round % 10 == 9)
			erase(s, line);
	}
	atomic_store(&a.enough, true);
	pthread_join(thread, &why);
	if (why != NULL)
		fail_msg("%s", (char *)why);
	assert_true(a.answers > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(weeks),
	    cmocka_unit_test(choices), cmocka_unit_test(handles), WITH(year),
	    WITH(retention), WITH(erased), WITH(late_lines),
	    WITH(lines_by_thousands), WITH(changes_under_a_query)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
