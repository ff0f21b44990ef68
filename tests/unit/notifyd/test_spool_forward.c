/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool's part for other sites: what waits for them, what is given up, the
 * results that go back; and files of older versions.
 */
#include "notifyd/spool/forward.h"

#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/test-spool-XXXXXX";
static char path[200];
static uv_loop_t loop;
static unsigned n_news;

static void
on_news(void *arg)
{
	(void)arg;
	n_news++;
}

static struct spool *
opened(void)
{
	struct err err;
	struct spool *spool;

	snprintf(path, sizeof(path), "%s/spool.sqlite", folder);
	spool = spool_open(&loop, path, &err);
	if (spool == NULL)
		fail_msg("%s", err.text);
	spool_on_news(spool, on_news, NULL);
	return spool;
}

static void
closed(struct spool **spool)
{
	spool_close(spool);
	uv_run(&loop, UV_RUN_DEFAULT);
}

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	(void)duplicate;
	if (committed && arg != NULL)
		*(int64_t *)arg =
		    b->n_deliveries > 0 ? b->deliveries[0].row : b->notice.seq;
}

/* Its seq, or the row of its delivery if `peer` sent it. */
static int64_t
add(struct spool *spool, const char *id, const char *peer, bool repeated)
{
	struct spool_batch *b = xnew(struct spool_batch);
	int64_t seq = 0;

	b->notice = (struct spool_notice){.id = xstrdup(id),
	    .site = xstrdup("far"),
	    .what = xstrdup("PROBLEM"),
	    .host = xstrdup("web01"),
	    .service = xstrdup("HTTP"),
	    .peer = xstrdup(peer),
	    .forward =
		peer[0] == '\0' ? SPOOL_FORWARD_WAITS : SPOOL_FORWARD_NONE};
	str_add(&b->notice.context, "context");
	b->object = xstrdup("far/web01/HTTP");
	b->repeated = repeated;
	if (peer[0] != '\0') {
		b->n_deliveries = 1;
		b->deliveries = xcalloc(1, sizeof(*b->deliveries));
		b->deliveries[0] = (struct spool_delivery){.ordinal = 1,
		    .contact = xstrdup("ann"),
		    .method = xstrdup("mail"),
		    .who = xstrdup("{}"),
		    .params = xstrdup("{}"),
		    .rule = xstrdup("r"),
		    .rule_text = xstrdup("")};
	}
	spool_add(spool, b, 1000, on_added, &seq);
	while (seq == 0)
		uv_run(&loop, UV_RUN_ONCE);
	return seq;
}

struct read {
	bool came;
	size_t n;
	char text[400]; /* "id tries ..." */
};

static void
on_forwards(const struct spool_forwarded *list, size_t n, void *arg)
{
	struct read *r = arg;

	r->came = true;
	r->n = n;
	for (size_t i = 0; i < n; i++) {
		size_t at = strlen(r->text);

		snprintf(r->text + at, sizeof(r->text) - at, "%s%s %u",
		    i > 0 ? " " : "", list[i].notice.id, list[i].tries);
	}
}

static struct read
forwards(struct spool *spool, int64_t seq, unsigned max)
{
	struct read r = {0};

	spool_forwards(spool, seq, max, on_forwards, &r);
	while (!r.came)
		uv_run(&loop, UV_RUN_ONCE);
	return r;
}

static void
on_lines(const struct spool_line *lines, size_t n, void *arg)
{
	struct str *to = arg;

	str_add(to, "|");
	for (size_t i = 0; i < n; i++)
		str_addf(to, "%s|", lines[i].line);
}

/* Every history line that waits, between bars. */
static char *
lines(struct spool *spool)
{
	struct str text = {0};

	spool_lines(spool, 0, 1000, on_lines, &text);
	while (text.len == 0)
		uv_run(&loop, UV_RUN_ONCE);
	return str_steal(&text);
}

static void
assert_line(struct spool *spool, const char *want)
{
	char *text = lines(spool);

	if (strstr(text, want) == NULL)
		fail_msg("\"%s\" is not in %s", want, text);
	free(text);
}

static void
on_bytes(int64_t bytes, void *arg)
{
	*(int64_t *)arg = bytes;
}

