/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of events: the worked example of event-console.md 24, and sections
 * 9 to 15.
 */
#include "tests/unit/eventd/harness.h"

#include <time.h>

/* --- section 24 --------------------------------------------------------------
 */

static const char worked[] =
    "[{\"pack\":\"noise\",\"rules\":[{\"id\":\"dhcp_chatter\",\"outcome\":"
    "\"drop\",\"when\":{\"application\":\"dhcpd\",\"priority\":[\"info\","
    "\"debug\"]}}]},{\"pack\":\"links\",\"rules\":[{\"id\":"
    "\"not_for_labs\",\"outcome\":\"skip_pack\",\"when\":{\"host\":"
    "\"^lab-\"}},{\"id\":\"link\",\"when\":{\"text\":\"port (\\\\d+) of "
    "(\\\\S+) lost carrier\"},\"cancel\":{\"text\":\"port (\\\\d+) of "
    "(\\\\S+) has carrier\",\"actions\":[\"@NOTIFY\"]},\"state\":\"CRIT\","
    "\"set\":{\"text\":\"carrier lost on \\\\2/\\\\1\",\"application\":"
    "\"link\"},\"delay\":\"10s\",\"actions\":[\"@NOTIFY\"]}]},{\"pack\":"
    "\"rest\",\"rules\":[{\"id\":\"any_error\",\"when\":{\"priority\":["
    "\"emerg\",\"err\"]},\"state\":\"syslog\"}]}]";

static void
worked_example(void **state)
{
	struct harness *h = harness_new(worked, NULL);
	struct event *ev;

	(void)state;
	hear(h, 0, "info", "gw2", "dhcpd", "lease");
	expect(h, "");
	assert_int_equal(h->e->counters.drops, 1);
	assert_int_equal(ruleset_find(h->e->rules, "dhcp_chatter")->hits, 1);
	hear(h, 1, "err", "gw2", "ifd", "port 7 of blade3 lost carrier");
	expect(h, "NEW 1");
	ev = event(h, 1);
	assert_int_equal(ev->phase, PHASE_DELAYED);
	assert_int_equal(ev->state, 2);
	assert_string_equal(ev->application, "link");
	assert_string_equal(ev->text, "carrier lost on blade3/7");
	assert_string_equal(ev->groups.v[0], "7");
	assert_string_equal(ev->groups.v[1], "blade3");
	assert_string_equal(ev->core_host, "gw2");
	hear(h, 2, "err", "lab-1", "ifd", "port 1 of x lost carrier");
	expect(h, "NEW 2");
	assert_int_equal(event(h, 2)->phase, PHASE_OPEN);
	hear(h, 4, "notice", "gw2", "ifd", "port 8 of blade3 has carrier");
	expect(h, "");
	hear(h, 6, "notice", "gw2", "ifd", "port 7 of blade3 has carrier");
	expect(h, "CANCELLED 1");
	hear(h, 20, "err", "gw2", "ifd", "port 7 of blade3 lost carrier");
	expect(h, "NEW 3");
	tick(h, 29.9);
	expect(h, "");
	tick(h, 30);
	expect(h, "DELAYOVER 3 @NOTIFY 3");
	hear(h, 31, "err", "gw2", "ifd", "port 7 of blade3 lost carrier");
	expect(h, "NEW 4");
	hear(h, 33, "notice", "gw2", "ifd", "port 7 of blade3 has carrier");
	expect(h, "CANCELLED 3 RECOVERY 3 CANCELLED 4");
	harness_free(h);
}

/* --- section 12
 * ----------------------------------------------------------------- */

#define COUNT(algorithm)                                                       \
	"[{\"id\":\"c\",\"count\":{\"count\":3,\"period\":\"30s\","            \
	"\"algorithm\":\"" algorithm "\"},\"actions\":[\"@NOTIFY\"]}]"

static void
counting(void **state)
{
	static const struct {
		const char *rules, *after14, *after16, *alone;
		double gone;
	} table[] = {
	    {COUNT("interval"), "COUNTREACHED 1 @NOTIFY 1", "", "COUNTFAILED 1",
		30},
	    {COUNT("tokenbucket"), "", "COUNTREACHED 1 @NOTIFY 1",
		"COUNTFAILED 1", 20},
	    {COUNT("dynabucket"), "COUNTREACHED 1 @NOTIFY 1", "",
		"COUNTFAILED 1", 45},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct harness *h = harness_new(table[i].rules, NULL);

		hear(h, 0, "err", "gw2", "a", "x");
		expect(h, "NEW 1");
		hear(h, 5, "err", "gw2", "a", "x");
		hear(h, 14, "err", "gw2", "a", "x");
		expect(h, table[i].after14);
		hear(h, 16, "err", "gw2", "a", "last");
		expect(h, table[i].after16);
		assert_string_equal(event(h, 1)->text, "last");
		assert_int_equal(event(h, 1)->first_us, at(0));
		harness_free(h);

		h = harness_new(table[i].rules, NULL);
		hear(h, 0, "err", "gw2", "a", "x");
		hear(h, 5, "err", "gw2", "a", "x");
		expect(h, "NEW 1");
		tick(h, table[i].gone - 0.01);
		expect(h, "");
		tick(h, table[i].gone);
		expect(h, table[i].alone);
		harness_free(h);
	}
}

