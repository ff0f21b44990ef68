/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes and texts of failures as the protocol's reference quotes them; each
 * trigger of queries that wait; limits of time.
 */
#include "tests/unit/livestatusd/fixture.h"

#include <stdio.h>

/*
 * `text` ends with "*" where the reference leaves the rest open. All of it is
 * compared twice: bare, and behind the 16 bytes of fixed16.
 */
static const struct {
	const char *query;
	int code;
	const char *text;
} quoted[] = {
    {"GET", 452, "Invalid GET request, missing table name"},
    {"GET \n", 452, "Invalid GET request, missing table name"},
    {"HELO hosts\n", 452, "Invalid request method*"},
    {"GET x\n", 404, "Invalid GET request, no such table 'x'"},
    {"GET x\nBogus: x\n", 404, "Invalid GET request, no such table 'x'"},
    {"GET hosts\nBogus: x\n", 400, "Undefined request header 'Bogus: x'"},
    {"GET hosts\nFilter: nope = 1\n", 400,
	"while processing header 'Filter': *"},
    {"GET hosts\nFilter: name = 1\nOr: 2\n", 400,
	"while processing header 'Or': *"},
    {"GET hosts\nNegate: 1\n", 400, "while processing header 'Negate': *"},
    {"GET hosts\nLimit: x\n", 400, "while processing header 'Limit': *"},
    {"GET hosts\nStats: sum state\nStatsNegate:\n", 400,
	"while processing header 'StatsNegate': *"},
    {"GET hosts\nWaitTrigger: x\n", 400,
	"while processing header 'WaitTrigger': *"},
    {"GET hosts\nLocaltime: 1\n", 400,
	"while processing header 'Localtime': *"},
    {"GET statehist\nColumns: time\n", 452, "start of timeframe required*"},
    /* The first mistake counts. */
    {"GET hosts\nBogus: x\nLimit: x\n", 400,
	"Undefined request header 'Bogus: x'"},
};

static void
check(const char *query, int code, const char *text, const char *got)
{
	size_t n = strcspn(text, "*");
	char *head;

	if (strncmp(got, text, n) != 0 ||
	    (text[n] == '\0' && strcmp(got + n, "\n") != 0) ||
	    got[strlen(got) - 1] != '\n')
		fail_msg("%s\ngives %s", query, got);
	head = xasprintf("%03d %11zu\n", code, strlen(got));
	assert_int_equal(strlen(head), 16);
	if (strncmp(got - 16, head, 16) != 0)
		fail_msg("%s\nhas %.16s", query, got - 16);
	free(head);
}

static void
test_quoted(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(quoted); i++) {
		char *with =
		    xasprintf("%s%sResponseHeader: fixed16\n", quoted[i].query,
			strchr(quoted[i].query, '\n') == NULL ? "\n" : "");
		char *bare = xstrdup(ask(f, quoted[i].query));

		ask(f, with);
		assert_true(f->out.len > 16);
		assert_string_equal(str_get(&f->out) + 16, bare);
		check(quoted[i].query, quoted[i].code, quoted[i].text,
		    str_get(&f->out) + 16);
		free(bare);
		free(with);
	}
}

/* Where a request does not end; and a connection that should not go on. */
static void
test_method_ends_connection(void **state)
{
	struct lql_query *q = lql_parse(slice_of("HELO\nKeepAlive: on\n"));

	(void)state;
	assert_false(lql_keeps_alive(q));
	lql_free(&q);
	q = lql_parse(slice_of("GET nope\nKeepAlive: on\n"));
	assert_true(lql_keeps_alive(q));
	lql_free(&q);
}

static int64_t test_clock;

static int64_t
later(void)
{
	return test_clock += 3 * NS_PER_S;
}

static void
test_limits(void **state)
{
	struct fixture *f = *state;

	f->env.mono = later;
	assert_answer(f,
	    "GET hosts\nTimelimit: 600\nColumns: name\n"
	    "Filter: name ~ .\nResponseHeader: fixed16\n",
	    "200          16\ndb1\nrouter\nweb1\n");
	assert_answer(f,
	    "GET hosts\nTimelimit: 2\nColumns: name\nResponseHeader: fixed16\n",
	    "413          42\nMaximum query time of 2 seconds exceeded!\n");
	f->env.mono = NULL;
	f->env.max_body = 12;
	assert_answer(f, "GET hosts\nColumns: name\nResponseHeader: fixed16\n",
	    "413          44\n"
	    "Maximum response size of 12 bytes exceeded!\n");
	f->env.max_body = 0;
}

static void
test_backend(void **state)
{
	struct fixture *f = *state;
	struct lql_query *q =
	    lql_parse(slice_of("GET eventconsoleevents\nColumns: event_id\n"
			       "ResponseHeader: fixed16\n"));
	struct str text = {0};

	assert_true(lql_asks_events(q, f->m, &f->env, &text));
	lql_events_failed(q, "the event console does not answer");
	str_clear(&f->out);
	assert_int_equal(lql_execute(q, f->m, &f->env, &f->out), 502);
	assert_string_equal(str_get(&f->out),
	    "502          34\nthe event console does not answer\n");
	str_free(&text);
	lql_free(&q);
}

