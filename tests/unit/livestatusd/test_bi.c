/* SPDX-License-Identifier: Apache-2.0
 *
 * BI-1 to BI-4: functions, options, what depends on a leaf, cycles. A random
 * series of changes gives what computing everything gives.
 */
#include "tests/unit/livestatusd/fixture.h"

#include "livestatusd/bi/bi.h"

static struct bi *
open_bi(struct fixture *f, const char *json)
{
	struct err err = {""};
	struct bi *bi = bi_read(f->snap, json, &err);

	if (bi == NULL)
		fail_msg("%s", err.text);
	return bi;
}

static unsigned
set(struct bi *bi, uint32_t object, int state)
{
	struct bi_leaf leaf = {
	    .state = (int8_t)state, .hard_state = (int8_t)state};

	return bi_update(bi, object, &leaf);
}

static int
state_of(const struct bi *bi, const char *name)
{
	return bi_result(bi, bi_find(bi, slice_of(name))).state;
}

/* The example of BI-2: OK, OK, CRIT, WARN, OK. */
static void
test_functions(void **state)
{
	static const char nodes[] =
	    "\"nodes\":[{\"host\":\"db1\",\"service\":\"~.*\"},"
	    "{\"host\":\"web1\",\"service\":\"~[CD].*\"}]}";
	struct str json = {0};
	struct bi *bi;

	str_addf(&json,
	    "{\"worst\":{%s,\"second\":{\"function\":{\"worst\":{\"n\":2}},%s,"
	    "\"best\":{\"function\":\"best\",%s,\"fourth best\":{\"function\":"
	    "{\"best\":{\"n\":4}},%s,\"far\":{\"function\":{\"worst\":{\"n\":"
	    "99}},%s,\"cap\":{\"function\":{\"worst\":{\"cap\":\"WARN\"}},%s,"
	    "\"count\":{\"function\":{\"count_ok\":{\"ok\":\"60%%\",\"warn\":"
	    "\"40%%\"}},%s,\"four\":{\"function\":{\"count_ok\":{\"ok\":4,"
	    "\"warn\":3}},%s,\"five\":{\"function\":{\"count_ok\":{\"ok\":5,"
	    "\"warn\":4}},%s}",
	    nodes, nodes, nodes, nodes, nodes, nodes, nodes, nodes, nodes);
	bi = open_bi(*state, str_get(&json));
	str_free(&json);
	assert_int_equal(state_of(bi, "worst"), BI_PENDING);
	assert_int_equal(state_of(bi, "count"), BI_CRIT);
	set(bi, DB1_DISK, 0);
	set(bi, DB1_LOAD, 0);
	set(bi, WEB1_CPU, 2);
	set(bi, WEB1_DISK_ROOT, 1);
	set(bi, WEB1_DISK_VAR, 0);
	assert_int_equal(state_of(bi, "worst"), BI_CRIT);
	assert_int_equal(state_of(bi, "second"), BI_WARN);
	assert_int_equal(state_of(bi, "best"), BI_OK);
	assert_int_equal(state_of(bi, "fourth best"), BI_WARN);
	assert_int_equal(state_of(bi, "far"), BI_OK);
	assert_int_equal(state_of(bi, "cap"), BI_WARN);
	assert_int_equal(state_of(bi, "count"), BI_OK);
	assert_int_equal(state_of(bi, "four"), BI_WARN);
	assert_int_equal(state_of(bi, "five"), BI_CRIT);
	bi_free(&bi);
}

static void
test_order(void **state)
{
	(void)state;
	assert_true(bi_badness(BI_OK) < bi_badness(BI_PENDING));
	assert_true(bi_badness(BI_PENDING) < bi_badness(BI_WARN));
	assert_true(bi_badness(BI_WARN) < bi_badness(BI_UNKNOWN));
	assert_true(bi_badness(BI_UNKNOWN) < bi_badness(BI_CRIT));
}

