/* SPDX-License-Identifier: Apache-2.0
 *
 * What core is told of services that show events, and when (EC-27).
 */
#include "tests/unit/eventd/harness.h"

#include "common/config/snapshot_build.h"
#include "common/event_sum.h"
#include "eventd/service_state.h"

struct site {
	struct harness *h;
	struct service_states *s;
	struct str out;
	uint32_t last; /* number of the last one told */
};

static void
tell(struct event *ev, void *arg)
{
	service_states_event(((struct site *)arg)->s, ev);
}

static void
tell_gone(const struct event *ev, void *arg)
{
	service_states_event(((struct site *)arg)->s, ev);
}

static void
no_history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	(void)what;
	(void)who;
	(void)addinfo;
	(void)ev;
	(void)now_us;
	(void)arg;
}

static void
add(struct snapb *b, uint32_t host, const char *name, const char *params)
{
	uint32_t i = snapb_service(b, host, name);
	struct snap_object *o = snapb_object(b, i);
	snap_str check = snapb_str(b, EVENT_CHECK);
	snap_str text = snapb_str(b, params);

	o = snapb_object(b, i);
	o->check = SNAP_CHECK_COMMAND;
	o->check_name = check;
	o->params = text;
}

static void
load(struct site *s)
{
	struct snapb *b = snapb_new(1, 0);
	uint32_t host = snapb_host(b, "gw2");
	struct snapshot *snap;
	struct err err;

	add(b, host, "all", "{\"hosts\":\"gw2/192.0.2.9\"}");
	add(b, host, "damaged", "{}");
	add(b, host, "doors",
	    "{\"hosts\":\"GW2\",\"application\":\"door\","
	    "\"ignore_acknowledged\":true}");
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fail_msg("%s", err.text);
	service_states_load(s->s, snap);
	snapshot_close(&snap);
	snapb_free(&b);
}

static void
start(struct site *s)
{
	*s = (struct site){
	    .h = harness_new("[{\"id\":\"r\",\"state\":\"syslog\"}]", NULL)};
	s->h->effects.changed = tell;
	s->h->effects.gone = tell_gone;
	s->h->effects.arg = s;
	s->h->effects.history = no_history;
	s->s = service_states_new(&s->h->e->index);
	load(s);
}

static void
stop(struct site *s)
{
	service_states_free(&s->s);
	harness_free(s->h);
	str_free(&s->out);
}

/* What is told at that second; it stays under way unless `good`. */
static const char *
told(struct site *s, double second, bool good)
{
	struct service_news news;
	size_t place = 0;

	str_clear(&s->out);
	while (service_states_next(s->s, at(second), &place, &news)) {
		str_addf(&s->out, "%s%s/%s %u %.*s", s->out.len > 0 ? "; " : "",
		    news.host, news.service, news.state, (int)news.text.len,
		    news.text.s);
		s->last = news.number;
		if (good)
			service_states_told(s->s, news.number, true);
	}
	return str_get(&s->out);
}

#define NONE_ALL  "gw2/all 0 OK - no events for gw2/192.0.2.9"
#define NONE_DOOR "gw2/doors 0 OK - no events for door on GW2"

static void
begins(struct site *s)
{
	assert_int_equal(service_states_count(s->s), 2);
	assert_int_equal(service_states_due(s->s), 0);
	assert_string_equal(told(s, 0, true), NONE_ALL "; " NONE_DOOR);
	assert_string_equal(told(s, 0, true), "");
	assert_int_equal(service_states_due(s->s), INT64_MAX);
}

/* Only the services that show the event are told, by any of the names. */
static void
follows(void **state)
{
	struct site s;

	(void)state;
	start(&s);
	begins(&s);
	hear(s.h, 1, "err", "other", "door", "no matter");
	assert_string_equal(told(&s, 1, true), "");
	hear(s.h, 2, "err", "192.0.2.9", "door", "one");
	assert_string_equal(told(&s, 2, true),
	    "gw2/all 2 CRIT - 1 events (1 unacknowledged), worst state is CRIT "
	    "(Last line: one)");
	hear(s.h, 3, "warning", "Gw2", "doors", "two|\n");
	assert_string_equal(told(&s, 3, true),
	    "gw2/all 2 CRIT - 2 events (2 unacknowledged), worst state is CRIT "
	    "(Last line: one); gw2/doors 1 WARN - 1 events (1 unacknowledged), "
	    "worst state is WARN (Last line: two )");
	assert_null(command(s.h, 4, "UPDATE;3;bob;1;;"));
	assert_string_equal(told(&s, 4, true),
	    "gw2/all 2 CRIT - 2 events (1 unacknowledged), worst state is CRIT "
	    "(Last line: one); gw2/doors 0 OK - 1 events, worst state is OK");
	assert_null(command(s.h, 5, "DELETE;2,3;bob"));
	assert_string_equal(told(&s, 5, true), NONE_ALL "; " NONE_DOOR);
	stop(&s);
}

