/* SPDX-License-Identifier: Apache-2.0
 *
 * The event console's tables: what eventd is asked, and what becomes of its
 * answer.
 */
#include "livestatusd/events/events.h"
#include "tests/unit/livestatusd/fixture.h"

#include <stdio.h>

/* What eventd is asked for the query. */
static void
assert_asks(struct fixture *f, const char *query, const char *expected)
{
	struct lql_query *q = lql_parse(slice_of(query));
	struct str text = {0};

	assert_true(lql_asks_events(q, f->m, &f->env, &text));
	assert_string_equal(str_get(&text), expected);
	str_free(&text);
	lql_free(&q);
}

/* The query's answer, given eventd's. */
static void
assert_gives(struct fixture *f, const char *query, const char *rows,
    enum lql_code code, const char *expected)
{
	struct lql_query *q = lql_parse(slice_of(query));
	struct str text = {0};

	assert_true(lql_asks_events(q, f->m, &f->env, &text));
	str_free(&text);
	lql_take_events(q, slice_of(rows));
	assert_true(lql_is_long(q));
	str_clear(&f->out);
	assert_int_equal(lql_execute(q, f->m, &f->env, &f->out), code);
	assert_string_equal(str_get(&f->out), expected);
	lql_free(&q);
}

static void
test_questions(void **state)
{
	assert_asks(*state,
	    "GET eventconsoleevents\nColumns: event_id event_text event_id\n",
	    "GET events\nOutputFormat: json\nColumns: event_id event_text\n");
	assert_asks(*state,
	    "GET eventconsoleevents\nColumns: event_id host_name\n",
	    "GET events\nOutputFormat: json\nColumns: event_id event_host "
	    "event_core_host\n");
	assert_asks(*state,
	    "GET eventconsoleevents\nColumns: event_id\nAuthUser: ann\n",
	    "GET events\nOutputFormat: json\nColumns: event_id event_host "
	    "event_core_host event_contact_groups "
	    "event_contact_groups_precedence\n");
	assert_asks(*state, "GET eventconsolerules\nStats: rule_hits > 3\n",
	    "GET rules\nOutputFormat: json\nColumns: rule_hits\n");
	assert_asks(*state,
	    "GET eventconsoleevents\nStats: host_state = 0\nAuthUser: x\n",
	    "GET events\nOutputFormat: json\nColumns: event_host "
	    "event_core_host event_contact_groups "
	    "event_contact_groups_precedence\n");
	assert_asks(*state, "GET eventconsolestatus\nColumns: nope\n",
	    "GET status\nOutputFormat: json\nColumns: "
	    "status_config_load_time\n");
}

static void
test_conditions_are_handed_down(void **state)
{
#define ASK "GET history\nOutputFormat: json\nColumns: "
	assert_asks(*state,
	    "GET eventconsolehistory\nColumns: history_line\n"
	    "Filter: history_time >= 1000\nFilter: history_time < 2000\n"
	    "Filter: event_host = web1\nFilter: event_id = 7\nLimit: 10\n"
	    "Offset: 5\n",
	    ASK "history_time event_host event_id history_line\n"
		"Filter: history_time >= 1000\nFilter: history_time < 2000\n"
		"Filter: event_host = web1\nFilter: event_id >= 7\n"
		"Filter: event_id < 8\nLimit: 15\n");
	/* Whole seconds here, fractions there. */
	assert_asks(*state,
	    "GET eventconsolehistory\nColumns: history_time\n"
	    "Filter: history_time <= 1000\nFilter: history_time !<= 500\n"
	    "And: 2\n",
	    ASK "history_time\nFilter: history_time < 1001\n"
		"Filter: history_time >= 501\n");
	/* Neither under Or nor what means something else there. */
	assert_asks(*state,
	    "GET eventconsolehistory\nColumns: history_line\n"
	    "Filter: event_id = 7\nFilter: event_id = 8\nOr: 2\n"
	    "Filter: event_text ~~ disk\nFilter: event_host != web1\n"
	    "Filter: event_state ~ 1\nFilter: event_id = 3\nNegate:\n"
	    "Limit: 3\n",
	    ASK "event_id event_text event_host event_state history_line\n"
		"Filter: event_text ~~ disk\n");
	/* eventd has an index of texts. */
	assert_asks(*state,
	    "GET eventconsolehistory\nColumns: history_line\n"
	    "Filter: event_text ~ [Dd]isk\nFilter: event_host =~ WEB1\n"
	    "Filter: event_text ~~ pl\xc3\xa4tte\n"
	    "Filter: event_text !~ x\nLimit: 3\n",
	    ASK "event_text event_host history_line\n"
		"Filter: event_text ~ [Dd]isk\nFilter: event_host =~ WEB1\n");
	/* A limit counts rows that are left. */
	assert_asks(*state,
	    "GET eventconsolehistory\nColumns: history_line\n"
	    "Filter: history_time > 5\nFilter: host_name = web1\nLimit: 3\n",
	    ASK "history_time history_line event_host event_core_host\n"
		"Filter: history_time >= 6\n");
	assert_asks(*state,
	    "GET eventconsolehistory\nColumns: history_line\n"
	    "Sort: history_line asc\nLimit: 3\n",
	    ASK "history_line\n");
	/* The client's clock is an hour ahead. */
	assert_asks(*state,
	    "GET eventconsolehistory\nColumns: history_line\n"
	    "Localtime: 1700003600\nFilter: history_time >= 7200\n",
	    ASK "history_time history_line\nFilter: history_time >= 3600\n");
#undef ASK
}