static void
test_leaves(void **state)
{
	struct bi *bi = open_bi(*state,
	    "{\"host\":{\"nodes\":[{\"host\":\"db1\"}]},"
	    "\"hard\":{\"hard_states\":true,\"nodes\":[{\"host\":\"db1\"}]},"
	    "\"gone\":{\"nodes\":[{\"host\":\"nobody\"},{\"host\":\"db1\","
	    "\"service\":\"none\"}]},"
	    "\"frozen\":{\"frozen\":true,\"nodes\":[{\"host\":\"nobody\"}]}}");
	struct bi_leaf soft = {.state = 1, .hard_state = 0};

	set(bi, DB1, 1);
	assert_int_equal(state_of(bi, "host"), BI_CRIT);
	set(bi, DB1, 2);
	assert_int_equal(state_of(bi, "host"), BI_UNKNOWN);
	bi_update(bi, DB1, &soft);
	assert_int_equal(state_of(bi, "host"), BI_CRIT);
	assert_int_equal(state_of(bi, "hard"), BI_OK);
	assert_int_equal(state_of(bi, "gone"), BI_NONE);
	assert_int_equal(state_of(bi, "frozen"), BI_UNKNOWN);
	bi_assume(bi, DB1, BI_WARN);
	assert_int_equal(state_of(bi, "host"), BI_WARN);
	assert_true(bi_result(bi, bi_find(bi, SLICE("host"))).assumed);
	bi_assume(bi, DB1, BI_NONE);
	assert_int_equal(state_of(bi, "host"), BI_CRIT);
	bi_free(&bi);
}

/* BI-3 */
static void
test_flags(void **state)
{
	struct bi *bi = open_bi(*state,
	    "{\"two\":{\"function\":{\"worst\":{\"n\":2}},\"nodes\":["
	    "{\"host\":\"db1\"},{\"host\":\"web1\"}]},"
	    "\"warn\":{\"function\":{\"worst\":{\"cap\":\"WARN\"}},"
	    "\"downtime_at\":\"WARN\",\"nodes\":[{\"host\":\"db1\"}]},"
	    "\"capped\":{\"function\":{\"worst\":{\"cap\":\"WARN\"}},"
	    "\"nodes\":[{\"host\":\"db1\"}]}}");
	struct bi_leaf leaf = {.state = 1,
	    .hard_state = 1,
	    .in_downtime = true,
	    .acknowledged = true,
	    .out_of_service = true};
	struct bi_result r;

	bi_update(bi, DB1, &leaf);
	set(bi, WEB1, 0);
	r = bi_result(bi, bi_find(bi, SLICE("two")));
	assert_int_equal(r.state, BI_OK); /* one of two is no matter */
	assert_false(r.in_downtime);
	assert_false(r.acknowledged);
	bi_update(bi, WEB1, &leaf);
	r = bi_result(bi, bi_find(bi, SLICE("two")));
	assert_int_equal(r.state, BI_CRIT);
	assert_true(r.in_downtime && r.acknowledged && r.out_of_service);
	assert_true(bi_result(bi, bi_find(bi, SLICE("warn"))).in_downtime);
	assert_false(bi_result(bi, bi_find(bi, SLICE("capped"))).in_downtime);
	bi_free(&bi);
}

/* A leaf computes what depends on it; and no further than something differs. */
static void
test_incremental(void **state)
{
	struct bi *bi = open_bi(*state,
	    "{\"a\":{\"nodes\":[{\"host\":\"db1\"}]},"
	    "\"b\":{\"nodes\":[{\"aggregation\":\"a\"},{\"host\":\"web1\"}]},"
	    "\"c\":{\"nodes\":[{\"title\":\"x\",\"function\":\"best\","
	    "\"nodes\":[{\"host\":\"router\"},{\"host\":\"web1\"}]}]}}");

	assert_int_equal(set(bi, DB1, 0), 3);    /* a, its place in b, b */
	assert_int_equal(set(bi, DB1, 0), 0);    /* nothing new */
	assert_int_equal(set(bi, ROUTER, 0), 2); /* x, c */
	assert_int_equal(set(bi, WEB1, 1), 2);   /* b; x stays OK */
	assert_int_equal(set(bi, DB1_DISK, 2), 0);
	assert_false(bi_has(bi, DB1_DISK));
	assert_int_equal(state_of(bi, "b"), BI_CRIT);
	bi_free(&bi);
}

