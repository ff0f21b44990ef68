/* SPDX-License-Identifier: Apache-2.0
 *
 * What survives: a child keeps events and is killed with SIGKILL; what it was
 * told to be durable is there again, ids go on, the archive is whole.
 */
#include "tests/unit/eventd/stored.h"

#include "common/file.h"
#include "eventd/store/archive_sql.h"
#include "eventd/store/record.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

struct site {
	uv_loop_t loop;
	struct harness *h;
	struct store *store;
	struct str notices;
	bool synced;
	struct str answer;
};

static void
notice(struct slice id, struct slice body, void *arg)
{
	struct site *s = arg;

	str_addslice(&s->notices, id);
	str_addc(&s->notices, '=');
	str_addslice(&s->notices, body);
	str_addc(&s->notices, ' ');
}

static void
notice_gone(struct slice id, void *arg)
{
	struct site *s = arg;

	str_addc(&s->notices, '-');
	str_addslice(&s->notices, id);
	str_addc(&s->notices, ' ');
}

static void
save_notices(void *arg)
{
	struct site *s = arg;

	ec_store_notice(s->store, SLICE("kept"), SLICE("body"));
}

static void
pressure(bool full, void *arg)
{
	(void)full;
	(void)arg;
}

static void
start(struct site *s, const char *folder)
{
	struct store_handlers handlers = {
	    notice, notice_gone, save_notices, pressure, s, NULL};
	struct err err;

	*s = (struct site){0};
	uv_loop_init(&s->loop);
	s->h = harness_new(
	    "[{\"id\":\"c\",\"when\":{\"application\":\"c\"},\"count\":"
	    "{\"count\":3}},{\"id\":\"r\"}]",
	    NULL);
	harness_stores(s->h, &s->store);
	s->store = ec_store_open(&s->loop, folder, s->h->e, &handlers, &err);
	if (s->store == NULL)
		fail_msg("%s", err.text);
	ec_engine_start(s->h->e, at(0));
}

static void
stop(struct site *s)
{
	ec_store_close(&s->store);
	harness_free(s->h);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	str_free(&s->notices);
	str_free(&s->answer);
}

static void
synced(const char *why, void *arg)
{
	assert_null(why);
	((struct site *)arg)->synced = true;
}

static void
sync_now(struct site *s)
{
	s->synced = false;
	ec_store_sync(s->store, synced, s);
	while (!s->synced)
		uv_run(&s->loop, UV_RUN_ONCE);
}

static void
answered(const struct str *answer, const char *why, void *arg)
{
	struct site *s = arg;

	assert_null(why);
	str_clear(&s->answer);
	str_add(&s->answer, str_get(answer));
	s->synced = true;
}

static const char *
ask(struct site *s, const char *text)
{
	struct err err;
	struct query *q = query_parse(slice_of(text), &err);

	assert_non_null(q);
	s->synced = false;
	archive_query(ec_store_archive(s->store), q, answered, s);
	while (!s->synced)
		uv_run(&s->loop, UV_RUN_ONCE);
	return str_get(&s->answer);
}

static void
in_child(const char *folder, void (*work)(struct site *s))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct site s;

		start(&s, folder);
		work(&s);
		sync_now(&s);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
keep_notice(struct site *s, uint64_t id, uint64_t number)
{
	struct event *ev = index_find(&s->h->e->index, id);
	char text[64];

	assert_int_equal(ec_store_notice_number(s->store, ev), number);
	snprintf(text, sizeof(text), "ec-s-%d-%d", (int)id, (int)number);
	ec_store_notice(s->store, slice_of(text), SLICE("b"));
	ec_store_notice_gone(s->store, slice_of(text));
}

static void
notices_work(struct site *s)
{
	hear(s->h, 0, "err", "a", "x", "one");
	hear(s->h, 0, "err", "a", "x", "two");
	keep_notice(s, 1, 1);
	keep_notice(s, 1, 2);
	keep_notice(s, 2, 1);
}

static void
flush_notices_work(struct site *s)
{
	keep_notice(s, 1, 3);
	assert_null(command(s->h, 8, "FLUSH"));
	ec_store_flush_all(s->store);
	hear(s->h, 9, "err", "a", "x", "anew");
	keep_notice(s, 1, 5);
}