/* A storm: the state at once, the text alone once a second. */
static void
storms(void **state)
{
	struct site s;

	(void)state;
	start(&s);
	begins(&s);
	hear(s.h, 1, "warning", "gw2", "x", "a");
	assert_true(strstr(told(&s, 1, true), "1 WARN - 1 events") != NULL);
	hear(s.h, 1.1, "warning", "gw2", "x", "b");
	assert_string_equal(told(&s, 1.1, true), "");
	assert_int_equal(service_states_due(s.s), at(2));
	hear(s.h, 1.2, "err", "gw2", "x", "c");
	assert_true(strstr(told(&s, 1.2, true), "2 CRIT - 3 events") != NULL);
	hear(s.h, 1.3, "err", "gw2", "x", "d");
	assert_string_equal(told(&s, 1.3, true), "");
	assert_true(strstr(told(&s, 2.3, true), "2 CRIT - 4 events") != NULL);
	/* The clock was set back an hour: it is not held up for that long. */
	hear(s.h, 2.4, "err", "gw2", "x", "e");
	assert_true(strstr(told(&s, -3600, true), "CRIT - 5 events") != NULL);
	stop(&s);
}

/* One result at a time; what comes meanwhile is told after it. */
static void
one_at_a_time(void **state)
{
	struct site s;

	(void)state;
	start(&s);
	begins(&s);
	hear(s.h, 1, "warning", "gw2", "x", "a");
	told(&s, 1, false);
	hear(s.h, 2, "err", "gw2", "x", "b");
	assert_string_equal(told(&s, 2, true), "");
	assert_int_equal(service_states_due(s.s), INT64_MAX);
	assert_true(service_states_told(s.s, s.last, true));
	assert_true(strstr(told(&s, 2, false), "2 CRIT - 2 events") != NULL);
	/* Core went: it comes again at once. */
	service_states_lost(s.s);
	assert_true(strstr(told(&s, 2, true), "2 CRIT - 2 events") != NULL);
	stop(&s);
}

/* Core has another state than the events, or refuses: again, ever rarer. */
static void
core_differs(void **state)
{
	struct site s;

	(void)state;
	start(&s);
	begins(&s);
	service_states_core(s.s, 1, 0, true);
	assert_string_equal(told(&s, 1, true), "");
	service_states_core(s.s, 1, 2, true);
	assert_string_equal(told(&s, 2, true), NONE_ALL);
	service_states_core(s.s, 1, 2, true);
	assert_string_equal(told(&s, 2.5, true), "");
	assert_int_equal(service_states_due(s.s), at(4));
	assert_string_equal(told(&s, 4, false), NONE_ALL);
	assert_false(service_states_told(s.s, s.last, false));
	assert_string_equal(told(&s, 7, false), "");
	assert_string_equal(told(&s, 8, true), NONE_ALL);
	/* It agreed: the next time it is quick again. */
	service_states_core(s.s, 1, 0, true);
	service_states_core(s.s, 1, 3, true);
	assert_string_equal(told(&s, 9, true), NONE_ALL);
	/* A host, a service of another kind, and what is not there. */
	service_states_core(s.s, 0, 1, true);
	service_states_core(s.s, 2, 1, true);
	service_states_core(s.s, 99, 1, true);
	assert_string_equal(told(&s, 99, true), "");
	stop(&s);
}

/* A reload looks at all of it anew; so many spellings of a name are found. */
static void
reloads(void **state)
{
	struct site s;

	(void)state;
	start(&s);
	begins(&s);
	for (int i = 0; i < 8; i++) {
		char name[] = "gw2";

		name[0] = i & 1 ? 'G' : 'g';
		name[1] = i & 2 ? 'W' : 'w';
		hear(s.h, 1 + i, "err", name, "x", "a");
	}
	assert_true(strstr(told(&s, 9, false), "2 CRIT - 8 events") != NULL);
	load(&s);
	assert_true(strstr(told(&s, 10, true), "2 CRIT - 8 events") != NULL);
	stop(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(follows),
	    cmocka_unit_test(storms), cmocka_unit_test(one_at_a_time),
	    cmocka_unit_test(core_differs), cmocka_unit_test(reloads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