static void
test_mistakes_ask_nothing(void **state)
{
	static const char *const queries[] = {"GET hosts\n",
	    "GET eventconsoleevents\nFilter: nope = 1\n",
	    "GET eventconsolereplication\nColumns: value:file:0\n"
	    "AuthUser: ann\n"};
	struct fixture *f = *state;
	struct str text = {0};

	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		struct lql_query *q = lql_parse(slice_of(queries[i]));

		assert_false(lql_asks_events(q, f->m, &f->env, &text));
		lql_free(&q);
	}
	/* The whole state is for those who see everything. */
	assert_answer(f,
	    "GET eventconsolereplication\nColumns: value:file:0\n"
	    "AuthUser: ann\nOutputFormat: json\n",
	    "[[\"\"]]\n");
	assert_asks(f, "GET eventconsolereplication\nColumns: value:x:17\n",
	    "REPLICATE 17\n");
	assert_gives(f,
	    "GET eventconsolereplication\nColumns: value:x:17\n"
	    "OutputFormat: json\n",
	    "{'status': {}}\n", LQL_OK, "[[\"{'status': {}}\\u000a\"]]\n");
	/* Nobody has asked: there is no event console. */
	assert_answer(f, "GET eventconsoleevents\nColumns: event_id\n", "");
	str_free(&text);
}

static void
test_values(void **state)
{
	assert_gives(*state,
	    "GET eventconsoleevents\nColumns: event_id event_text event_first "
	    "event_rule_id event_match_groups event_host_in_downtime host_name "
	    "host_state event_contact_groups\nOutputFormat: json\n",
	    "[[\"names\", 0, 0, 0, 0, 0, 0, 0, 0],\n"
	    "[1, \"a \\\"b\\\"\\n\\u0001\\u20ac\\ud83d\\ude00\\ud83dx\", "
	    "1700000000.999, null, [\"x\", \"y\"], true, null, \"web1\", "
	    "\"db1\"],\n"
	    "[2, \"\xff\", -0.5, \"r\", [], false, [\"g\"], \"router\", "
	    "\"\"]]\n",
	    LQL_OK,
	    "[[1,\"a \\u0022b\\u0022\\u000a\\u0001\\u20ac\\ud83d\\ude00?x\","
	    "1700000000,\"\",[\"x\",\"y\"],1,\"db1\",0,[]],\n"
	    "[2,\"?\",-1,\"r\",[],0,\"router\",1,[\"g\"]]]\n");
	assert_gives(*state,
	    "GET eventconsolestatus\nColumns: status_message_rate "
	    "status_messages\n",
	    "[[\"a\", \"b\"],\n[1.5, 7]]\n", LQL_OK, "1.5;7\n");
}

#define THREE                                                                  \
	"[[\"event_id\", \"event_host\"],\n[1, \"web1\"],\n[2, \"nope\"],\n"   \
	"[3, \"web1\"]]\n"

