/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of many: subjects, what is over, the text, a script's input; and
 * the spool's bulks by the example of notifications.md section 9.3, on a
 * virtual clock, with a process that dies.
 */
#include "notifyd/bulk.h"
#include "notifyd/causes.h"
#include "notifyd/spool/bulk.h"

#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- messages --------------------------------------------------------------
 */

static struct bulk *
bulk_of(enum plan_gather_kind kind, const char *how)
{
	struct bulk *b = xnew(struct bulk);

	b->id = 17;
	b->kind = kind;
	b->causes = xstrdup("");
	b->how = json_loads(how, 0, NULL);
	assert_non_null(b->how);
	b->entries = xcalloc(20, sizeof(*b->entries));
	return b;
}

static void
put(struct bulk *b, const char *host, const char *service, const char *type,
    const char *state, const char *number)
{
	struct context *ctx = &b->entries[b->n++].ctx;

	context_sets(ctx, "HOSTNAME", host);
	context_sets(ctx, "NOTIFICATIONTYPE", type);
	context_sets(ctx, "PARAMETER_A", "1");
	context_sets(ctx, "CONTACTNAME", "ann");
	if (service[0] == '\0') {
		context_sets(ctx, "HOSTSTATE", state);
		context_sets(ctx, "HOSTOUTPUT", "no answer");
		context_sets(ctx, "HOSTNOTIFICATIONNUMBER", number);
		return;
	}
	context_sets(ctx, "SERVICEDESC", service);
	context_sets(ctx, "SERVICESTATE", state);
	context_sets(ctx, "SERVICEOUTPUT", "bad\nvery");
	context_sets(ctx, "SERVICENOTIFICATIONNUMBER", number);
}

static void
expect_subject(const struct bulk *b, const char *want)
{
	struct str got = {0};

	bulk_subject(b, &got);
	assert_string_equal(str_get(&got), want);
	str_free(&got);
}

static void
test_subjects(void **state)
{
	struct bulk *b = bulk_of(PLAN_BULK, "{}");

	(void)state;
	put(b, "web01", "HTTP", "PROBLEM", "CRITICAL", "1");
	expect_subject(b, "1 problem: web01");
	put(b, "web02", "HTTP", "PROBLEM", "CRITICAL", "1");
	put(b, "web03", "", "PROBLEM", "DOWN", "1");
	put(b, "web04", "", "PROBLEM", "DOWN", "1");
	put(b, "web05", "", "PROBLEM", "DOWN", "1");
	expect_subject(b, "5 problems: web01, web02, web03 and 2 more");
	json_object_set_new(b->how, "subject",
	    json_string("$COUNT_NOTIFICATIONS$ alerts on $COUNT_HOSTS$ "
			"($SERVICEDESC$$NIX$) for 5$ or $ 6"));
	expect_subject(b, "5 alerts on 5 (HTTP) for 5$ or $ 6");
	bulk_free(&b);

	b = bulk_of(PLAN_CAUSE, "{}");
	free(b->causes);
	b->causes = xstrdup("behind sw1\noutput x");
	put(b, "web01", "HTTP", "RECOVERY", "OK", "1");
	expect_subject(b, "1 recovery on or behind sw1");
	put(b, "web02", "HTTP", "RECOVERY", "OK", "1");
	expect_subject(b, "2 recoveries on or behind sw1");
	free(b->causes);
	b->causes = xstrdup("output connection refused");
	expect_subject(
	    b, "2 recoveries with the same output: connection refused");
	bulk_free(&b);

	b = bulk_of(PLAN_QUIET, "{}");
	put(b, "web01", "HTTP", "PROBLEM", "WARNING", "1");
	put(b, "web01", "HTTP", "RECOVERY", "OK", "1");
	expect_subject(b, "2 notifications of the quiet hours: web01");
	bulk_free(&b);
}

