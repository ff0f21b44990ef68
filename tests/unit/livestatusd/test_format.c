/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact bytes of the output formats, of errors, and where requests end.
 */
#include "livestatusd/lql/query.h"
#include "tests/unit/livestatusd/fixture.h"

#define CPU                                                                    \
	"GET services\nFilter: description = CPU\nColumns: plugin_output "     \
	"long_plugin_output state staleness\n"

static void
test_csv(void **state)
{
	assert_answer(*state, CPU,
	    "busy; \"very\"\xe2\x82\xac\xef\xbf\xbd;one\\ntwo;1;1.5\n");
	assert_answer(*state, CPU "Separators: 0 9 44 124\n",
	    "busy; \"very\"\xe2\x82\xac\xef\xbf\xbd\tone\\ntwo\t1\t1.5");
	assert_answer(*state, CPU "OutputFormat: CSV\n",
	    "\"busy; \"\"very\"\"\xe2\x82\xac\xef\xbf\xbd\","
	    "\"one\ntwo\",\"1\",\"1.5\"\r\n");
	assert_answer(*state,
	    "GET hosts\nColumns: parents labels nope services_with_state\n"
	    "Filter: name = web1\n",
	    "router;env|prod,o's|a b;;"
	    "CPU|1|1,Disk /|0|1,Disk /var|2|1,HTTP|0|0\n");
}

static void
test_json(void **state)
{
	assert_answer(*state, CPU "OutputFormat:json\n",
	    "[[\"busy; \\u0022very\\u0022\\u20ac\\ufffd\","
	    "\"one\\u000atwo\",1,1.5]]\n");
	assert_answer(*state,
	    "GET hosts\nColumns: name labels\nOutputFormat: json\n",
	    "[[\"db1\",{}],\n[\"router\",{}],\n"
	    "[\"web1\",{\"env\":\"prod\",\"o's\":\"a b\"}]]\n");
	assert_answer(*state,
	    "GET hosts\nFilter: name = x\nColumns: name\n"
	    "OutputFormat: json\n",
	    "[]\n");
	assert_answer(*state,
	    "GET hosts\nFilter: name = x\nColumns: host_name\n"
	    "OutputFormat: json\nColumnHeaders: on\n",
	    "[[\"name\"]]\n");
	assert_answer(*state,
	    "GET hosts\nFilter: name = x\nColumns: name\n"
	    "OutputFormat: wrapped_json\n",
	    "{\"data\":[],\"total_count\":0}\n");
}

static void
test_long_text(void **state)
{
	struct fixture *f = *state;
	struct msg_checkable c;
	struct str text = {0}, want = {0};

	for (int i = 0; i < 5000; i++) {
		str_add(&text, "plain text 0123 \xf0\x9f\x98\x80\"");
		str_add(&want, "plain text 0123 \\ud83d\\ude00\\u0022");
	}
	c = fixture_checkable(DB1, 0, str_get(&text));
	fixture_put(f, &c);
	str_clear(&text);
	str_addf(&text, "[[\"%s\"]]\n", str_get(&want));
	assert_answer(f,
	    "GET hosts\nColumns: plugin_output\nFilter: name = db1\n"
	    "OutputFormat: json\n",
	    str_get(&text));
	str_free(&text);
	str_free(&want);
}

/* Clients ask for what has changed since: to the microsecond. */
static void
test_microseconds(void **state)
{
	struct fixture *f = *state;
	struct msg m = {
	    .id = MSG_CHECKABLE, .checkable = fixture_checkable(DB1, 0, "up")};

	mirror_apply(f->m, &m, FIXTURE_NOW * NS_PER_S + 123456789);
	assert_answer(f,
	    "GET hosts\nColumns: name last_update\n"
	    "Filter: last_update > 1700000000\n",
	    "db1;1700000000.123456\n");
	assert_answer(f,
	    "GET hosts\nColumns: last_update\nOutputFormat: json\n"
	    "Filter: last_update >= 1700000000.123456\n",
	    "[[1700000000.123456]]\n");
	assert_answer(f,
	    "GET hosts\nColumns: last_update\n"
	    "Filter: last_update > 1700000000.123456\n",
	    "");
}