/* EC-26: no id comes twice, neither after SIGKILL nor after FLUSH. */
static void
notice_numbers(void **state)
{
	char folder[] = "/tmp/test_store_XXXXXX";
	struct site s;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	in_child(folder, notices_work);
	in_child(folder, flush_notices_work);
	start(&s, folder);
	keep_notice(&s, 1, 6);
	stop(&s);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

static void
first_work(struct site *s)
{
	hear(s->h, 0, "err", "a", "x", "one");
	hear(s->h, 1, "err", "a", "x", "two");
	hear(s->h, 2, "err", "a", "c", "counted");
	hear(s->h, 3, "err", "a", "c", "counted");
	assert_null(command(s->h, 4, "UPDATE;1;bob;1;seen;"));
	assert_null(command(s->h, 5, "DELETE;2;bob"));
	ec_store_notice(s->store, SLICE("n1"), SLICE("b1"));
	ec_store_notice(s->store, SLICE("n2"), SLICE("b2"));
	ec_store_notice_gone(s->store, SLICE("n1"));
	ec_store_tick(s->store, at(5), 0);
}

/* The last event is deleted: its id must not come again. */
static void
second_work(struct site *s)
{
	assert_int_equal(s->h->e->index.n, 2);
	hear(s->h, 6, "err", "a", "x", "four");
	assert_null(command(s->h, 7, "DELETE;4;bob"));
}

static void
flush_work(struct site *s)
{
	assert_null(command(s->h, 8, "FLUSH"));
	ec_store_flush_all(s->store);
	hear(s->h, 9, "err", "a", "x", "anew");
}

static void
survives(void **state)
{
	char folder[] = "/tmp/test_store_XXXXXX";
	struct site s;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	in_child(folder, first_work);
	in_child(folder, second_work);
	start(&s, folder);
	assert_int_equal(s.h->e->index.n, 2);
	assert_int_equal(event(s.h, 1)->phase, PHASE_ACK);
	assert_string_equal(event(s.h, 1)->comment, "seen");
	assert_int_equal(event(s.h, 3)->phase, PHASE_COUNTING);
	assert_int_equal(event(s.h, 3)->count, 2);
	assert_int_equal(s.h->e->next_id, 5);
	assert_int_equal(ruleset_find(s.h->e->rules, "c")->hits, 2);
	assert_string_equal(str_get(&s.notices), "n1=b1 n2=b2 -n1 ");
	/* It goes on counting where it was. */
	hear(s.h, 10, "err", "a", "c", "third");
	assert_int_equal(event(s.h, 3)->phase, PHASE_OPEN);
	assert_string_equal(
	    ask(&s,
		"GET history\nColumns: history_line history_what event_id "
		"history_who\nOutputFormat: plain"),
	    "history_line\thistory_what\tevent_id\thistory_who\n"
	    "8\tCOUNTREACHED\t3\t\n7\tDELETE\t4\tbob\n6\tNEW\t4\t\n"
	    "5\tDELETE\t2\tbob\n4\tUPDATE\t1\tbob\n3\tNEW\t3\t\n2\tNEW\t2\t\n"
	    "1\tNEW\t1\t\n");
	assert_string_equal(
	    ask(&s,
		"GET history\nColumns: history_line\nOutputFormat: plain\n"
		"Filter: event_id = 4\nFilter: history_time > 1000000000\n"
		"Limit: 1"),
	    "history_line\n7\n");
	stop(&s);
	in_child(folder, flush_work);
	start(&s, folder);
	assert_int_equal(s.h->e->index.n, 1);
	assert_string_equal(event(s.h, 1)->text, "anew");
	assert_string_equal(
	    ask(&s,
		"GET history\nColumns: history_line history_what\n"
		"OutputFormat: plain"),
	    "history_line\thistory_what\n9\tNEW\n");
	stop(&s);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

/* Full-text search: what the index leaves is what the filters say. */
static void
searches(void **state)
{
	static const struct {
		const char *filter, *lines;
	} table[] = {{"~~ link (up|down)", "4\n3\n"}, {"~~ LINK", "4\n3\n"},
	    {"~ LINK", ""}, {"~ ink d", "4\n"}, {"= link up on sw1", "3\n"},
	    {"=~ LINK UP ON SW1", "3\n"}, {"~~ nk", "4\n3\n"},
	    {"~~ na\xc3\xafve", "2\n"}, {"~~ say \"hi\"", "1\n"},
	    {"~~ up|hi", "3\n1\n"}, {"~~ nothing", ""}};
	char folder[] = "/tmp/test_store_XXXXXX";
	struct str request = {0}, want = {0};
	struct site s;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	start(&s, folder);
	hear(s.h, 0, "err", "a", "x", "they say \"hi\"");
	hear(s.h, 1, "err", "a", "x", "a na\xc3\xafve one");
	hear(s.h, 2, "err", "a", "x", "link up on sw1");
	hear(s.h, 3, "err", "a", "x", "link down on sw1");
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		str_clear(&request);
		str_clear(&want);
		str_addf(&request,
		    "GET history\nColumns: event_id\nOutputFormat: plain\n"
		    "Filter: event_text %s\n",
		    table[i].filter);
		str_addf(&want, "event_id\n%s", table[i].lines);
		assert_string_equal(ask(&s, str_get(&request)), str_get(&want));
	}
	/* What is expired is not found any more. */
	archive_expire(ec_store_archive(s.store), at(2.5));
	assert_string_equal(ask(&s,
				"GET history\nColumns: event_id\n"
				"OutputFormat: plain\nFilter: event_text ~~ "
				"link"),
	    "event_id\n4\n");
	stop(&s);
	str_free(&request);
	str_free(&want);
	file_remove_tree(folder, &err);
}

/* Without a quiet moment the index of texts stays within its bound. */
static void
index_keeps_up(void **state)
{
	char folder[] = "/tmp/test_store_XXXXXX";
	struct event *ev = event_new();
	struct str body = {0};
	struct archive *a;
	struct site s;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	start(&s, folder);
	a = ec_store_archive(s.store);
	archive_bound_tail(a, 0, 1000);
	event_put(&body, ev);
	for (uint64_t i = 1; i <= 12000; i++) {
		archive_add(a, i, at(0), "NEW", "", "", i, "h",
		    "link down on a port of a switch", str_slice(&body));
		while (i % 1000 == 0 && archive_committed(a) < i)
			usleep(100);
		if (i % 1000 == 0)
			assert_true(archive_unindexed(a) <= 2000);
	}
	event_free(&ev);
	str_free(&body);
	stop(&s);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

/*
 * Lines that are erased after their texts were indexed stay away when the
 * journal still has them: the index would be told of texts that it lost.
 */
static void
erased_stays_erased(void **state)
{
	char folder[] = "/tmp/test_store_XXXXXX";
	struct archive_sql *sql;
	struct site s;
	struct err err;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/history", folder);
	in_child(folder, first_work);
	start(&s, folder); /* all lines are in the archive when it answers */
	ask(&s, "GET history\nColumns: history_line\n");
	stop(&s);
	sql = archive_sql_open(path, &err);
	assert_non_null(sql);
	assert_int_equal(archive_sql_index(sql, &err), 0);
	archive_sql_close(&sql);
	in_child(folder, flush_work);
	start(&s, folder);
	assert_string_equal(
	    ask(&s,
		"GET history\nColumns: history_line history_what\n"
		"OutputFormat: plain\nFilter: event_text ~~ anew"),
	    "history_line\thistory_what\n6\tNEW\n");
	stop(&s);
	free(path);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

/* An archive of the first version, one file without an index, is taken over. */
static void
upgrades(void **state)
{
	static const char old[] =
	    "CREATE TABLE history (line INTEGER PRIMARY KEY, time_us INTEGER "
	    "NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL, addinfo TEXT NOT "
	    "NULL, event_id INTEGER NOT NULL, host TEXT NOT NULL, event BLOB "
	    "NOT NULL);";
	char folder[] = "/tmp/test_store_XXXXXX";
	struct event *ev = event_new();
	struct str blob = {0};
	sqlite3_stmt *st;
	struct site s;
	struct err err;
	sqlite3 *db;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/history.sqlite", folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, old, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db,
		"INSERT INTO history VALUES (7, 5, 'NEW', '', '', 1, 'h', ?)",
		-1, &st, NULL),
	    SQLITE_OK);
	event_set(&ev->text, SLICE("from before"));
	event_put(&blob, ev);
	sqlite3_bind_blob(st, 1, blob.s, (int)blob.len, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
	sqlite3_close(db);
	start(&s, folder);
	hear(s.h, 1, "err", "a", "x", "from later");
	assert_string_equal(
	    ask(&s,
		"GET history\nColumns: history_line\nOutputFormat: plain\n"
		"Filter: event_text ~~ from"),
	    "history_line\n8\n7\n");
	assert_false(file_exists(path));
	stop(&s);
	event_free(&ev);
	str_free(&blob);
	free(path);
	file_remove_tree(folder, &err);
}

/* A torn record at the end is dropped, the rest is there. */
static void
damaged_tail(void **state)
{
	char folder[] = "/tmp/test_store_XXXXXX";
	char *path;
	struct site s;
	struct err err;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	in_child(folder, first_work);
	path = xasprintf("%s/journal", folder);
	f = fopen(path, "a");
	assert_non_null(f);
	fputs("\x40\x01\x00\x00torn", f);
	fclose(f);
	start(&s, folder);
	assert_int_equal(s.h->e->index.n, 2);
	stop(&s);
	free(path);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

static void
records(void **state)
{
	struct event *ev = event_new();
	struct str out = {0}, body = {0};
	struct record r;

	(void)state;
	ev->id = 5;
	ev->has_contact_groups = true;
	event_set(&ev->rule_id, SLICE("r"));
	strings_add(&ev->contact_groups, SLICE("g"));
	event_put(&body, ev);
	record_history(&out, 9, 77, "NEW", "me", "more", str_slice(&body));
	assert_int_equal(record_get(str_slice(&out), &r), 0);
	assert_int_equal(r.kind, RECORD_HISTORY);
	assert_int_equal(r.id, 9);
	assert_int_equal(r.event->id, 5);
	assert_string_equal(r.event->rule_id, "r");
	assert_string_equal(r.event->contact_groups.v[0], "g");
	record_clear(&r);
	/* Every cut is damaged. */
	for (size_t n = 0; n < out.len; n++)
		assert_int_equal(record_get((struct slice){out.s, n}, &r), -1);
	str_free(&out);
	str_free(&body);
	event_free(&ev);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(records),
	    cmocka_unit_test(erased_stays_erased), cmocka_unit_test(survives),
	    cmocka_unit_test(notice_numbers), cmocka_unit_test(index_keeps_up),
	    cmocka_unit_test(searches), cmocka_unit_test(upgrades),
	    cmocka_unit_test(damaged_tail)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
