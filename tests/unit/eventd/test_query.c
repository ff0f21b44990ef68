/* SPDX-License-Identifier: Apache-2.0
 *
 * The language of the status port (event-console.md 19.2) and commands
 * (19.3).
 */
#include "tests/unit/eventd/harness.h"

#include "eventd/status/query.h"
#include "eventd/status/replicate.h"

static struct event *
sample(void)
{
	struct event *ev = event_new();

	ev->id = 7;
	ev->first_us = INT64_C(1772719198250000);
	ev->last_us = INT64_C(1772719200000000);
	ev->state = 2;
	ev->phase = PHASE_ACK;
	event_set(&ev->text, SLICE("it's a \"tab\"\\ \xc3\xa9"));
	event_set(&ev->host, SLICE("Gw2"));
	strings_add(&ev->groups, SLICE("a"));
	strings_add(&ev->groups, SLICE("b'c"));
	return ev;
}

/* The answer about the sample event. */
static char *
answer(const char *text)
{
	struct event *ev = sample();
	struct row row = {.event = ev};
	struct str out = {0};
	struct err err;
	struct query *q = query_parse(slice_of(text), &err);

	if (q == NULL)
		fail_msg("%s", err.text);
	query_begin(q, &out);
	if (q->limit > 0 && query_accepts(q, &row))
		query_row(q, &row, &out);
	query_end(q, &out);
	query_free(&q);
	event_free(&ev);
	return str_steal(&out);
}