static void
test_python(void **state)
{
	struct fixture *f = *state;
	struct msg_checkable c = fixture_checkable(DB1, 0, "\xf0\x9f\x98\x80");

	fixture_put(f, &c);
	assert_answer(f,
	    "GET hosts\nColumns: nope plugin_output mk_inventory\n"
	    "Filter: name = db1\nOutputFormat: python3\n",
	    "[[None,\"\\U0001f600\",b\"\"]]\n");
}

static void
test_header(void **state)
{
	struct fixture *f = *state;

	assert_answer(f, "GET hosts\nColumns: name\nResponseHeader: fixed16\n",
	    "200          16\ndb1\nrouter\nweb1\n");
	assert_answer(f, "GET nope\nResponseHeader: fixed16\n",
	    "404          42\n"
	    "Invalid GET request, no such table 'nope'\n");
}

static void
test_errors(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *query;
		enum lql_code code;
	} t[] = {
	    {"GET", LQL_INVALID},
	    {"GET \n", LQL_INVALID},
	    {"PUT hosts\n", LQL_INVALID},
	    {"GETS hosts\n", LQL_INVALID},
	    {"\n", LQL_INVALID},
	    {"GET nope\n", LQL_NOT_FOUND},
	    {"GET hosts\nBogus: x\n", LQL_BAD},
	    {"GET hosts\nfilter: name = x\n", LQL_BAD},
	    {"GET hosts\nno colon\n", LQL_BAD},
	    {"GET hosts\nFilter: nope = x\n", LQL_BAD},
	    {"GET hosts\nFilter: name=h1\n", LQL_BAD},
	    {"GET hosts\nFilter: name ? h1\n", LQL_BAD},
	    {"GET hosts\nFilter: name ~ (\n", LQL_BAD},
	    {"GET hosts\nFilter: name ~ \xff\n", LQL_BAD},
	    {"GET hosts\nFilter: labels = 'x\n", LQL_BAD},
	    {"GET hosts\nOr: 1\n", LQL_BAD},
	    {"GET hosts\nAnd: x\n", LQL_BAD},
	    {"GET hosts\nNegate: 1\n", LQL_BAD},
	    {"GET hosts\nLimit: -1\n", LQL_BAD},
	    {"GET hosts\nOutputFormat: xml\n", LQL_BAD},
	    {"GET hosts\nSeparators: 1 2 3\n", LQL_BAD},
	    {"GET hosts\nSeparators: 1 2 3 256\n", LQL_BAD},
	    {"GET hosts\nKeepAlive: yes\n", LQL_BAD},
	    {"GET hosts\nColumnHeaders: 1\n", LQL_BAD},
	    {"GET hosts\nResponseHeader: x\n", LQL_BAD},
	    {"GET hosts\nSort: nope\n", LQL_BAD},
	    {"GET hosts\nSort: name up\n", LQL_BAD},
	    {"GET hosts\nStats: sum nope\n", LQL_BAD},
	    {"GET hosts\nStatsAnd: 1\n", LQL_BAD},
	    {"GET hosts\nWaitTrigger: x\n", LQL_BAD},
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		enum lql_code code;

		str_clear(&f->out);
		code = lql_run(f->m, &f->env, slice_of(t[i].query), &f->out);
		if (code != t[i].code)
			fail_msg("%s gives %d", t[i].query, (int)code);
		assert_true(f->out.len > 10);
		assert_int_equal(f->out.s[f->out.len - 1], '\n');
	}
}

static void
test_limits(void **state)
{
	struct fixture *f = *state;
	struct str q = {0};

	f->env.max_body = 10;
	assert_answer(f, "GET hosts\nColumns: name\n",
	    "Maximum response size of 10 bytes exceeded!\n");
	f->env.max_body = 0;
	str_add(&q, "GET hosts\nFilter: name = x\n");
	for (int i = 0; i < 5000; i++)
		str_add(&q, "Negate:\n");
	assert_int_equal(
	    lql_run(f->m, &f->env, str_slice(&q), &f->out), LQL_BAD);
	str_free(&q);
	/* A pattern that would take for ever on this text. */
	assert_answer(f,
	    "GET services\nColumns: description\n"
	    "Filter: plugin_output ~ ^(([a-z9 %])+.)+[A-Z]([a-z %])+$\n"
	    "Filter: description = Disk /var\nLimit: 1\n",
	    "");
}