static void
test_over(void **state)
{
	struct bulk *b = bulk_of(PLAN_BULK, "{\"drop_resolved\": true}");

	(void)state;
	put(b, "web01", "HTTP", "PROBLEM", "WARNING", "1");
	put(b, "web01", "HTTP", "PROBLEM", "CRITICAL", "2");
	put(b, "web01", "HTTP", "RECOVERY", "OK", "2");
	put(b, "web01", "HTTP", "PROBLEM", "CRITICAL", "1"); /* a new one */
	put(b, "web02", "", "PROBLEM", "DOWN", "3"); /* known from before */
	put(b, "web02", "", "RECOVERY", "UP", "3");
	put(b, "web03", "", "RECOVERY", "UP", "1");
	assert_int_equal(bulk_drop_resolved(b), 4);
	assert_true(b->entries[0].over && b->entries[1].over &&
	    b->entries[2].over && !b->entries[3].over && !b->entries[4].over &&
	    !b->entries[5].over && !b->entries[6].over);
	assert_ptr_equal(bulk_at(b, 0), &b->entries[3].ctx);
	assert_null(bulk_at(b, 4));
	json_object_set_new(b->how, "newest_first", json_true());
	assert_ptr_equal(bulk_at(b, 0), &b->entries[6].ctx);
	assert_ptr_equal(bulk_at(b, 3), &b->entries[3].ctx);
	bulk_free(&b);

	b = bulk_of(PLAN_BULK, "{}"); /* people want to see both */
	put(b, "web01", "HTTP", "PROBLEM", "WARNING", "1");
	put(b, "web01", "HTTP", "RECOVERY", "OK", "1");
	assert_int_equal(bulk_drop_resolved(b), 2);
	bulk_free(&b);
}

static void
test_summary(void **state)
{
	struct bulk *b = bulk_of(PLAN_BULK, "{}");
	struct context ctx = {0};

	(void)state;
	put(b, "web01", "HTTP", "PROBLEM", "WARNING", "1");
	put(b, "web01", "SSH", "RECOVERY", "OK", "1");
	put(b, "web02", "", "PROBLEM", "DOWN", "1");
	bulk_summary(b, &ctx);
	assert_string_equal(context_text(&ctx, "HOSTNAME"), "web01, web02");
	assert_string_equal(context_text(&ctx, "SERVICEDESC"), "");
	assert_string_equal(context_text(&ctx, "HOSTSTATE"), "DOWN");
	assert_string_equal(context_text(&ctx, "NOTIFICATIONTYPE"), "PROBLEM");
	assert_string_equal(
	    context_text(&ctx, "HOSTOUTPUT"), "3 notifications: web01, web02");
	assert_string_equal(context_text(&ctx, "LONGHOSTOUTPUT"),
	    "web01/HTTP is WARNING: bad\nweb01/SSH is OK: bad\n"
	    "web02 is DOWN: no answer");
	assert_string_equal(context_text(&ctx, "COUNT_NOTIFICATIONS"), "3");
	assert_string_equal(context_text(&ctx, "COUNT_HOSTS"), "2");
	assert_string_equal(context_text(&ctx, "BULK_ID"), "17");
	assert_string_equal(context_text(&ctx, "BULK_SUBJECT"),
	    "Vedette: 3 notifications: web01, web02");
	assert_string_equal(context_text(&ctx, "CONTACTNAME"), "ann");
	assert_string_equal(context_text(&ctx, "PARAMETER_A"), "1");
	context_free(&ctx);
	bulk_free(&b);
}

static void
test_stdin(void **state)
{
	struct bulk *b = bulk_of(PLAN_BULK, "{}");
	struct str got = {0};

	(void)state;
	put(b, "web01", "HTTP", "PROBLEM", "WARNING", "1");
	put(b, "web02", "", "PROBLEM", "DOWN", "1");
	context_sets(&b->entries[1].ctx, "HOSTOUTPUT", "a\r\nb");
	bulk_stdin(b, &got);
	assert_string_equal(str_get(&got),
	    "PARAMETER_A=1\n"
	    "\n"
	    "CONTACTNAME=ann\nHOSTNAME=web01\nNOTIFICATIONTYPE=PROBLEM\n"
	    "PARAMETER_A=1\nSERVICEDESC=HTTP\nSERVICENOTIFICATIONNUMBER=1\n"
	    "SERVICEOUTPUT=bad\x01very\nSERVICESTATE=WARNING\n"
	    "\n"
	    "CONTACTNAME=ann\nHOSTNAME=web02\nHOSTNOTIFICATIONNUMBER=1\n"
	    "HOSTOUTPUT=a\x01"
	    "b\nHOSTSTATE=DOWN\nNOTIFICATIONTYPE=PROBLEM\nPARAMETER_A=1\n");
	str_free(&got);
	bulk_free(&b);
}