static void
test_mistakes(void **state)
{
	static const char *const wrong[] = {
	    "{\"a\":{\"nodes\":[{\"aggregation\":\"a\"}]}}",
	    "{\"a\":{\"nodes\":[{\"aggregation\":\"b\"}]},"
	    "\"b\":{\"nodes\":[{\"nodes\":[{\"aggregation\":\"a\"}]}]}}",
	    "{\"a\":{\"nodes\":[{\"aggregation\":\"none\"}]}}",
	    "{\"a\":{\"nodes\":[{\"host\":\"~[\"}]}}",
	    "{\"a\":{\"nodes\":[{}]}}",
	    "{\"a\":{\"function\":\"mean\",\"nodes\":[]}}",
	};
	struct fixture *f = *state;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		err.text[0] = '\0';
		assert_null(bi_read(f->snap, wrong[i], &err));
		assert_non_null(strstr(err.text, "aggregation a"));
	}
}

static void
test_random(void **state)
{
	static const char json[] =
	    "{\"a\":{\"nodes\":[{\"host\":\"~.*\",\"service\":\"~.*\"}]},"
	    "\"b\":{\"function\":{\"best\":{\"n\":2}},\"nodes\":["
	    "{\"aggregation\":\"a\"},{\"host\":\"~.*\"}]},"
	    "\"c\":{\"function\":{\"count_ok\":{\"ok\":3,\"warn\":\"20%\"}},"
	    "\"nodes\":[{\"aggregation\":\"b\"},{\"aggregation\":\"a\"},"
	    "{\"nodes\":[{\"host\":\"web1\",\"service\":\"~D.*\"}]}]}}";
	struct bi *bi = open_bi(*state, json);
	struct bi_leaf leaves[WEB1_HTTP + 1];
	uint32_t seed = 7;

	memset(leaves, 0, sizeof(leaves));
	for (uint32_t o = 0; o <= WEB1_HTTP; o++)
		leaves[o].state = -1;
	for (int i = 0; i < 500; i++) {
		struct bi *fresh;
		uint32_t o;

		seed = seed * 1103515245 + 12345;
		o = (seed >> 16) % (WEB1_HTTP + 1);
		leaves[o] = (struct bi_leaf){.state = (int8_t)((seed >> 8) % 3),
		    .in_downtime = (seed >> 20) & 1,
		    .acknowledged = (seed >> 21) & 1};
		bi_update(bi, o, &leaves[o]);
		fresh = open_bi(*state, json);
		for (o = 0; o <= WEB1_HTTP; o++)
			bi_update(fresh, o, &leaves[o]);
		for (uint32_t a = 0; a < 3; a++) {
			struct bi_result x = bi_result(bi, a);
			struct bi_result y = bi_result(fresh, a);

			assert_int_equal(x.state, y.state);
			assert_int_equal(x.in_downtime, y.in_downtime);
			assert_int_equal(x.acknowledged, y.acknowledged);
		}
		bi_free(&fresh);
	}
	bi_free(&bi);
}

static void
note_span(void *arg, const struct bi_span *s)
{
	str_addf(arg, "%d-%d %d%s\n", (int)s->from, (int)s->until,
	    s->result.state, s->result.in_downtime ? " downtime" : "");
}

/* BI-4: the tree at each change point of its leaves. */
static void
test_looking_back(void **state)
{
	struct bi *bi = open_bi(*state,
	    "{\"a\":{\"function\":\"best\",\"nodes\":[{\"host\":\"db1\"},"
	    "{\"host\":\"web1\"}]}}");
	const struct bi_leaf up = {0}, down = {.state = 1},
			     patch = {.state = 1, .in_downtime = true};
	const struct bi_change changes[] = {{0, DB1, up}, {0, WEB1, up},
	    {200, DB1, down}, {300, WEB1, down}, {400, DB1, up},
	    {400, WEB1, up}, {500, DB1, patch}, {600, WEB1, patch},
	    {700, ROUTER, down}, {1000, DB1, up}};
	struct str out = {0};

	bi_replay(
	    bi, 0, changes, ARRAY_LEN(changes), 100, 900, note_span, &out);
	assert_string_equal(str_get(&out),
	    "100-300 0\n300-400 2\n400-600 0\n600-900 2 downtime\n");
	str_free(&out);
	bi_free(&bi);
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_order),
	    TEST(test_functions),
	    TEST(test_leaves),
	    TEST(test_flags),
	    TEST(test_incremental),
	    TEST(test_mistakes),
	    TEST(test_random),
	    TEST(test_looking_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
