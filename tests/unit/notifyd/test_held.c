/* SPDX-License-Identifier: Apache-2.0
 *
 * What is held until a rule's period begins (NT-16): the present state, once;
 * and in the spool, by times that are given, a recovery that nobody is told
 * of.
 */
#include "notifyd/held.h"
#include "notifyd/spool/bulk.h"

#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

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
put(struct bulk *b, const char *type, const char *state, const char *number)
{
	struct context *ctx = &b->entries[b->n++].ctx;

	context_sets(ctx, "HOSTNAME", "web01");
	context_sets(ctx, "NOTIFICATIONTYPE", type);
	context_sets(ctx, "SERVICEDESC", "HTTP");
	context_sets(ctx, "SERVICESTATE", state);
	context_sets(ctx, "SERVICENOTIFICATIONNUMBER", number);
}

static bool
tells(const struct context *ctx, const char *contact, const char *method,
    void *arg)
{
	(void)ctx;
	assert_string_equal(contact, "ann");
	assert_string_equal(method, "sms");
	return *(bool *)arg;
}

/* NT-16: the present state once, when the period begins. */
static void
test_settled(void **state)
{
	static const struct {
		const char *types; /* p1 and p2: PROBLEM and number; r */
		bool recovered, rules;
		const char *why; /* NULL: the last is told */
	} rows[] = {{"p1", false, true, NULL}, {"p1p2p3", false, true, NULL},
	    {"p1", false, false, "no rule tells of it any more"},
	    {"p1", true, true, "it was over before the period began"},
	    {"p1r", true, true, "it was over before the period began"},
	    {"p1rp1r", true, true, "it was over before the period began"},
	    {"p1rp1", false, true, NULL}, {"r", true, false, NULL},
	    {"p2r", true, true, NULL}, {"rp1r", true, true, NULL}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool rules = rows[i].rules;
		struct held_judge judge = {tells, &rules};
		struct bulk *b = bulk_of(
		    rows[i].recovered ? PLAN_HOLD_OVER : PLAN_HOLD, "{}");
		const char *why;
		size_t left;

		for (const char *p = rows[i].types; *p != '\0'; p++) {
			char number[] = {p[1], '\0'};

			if (*p == 'r')
				put(b, "RECOVERY", "OK", "0");
			else
				put(b, "PROBLEM", "WARNING", number);
			p += *p == 'p';
		}
		left = held_settle(b, &judge, "ann", "sms", &why);
		assert_int_equal(left, rows[i].why == NULL);
		if (rows[i].why == NULL)
			assert_ptr_equal(
			    bulk_at(b, 0), &b->entries[b->n - 1].ctx);
		else
			assert_string_equal(why, rows[i].why);
		bulk_free(&b);
	}
}

/* --- the spool -------------------------------------------------------------
 */

static char folder[] = "/tmp/test-held-XXXXXX";
static uv_loop_t loop;
static struct spool *spool;
static unsigned next_id;

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	assert_true(committed && !duplicate);
	*(int64_t *)arg = b->n_deliveries > 0 ? b->deliveries[0].bulk : -1;
}

/* A notice of this object, held for ann unless `told` is false: its bulk. */
static int64_t
add(int64_t s, const char *object, const char *what, bool told)
{
	struct spool_batch *b = xnew(struct spool_batch);
	struct spool_gather *g;
	int64_t id = 0;

	b->notice = (struct spool_notice){.id = xasprintf("n-%u", ++next_id),
	    .site = xstrdup("demo"),
	    .what = xstrdup(what),
	    .host = xstrdup(object),
	    .service = xstrdup("")};
	str_add(&b->notice.context, "context");
	b->object = xstrdup(object);
	b->deliveries = xcalloc(1, sizeof(*b->deliveries));
	if (told) {
		g = xnew(struct spool_gather);
		*g = (struct spool_gather){.kind = PLAN_HOLD,
		    .key = xasprintf(SPOOL_HELD_KEY "\x1e"
						    "ann",
			object),
		    .causes = xstrdup(""),
		    .how = xstrdup("{}"),
		    .until_ms = 9000000,
		    .hold = true,
		    .max = 100};
		b->n_deliveries = 1;
		b->deliveries[0] = (struct spool_delivery){.ordinal = 1,
		    .contact = xstrdup("ann"),
		    .method = xstrdup("mail"),
		    .who = xstrdup("{}"),
		    .params = xstrdup("{}"),
		    .rule = xstrdup("r"),
		    .rule_text = xstrdup(""),
		    .gather = g,
		    .first_ms = s * 1000};
	}
	spool_add(spool, b, s, on_added, &id);
	while (id == 0)
		uv_run(&loop, UV_RUN_ONCE);
	return id;
}

struct begun {
	bool came;
	int kind; /* -1: not due */
	size_t n;
};

static void
on_begun(const struct spool_bulk *bulk, const struct spool_bulk_entry *entries,
    size_t n, void *arg)
{
	(void)entries;
	*(struct begun *)arg =
	    (struct begun){true, bulk == NULL ? -1 : bulk->kind, n};
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

/* A recovery that nobody is told of ends what is held of its object alone. */
static void
test_recovered(void **state)
{
	int64_t a = add(0, "web01", "PROBLEM", true);
	int64_t b = add(1, "web011", "PROBLEM", true);
	int64_t c = add(1, "web02", "PROBLEM", true);

	(void)state;
	assert_int_equal(add(2, "web01", "RECOVERY", false), -1);
	add(2, "web02", "RECOVERY", false);
	/* A new problem after the recovery is held again. */
	assert_int_equal(add(3, "web02", "PROBLEM", true), c);
	assert_int_equal(begin(a, 8999).kind, -1);
	assert_int_equal(begin(a, 9000).kind, PLAN_HOLD_OVER);
	assert_int_equal(begin(b, 9000).kind, PLAN_HOLD);
	assert_int_equal(begin(c, 9000).kind, PLAN_HOLD);
	assert_int_equal(begin(c, 9000).kind, -1); /* under way */
}

/* The recovery that is held itself comes with what was held before. */
static void
test_recovery_is_held(void **state)
{
	int64_t a = add(0, "db01", "PROBLEM", true);
	struct begun got;

	(void)state;
	assert_int_equal(add(5, "db01", "RECOVERY", true), a);
	got = begin(a, 9000);
	assert_int_equal(got.kind, PLAN_HOLD_OVER);
	assert_int_equal(got.n, 2);
}

static int
setup(void **state)
{
	struct err err;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/spool.sqlite", folder);
	uv_loop_init(&loop);
	spool = spool_open(&loop, path, &err);
	assert_non_null(spool);
	free(path);
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_settled),
	    cmocka_unit_test(test_recovered),
	    cmocka_unit_test(test_recovery_is_held)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