static void
formats(void **state)
{
	static const char *const table[][2] = {
	    {"GET events\nColumns: event_id event_text event_first "
	     "event_rule_id event_match_groups event_host_in_downtime "
	     "nonsense event_contact_groups event_last",
		"[['event_id', 'event_text', 'event_first', "
		"'event_rule_id', 'event_match_groups', "
		"'event_host_in_downtime', 'nonsense', "
		"'event_contact_groups', 'event_last'],\n[7, 'it\\'s a "
		"\"tab\"\\\\ \xc3\xa9', 1772719198.25, None, ['a', "
		"'b\\'c'], False, None, None, 1772719200.0]]\n"},
	    {"GET events\nOutputFormat: json\nColumns: event_text "
	     "event_rule_id event_host_in_downtime event_phase",
		"[[\"event_text\", \"event_rule_id\", "
		"\"event_host_in_downtime\", \"event_phase\"],\n[\"it's a "
		"\\\"tab\\\"\\\\ \xc3\xa9\", null, false, \"ack\"]]\n"},
	    {"GET events\nOutputFormat: plain\nColumns: event_id "
	     "event_host event_match_groups",
		"event_id\tevent_host\tevent_match_groups\n7\tGw2\ta,b'c\n"},
	    {"GET events\nColumns: event_id\nLimit: 0", "[['event_id']]\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char *got = answer(table[i][0]);

		assert_string_equal(got, table[i][1]);
		free(got);
	}
}

static void
filters(void **state)
{
	static const struct {
		const char *filter;
		bool fits;
	} table[] = {{"event_id = 7", true}, {"event_id = 8", false},
	    {"event_id > 6", true}, {"event_id >= 7", true},
	    {"event_id < 7", false}, {"event_id <= 7.5", true},
	    {"event_id in 1 7 9", true}, {"event_id in 1 9", false},
	    {"event_first > 1772719198", true},
	    {"event_first = 1772719198.25", true}, {"event_host = gw2", false},
	    {"event_host =~ gw2", true}, {"event_host ~ ^Gw", true},
	    {"event_host ~ ^gw", false}, {"event_host ~~ ^gw", true},
	    {"event_host in x GW2", true}, {"event_phase in open ack", true},
	    {"event_phase = open", false}, {"event_text ~ tab", true},
	    {"event_rule_id = ", true}, {"event_rule_id = x", false},
	    {"event_match_groups = a", true}, {"event_match_groups = z", false},
	    {"event_host_in_downtime = 0", true},
	    {"event_host_in_downtime = True", false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char *text = xasprintf("GET events\nColumns: event_id\n"
				       "OutputFormat: plain\nFilter: %s",
		    table[i].filter);
		char *got = answer(text);

		print_message("%s\n", table[i].filter);
		assert_string_equal(
		    got, table[i].fits ? "event_id\n7\n" : "event_id\n");
		free(got);
		free(text);
	}
}

static void
bad_queries(void **state)
{
	static const char *const table[][2] = {
	    {"GET nothing", "there is no table \"nothing\""},
	    {"HELLO",
		"a request begins with GET or COMMAND, or is REPLICATE TIME"},
	    {"", "a request begins with GET or COMMAND, or is REPLICATE TIME"},
	    {"GET events\nFilter: event_id ! 3", "there is no operator \"!\""},
	    {"GET events\nFilter: foo = 3",
		"table events has no column \"foo\""},
	    {"GET events\nFilter: event_id = x",
		"column event_id: a number is expected, not \"x\""},
	    {"GET events\nFilter: event_id",
		"a filter is COLUMN OPERATOR VALUE"},
	    {"GET events\nOutputFormat: xml",
		"OutputFormat is python, json or plain"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct err err;

		assert_null(query_parse(slice_of(table[i][0]), &err));
		assert_string_equal(err.text, table[i][1]);
	}
}

static void
all_columns(void **state)
{
	struct err err;
	struct query *q = query_parse(SLICE("GET history\nFoo: bar"), &err);

	(void)state;
	assert_non_null(q);
	assert_int_equal(q->n_columns, 30);
	assert_string_equal(q->names[0], "history_line");
	assert_string_equal(q->names[5], "event_id");
	assert_string_equal(
	    q->names[29], "event_match_groups_syslog_application");
	query_free(&q);
}

/* --- commands
 * --------------------------------------------------------------------- */

static void
commands(void **state)
{
	struct harness *h = harness_new("[{\"id\":\"r\"}]", NULL);

	(void)state;
	for (int i = 0; i < 4; i++)
		hear(h, i, "err", i < 3 ? "a" : "b", "x", "t");
	str_clear(&h->out);
	assert_null(command(h, 5, "UPDATE;1,2;bob;1;a; b;c;me"));
	expect(h, "UPDATE 1 UPDATE 2");
	assert_int_equal(event(h, 1)->phase, PHASE_ACK);
	assert_string_equal(event(h, 1)->comment, "a; b;c");
	assert_string_equal(event(h, 1)->contact, "me");
	assert_string_equal(event(h, 1)->owner, "bob");
	assert_null(command(h, 5, "[1700000000] EC_UPDATE;1;bob;;;"));
	assert_int_equal(event(h, 1)->phase, PHASE_ACK);
	assert_null(command(h, 5,
	    "{\"name\":\"UPDATE\",\"ids\":[1],\"user\":\"eve\",\"ack\":false,"
	    "\"comment\":\"x;y\"}"));
	assert_int_equal(event(h, 1)->phase, PHASE_OPEN);
	assert_string_equal(event(h, 1)->comment, "x;y");
	assert_null(command(h, 5, "CHANGESTATE;1;bob;1"));
	assert_int_equal(event(h, 1)->state, 1);
	str_clear(&h->out);
	/* What can be done is done, the others are named. */
	assert_string_equal(command(h, 6, "DELETE;1,77,2,x;bob"),
	    "there is no event 77; there is no event x");
	expect(h, "DELETE 1 DELETE 2");
	assert_null(command(h, 7, "DELETE_EVENTS_OF_HOST;a;bob"));
	expect(h, "DELETE 3");
	assert_null(command(h, 7, "ACTION;4;bob;@NOTIFY"));
	expect(h, "@NOTIFY 4");
	assert_string_equal(command(h, 8, "CHANGESTATE;4;bob;7"),
	    "the state is 0 to 3, not "
	    "\"7\"");
	assert_string_equal(command(h, 8, "SWITCHMODE;sync;now"),
	    "SWITCHMODE takes 1 arguments, not 2");
	assert_string_equal(
	    command(h, 8, "REBOOT;now"), "there is no command \"REBOOT\"");
	assert_string_equal(
	    command(h, 8, "DELETE;1;a;b"), "DELETE takes 2 arguments, not 3");
	assert_string_equal(command(h, 8, "{\"name\":\"DELETE\",\"id\":1}"),
	    "DELETE has no argument \"id\"");
	assert_null(command(h, 8, "RESETCOUNTERS;r"));
	assert_int_equal(h->e->rules->rules[0]->hits, 0);
	assert_null(command(h, 9, "FLUSH"));
	assert_int_equal(h->e->index.n, 0);
	hear(h, 10, "err", "a", "x", "t");
	assert_non_null(event(h, 1));
	harness_free(h);
}

static void
phases_of_update(void **state)
{
	struct harness *h =
	    harness_new("[{\"id\":\"c\",\"count\":{\"count\":9}}]", NULL);

	(void)state;
	hear(h, 0, "err", "a", "x", "t");
	assert_string_equal(command(h, 1, "UPDATE;1;bob;1;;"),
	    "event 1 is counting and cannot be acknowledged");
	assert_string_equal(command(h, 1, "UPDATE;1;bob;0;;"),
	    "event 1 is counting and cannot be opened");
	/* Settled 12: a comment alone is allowed in any phase. */
	assert_null(command(h, 1, "UPDATE;1;bob;;note;"));
	assert_string_equal(event(h, 1)->comment, "note");
	assert_int_equal(event(h, 1)->phase, PHASE_COUNTING);
	harness_free(h);
}

/* Columns that only who names them gets. */
static void
columns_by_name(void **state)
{
	struct rule rule = {
	    .id = xstrdup("r"), .hits = 7, .match_limit_hits = 2};
	static const char *const table[][2] = {
	    {"GET rules", "[['rule_id', 'rule_hits'],\n['r', 7]]\n"},
	    {"GET rules\nColumns: rule_id rule_limit_hits rule_time\n"
	     "Filter: rule_limit_hits > 1",
		"[['rule_id', 'rule_limit_hits', 'rule_time'],\n['r', 2, "
		"0.256]]\n"}};

	(void)state;
	rule.time_ns = 1000000;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct row row = {.rule = &rule};
		struct str out = {0};
		struct err err;
		struct query *q = query_parse(slice_of(table[i][0]), &err);

		assert_non_null(q);
		query_begin(q, &out);
		assert_true(query_accepts(q, &row));
		query_row(q, &row, &out);
		query_end(q, &out);
		assert_string_equal(str_get(&out), table[i][1]);
		str_free(&out);
		query_free(&q);
	}
	free(rule.id);
}

static void
assert_replicates(struct harness *h, const char *request, const char *want)
{
	static const char rules[] =
	    "[{\"id\": \"all\", \"count\": {\"count\": 2}, \"x\": [true, null, "
	    "0.5]}]";
	const struct replicate_config c = {.loaded_us = at(0),
	    .rules = slice_of(rules),
	    .actions = SLICE("{}")};
	struct str out = {0};
	struct err err;

	if (status_replicate(slice_of(request), h->e, &c, &out, &err) != 0)
		str_add(&out, err.text);
	if (strstr(str_get(&out), want) == NULL)
		fail_msg("%s: %s", request, str_get(&out));
	str_free(&out);
}

/* The whole state, and rules where they are newer. */
static void
replicate(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"e\",\"when\":{\"application\":\"e\"},\"expect\":"
	    "{\"interval\":\"1h\",\"count\":9}},{\"id\":\"all\"}]",
	    NULL);
	char old[64], new[64];

	(void)state;
	snprintf(old, sizeof(old), "REPLICATE %lld\r\nOutputFormat: json\r",
	    (long long)(at(0) / 1000000) - 1);
	snprintf(
	    new, sizeof(new), "REPLICATE %lld", (long long)(at(0) / 1000000));
	assert_replicates(
	    h, new, "{'status': {'next_event_id': 1, 'events': [], ");
	hear(h, 1, "err", "gw2", "app", "it's");
	hear(h, 2, "err", "gw2", "app", "two");
	assert_replicates(h, new,
	    "{'status': {'next_event_id': 3, 'events': [{'id': 1, 'count': 1, "
	    "'text': 'it\\'s', 'first': ");
	assert_replicates(h, new, "},\n{'id': 2, ");
	assert_replicates(h, new,
	    "}], 'rule_stats': {'e': 0, 'all': 2}, 'interval_starts': {'e': ");
	assert_replicates(h, new, "}}}\n");
	assert_replicates(h, old,
	    "}}, \"rules\": [{\"id\": \"all\", \"count\": {\"count\": 2}, "
	    "\"x\": [true, null, 0.5]}], \"actions\": {}}\n");
	assert_replicates(h, "REPLICATE", "REPLICATE takes the time");
	assert_replicates(h, "REPLICATE x", "REPLICATE takes the time");
	assert_replicates(
	    h, "REPLICATE 1\nOutputFormat: plain", "python or json");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(formats),
	    cmocka_unit_test(filters), cmocka_unit_test(bad_queries),
	    cmocka_unit_test(all_columns), cmocka_unit_test(commands),
	    cmocka_unit_test(phases_of_update),
	    cmocka_unit_test(columns_by_name), cmocka_unit_test(replicate)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