static void
test_stats_and_sort(void **state)
{
	assert_gives(*state,
	    "GET eventconsoleevents\nColumns: event_id event_host\n"
	    "Sort: event_id desc\nLimit: 2\n",
	    THREE, LQL_OK, "3;web1\n2;nope\n");
	assert_gives(*state,
	    "GET eventconsoleevents\nStats: event_id > 1\n"
	    "Stats: event_host = web1\nStats: sum event_id\n",
	    THREE, LQL_OK, "2;2;6\n");
	assert_gives(*state,
	    "GET eventconsoleevents\nColumns: event_id event_host\n"
	    "Filter: event_id = 2\n",
	    THREE, LQL_OK, "2;nope\n");
}

static void
test_visibility(void **state)
{
	static const char rows[] =
	    "[[0, 0, 0, 0, 0],\n"
	    "[1, \"web1\", \"web1\", null, \"host\"],\n"
	    "[2, \"router\", \"router\", null, \"host\"],\n"
	    "[3, \"web1\", \"web1\", [\"none\"], \"host\"],\n"
	    "[4, \"web1\", \"web1\", [\"none\"], \"rule\"],\n"
	    "[5, \"router\", \"router\", [\"admins\"], \"rule\"],\n"
	    "[6, \"router\", \"router\", [\"admins\"], \"host\"],\n"
	    "[7, \"x\", \"\", null, \"host\"],\n"
	    "[8, \"x\", \"\", [\"admins\"], \"host\"],\n"
	    "[9, \"x\", \"\", [], \"host\"]]\n";
	static const char query[] =
	    "GET eventconsoleevents\nColumns: event_id\nAuthUser: ";
	char text[128];

	snprintf(text, sizeof(text), "%sann\n", query);
	assert_gives(*state, text, rows, LQL_OK, "1\n3\n5\n7\n8\n");
	snprintf(text, sizeof(text), "%sbob\n", query);
	assert_gives(*state, text, rows, LQL_OK, "5\n7\n8\n");
	snprintf(text, sizeof(text), "%snobody\n", query);
	assert_gives(*state, text, rows, LQL_OK, "");
}

static void
test_broken_answers(void **state)
{
	static const char *const broken[] = {"", "[", "[[0]", "[[0],", "{}",
	    "[[0],\n[1]", "[[0],\n[1, 2]]", "[[0],\n[\"\\x\"]]",
	    "[[0],\n[\"\\u00g0\"]]", "[[0],\n[\"a]]", "[[0],\n[\"\\",
	    "[[0],\n[nope]]", "[[0],\n[[1]]]", "[[0],\n[[\"a\"]", "[[0]] x",
	    "[[0],\n[1]]\n["};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_gives(f, "GET eventconsoleevents\nColumns: event_id\n",
		    broken[i], LQL_NO_BACKEND,
		    "the event console: its answer cannot be read\n");
}

static void
test_no_answer(void **state)
{
	struct fixture *f = *state;
	struct lql_query *q = lql_parse(
	    slice_of("GET eventconsoleevents\nResponseHeader: fixed16\n"));

	lql_events_failed(q, "the event console is not running");
	str_clear(&f->out);
	assert_int_equal(
	    lql_execute(q, f->m, &f->env, &f->out), LQL_NO_BACKEND);
	assert_string_equal(str_get(&f->out),
	    "502          33\nthe event console is not running\n");
	lql_free(&q);
}

/* More than one block of rows. */
static void
test_many_rows(void **state)
{
	struct fixture *f = *state;
	struct str rows = {0};

	str_add(&rows, "[[0]");
	for (int i = 1; i <= 5000; i++)
		str_addf(&rows, ",\n[%d]", i);
	str_add(&rows, "]\n");
	assert_gives(f,
	    "GET eventconsoleevents\nStats: sum event_id\n"
	    "Stats: event_id > 0\n",
	    str_get(&rows), LQL_OK, "12502500;5000\n");
	str_free(&rows);
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_questions),
	    TEST(test_conditions_are_handed_down),
	    TEST(test_mistakes_ask_nothing),
	    TEST(test_values),
	    TEST(test_stats_and_sort),
	    TEST(test_visibility),
	    TEST(test_broken_answers),
	    TEST(test_no_answer),
	    TEST(test_many_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