static int64_t
taken(struct spool *spool, int64_t seq)
{
	int64_t bytes = -1;

	spool_forward_taken(spool, seq, "central", on_bytes, &bytes);
	while (bytes < 0)
		uv_run(&loop, UV_RUN_ONCE);
	return bytes;
}

static void
a_forward_stays_until_it_is_taken(void **state)
{
	struct spool *spool = opened();
	int64_t a = add(spool, "a", "", false), b = add(spool, "b", "", false);

	(void)state;
	add(spool, "c", "", false);
	assert_string_equal(forwards(spool, 0, 10).text, "a 0 b 0 c 0");
	assert_string_equal(forwards(spool, a, 1).text, "b 0");
	spool_forwards_tried(spool, b);
	assert_string_equal(forwards(spool, 0, 10).text, "a 1 b 1 c 0");
	assert_true(taken(spool, a) > 0);
	assert_int_equal(taken(spool, a), 0); /* the answer came twice */
	closed(&spool);
	spool = opened();
	assert_string_equal(forwards(spool, 0, 10).text, "b 1 c 0");
	assert_line(spool,
	    "|SERVICE NOTIFICATION PROGRESS: check-mk-notify;web01;HTTP;OK;"
	    "forward;taken by central|");
	assert_true(n_news > 0);
	closed(&spool);
}

struct dropped {
	bool came;
	size_t n;
	char first[20];
};

static void
on_dropped(const struct spool_notice *list, size_t n, int64_t bytes, void *arg)
{
	struct dropped *d = arg;

	d->came = true;
	d->n = n;
	if (n > 0) {
		assert_true(bytes > 0);
		snprintf(d->first, sizeof(d->first), "%s", list[0].id);
	}
}

static struct dropped
drop(struct spool *spool, int64_t bytes)
{
	struct dropped d = {0};

	spool_forwards_drop(spool, bytes, on_dropped, &d);
	while (!d.came)
		uv_run(&loop, UV_RUN_ONCE);
	return d;
}

static void
repetitions_alone_are_given_up(void **state)
{
	struct spool *spool = opened();
	struct dropped d;

	(void)state;
	add(spool, "again-1", "", true);
	add(spool, "again-2", "", true);
	d = drop(spool, 1);
	assert_int_equal(d.n, 1);
	assert_string_equal(d.first, "again-1");
	d = drop(spool, INT64_MAX);
	assert_int_equal(d.n, 1);
	assert_string_equal(d.first, "again-2");
	assert_int_equal(drop(spool, INT64_MAX).n, 0);
	assert_string_equal(forwards(spool, 0, 10).text, "b 1 c 0");
	assert_line(spool,
	    "PROGRESS: check-mk-notify;web01;HTTP;CRITICAL;forward;given up: "
	    "too much waits for another site|");
	closed(&spool);
}

struct told {
	bool came, known, duplicate;
};

static void
on_result_stored(bool known, bool duplicate, bool committed, void *arg)
{
	*(struct told *)arg = (struct told){committed, known, duplicate};
}

static struct told
tell(struct spool *spool, const char *notice, const char *key)
{
	struct spool_result r = {.key = (char *)key,
	    .notice = (char *)notice,
	    .host = (char *)"web01",
	    .service = (char *)"HTTP",
	    .contact = (char *)"ann",
	    .method = (char *)"mail",
	    .text = (char *)"sent",
	    .code = 0};
	struct told told = {0};

	spool_result_add(spool, &r, "a result", on_result_stored, &told);
	while (!told.came)
		uv_run(&loop, UV_RUN_ONCE);
	return told;
}

static void
on_results(const struct spool_result *list, size_t n, void *arg)
{
	struct str *to = arg;

	str_add(to, "|");
	for (size_t i = 0; i < n; i++)
		str_addf(to, "%lld %s %s %d %s|", (long long)list[i].id,
		    list[i].key, list[i].contact, list[i].code, list[i].text);
}

static void
assert_results(struct spool *spool, const char *peer, const char *want)
{
	struct str text = {0};

	spool_results(spool, peer, 0, 10, on_results, &text);
	while (text.len == 0)
		uv_run(&loop, UV_RUN_ONCE);
	assert_string_equal(str_get(&text), want);
	str_free(&text);
}