/* Each trigger wakes its queries, and those of `all`; no other one does. */
static void
test_triggers(void **state)
{
	static const struct {
		const char *name;
		enum mirror_event event;
	} t[] = {{"check", MIRROR_CHECK}, {"state", MIRROR_STATE},
	    {"log", MIRROR_LOG}, {"downtime", MIRROR_DOWNTIME},
	    {"comment", MIRROR_COMMENT}, {"command", MIRROR_COMMAND},
	    {"program", MIRROR_PROGRAM}};
	struct fixture *f = *state;

	assert_int_equal(ARRAY_LEN(t), MIRROR_EVENTS);
	for (size_t i = 0; i <= ARRAY_LEN(t); i++) {
		const char *name = i < ARRAY_LEN(t) ? t[i].name : "all";
		char *text = xasprintf("GET hosts\nWaitTrigger: %s\n", name);

		for (size_t k = 0; k < ARRAY_LEN(t); k++) {
			struct lql_query *q = lql_parse(slice_of(text));
			uint64_t before[MIRROR_EVENTS];
			bool wakes = i == k || i == ARRAY_LEN(t);

			memcpy(before, f->m->events, sizeof(before));
			assert_true(lql_must_wait(q, f->m, &f->env, before));
			mirror_event(f->m, t[k].event);
			if (lql_must_wait(q, f->m, &f->env, before) == wakes)
				fail_msg("%s: %s", name, t[k].name);
			lql_free(&q);
		}
		free(text);
	}
}

static int
wait_code(struct fixture *f, const char *text)
{
	const uint64_t before[MIRROR_EVENTS] = {0};
	struct lql_query *q = lql_parse(slice_of(text));
	int code;

	assert_false(lql_must_wait(q, f->m, &f->env, before));
	str_clear(&f->out);
	code = (int)lql_execute(q, f->m, &f->env, &f->out);
	lql_free(&q);
	return code;
}

/* A site where web1 has one label, and one contact. */
static struct mirror *
other_config(uint64_t generation, const char *value, struct snapshot **snap_r)
{
	struct snapb *b = snapb_new(generation, FIXTURE_NOW);
	uint32_t label[3];
	struct snap_list list;
	snap_str notes;
	struct err err;
	struct mirror *m;

	snapb_host(b, "web1");
	label[0] = snapb_str(b, "env");
	label[1] = notes = snapb_str(b, value);
	label[2] = snapb_str(b, "explicit");
	list = snapb_list(b, label, 3);
	snapb_object(b, 0)->labels = list;
	snapb_object(b, 0)->notes = notes;
	*snap_r = snapb_open(b, &err);
	snapb_free(&b);
	m = mirror_new(*snap_r, &err);
	assert_non_null(m);
	return m;
}

/* What was decided of one configuration says nothing about the next one. */
static void
test_wait_over_an_activation(void **state)
{
	static const char *const conditions[] = {
	    "labels = env prod", "notes ~ ^prod"};
	struct fixture *f = *state;
	const uint64_t before[MIRROR_EVENTS] = {0};

	for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
		char *text = xasprintf("GET hosts\nWaitObject: web1\n"
				       "WaitCondition: %s\n",
		    conditions[i]);
		struct lql_query *q = lql_parse(slice_of(text));
		struct snapshot *old, *new;
		struct mirror *a = other_config(7, "test", &old);
		struct mirror *b = other_config(8, "prod", &new);

		assert_true(lql_must_wait(q, a, &f->env, before));
		assert_true(lql_must_wait(q, a, &f->env, before));
		assert_false(lql_must_wait(q, b, &f->env, before));
		mirror_free(&a);
		mirror_free(&b);
		snapshot_close(&old);
		snapshot_close(&new);
		lql_free(&q);
		free(text);
	}
}

static void
test_wait_objects(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(wait_code(f,
			     "GET hosts\nWaitObject: nobody\n"
			     "WaitCondition: state = 1\n"),
	    452);
	assert_string_equal(str_get(&f->out),
	    "primary key 'nobody' not found or not accessible\n");
	assert_int_equal(
	    wait_code(f, "GET hosts\nWaitCondition: state = 1\n"), 452);
	assert_int_equal(wait_code(f,
			     "GET log\nWaitObject: x\n"
			     "WaitCondition: class = 1\n"),
	    452);
	/* A blank or a semicolon parts host and service; status needs none. */
	assert_int_equal(wait_code(f,
			     "GET services\nWaitObject: web1;CPU\n"
			     "WaitCondition: state = 1\n"),
	    200);
	assert_int_equal(wait_code(f,
			     "GET services\nWaitObject: web1 CPU\n"
			     "WaitCondition: state = 1\n"),
	    200);
	assert_int_equal(wait_code(f,
			     "GET hostgroups\nWaitObject: linux\n"
			     "WaitCondition: name = linux\n"),
	    200);
	assert_int_equal(wait_code(f,
			     "GET status\n"
			     "WaitCondition: program_start >= 0\n"),
	    200);
	/* What can never be true is waited for only with a time-out. */
	assert_int_equal(
	    wait_code(f, "GET hosts\nWaitObject: web1\nWaitConditionOr: 0\n"),
	    452);
	assert_string_equal(
	    str_get(&f->out), "waiting for WaitCondition would hang forever\n");
	assert_int_equal(wait_code(f,
			     "GET hosts\nWaitObject: web1\n"
			     "WaitCondition: state = 1\nWaitConditionOr: 0\n"
			     "WaitConditionAnd: 2\n"),
	    452);
	assert_int_equal(wait_code(f,
			     "GET hosts\nWaitObject: web1\n"
			     "WaitConditionAnd: 0\nWaitConditionNegate:\n"),
	    452);
	assert_int_equal(
	    wait_code(f, "GET hosts\nWaitObject: web1\nWaitConditionAnd: 0\n"),
	    200);
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_quoted),
	    TEST(test_method_ends_connection),
	    TEST(test_limits),
	    TEST(test_backend),
	    TEST(test_triggers),
	    TEST(test_wait_objects),
	    TEST(test_wait_over_an_activation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
