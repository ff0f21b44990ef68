/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool: what was acknowledged survives a SIGKILL, what was marked is not
 * delivered again, ids seen before are known.
 */
#include "notifyd/spool/spool.h"

#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/test-spool-XXXXXX";
static char path[200];
static uv_loop_t loop;

static struct spool_batch *
batch_of(const char *id, unsigned n)
{
	struct spool_batch *b = xnew(struct spool_batch);

	b->notice = (struct spool_notice){.id = xstrdup(id),
	    .site = xstrdup("demo"),
	    .what = xstrdup("PROBLEM"),
	    .host = xstrdup("web01"),
	    .service = xstrdup("HTTP"),
	    .created_us = 5};
	str_add(&b->notice.context, "context");
	b->object = xstrdup("web01/HTTP");
	b->remember = true;
	b->n_deliveries = b->n_lines = n;
	b->deliveries = xcalloc(n + 1, sizeof(*b->deliveries));
	b->lines = xcalloc(n + 1, sizeof(*b->lines));
	for (unsigned i = 0; i < n; i++) {
		b->deliveries[i] = (struct spool_delivery){.ordinal = i + 1,
		    .contact = xasprintf("c%u", i),
		    .method = xstrdup("mail"),
		    .who = xstrdup("{}"),
		    .params = xstrdup("{}"),
		    .rule = xstrdup("default"),
		    .rule_text = xstrdup(""),
		    .next_ms = 7,
		    .first_ms = 7};
		b->lines[i] = xasprintf("line %u of %s", i, id);
	}
	return b;
}

static struct spool *
opened(void)
{
	struct err err;
	struct spool *spool = spool_open(&loop, path, &err);

	if (spool == NULL)
		fail_msg("%s", err.text);
	return spool;
}

static void
closed(struct spool **spool)
{
	spool_close(spool);
	uv_run(&loop, UV_RUN_DEFAULT);
}

struct added {
	bool came, duplicate;
	int64_t rows[8];
	size_t n;
};

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	struct added *a = arg;

	if (!committed)
		return;
	a->came = true;
	a->duplicate = duplicate;
	a->n = b->n_deliveries;
	for (size_t i = 0; i < a->n && i < 8; i++)
		a->rows[i] = b->deliveries[i].row;
}

static struct added
add(struct spool *spool, const char *id, unsigned n)
{
	struct added a = {0};

	spool_add(spool, batch_of(id, n), 1000, on_added, &a);
	while (!a.came)
		uv_run(&loop, UV_RUN_ONCE);
	return a;
}

struct recovered {
	bool came;
	size_t n, n_told;
	int64_t row, next_ms;
	enum spool_state state;
};

static void
on_open(const struct spool_delivery *list, size_t n,
    const struct spool_told *told, size_t n_told, void *arg)
{
	struct recovered *r = arg;

	(void)told;
	r->came = true;
	r->n = n;
	r->n_told = n_told;
	if (n > 0) {
		r->row = list[0].row;
		r->next_ms = list[0].next_ms;
		r->state = list[0].state;
	}
}

static struct recovered
recover(struct spool *spool)
{
	struct recovered r = {0};

	spool_recover(spool, on_open, &r);
	while (!r.came)
		uv_run(&loop, UV_RUN_ONCE);
	return r;
}

static void
on_marked(void *arg)
{
	*(bool *)arg = true;
}

static void
mark(struct spool *spool, int64_t row, enum spool_state state, int64_t next)
{
	bool done = false;

	spool_mark(
	    spool, row, state, 0, "text", next, "result", on_marked, &done);
	while (!done)
		uv_run(&loop, UV_RUN_ONCE);
}

/* A child stores two deliveries, marks one, starts the other, and dies. */
static void
survives_a_kill(void **state)
{
	struct recovered r;
	struct spool *spool;
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	if (pid == 0) {
		struct added a;

		uv_loop_init(&loop);
		spool = opened();
		a = add(spool, "killed-1", 2);
		mark(spool, a.rows[0], SPOOL_DONE, 0);
		spool_start(spool, a.rows[1], NULL, NULL);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	uv_loop_init(&loop);
	spool = opened();
	r = recover(spool);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.n_told, 2);
	assert_true(add(spool, "killed-1", 2).duplicate);
	assert_int_equal(recover(spool).n, 1);
	mark(spool, r.row, SPOOL_DEFERRED, 4711);
	closed(&spool);
	spool = opened();
	r = recover(spool);
	assert_int_equal(r.state, SPOOL_DEFERRED);
	assert_int_equal(r.next_ms, 4711);
	mark(spool, r.row, SPOOL_FAILED, 0);
	mark(spool, r.row, SPOOL_DEFERRED, 1); /* too late: it is finished */
	assert_int_equal(recover(spool).n, 0);
	closed(&spool);
}

struct started {
	bool came, found;
	unsigned tries;
	char id[60], contact[20], context[20];
};

static void
on_started(const struct spool_delivery *d, const struct spool_notice *notice,
    int64_t row, void *arg)
{
	struct started *s = arg;

	(void)row;
	s->came = true;
	s->found = d != NULL;
	if (d == NULL)
		return;
	s->tries = d->tries;
	snprintf(s->id, sizeof(s->id), "%s", notice->id);
	snprintf(s->contact, sizeof(s->contact), "%s", d->contact);
	snprintf(
	    s->context, sizeof(s->context), "%s", str_get(&notice->context));
}

static struct started
start(struct spool *spool, int64_t row)
{
	struct started s = {0};

	spool_start(spool, row, on_started, &s);
	while (!s.came)
		uv_run(&loop, UV_RUN_ONCE);
	return s;
}