static void
results_go_back(void **state)
{
	static const char *const known[] = {"remote"};
	struct spool *spool = opened();
	int64_t row = add(spool, "r-1", "remote", false);
	int64_t other = add(spool, "r-2", "gone", false);

	(void)state;
	spool_mark(spool, row, SPOOL_DEFERRED, 1, "busy", 5, "", NULL, NULL);
	spool_mark(spool, row, SPOOL_DONE, 0, "sent", 0, "", NULL, NULL);
	spool_mark(spool, other, SPOOL_FAILED, 2, "no", 0, "", NULL, NULL);
	assert_results(
	    spool, "remote", "|1 r-1-1-0 ann 1 busy|2 r-1-1-0 ann 0 sent|");
	assert_results(spool, "gone", "|3 r-2-1-0 ann 2 no|");
	spool_result_taken(spool, "gone", 1); /* not its own */
	spool_result_taken(spool, "remote", 1);
	spool_results_keep(spool, known, 1);
	assert_results(spool, "remote", "|2 r-1-1-0 ann 0 sent|");
	assert_results(spool, "gone", "|");
	closed(&spool);
}

static void
a_result_counts_once(void **state)
{
	struct spool *spool = opened();

	(void)state;
	assert_false(tell(spool, "never-heard-of", "k").known);
	assert_false(tell(spool, "a", "a-1-1").duplicate);
	assert_true(tell(spool, "a", "a-1-1").duplicate);
	assert_line(spool, "|a result|");
	/* a site in the middle tells the next one */
	assert_false(tell(spool, "r-1", "r-1-9-9").duplicate);
	assert_results(
	    spool, "remote", "|2 r-1-1-0 ann 0 sent|4 r-1-9-9 ann 0 sent|");
	closed(&spool);
}

/* As version 1 made it, with one delivery that is not finished. */
static const char version_1[] =
    "CREATE TABLE seen(seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL);"
    "CREATE TABLE notices(seq INTEGER PRIMARY KEY, id TEXT NOT NULL,"
    " site TEXT NOT NULL, what TEXT NOT NULL, host TEXT NOT NULL,"
    " service TEXT NOT NULL, created_us INTEGER NOT NULL,"
    " context BLOB NOT NULL, open INTEGER NOT NULL);"
    "CREATE INDEX notices_closed ON notices(seq) WHERE open = 0;"
    "CREATE TABLE deliveries(row INTEGER PRIMARY KEY,"
    " notice INTEGER NOT NULL, ordinal INTEGER NOT NULL,"
    " contact TEXT NOT NULL, method TEXT NOT NULL, who TEXT NOT NULL,"
    " params TEXT NOT NULL, rule TEXT NOT NULL, rule_text TEXT NOT NULL,"
    " rule_number INTEGER NOT NULL, state INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, next_ms INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, code INTEGER NOT NULL DEFAULT -1,"
    " text TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX deliveries_notice ON deliveries(notice);"
    "CREATE TABLE lines(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " line TEXT NOT NULL);"
    "CREATE TABLE told(object TEXT NOT NULL, contact TEXT NOT NULL,"
    " method TEXT NOT NULL, PRIMARY KEY(object, contact, method))"
    " WITHOUT ROWID;"
    "INSERT INTO seen VALUES(41, 'old', 1000);"
    "INSERT INTO notices VALUES(41, 'old', 'far', 'PROBLEM', 'web01', '', 5,"
    " x'00', 1);"
    "INSERT INTO deliveries VALUES(7, 41, 1, 'ann', 'mail', '{}', '{}', 'r',"
    " '', 1, 2, 3, 99, 5, 1, 'busy');"
    "PRAGMA user_version=1;";

static void
on_open(const struct spool_delivery *list, size_t n,
    const struct spool_told *told, size_t n_told, void *arg)
{
	(void)told;
	(void)n_told;
	assert_int_equal(n, 1);
	assert_int_equal(list[0].state, SPOOL_DEFERRED);
	*(int64_t *)arg = list[0].row;
}