static void
what_counts_together(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"c\",\"when\":{\"text\":\"disk (\\\\d)\"},\"count\":"
	    "{\"count\":2,\"separate\":[\"host\",\"match_groups\"],\"for\":"
	    "\"1m\"}}]",
	    NULL);

	(void)state;
	hear(h, 0, "err", "a", "x", "disk 1");
	hear(h, 1, "err", "a", "x", "disk 2");
	hear(h, 2, "err", "b", "x", "disk 1");
	expect(h, "NEW 1 NEW 2 NEW 3");
	hear(h, 3, "err", "a", "other", "disk 1");
	expect(h, "COUNTREACHED 1");
	/* Joins an open one, too, but not an acknowledged one. */
	hear(h, 4, "err", "a", "x", "disk 1");
	assert_int_equal(event(h, 1)->count, 3);
	assert_null(command(h, 5, "UPDATE;1;me;1;;"));
	expect(h, "UPDATE 1");
	hear(h, 6, "err", "a", "x", "disk 1");
	expect(h, "NEW 4");
	/* `for` is over. */
	hear(h, 70, "err", "a", "x", "disk 1");
	expect(h, "NEW 5");
	harness_free(h);
}

/* --- section 11
 * ------------------------------------------------------------------- */

static void
cancelling(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"l\",\"when\":{\"text\":\"link (\\\\S+) on (\\\\S+) "
	    "down\",\"priority\":[\"emerg\",\"err\"]},\"cancel\":{\"text\":"
	    "\"link (\\\\S+) on .* up\",\"priority\":[\"debug\",\"emerg\"],"
	    "\"phases\":\"open\",\"actions\":[\"@NOTIFY\"]}}]",
	    NULL);

	(void)state;
	hear(h, 0, "err", "a", "x", "link 4 on sw1 down");
	hear(h, 0, "err", "a", "x", "link 5 on sw1 down");
	hear(h, 0, "err", "b", "x", "link 4 on sw1 down");
	hear(h, 0, "err", "a", "y", "link 4 on sw1 down");
	expect(h, "NEW 1 NEW 2 NEW 3 NEW 4");
	assert_null(command(h, 1, "UPDATE;2;me;1;;"));
	str_clear(&h->out);
	/* The first group alone is compared; host and application count. */
	hear(h, 2, "notice", "a", "x", "link 4 on sw2 up");
	expect(h, "CANCELLED 1 RECOVERY 1");
	/* Not open: the event goes, the action does not run. */
	hear(h, 3, "notice", "a", "x", "link 5 on sw2 up");
	expect(h, "CANCELLED 2");
	assert_int_equal(h->e->index.n, 2);
	harness_free(h);
}

/* Found by their first group, those without, or all: the oldest first. */
static void
cancelled_by_groups(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"g\",\"when\":{\"text\":\"port (\\\\d+) of (\\\\S+) "
	    "down|all down\"},\"cancel\":{\"text\":\"port (\\\\d+) of "
	    "(\\\\S+) up|all up\"}},"
	    "{\"id\":\"none\",\"when\":{\"text\":\"fan stopped\"},\"cancel\":"
	    "{\"text\":\"fan (\\\\d+) runs\"}},"
	    "{\"id\":\"plain\",\"when\":{\"text\":\"disk (\\\\d+) bad\"},"
	    "\"cancel\":{\"text\":\"disks are good\"}}]",
	    "{\"limits\":{\"host\":{\"limit\":5000},\"rule\":"
	    "{\"limit\":5000}}}");

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char text[60];

		snprintf(text, sizeof(text), "port %d of sw1 down", i % 500);
		hear(h, 0, "err", "a", "x", text);
	}
	str_clear(&h->out);
	hear(h, 1, "err", "a", "x", "port 77 of sw1 up");
	expect(h, "CANCELLED 78 CANCELLED 578");
	hear(h, 1, "err", "a", "x", "port 78 of sw2 up");
	hear(h, 1, "err", "b", "x", "port 78 of sw1 up");
	hear(h, 1, "err", "a", "y", "port 78 of sw1 up");
	expect(h, "");
	hear(h, 2, "err", "a", "x", "fan stopped");
	hear(h, 2, "err", "a", "x", "fan 3 runs");
	expect(h, "NEW 1001 CANCELLED 1001");
	hear(h, 3, "err", "a", "x", "disk 1 bad");
	hear(h, 3, "err", "b", "x", "disk 2 bad");
	hear(h, 3, "err", "a", "x", "disk 3 bad");
	hear(h, 3, "err", "a", "x", "disks are good");
	expect(h, "NEW 1002 NEW 1003 NEW 1004 CANCELLED 1002 CANCELLED 1004");
	assert_int_equal(h->e->index.n, 999);
	harness_free(h);
}