static void
test_common_causes(void **state)
{
	char *got = causes_common("host a\nbehind x\noutput o",
	    "output o\nhost "
	    "b\nbehind x");

	(void)state;
	assert_string_equal(got, "behind x\noutput o");
	free(got);
	assert_null(causes_common("host a", "host b"));
	assert_null(causes_common("", "host b"));
}

/* --- the spool -------------------------------------------------------------
 */

static char folder[] = "/tmp/test-bulk-XXXXXX";
static char path[200];
static uv_loop_t loop;
static struct spool *spool;
static unsigned next_id;

static void
reopen(void)
{
	struct err err;

	if (spool != NULL) {
		spool_close(&spool);
		uv_run(&loop, UV_RUN_DEFAULT);
	}
	spool = spool_open(&loop, path, &err);
	if (spool == NULL)
		fail_msg("%s", err.text);
}

struct joined {
	bool came;
	int64_t row, bulk, due_ms;
};

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	struct joined *j = arg;

	assert_true(committed && !duplicate);
	*j = (struct joined){true, b->deliveries[0].row, b->deliveries[0].bulk,
	    b->deliveries[0].bulk_due_ms};
}

struct how {
	int kind;
	const char *key, *causes; /* causes NULL: bulks of a host */
	int64_t horizon_ms, until_ms;
	bool hold;
	unsigned max;
};

/* One delivery at this second. */
static struct joined
add(int64_t s, const char *host, const struct how *how)
{
	struct spool_batch *b = xnew(struct spool_batch);
	struct spool_gather *g = xnew(struct spool_gather);
	struct joined j = {0};

	b->notice = (struct spool_notice){.id = xasprintf("n-%u", ++next_id),
	    .site = xstrdup("demo"),
	    .what = xstrdup("PROBLEM"),
	    .host = xstrdup(host),
	    .service = xstrdup("")};
	str_add(&b->notice.context, "context");
	b->object = xstrdup(host);
	b->n_deliveries = 1;
	b->deliveries = xcalloc(1, sizeof(*b->deliveries));
	*g = (struct spool_gather){.kind = how->kind,
	    .key = how->causes != NULL ? xstrdup(how->key)
				       : xasprintf("%s %s", how->key, host),
	    .horizon_ms = how->horizon_ms,
	    .until_ms = how->until_ms,
	    .hold = how->hold,
	    .max = how->max};
	g->causes = xstrdup(how->causes == NULL ? "" : how->causes);
	g->how = xstrdup("{}");
	b->deliveries[0] = (struct spool_delivery){.ordinal = 1,
	    .contact = xstrdup("ann"),
	    .method = xstrdup("mail"),
	    .who = xstrdup("{}"),
	    .params = xstrdup("{}"),
	    .rule = xstrdup("r"),
	    .rule_text = xstrdup(""),
	    .gather = g,
	    .first_ms = s * 1000};
	spool_add(spool, b, s, on_added, &j);
	while (!j.came)
		uv_run(&loop, UV_RUN_ONCE);
	return j;
}

struct begun {
	bool came, there;
	size_t n;
	int64_t rows[16];
	unsigned tries;
	char hosts[200], first_id[50];
};

static void
on_begun(const struct spool_bulk *bulk, const struct spool_bulk_entry *entries,
    size_t n, void *arg)
{
	struct begun *b = arg;

	b->came = true;
	b->there = bulk != NULL;
	if (bulk == NULL)
		return;
	b->tries = bulk->tries;
	b->n = n;
	for (size_t i = 0; i < n && i < 16; i++) {
		b->rows[i] = entries[i].d.row;
		strcat(b->hosts, i > 0 ? "," : "");
		strcat(b->hosts, entries[i].notice.id);
	}
}