/* A request has room for a million conditions; memory would not. */
static void
test_many_conditions(void **state)
{
	static const struct {
		const char *line;
		unsigned most;
		const char *what;
	} t[] = {
	    {"Filter: name !~ x\n", 1000, "patterns"},
	    {"Stats: name ~~ x\n", 1000, "patterns"},
	    {"Filter: name != x\n", 100000, "conditions"},
	    {"WaitCondition: name != x\n", 100000, "conditions"},
	    {"And: 0\n", 100000, "conditions"},
	    {"Stats: state = 0\n", 4096, "of them"},
	    {"StatsAnd: 0\n", 4096, "of them"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct str q = {0};
		struct lql_query *parsed;

		str_add(&q, "GET hosts\nColumns: name\n");
		for (unsigned k = 0; k < t[i].most; k++)
			str_add(&q, t[i].line);
		parsed = lql_parse(str_slice(&q));
		assert_int_equal(parsed->code, LQL_OK);
		assert_true(lql_weight(parsed) > q.len);
		lql_free(&parsed);
		str_add(&q, t[i].line);
		str_add(&q, t[i].line);
		ask(f, str_get(&q));
		if (strstr(str_get(&f->out), t[i].what) == NULL ||
		    strstr(str_get(&f->out), "more than") == NULL)
			fail_msg("%s gives %s", t[i].line, str_get(&f->out));
		str_free(&q);
	}
}

/* Patterns that need more stack than a thread gives them have more. */
static void
test_deep_pattern(void **state)
{
	struct fixture *f = *state;
	struct msg_checkable c;
	struct str text = {0};

	for (int i = 0; i < 3000; i++)
		str_add(&text, "ab");
	c = fixture_checkable(DB1, 0, str_get(&text));
	fixture_put(f, &c);
	assert_answer(f,
	    "GET hosts\nColumns: name\nFilter: plugin_output ~ ^((a)(b))+$\n",
	    "db1\n");
	str_free(&text);
}

static enum lql_frame_kind
frame(const char *text, bool eof, size_t *len_r, size_t *used_r)
{
	struct slice request;
	size_t scanned = 0;
	enum lql_frame_kind kind =
	    lql_frame(slice_of(text), eof, &scanned, &request, used_r);

	*len_r = request.len;
	return kind;
}

static void
test_frames(void **state)
{
	size_t len, used;

	(void)state;
	assert_int_equal(
	    frame("GET hosts\n", false, &len, &used), LQL_FRAME_MORE);
	assert_int_equal(
	    frame("GET hosts\n", true, &len, &used), LQL_FRAME_REQUEST);
	assert_int_equal(used, 10);
	assert_int_equal(frame("GET hosts", true, &len, &used), LQL_FRAME_CUT);
	assert_int_equal(frame("\nGET", false, &len, &used), LQL_FRAME_EMPTY);
	assert_int_equal(
	    frame("A\n\r\nB\n\nC\n", false, &len, &used), LQL_FRAME_REQUEST);
	assert_int_equal(len, 6);
	assert_int_equal(used, 7);
	assert_int_equal(frame("", true, &len, &used), LQL_FRAME_MORE);
}

/* However the bytes come, the requests are the same. */
static void
test_frames_in_pieces(void **state)
{
	static const char text[] = "GET a\nX: 1\n\nGET b\n\n";
	size_t scanned = 0, used, from = 0, found = 0;
	struct slice request;

	(void)state;
	for (size_t to = 1; to < sizeof(text); to++) {
		struct slice in = {text + from, to - from};

		if (lql_frame(in, false, &scanned, &request, &used) !=
		    LQL_FRAME_REQUEST)
			continue;
		found++;
		from += used;
		assert_int_equal(request.len, found == 1 ? 11 : 6);
	}
	assert_int_equal(found, 2);
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_csv),
	    TEST(test_json),
	    TEST(test_long_text),
	    TEST(test_microseconds),
	    TEST(test_python),
	    TEST(test_header),
	    TEST(test_errors),
	    TEST(test_limits),
	    TEST(test_many_conditions),
	    TEST(test_deep_pattern),
	    TEST(test_frames),
	    TEST(test_frames_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