static void
start_reads_and_counts(void **state)
{
	struct spool *spool = opened();
	struct added a = add(spool, "started-1", 1);
	struct started s = start(spool, a.rows[0]);

	(void)state;
	assert_true(s.found);
	assert_int_equal(s.tries, 1);
	assert_string_equal(s.id, "started-1");
	assert_string_equal(s.contact, "c0");
	assert_string_equal(s.context, "context");
	assert_int_equal(start(spool, a.rows[0]).tries, 2);
	mark(spool, a.rows[0], SPOOL_DONE, 0);
	assert_false(start(spool, a.rows[0]).found);
	assert_false(start(spool, 999999).found);
	closed(&spool);
}

struct lines {
	bool came;
	size_t n;
	int64_t first;
};

static void
on_lines(const struct spool_line *list, size_t n, void *arg)
{
	struct lines *l = arg;

	l->came = true;
	l->n = n;
	l->first = n > 0 ? list[0].id : 0;
}

static struct lines
lines(struct spool *spool, int64_t after, unsigned max)
{
	struct lines l = {0};

	spool_lines(spool, after, max, on_lines, &l);
	while (!l.came)
		uv_run(&loop, UV_RUN_ONCE);
	return l;
}

static void
lines_stay_until_taken(void **state)
{
	struct spool *spool = opened();
	struct lines l = lines(spool, 0, 100), again;
	int64_t last = 0;

	(void)state;
	while ((l = lines(spool, 0, 1)).n > 0) {
		last = l.first;
		spool_line_taken(spool, l.first);
	}
	add(spool, "lines-1", 2);
	l = lines(spool, 0, 100);
	assert_int_equal(l.n, 2);
	assert_true(l.first > last); /* ids are never used twice */
	again = lines(spool, l.first, 100);
	assert_int_equal(again.n, 1);
	closed(&spool);
	spool = opened();
	assert_int_equal(lines(spool, 0, 100).n, 2);
	closed(&spool);
}

static void
on_found(const struct spool_notice *list, size_t n, void *arg)
{
	(void)list;
	*(int64_t *)arg = (int64_t)n;
}

static int64_t
found(struct spool *spool, const struct spool_filter *filter)
{
	int64_t n = -1;

	spool_find(spool, filter, on_found, &n);
	while (n < 0)
		uv_run(&loop, UV_RUN_ONCE);
	return n;
}

static void
old_notices_go(void **state)
{
	struct spool *spool = opened();
	struct added last = {0};
	int64_t n;

	(void)state;
	add(spool, "old-open", 1); /* must stay: not delivered */
	for (int i = 0; i < 1600; i++) {
		char id[40];

		snprintf(id, sizeof(id), "old-%d", i);
		spool_add(spool, batch_of(id, 0), 1000, on_added, &last);
	}
	assert_true(add(spool, "old-3", 0).duplicate);
	n = found(spool, &(struct spool_filter){.last = 100000});
	assert_true(n >= SPOOL_KEEP_NOTICES && n < 1400);
	assert_int_equal(
	    found(spool, &(struct spool_filter){.id = "old-open"}), 1);
	assert_int_equal(
	    found(spool, &(struct spool_filter){.id = "old-1599"}), 1);
	assert_int_equal(
	    found(spool, &(struct spool_filter){.id = "old-3"}), 0);
	assert_int_equal(found(spool, &(struct spool_filter){.host = "db"}), 0);
	closed(&spool);
}

static void
damaged_file_is_put_aside(void **state)
{
	struct err err;
	struct spool *spool;

	(void)state;
	assert_int_equal(file_write(path,
			     SLICE("this is no database at all, not even "
				   "nearly, although it is long enough to "
				   "have a header"),
			     0600, &err),
	    0);
	spool = opened();
	assert_false(add(spool, "killed-1", 1).duplicate);
	closed(&spool);
}

/* Nothing is acknowledged until the disk takes it, then everything is. */
static void
a_full_disk_is_waited_for(void **state)
{
	struct rlimit limit = {0, RLIM_INFINITY}; /* no byte more */
	struct spool *spool = opened();
	struct added added[3] = {{0}};

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	spool_add(spool, batch_of("full-1", 1), 100, on_added, &added[0]);
	while (spool_trouble(spool)[0] == '\0')
		uv_run(&loop, UV_RUN_ONCE);
	spool_add(spool, batch_of("full-2", 1), 100, on_added, &added[1]);
	spool_add(spool, batch_of("full-1", 1), 100, on_added, &added[2]);
	assert_false(added[0].came || added[1].came || added[2].came);
	limit.rlim_cur = RLIM_INFINITY;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	while (!added[0].came || !added[1].came || !added[2].came)
		uv_run(&loop, UV_RUN_ONCE);
	assert_false(added[0].duplicate || added[1].duplicate);
	assert_true(added[2].duplicate);
	closed(&spool);
	spool = opened();
	assert_true(add(spool, "full-1", 1).duplicate);
	assert_true(add(spool, "full-2", 1).duplicate);
	closed(&spool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(survives_a_kill),
	    cmocka_unit_test(start_reads_and_counts),
	    cmocka_unit_test(lines_stay_until_taken),
	    cmocka_unit_test(old_notices_go),
	    cmocka_unit_test(damaged_file_is_put_aside),
	    cmocka_unit_test(a_full_disk_is_waited_for),
	};
	struct err err;
	int bad;

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/spool.sqlite", folder);
	bad = cmocka_run_group_tests(tests, NULL, NULL);
	uv_loop_close(&loop);
	file_remove_tree(folder, &err);
	return bad;
}