static struct begun
begin(int64_t id, int64_t s)
{
	struct begun b = {0};

	spool_bulk_start(spool, id, s * 1000, on_begun, &b);
	while (!b.came)
		uv_run(&loop, UV_RUN_ONCE);
	return b;
}

static void
on_marked(void *arg)
{
	*(bool *)arg = true;
}

static void
mark(int64_t id, const struct begun *of, enum spool_state state, int64_t s)
{
	struct spool_bulk_mark m = {.id = id,
	    .next_ms = s * 1000,
	    .state = state,
	    .text = "text",
	    .lines = "line one\nline two",
	    .n = of->n};
	bool done = false;

	m.results = xcalloc(of->n + 1, sizeof(*m.results));
	for (size_t i = 0; i < of->n; i++)
		m.results[i] = (struct spool_bulk_result){
		    of->rows[i], state, 0, xstrdup("bulk")};
	spool_bulk_mark(spool, &m, on_marked, &done);
	while (!done)
		uv_run(&loop, UV_RUN_ONCE);
}

struct again {
	bool came;
	size_t n;
	int64_t id, due_ms;
};

static void
on_again(const struct spool_bulk *list, size_t n, void *arg)
{
	struct again *a = arg;

	*a = (struct again){.came = true, .n = n};
	if (n > 0) {
		a->id = list[0].id;
		a->due_ms = list[0].due_ms;
	}
}

static struct again
recover(void)
{
	struct again a = {0};

	spool_bulks_recover(spool, on_again, &a);
	while (!a.came)
		uv_run(&loop, UV_RUN_ONCE);
	return a;
}

static const struct how minute = {
    .kind = PLAN_BULK, .key = "minute", .horizon_ms = 60000, .max = 4};

/* Section 9.3: horizon 60 s, max 4, group_by host. */
static void
test_example(void **state)
{
	struct joined a, b, c, f;
	struct begun got;

	(void)state;
	a = add(0, "web01", &minute);
	assert_int_equal(a.due_ms, 60000);
	b = add(20, "db01", &minute);
	assert_int_equal(b.due_ms, 80000);
	assert_int_not_equal(a.bulk, b.bulk);
	c = add(30, "web01", &minute);
	assert_int_equal(c.bulk, a.bulk);
	assert_int_equal(c.due_ms, 60000);
	add(31, "web01", &minute);
	assert_false(begin(a.bulk, 31).there); /* not due */
	c = add(32, "web01", &minute);
	assert_int_equal(c.bulk, a.bulk);
	assert_int_equal(c.due_ms, 32000); /* four are there */
	f = add(40, "web01", &minute);     /* a new one */
	assert_int_not_equal(f.bulk, a.bulk);
	assert_int_equal(f.due_ms, 100000);
	got = begin(a.bulk, 40);
	assert_true(got.there);
	assert_string_equal(got.hosts, "n-1,n-3,n-4,n-5");
	assert_int_equal(got.tries, 1);
	assert_false(begin(a.bulk, 41).there); /* under way */
	mark(a.bulk, &got, SPOOL_DONE, 0);
	assert_false(begin(a.bulk, 500).there);
	got = begin(b.bulk, 80);
	assert_int_equal(got.n, 1);
	/* Code 1: tried again, not earlier; nobody joins any more. */
	mark(b.bulk, &got, SPOOL_DEFERRED, 110);
	assert_false(begin(b.bulk, 109).there);
	assert_int_not_equal(add(90, "db01", &minute).bulk, b.bulk);
	got = begin(b.bulk, 110);
	assert_int_equal(got.tries, 2);
	mark(b.bulk, &got, SPOOL_FAILED, 0);
	got = begin(f.bulk, 100);
	assert_int_equal(got.n, 1);
	mark(f.bulk, &got, SPOOL_DONE, 0);
	assert_int_equal(recover().n, 1); /* db01 of t = 90 */
	got = begin(recover().id, 150);
	mark(recover().id, &got, SPOOL_DONE, 0);
	assert_int_equal(recover().n, 0);
}

