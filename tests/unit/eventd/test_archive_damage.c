/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the archive that are damaged, and those that an earlier version
 * left.
 */
#include "tests/unit/eventd/archived.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

/* --- damage -------------------------------------------------------------- */

static void
overwrite(struct site *s, const char *name, off_t at, size_t len)
{
	char *path = xasprintf("%s/%s", s->history, name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(pwrite(fd, "\xa5", 1, at + (off_t)i), 1);
	close(fd);
	free(path);
}

/* Damage that is seen at the start. */
static void
damaged_head(void **state)
{
	struct site *s = *state;

	for (uint64_t i = 1; i <= 3; i++)
		add(s, i, MONDAY + (int64_t)i * WEEK, "text");
	archive_sql_close(&s->sql);
	overwrite(s, "2026-01-19.sqlite", 0, 100);
	reopen(s);
	assert_true(has_file(s, "2026-01-19.sqlite.damaged"));
	assert_false(has_file(s, "2026-01-19.sqlite"));
	assert_string_equal(ask(s, "Filter: event_text ~~ text"), "3 1");
	/* The week goes on, in a file of its own; once more, too. */
	add(s, 4, MONDAY + 2 * WEEK, "text");
	archive_sql_close(&s->sql);
	overwrite(s, "2026-01-19.sqlite", 0, 100);
	reopen(s);
	assert_true(has_file(s, "2026-01-19.sqlite.damaged"));
	assert_true(has_file(s, "2026-01-19.sqlite.damaged-2"));
	add(s, 5, MONDAY + 2 * WEEK, "text");
	assert_string_equal(ask(s, ""), "3 5 1");
}

/* Damage that a query meets: the others answer, and the next line is kept. */
static void
damaged_inside(void **state)
{
	struct site *s = *state;
	char *path = xasprintf("%s/2026-01-12.sqlite", s->history);
	struct stat st;

	for (uint64_t i = 1; i <= 3; i++)
		add(s, i, MONDAY + (int64_t)i * WEEK, "text");
	archive_sql_close(&s->sql);
	assert_int_equal(stat(path, &st), 0);
	reopen(s);
	/* All but the page of the schema. */
	overwrite(s, "2026-01-12.sqlite", 4096, (size_t)st.st_size - 4096);
	assert_string_equal(ask(s, ""), "3 2");
	assert_true(archive_sql_is_unwell(s->sql));
	assert_string_equal(ask(s, ""), "3 2");
	assert_string_equal(lines(s, 1), "2 3");
	tend(s);
	assert_false(archive_sql_is_unwell(s->sql));
	assert_true(has_file(s, "2026-01-12.sqlite.damaged"));
	assert_false(has_file(s, "2026-01-12.sqlite"));
	add(s, 4, MONDAY + WEEK, "text");
	assert_string_equal(ask(s, ""), "3 2 4");
	assert_string_equal(lines(s, 1), "2 3 4");
	free(path);
}

/* Damage that a line meets. */
static void
damaged_under_a_line(void **state)
{
	struct site *s = *state;
	char *path = xasprintf("%s/2026-01-05.sqlite", s->history);
	struct stat st;

	add(s, 1, MONDAY, "text");
	archive_sql_close(&s->sql);
	assert_int_equal(stat(path, &st), 0);
	reopen(s);
	overwrite(s, "2026-01-05.sqlite", 4096, (size_t)st.st_size - 4096);
	add(s, 2, MONDAY, "text");
	assert_true(has_file(s, "2026-01-05.sqlite.damaged"));
	assert_string_equal(ask(s, ""), "2");
	assert_int_equal(archive_sql_last_line(s->sql), 2);
	free(path);
}

/* Files that were set aside go when they are as old as lines may be. */
static void
damaged_goes(void **state)
{
	struct timespec old[2] = {
	    {.tv_sec = 1767571200}, {.tv_sec = 1767571200}};
	struct site *s = *state;
	char *path = xasprintf("%s/2026-01-05.sqlite.damaged", s->history);

	add(s, 1, MONDAY, "text");
	add(s, 2, MONDAY + WEEK, "text");
	add(s, 3, MONDAY + 2 * WEEK, "text");
	archive_sql_close(&s->sql);
	overwrite(s, "2026-01-05.sqlite", 0, 100);
	reopen(s);
	archive_sql_expire(s->sql, MONDAY + WEEK);
	tend(s);
	assert_true(file_exists(path));
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	archive_sql_expire(s->sql, MONDAY + WEEK + 1);
	tend(s);
	assert_false(file_exists(path));
	assert_string_equal(ask(s, ""), "3");
	free(path);
}

/* Somebody makes room by hand. */
static void
removed_by_hand(void **state)
{
	struct site *s = *state;
	char *path = xasprintf("%s/2026-01-12.sqlite", s->history);

	for (uint64_t i = 1; i <= 3; i++)
		add(s, i, MONDAY + (int64_t)i * WEEK, "text");
	reopen(s);
	assert_int_equal(unlink(path), 0);
	assert_string_equal(ask(s, ""), "3 2");
	assert_string_equal(lines(s, 1), "2 3");
	tend(s);
	assert_false(archive_sql_is_unwell(s->sql));
	assert_int_equal(count_files(s, "damaged"), 0);
	add(s, 4, MONDAY + WEEK, "text");
	assert_string_equal(ask(s, ""), "3 2 4");
	free(path);
}

static void
change_file(struct site *s, const char *name, const char *sql)
{
	char *path = xasprintf("%s/%s", s->history, name);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	free(path);
}

/* A search finds all without the index, too, which is made anew. */
static void
damaged_index(void **state)
{
	struct site *s = *state;

	add(s, 1, MONDAY, "link down");
	add(s, 2, MONDAY, "link up");
	add(s, 3, MONDAY + WEEK, "link down");
	tend(s);
	archive_sql_close(&s->sql);
	change_file(s, "2026-01-05.sqlite",
	    "DELETE FROM history_text_data WHERE id > 10");
	reopen(s);
	assert_string_equal(ask(s, "Filter: event_text ~~ down"), "3 1");
	assert_true(archive_sql_is_unwell(s->sql));
	assert_string_equal(ask(s, "Filter: event_text ~~ link up"), "2");
	tend(s);
	assert_false(archive_sql_is_unwell(s->sql));
	assert_string_equal(ask(s, "Filter: event_text ~~ down"), "3 1");
	assert_false(archive_sql_is_unwell(s->sql));
	assert_int_equal(count_files(s, "damaged"), 0);
	/* Damage that making the index meets. */
	archive_sql_close(&s->sql);
	change_file(s, "2026-01-05.sqlite",
	    "DELETE FROM history_text_data WHERE id > 10");
	reopen(s);
	add(s, 4, MONDAY, "link down");
	tend(s);
	assert_string_equal(ask(s, "Filter: event_text ~~ down"), "3 4 1");
	assert_int_equal(count_files(s, "damaged"), 0);
}

/* --- an earlier version -------------------------------------------------- */

/* Its one file is taken over as it is, with its log, and goes as others do. */
static void
takes_over(void **state)
{
	struct site *s = *state;
	char *week = xasprintf("%s/2026-01-05.sqlite", s->history);
	char *old = xasprintf("%s.sqlite", s->history);

	add(s, 1, MONDAY, "from before");
	add(s, 2, MONDAY + 1, "from before");
	archive_sql_close(&s->sql);
	assert_int_equal(rename(week, old), 0);
	reopen(s);
	assert_false(file_exists(old));
	assert_true(has_file(s, "older.sqlite"));
	assert_int_equal(archive_sql_last_line(s->sql), 2);
	add(s, 3, MONDAY + 2, "from later");
	tend(s);
	assert_string_equal(ask(s, "Filter: event_text ~~ from"), "3 2 1");
	/* An earlier version ran in between. */
	archive_sql_close(&s->sql);
	assert_int_equal(rename(week, old), 0);
	reopen(s);
	assert_true(has_file(s, "older-2.sqlite"));
	assert_string_equal(ask(s, "Filter: event_text ~~ from"), "3 2 1");
	assert_string_equal(lines(s, 1), "1 2 3");
	/* It erased lines that its index had seen. */
	archive_sql_close(&s->sql);
	change_file(s, "older-2.sqlite", "DELETE FROM history");
	reopen(s);
	assert_int_equal(archive_sql_last_line(s->sql), 3);
	archive_sql_expire(s->sql, MONDAY + 2);
	tend(s);
	assert_false(has_file(s, "older.sqlite"));
	reopen(s);
	assert_int_equal(archive_sql_last_line(s->sql), 3);
	free(week);
	free(old);
}

/* A damaged one does not keep the event console from starting. */
static void
takes_over_damage(void **state)
{
	struct site *s = *state;
	char *week = xasprintf("%s/2026-01-05.sqlite", s->history);
	char *old = xasprintf("%s.sqlite", s->history);

	add(s, 1, MONDAY, "from before");
	archive_sql_close(&s->sql);
	overwrite(s, "2026-01-05.sqlite", 0, 100);
	assert_int_equal(rename(week, old), 0);
	reopen(s);
	assert_false(file_exists(old));
	assert_true(has_file(s, "older.sqlite.damaged"));
	add(s, 2, MONDAY, "from later");
	assert_string_equal(ask(s, ""), "2");
	free(week);
	free(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {WITH(damaged_head),
	    WITH(damaged_inside), WITH(damaged_under_a_line),
	    WITH(damaged_goes), WITH(removed_by_hand), WITH(damaged_index),
	    WITH(takes_over), WITH(takes_over_damage)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