/* --- section 14
 * ---------------------------------------------------------------------- */

static void
lifetime_and_autodelete(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"l\",\"when\":{\"application\":\"l\"},\"lifetime\":"
	    "{\"after\":\"10s\",\"phases\":[\"open\"]}},{\"id\":\"d\","
	    "\"autodelete\":true,\"actions\":[\"@NOTIFY\"]}]",
	    NULL);

	(void)state;
	hear(h, 0, "err", "a", "l", "x");
	hear(h, 0, "err", "a", "l", "y");
	assert_null(command(h, 1, "UPDATE;2;me;1;;"));
	expect(h, "NEW 1 NEW 2 UPDATE 2");
	tick(h, 10);
	expect(h, "EXPIRED 1");
	/* Tested again as soon as the phase is in the list. */
	tick(h, 20);
	assert_null(command(h, 20, "UPDATE;2;me;0;;"));
	tick(h, 21);
	expect(h, "UPDATE 2 EXPIRED 2");
	hear(h, 30, "err", "a", "other", "x");
	expect(h, "NEW 3 @NOTIFY 3 AUTODELETE 3");
	assert_int_equal(h->e->index.n, 0);
	harness_free(h);
}

static void
downtime(void **state)
{
	struct harness *h = harness_new("[{\"id\":\"r\",\"actions\":["
					"\"@NOTIFY\"],\"actions_in_"
					"downtime\":false}]",
	    NULL);

	(void)state;
	h->downtime = "gw2";
	hear(h, 0, "err", "gw2", "a", "x");
	expect(h, "NEW 1");
	assert_true(event(h, 1)->in_downtime);
	hear(h, 0, "err", "other", "a", "x");
	expect(h, "NEW 2 @NOTIFY 2");
	h->downtime = NULL;
	ec_engine_downtime_ended(h->e, "gw2", at(5));
	expect(h, "AUTODELETE 1");
	harness_free(h);
}

/* --- section 15.1
 * ---------------------------------------------------------------------- */

static void
limits(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"r\"}]", "{\"limits\":{\"host\":{\"limit\":3}}}");

	(void)state;
	for (int i = 0; i < 5; i++)
		hear(h, i, "err", "a", "x", "t");
	/* Two, the third with the overflow event, then none. */
	expect(h, "NEW 1 NEW 2 NEW 3 NEW 4 @NOTIFY 4");
	assert_true(event(h, 4)->overflow);
	assert_string_equal(event(h, 4)->host, "a");
	assert_null(event(h, 4)->rule_id);
	assert_int_equal(h->e->counters.overflows, 2);
	hear(h, 6, "err", "b", "x", "t");
	expect(h, "NEW 5");
	/* Once an activation: below the limit, then at it again. */
	assert_null(command(h, 7, "DELETE;1;me"));
	hear(h, 8, "err", "a", "x", "t");
	expect(h, "DELETE 1 NEW 6 NEW 7 @NOTIFY 7");
	/* The overflow event alone makes no place. */
	assert_null(command(h, 9, "DELETE;4,7;me"));
	hear(h, 10, "err", "a", "x", "t");
	expect(h, "DELETE 4 DELETE 7");
	harness_free(h);
}

static void
limit_by_deleting(void **state)
{
	struct harness *h =
	    harness_new("[{\"id\":\"r\",\"limit\":{\"limit\":2,\"action\":"
			"\"delete_oldest\"}}]",
		NULL);

	(void)state;
	for (int i = 0; i < 4; i++)
		hear(h, i, "err", "a", "x", "t");
	expect(h, "NEW 1 NEW 2 DELETE 1 NEW 3 DELETE 2 NEW 4");
	assert_int_equal(h->e->index.n, 2);
	harness_free(h);
}

/* --- section 13
 * -------------------------------------------------------------------------- */