static void
on_started(const struct spool_delivery *d, const struct spool_notice *notice,
    int64_t row, void *arg)
{
	(void)row;
	assert_non_null(d);
	assert_int_equal(d->tries, 4);
	assert_string_equal(notice->id, "old");
	*(bool *)arg = true;
}

static void
an_older_file_is_read(void **state)
{
	struct spool *spool;
	int64_t row = 0;
	bool started = false;
	sqlite3 *db;

	(void)state;
	snprintf(path, sizeof(path), "%s/spool.sqlite", folder);
	unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, version_1, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	spool = opened();
	spool_recover(spool, on_open, &row);
	while (row == 0)
		uv_run(&loop, UV_RUN_ONCE);
	spool_start(spool, row, on_started, &started);
	while (!started)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(add(spool, "new", "", false), 42);
	closed(&spool);
}

static void
on_found(const struct spool_notice *list, size_t n, void *arg)
{
	(void)list;
	*(size_t *)arg = n;
}

static size_t
listed(struct spool *spool, const char *id)
{
	struct spool_filter filter = {
	    .id = id, .host = "", .service = "", .last = 10};
	size_t n = SIZE_MAX;

	spool_find(spool, &filter, on_found, &n);
	while (n == SIZE_MAX)
		uv_run(&loop, UV_RUN_ONCE);
	return n;
}

static void
on_twice(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	(void)b;
	assert_true(committed);
	*(int *)arg = duplicate ? 2 : 1;
}

/* 1: stored; 2: it was known. */
static int
add_quiet(struct spool *spool, const char *id, bool forward)
{
	struct spool_batch *b = xnew(struct spool_batch);
	int how = 0;

	b->notice = (struct spool_notice){.id = xstrdup(id),
	    .site = xstrdup("far"),
	    .what = xstrdup("QUIET RECOVERY"),
	    .host = xstrdup("web01"),
	    .service = xstrdup("HTTP"),
	    .forward = forward ? SPOOL_FORWARD_WAITS : SPOOL_FORWARD_NONE};
	str_add(&b->notice.context, "context");
	b->object = xstrdup("far/web01/HTTP");
	b->quiet = true;
	spool_add(spool, b, 1000, on_twice, &how);
	while (how == 0)
		uv_run(&loop, UV_RUN_ONCE);
	return how;
}

static void
on_seqs(const struct spool_forwarded *list, size_t n, void *arg)
{
	*(int64_t *)arg = n == 0 ? 0 : list[n - 1].notice.seq;
}

/* In no list and no line of the history, but once, and for another site. */
static void
what_is_quiet(void **state)
{
	struct spool *spool = opened();
	char *before = lines(spool), *after;
	int64_t seq = -1;

	(void)state;
	assert_int_equal(add_quiet(spool, "quiet-1", false), 1);
	assert_int_equal(add_quiet(spool, "quiet-1", false), 2);
	assert_int_equal(add_quiet(spool, "quiet-2", true), 1);
	assert_int_equal(listed(spool, "quiet-1"), 0);
	assert_int_equal(listed(spool, "quiet-2"), 0);
	spool_forwards(spool, 0, 100, on_seqs, &seq);
	while (seq == -1)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(seq > 0);
	assert_non_null(strstr(forwards(spool, 0, 100).text, "quiet-2 0"));
	assert_true(taken(spool, seq) > 0);
	assert_null(strstr(forwards(spool, 0, 100).text, "quiet"));
	after = lines(spool);
	assert_string_equal(after, before);
	free(before);
	free(after);
	closed(&spool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_forward_stays_until_it_is_taken),
	    cmocka_unit_test(repetitions_alone_are_given_up),
	    cmocka_unit_test(results_go_back),
	    cmocka_unit_test(a_result_counts_once),
	    cmocka_unit_test(an_older_file_is_read),
	    cmocka_unit_test(what_is_quiet),
	};
	struct err err;
	int bad;

	if (mkdtemp(folder) == NULL)
		return 1;
	uv_loop_init(&loop);
	bad = cmocka_run_group_tests(tests, NULL, NULL);
	uv_loop_close(&loop);
	file_remove_tree(folder, &err);
	return bad;
}
