/* SPDX-License-Identifier: Apache-2.0
 *
 * An archive in a folder of its own, without its threads: what one writes, asks
 * and finds there.
 */
#ifndef TESTS_UNIT_EVENTD_ARCHIVED_H
#define TESTS_UNIT_EVENTD_ARCHIVED_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "common/file.h"
#include "common/mem.h"
#include "common/msg.h"
#include "eventd/store/archive_partitions.h"
#include "eventd/store/archive_sql.h"
#include "eventd/store/record.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define S    INT64_C(1000000)
#define DAY  (86400 * S)
#define WEEK (7 * DAY)
/* Monday, 2026-01-05 00:00 UTC. */
#define MONDAY (INT64_C(1767571200) * S)

struct site {
	char folder[40];
	char *history;
	struct archive_sql *sql;
	struct str answer;
};

static inline void
reopen(struct site *s)
{
	struct err err;

	archive_sql_close(&s->sql);
	s->sql = archive_sql_open(s->history, &err);
	if (s->sql == NULL)
		fail_msg("%s", err.text);
}

static inline int
make(void **state)
{
	struct site *s = xnew(struct site);

	strcpy(s->folder, "/tmp/test_archive_XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	s->history = xasprintf("%s/history", s->folder);
	reopen(s);
	*state = s;
	return 0;
}

static inline int
unmake(void **state)
{
	struct site *s = *state;
	struct err err;

	archive_sql_close(&s->sql);
	assert_int_equal(file_remove_tree(s->folder, &err), 0);
	str_free(&s->answer);
	free(s->history);
	free(s);
	return 0;
}

/* --- what one does with it ----------------------------------------------- */

static inline void
put_line(
    struct archive_item *it, uint64_t line, int64_t time_us, const char *text)
{
	struct event *ev = event_new();

	*it = (struct archive_item){.kind = ARCHIVE_LINE,
	    .line = line,
	    .event_id = line,
	    .time_us = time_us,
	    .what = (char *)"NEW",
	    .who = (char *)"",
	    .addinfo = (char *)"",
	    .host = (char *)"h",
	    .text = (char *)text};
	ev->id = line;
	event_set(&ev->host, SLICE("h"));
	event_set(&ev->text, slice_of(text));
	event_put(&it->body, ev);
	event_free(&ev);
}

static inline void
run(struct site *s, struct archive_item *list)
{
	struct err err;

	if (archive_sql_run(s->sql, list, &err) != 0)
		fail_msg("%s", err.text);
	for (struct archive_item *it = list; it != NULL; it = it->next)
		str_free(&it->body);
}

static inline void
add(struct site *s, uint64_t line, int64_t time_us, const char *text)
{
	struct archive_item it;

	put_line(&it, line, time_us, text);
	run(s, &it);
}

static inline void
erase(struct site *s, uint64_t upto)
{
	run(s, &(struct archive_item){.kind = ARCHIVE_ERASE, .line = upto});
}

static inline void
tend(struct site *s)
{
	struct err err;
	int rc;

	while ((rc = archive_sql_index(s->sql, &err)) == 1)
		;
	if (rc != 0)
		fail_msg("%s", err.text);
}

/* "9 8 7": the lines that fit, in the order of the answer. */
static inline const char *
ask(struct site *s, const char *headers)
{
	struct str request = {0};
	struct archive_item it = {.kind = ARCHIVE_QUERY};
	struct slice rest, line;
	struct err err;

	str_addf(&request,
	    "GET history\nColumns: history_line\nOutputFormat: plain\n%s",
	    headers);
	it.query = query_parse(str_slice(&request), &err);
	if (it.query == NULL)
		fail_msg("%s", err.text);
	archive_sql_query(s->sql, &it);
	if (it.failed)
		fail_msg("%s", str_get(&it.body));
	rest = str_slice(&it.body);
	slice_next(&rest, '\n', &line);
	str_clear(&s->answer);
	while (slice_next(&rest, '\n', &line)) {
		if (s->answer.len > 0)
			str_addc(&s->answer, ' ');
		str_addslice(&s->answer, line);
	}
	query_free(&it.query);
	str_free(&it.body);
	str_free(&request);
	return str_get(&s->answer);
}

/* "3 4 5": as archive_lines() gives them. */
static inline const char *
lines(struct site *s, uint64_t from)
{
	struct archive_item it = {.kind = ARCHIVE_LINES, .line = from};
	struct msg_replica_record m;
	struct slice rest;

	archive_sql_lines(s->sql, &it);
	if (it.failed)
		fail_msg("%s", str_get(&it.body));
	rest = str_slice(&it.body);
	str_clear(&s->answer);
	while (rest.len > 0 && msg_replica_record_next(&rest, &m)) {
		struct record r;

		assert_int_equal(record_get(m.bytes, &r), 0);
		str_addf(&s->answer, "%s%llu", s->answer.len > 0 ? " " : "",
		    (unsigned long long)r.id);
		record_clear(&r);
	}
	str_free(&it.body);
	return str_get(&s->answer);
}

static inline size_t
count_files(struct site *s, const char *part)
{
	DIR *dir = opendir(s->history);
	const struct dirent *d;
	size_t n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		n += strstr(d->d_name, part) != NULL;
	closedir(dir);
	return n;
}

static inline bool
has_file(struct site *s, const char *name)
{
	char *path = xasprintf("%s/%s", s->history, name);
	bool there = file_exists(path);

	free(path);
	return there;
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, make, unmake)

#endif