static void
expecting(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"b\",\"when\":{\"application\":\"backup\"},\"expect\":"
	    "{\"interval\":100,\"count\":2},\"state\":\"CRIT\",\"set\":"
	    "{\"host\":\"srv\"},\"actions\":[\"@NOTIFY\"]}]",
	    NULL);

	(void)state;
	/* 1000000000 is a boundary: watching begins with the next. */
	tick(h, 150);
	expect(h, "");
	hear(h, 160, "info", "gw2", "backup", "done");
	hear(h, 170, "info", "gw2", "backup", "done");
	expect(h, "");
	assert_int_equal(h->e->index.n, 0);
	tick(h, 200);
	expect(h, "");
	hear(h, 210, "info", "gw2", "backup", "done");
	tick(h, 300);
	expect(h, "NEW 1 COUNTFAILED 1 @NOTIFY 1");
	assert_string_equal(event(h, 1)->host, "srv");
	assert_int_equal(event(h, 1)->state, 2);
	/* Merged while it is open. */
	tick(h, 400);
	expect(h, "");
	assert_int_equal(event(h, 1)->count, 2);
	/* Asleep over boundaries: nobody knows. */
	assert_null(command(h, 401, "DELETE;1;me"));
	str_clear(&h->out);
	ec_engine_tick(h->e, at(499));
	ec_engine_tick(h->e, at(990));
	expect(h, "NEW 2 COUNTFAILED 2 @NOTIFY 2");
	tick(h, 1010);
	assert_int_equal(event(h, 2)->count, 1);
	harness_free(h);
}

static void
boundaries(void **state)
{
	const int64_t day = INT64_C(86400) * US_PER_S;

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	/* 2026-03-05 14:00 UTC, a Thursday; midnight is at 23:00 UTC. */
	assert_int_equal(expect_boundary(1772719200 * US_PER_S, day, 0),
	    INT64_C(1772751600) * US_PER_S);
	/* Monday 2026-03-09 00:00 local. */
	assert_int_equal(expect_boundary(1772719200 * US_PER_S, 7 * day, 0),
	    INT64_C(1773010800) * US_PER_S);
	assert_int_equal(
	    expect_boundary(1772719200 * US_PER_S, day, 3600 * US_PER_S),
	    INT64_C(1772755200) * US_PER_S);
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(expect_boundary(1000 * US_PER_S, 300 * US_PER_S, 0),
	    1200 * US_PER_S);
}

/* --- reload
 * ----------------------------------------------------------------------------------
 */

static void
reload(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"gone\",\"when\":{\"application\":\"a\"},\"count\":"
	    "{\"count\":9}},{\"id\":\"less\",\"when\":{\"application\":\"b\"}"
	    ",\"count\":{\"count\":9}},{\"id\":\"stays\"}]",
	    NULL);

	(void)state;
	hear(h, 0, "err", "h", "a", "x");
	hear(h, 0, "err", "h", "b", "x");
	hear(h, 0, "err", "h", "c", "x");
	expect(h, "NEW 1 NEW 2 NEW 3");
	ec_engine_reload(h->e,
	    harness_rules("[{\"id\":\"less\"},{\"id\":\"stays\"}]"),
	    harness_options(NULL), at(1));
	expect(h, "ORPHANED 1 NOCOUNT 2");
	assert_int_equal(event(h, 3)->phase, PHASE_OPEN);
	assert_int_equal(ruleset_find(h->e->rules, "stays")->hits, 1);
	hear(h, 2, "err", "h", "a", "x");
	expect(h, "NEW 4");
	harness_free(h);
}

static void
orphans(void **state)
{
	struct harness *h = harness_new("[]", "{\"archive_orphans\":true}");

	(void)state;
	hear(h, 0, "err", "h", "a", "x");
	expect(h, "ARCHIVED 0");
	assert_int_equal(h->e->counters.orphans, 1);
	harness_free(h);
}

static void
hostnames(void **state)
{
	struct harness *h = harness_new("[{\"id\":\"r\"}]",
	    "{\"hostname_translation\":{\"case\":\"lower\",\"drop_domain\":"
	    "true,\"regex\":[[\"^(.*)-mgmt$\",\"\\\\1\"]],\"mapping\":"
	    "{\"fw\":\"fw1\"}}}");
	static const char *const table[][2] = {{"GW2-MGMT.example.com", "gw2"},
	    {"FW", "fw1"}, {"192.0.2.9", "192.0.2.9"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		hear(h, 0, "err", table[i][0], "a", "x");
		assert_string_equal(event(h, i + 1)->host, table[i][1]);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(worked_example),
	    cmocka_unit_test(counting), cmocka_unit_test(what_counts_together),
	    cmocka_unit_test(cancelling), cmocka_unit_test(cancelled_by_groups),
	    cmocka_unit_test(lifetime_and_autodelete),
	    cmocka_unit_test(downtime), cmocka_unit_test(limits),
	    cmocka_unit_test(limit_by_deleting), cmocka_unit_test(expecting),
	    cmocka_unit_test(boundaries), cmocka_unit_test(reload),
	    cmocka_unit_test(orphans), cmocka_unit_test(hostnames)};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