/* Full ones of quiet hours wait for their end, in parts. */
static void
test_hold(void **state)
{
	static const struct how night = {.kind = PLAN_QUIET,
	    .key = "night",
	    .until_ms = 9000000,
	    .hold = true,
	    .max = 2};
	struct joined a = add(0, "web01", &night), b;
	struct begun got;

	(void)state;
	b = add(5, "web01", &night);
	assert_int_equal(a.bulk, b.bulk);
	assert_int_equal(b.due_ms, 9000000);
	b = add(6, "web01", &night);
	assert_int_not_equal(a.bulk, b.bulk);
	assert_int_equal(b.due_ms, 9000000);
	assert_false(begin(a.bulk, 8999).there);
	got = begin(a.bulk, 9000);
	assert_int_equal(got.n, 2);
	mark(a.bulk, &got, SPOOL_DONE, 0);
	got = begin(b.bulk, 9000);
	mark(b.bulk, &got, SPOOL_DONE, 0);
}

/* One cause is what all have in common. */
static void
test_causes(void **state)
{
	struct how g = {
	    .kind = PLAN_CAUSE, .key = "cause", .horizon_ms = 30000, .max = 9};
	struct joined a, b;
	struct begun got;

	(void)state;
	g.causes = "host web01\nbehind web01\nbehind sw1\noutput refused";
	a = add(0, "web01", &g);
	g.causes = "host web01\nbehind web01\nbehind sw1\noutput full";
	b = add(1, "web01", &g);
	assert_int_equal(a.bulk, b.bulk);
	g.causes = "host web02\nbehind web02\nbehind sw1\noutput full";
	b = add(2, "web02", &g);
	assert_int_equal(a.bulk, b.bulk);
	/* Those three have sw1 in common, and nothing else. */
	g.causes = "host web01\noutput full";
	b = add(3, "web01", &g);
	assert_int_not_equal(a.bulk, b.bulk);
	g.causes = "host sw1\nbehind sw1";
	assert_int_equal(add(4, "sw1", &g).bulk, a.bulk);
	got = begin(a.bulk, 30);
	assert_int_equal(got.n, 4);
	mark(a.bulk, &got, SPOOL_DONE, 0);
	got = begin(b.bulk, 33);
	mark(b.bulk, &got, SPOOL_DONE, 0);
}

/* A process that dies while a bulk is under way loses none of it. */
static void
test_survives_a_kill(void **state)
{
	struct again again;
	struct begun got;
	pid_t pid;
	int status;

	(void)state;
	spool_close(&spool);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	pid = fork();
	if (pid == 0) {
		struct joined a;

		uv_loop_init(&loop);
		spool = NULL;
		reopen();
		next_id = 1000;
		a = add(0, "web01", &minute);
		add(1, "web01", &minute);
		if (begin(a.bulk, 60).n != 2)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	uv_loop_init(&loop);
	reopen();
	again = recover();
	assert_int_equal(again.n, 1);
	assert_int_equal(again.due_ms, 60000);
	got = begin(again.id, 61);
	assert_string_equal(got.hosts, "n-1001,n-1002");
	assert_int_equal(got.tries, 2);
	mark(again.id, &got, SPOOL_DONE, 0);
	reopen();
	assert_int_equal(recover().n, 0);
}

static int
setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/spool.sqlite", folder);
	uv_loop_init(&loop);
	reopen();
	return 0;
}

static int
teardown(void **state)
{
	struct err err;

	(void)state;
	spool_close(&spool);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	file_remove_tree(folder, &err);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_subjects),
	    cmocka_unit_test(test_over), cmocka_unit_test(test_summary),
	    cmocka_unit_test(test_stdin), cmocka_unit_test(test_common_causes),
	    cmocka_unit_test(test_example), cmocka_unit_test(test_hold),
	    cmocka_unit_test(test_causes),
	    cmocka_unit_test(test_survives_a_kill)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
