/* SPDX-License-Identifier: Apache-2.0
 *
 * What the mirror makes of messages: states, texts, notes, counters, events.
 */
#include "common/utf8.h"
#include "tests/unit/livestatusd/fixture.h"

static void
test_texts(void **state)
{
	struct fixture *f = *state;
	struct msg_checkable c = fixture_checkable(DB1, 0, "short");

	fixture_put(f, &c);
	assert_true(slice_eqs(mirror_output(f->m, DB1), "short"));
	c.output = SLICE("LONG!");
	fixture_put(f, &c);
	assert_true(slice_eqs(mirror_output(f->m, DB1), "LONG!"));
	c.output = (struct slice){"a\0b", 3};
	c.perfdata = SLICE("x=1");
	c.postponement = SLICE("period");
	fixture_put(f, &c);
	assert_true(slice_eqs(mirror_output(f->m, DB1),
	    "a\xef\xbf\xbd"
	    "b"));
	assert_true(slice_eqs(mirror_perfdata(f->m, DB1), "x=1"));
	assert_true(slice_eqs(mirror_postponement(f->m, DB1), "period"));
	c = fixture_checkable(DB1, 0, "");
	fixture_put(f, &c);
	assert_int_equal(mirror_output(f->m, DB1).len, 0);
}

static void
test_ranges(void **state)
{
	struct fixture *f = *state;
	struct msg_checkable c = fixture_checkable(DB1, 99, "");

	c.acknowledgement = 7;
	c.state_type = 9;
	fixture_put(f, &c);
	assert_int_equal(mirror_get(f->m, DB1, state), 3);
	assert_int_equal(mirror_get(f->m, DB1, acknowledgement), 2);
	assert_int_equal(mirror_get(f->m, DB1, state_type), 1);
	c.object = 1000;
	fixture_put(f, &c);
	assert_int_equal(f->m->ignored, 1);
}

/* Comes again, in any order, about another object: the last word holds. */
static void
test_notes(void **state)
{
	struct fixture *f = *state;
	struct msg m = {.id = MSG_DOWNTIME};

	m.downtime = (struct msg_downtime){.id = 7, .object = DB1};
	mirror_apply(f->m, &m, 1);
	assert_int_equal(f->m->downtimes.n, 2);
	assert_null(mirror_get(f->m, WEB1_DISK_VAR, downtimes_of));
	assert_int_equal(mirror_get(f->m, DB1, downtimes_of)->v[0]->d.id, 7);
	m.downtime.id = 5;
	mirror_apply(f->m, &m, 1);
	assert_int_equal(mirror_get(f->m, DB1, downtimes_of)->v[0]->d.id, 5);
	assert_int_equal(mirror_get(f->m, DB1, downtimes_of)->v[1]->d.id, 7);
	assert_int_equal(f->m->downtimes.v[1]->d.id, 5);
	m.downtime.object = 1000;
	mirror_apply(f->m, &m, 1);
	assert_int_equal(f->m->ignored, 1);
	m = (struct msg){.id = MSG_DOWNTIME_GONE, .downtime_gone = {77}};
	mirror_apply(f->m, &m, 1);
	assert_int_equal(f->m->downtimes.n, 3);
}

static void
status(struct fixture *f, double commands, int64_t at_s)
{
	struct str list = {0};

	msg_counter_put(
	    &list, &(struct msg_counter){SLICE("external_commands"), commands});
	mirror_apply(f->m,
	    &(struct msg){.id = MSG_CORE_STATUS,
		.core_status = {~0u, 5, str_slice(&list)}},
	    at_s * NS_PER_S);
	str_free(&list);
}

static void
test_counters_and_events(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	status(f, 10, 1000);
	assert_true(mirror_counter(f->m, "external_commands")->rate == 0);
	before = f->m->events[MIRROR_COMMAND];
	status(f, 610, 1060);
	assert_int_equal(f->m->events[MIRROR_COMMAND], before + 1);
	assert_true(mirror_counter(f->m, "external_commands")->rate > 6);
	assert_true(mirror_counter(f->m, "external_commands")->rate < 7);
	status(f, 3, 1061); /* core was started anew */
	assert_true(mirror_counter(f->m, "external_commands")->value == 3);
	assert_null(mirror_counter(f->m, "nope"));
}

static void
test_utf8(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
	    {"plain", "plain"},
	    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
	    {"\xef\xbf\xbd", "\xef\xbf\xbd"},
	    {"a\xff", "a\xef\xbf\xbd"},
	    {"\xc3", "\xef\xbf\xbd"},
	    {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xf5\x80\x80\x80",
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xe2\x82z", "\xef\xbf\xbd\xef\xbf\xbdz"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct str out = {0};

		utf8_clean(&out, slice_of(t[i].in));
		assert_string_equal(str_get(&out), t[i].out);
		str_free(&out);
	}
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_texts),
	    TEST(test_ranges),
	    TEST(test_notes),
	    TEST(test_counters_and_events),
	    TEST(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
