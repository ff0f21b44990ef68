/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of notifications: what notifyd is asked, and what its answers
 * become together with core's reasons to hold a notification back.
 */
#include "livestatusd/events/events.h"
#include "tests/unit/livestatusd/fixture.h"

static void
assert_asks(struct fixture *f, const char *query, const char *expected)
{
	struct lql_query *q = lql_parse(slice_of(query));
	struct str text = {0};

	assert_true(lql_asks_events(q, f->m, &f->env, &text));
	assert_true(lql_asks_notifier(q));
	assert_string_equal(str_get(&text), expected);
	str_free(&text);
	lql_free(&q);
}

static void
assert_gives(struct fixture *f, const char *query, const char *rows,
    const char *expected)
{
	struct lql_query *q = lql_parse(slice_of(query));
	struct str text = {0};

	assert_true(lql_asks_events(q, f->m, &f->env, &text));
	str_free(&text);
	lql_take_events(q, slice_of(rows));
	str_clear(&f->out);
	assert_int_equal(lql_execute(q, f->m, &f->env, &f->out), LQL_OK);
	assert_string_equal(str_get(&f->out), expected);
	lql_free(&q);
}

static void
test_questions(void **state)
{
	assert_asks(*state, "GET notifications\nColumns: id host_alias\n",
	    "rows {\"columns\":[\"id\",\"host_name\",\"service_description\"],"
	    "\"table\":\"notifications\"}");
	assert_asks(*state, "GET notification_rules\nColumns: id when\n",
	    "rows {\"columns\":[\"id\",\"when\"],\"table\":\"rules\"}");
#define FRONT                                                                  \
	"rows {\"columns\":[\"host_name\",\"what\",\"service_description\","   \
	"\"time\",\"state\"],\"table\":\"explain\","
	/* As the object is, or would be; or as the conditions say. */
	assert_asks(*state,
	    "GET notification_explain\nColumns: what\nFilter: host_name = "
	    "router\n",
	    FRONT "\"host\":\"router\",\"service\":\"\",\"state\":\"DOWN\","
		  "\"state_id\":1,\"output\":\"no answer\",\"number\":1}");
	assert_asks(*state,
	    "GET notification_explain\nColumns: what\nFilter: host_name = "
	    "db1\n",
	    FRONT "\"host\":\"db1\",\"service\":\"\",\"state\":\"DOWN\","
		  "\"state_id\":1,\"output\":\"up\",\"number\":1}");
	assert_asks(*state,
	    "GET notification_explain\nColumns: what\nFilter: host_name = "
	    "web1\nFilter: service_description = Disk /\nFilter: time = 99\n"
	    "Filter: type = RECOVERY\nFilter: number = 7\n",
	    "rows {\"columns\":[\"host_name\",\"service_description\","
	    "\"time\",\"type\",\"number\",\"what\",\"state\"],\"table\":"
	    "\"explain\",\"host\":\"web1\",\"service\":\"Disk /\",\"state\":"
	    "\"OK\",\"state_id\":0,\"output\":\"10 % used\",\"number\":7,"
	    "\"time\":99,\"type\":\"RECOVERY\"}");
#undef FRONT
}

static void
test_without_a_host(void **state)
{
	static const char *const queries[] = {"GET notification_explain\n",
	    "GET notification_explain\nFilter: host_name ~ web\n",
	    "GET notification_explain\nFilter: host_name = web1\n"
	    "Filter: host_name = db1\nOr: 2\n"};
	struct fixture *f = *state;
	struct str text = {0};
	struct lql_query *q;

	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		q = lql_parse(slice_of(queries[i]));
		assert_false(lql_asks_events(q, f->m, &f->env, &text));
		str_clear(&f->out);
		assert_int_equal(
		    lql_execute(q, f->m, &f->env, &f->out), LQL_BAD);
		assert_non_null(
		    strstr(str_get(&f->out), "wants Filter: host_name = "));
		lql_free(&q);
	}
	/* Nobody need be asked about what is not there. */
	q = lql_parse(slice_of("GET notification_explain\nColumns: what\n"
			       "Filter: host_name = nosuch\n"));
	assert_false(lql_asks_events(q, f->m, &f->env, &text));
	str_clear(&f->out);
	assert_int_equal(lql_execute(q, f->m, &f->env, &f->out), LQL_OK);
	assert_string_equal(str_get(&f->out), "");
	lql_free(&q);
	str_free(&text);
}

/* Core's own reason, once, in its place or at the end. */
static void
postponed(struct fixture *f, const char *reason)
{
	struct msg_checkable c = fixture_checkable(WEB1_DISK_VAR, 2, "99 %");

	c.downtime_depth = 1;
	c.acknowledgement = 1;
	c.flags |= MSG_CHECKABLE_FLAPPING;
	c.notification_period = SNAP_NONE;
	c.postponement = slice_of(reason);
	fixture_put(f, &c);
}

static void
test_what_core_holds_back(void **state)
{
	struct fixture *f = *state;
	struct msg_checkable host = fixture_checkable(WEB1, 0, "up");
#define ASK                                                                    \
	"GET notification_explain\nColumns: suppressed_by host_state what\n"   \
	"Filter: host_name = web1\nFilter: service_description = Disk /var\n"  \
	"OutputFormat: json\n"
#define NOW "1700000000"

	f->m->switches |= MSG_SWITCH_NOTIFICATIONS;
	host.notification_period = SNAP_NONE;
	fixture_put(f, &host);
	postponed(f, "in downtime");
	assert_gives(f, ASK,
	    "[[0,0,0,0,0],\n[\"web1\",\"Disk /var\",\"rule\"," NOW ",2]]",
	    "[[[\"acknowledged\",\"flapping\",\"in downtime\"],0,\"rule\"]]"
	    "\n");
	postponed(f, "delayed notification");
	f->m->switches &= ~MSG_SWITCH_NOTIFICATIONS;
	assert_gives(f, ASK,
	    "[[0,0,0,0,0],\n[\"web1\",\"Disk /var\",\"rule\"," NOW ",2]]",
	    "[[[\"notifications are off for the whole site\","
	    "\"acknowledged\",\"flapping\",\"in downtime\",\"delayed "
	    "notification\"],0,\"rule\"]]\n");
	/* Another time: planned downtimes count, and core's reason does not. */
	f->m->switches |= MSG_SWITCH_NOTIFICATIONS;
	assert_gives(f, ASK,
	    "[[0,0,0,0,0],\n[\"web1\",\"Disk /var\",\"rule\",1700009999,2]]",
	    "[[[\"acknowledged\",\"flapping\"],0,\"rule\"]]\n");
	/* Who does not see the object is told nothing. */
	assert_gives(f, ASK "AuthUser: bob\n",
	    "[[0,0,0,0,0],\n[\"web1\",\"Disk /var\",\"rule\"," NOW ",2]]",
	    "[]\n");
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_questions),
	    TEST(test_without_a_host),
	    TEST(test_what_core_holds_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
