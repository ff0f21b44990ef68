/* SPDX-License-Identifier: Apache-2.0
 *
 * Replaying the history: SH-1 to SH-5, the worked example of availability, and
 * random histories beside a slow model that looks at each second by itself
 * (invariant 7: the durations add up to the window).
 */
#include "common/mem.h"
#include "livestatusd/history/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "host;service from-until state flags output\n"; flags: d own downtime, D the
 * host's, h host down, f flapping, n not in notification, s in service period
 */
static void
add_spans(struct replay *r, struct str *out)
{
	size_t n;
	const struct span *s = replay_spans(r, &n);

	for (size_t i = 0; i < n; i++, s++)
		str_addf(out, "%s;%s %d-%d %d %s%s%s%s%s%s %.*s\n", s->host.s,
		    s->service.s, (int)s->from, (int)s->until, s->state,
		    s->in_downtime ? "d" : "", s->in_host_downtime ? "D" : "",
		    s->host_down ? "h" : "", s->is_flapping ? "f" : "",
		    s->in_notification_period ? "" : "n",
		    s->in_service_period ? "" : "s", (int)s->output.len,
		    s->output.s);
	replay_clear(r);
}

static void
periods(void *arg, struct slice host, struct slice service,
    struct slice *notification_r, struct slice *service_r)
{
	(void)arg;
	if (slice_eqs(host, "p")) {
		*notification_r = SLICE("work");
		*service_r = SLICE("sla");
	}
	(void)service;
}

static void
assert_replay(
    int64_t from, int64_t until, const char *history, const char *spans)
{
	struct replay_ops ops = {.periods = periods};
	struct replay *r = replay_new(from, until, &ops);
	struct slice rest = slice_of(history), text;
	struct str out = {0};
	struct line l;
	uint32_t n = 0;

	while (rest.len > 0 && slice_next(&rest, '\n', &text)) {
		assert_true(line_parse(text, ++n, &l));
		replay_line(r, &l);
		add_spans(r, &out);
	}
	replay_end(r);
	add_spans(r, &out);
	assert_string_equal(str_get(&out), spans);
	str_free(&out);
	replay_free(&r);
}

static void
test_worked_example(void **state)
{
	(void)state;
	assert_replay(0, 1000,
	    "[0] CURRENT HOST STATE: h;UP;HARD;1;up\n"
	    "[0] CURRENT SERVICE STATE: h;s;OK;HARD;1;fine\n"
	    "[200] SERVICE ALERT: h;s;CRITICAL;HARD;1;bad\n"
	    "[250] HOST ALERT: h;DOWN;HARD;1;down\n"
	    "[300] HOST ALERT: h;UP;HARD;1;up\n"
	    "[400] SERVICE DOWNTIME ALERT: h;s;STARTED;x\n"
	    "[500] SERVICE ALERT: h;s;OK;HARD;1;fine\n"
	    "[600] SERVICE DOWNTIME ALERT: h;s;STOPPED;x\n"
	    "[900] shutting down... (PID=1)\n",
	    "h;s 0-200 0  fine\n"
	    "h; 0-250 0  up\n"
	    "h;s 200-250 2  bad\n"
	    "h; 250-300 1 h down\n"
	    "h;s 250-300 2 h bad\n"
	    "h;s 300-400 2  bad\n"
	    "h;s 400-500 2 d bad\n"
	    "h;s 500-600 0 d fine\n"
	    "h; 300-900 0  up\n"
	    "h;s 600-900 0  fine\n"
	    "h; 900-1000 -1  \n"
	    "h;s 900-1000 -1  \n");
}

static void
test_before_the_window(void **state)
{
	(void)state;
	/* SH-3: what was before counts, but is not told; an outage ends within
	 */
	assert_replay(100, 200,
	    "[10] CURRENT HOST STATE: h;UP;HARD;1;up\n"
	    "[20] HOST DOWNTIME ALERT: h;STARTED;x\n"
	    "[30] HOST ALERT: h;DOWN;SOFT;1;no\n"
	    "[150] HOST ALERT: h;UP;HARD;1;up\n"
	    "[200] HOST ALERT: h;DOWN;HARD;1;not in the window\n",
	    "h; 100-150 1 dDh no\n"
	    "h; 150-200 0 dD up\n");
	/* a change at the very start is the start */
	assert_replay(100, 200,
	    "[10] CURRENT HOST STATE: h;UP;HARD;1;up\n"
	    "[100] HOST ALERT: h;DOWN;HARD;1;no\n",
	    "h; 100-200 1 h no\n");
}

static void
test_first_seen(void **state)
{
	(void)state;
	/* SH-2: at most 10 minutes after the start: it was there; later: not */
	assert_replay(1000, 3000,
	    "[1600] HOST ALERT: a;DOWN;HARD;1;no\n"
	    "[1601] HOST ALERT: b;DOWN;HARD;1;no\n",
	    "b; 1000-1601 -1  \n"
	    "a; 1000-3000 1 h no\n"
	    "b; 1601-3000 1 h no\n");
}

static void
test_restart(void **state)
{
	(void)state;
	/* Off from 300 to 400; b is no longer in the configuration. */
	assert_replay(0, 1000,
	    "[0] CURRENT HOST STATE: a;UP;HARD;1;up\n"
	    "[0] CURRENT HOST STATE: b;UP;HARD;1;up\n"
	    "[300] shutting down... (PID=1)\n"
	    "[400] starting... (PID=2)\n"
	    "[400] logging initial states\n"
	    "[400] INITIAL HOST STATE: a;DOWN;HARD;1;no\n"
	    "[500] HOST ALERT: a;UP;HARD;1;up\n",
	    "a; 0-300 0  up\n"
	    "b; 0-300 0  up\n"
	    "a; 300-400 -1  \n"
	    "a; 400-500 1 h no\n"
	    "a; 500-1000 0  up\n"
	    "b; 300-1000 -1  \n");
	/* Killed: b is missed in the block. It comes back at 700. */
	assert_replay(0, 1000,
	    "[0] CURRENT HOST STATE: a;UP;HARD;1;up\n"
	    "[0] CURRENT HOST STATE: b;UP;HARD;1;up\n"
	    "[400] starting... (PID=2)\n"
	    "[400] logging initial states\n"
	    "[400] TIMEPERIOD TRANSITION: work;-1;1\n"
	    "[400] INITIAL HOST STATE: a;UP;HARD;1;up\n"
	    "[700] HOST ALERT: b;UP;HARD;1;up\n",
	    "b; 0-400 0  up\n"
	    "b; 400-700 -1  \n"
	    "a; 0-1000 0  up\n"
	    "b; 700-1000 0  up\n");
	/* A restart within a second is none. */
	assert_replay(0, 1000,
	    "[0] CURRENT HOST STATE: a;UP;HARD;1;up\n"
	    "[400] shutting down... (PID=1)\n"
	    "[400] logging initial states\n"
	    "[400] INITIAL HOST STATE: a;UP;HARD;1;up\n",
	    "a; 0-1000 0  up\n");
	/* A site that is silent after its start is one all the same. */
	assert_replay(0, 1000,
	    "[0] CURRENT HOST STATE: b;UP;HARD;1;up\n"
	    "[400] logging initial states\n"
	    "[400] INITIAL HOST STATE: a;UP;HARD;1;up\n",
	    "b; 0-400 0  up\n"
	    "b; 400-1000 -1  \n"
	    "a; 0-1000 0  up\n");
}

static void
test_vanished(void **state)
{
	(void)state;
	assert_replay(0, 1000,
	    "[0] CURRENT HOST STATE: a;UP;HARD;1;up\n"
	    "[0] CURRENT SERVICE STATE: a;s;OK;HARD;1;fine\n"
	    "[0] CURRENT SERVICE STATE: a;t;OK;HARD;1;fine\n"
	    "[100] VANISHED SERVICE: a;s\n"
	    "[200] VANISHED HOST: a\n",
	    "a;s 0-100 0  fine\n"
	    "a; 0-200 0  up\n"
	    "a;t 0-200 0  fine\n"
	    "a; 200-1000 -1  \n"
	    "a;s 100-1000 -1  \n"
	    "a;t 200-1000 -1  \n");
}

static void
test_flags(void **state)
{
	(void)state;
	assert_replay(0, 1000,
	    "[0] TIMEPERIOD TRANSITION: work;0;0\n"
	    "[0] CURRENT HOST STATE: p;UP;HARD;1;up\n"
	    "[0] CURRENT HOST DOWNTIME: p;STARTED;since yesterday\n"
	    "[0] CURRENT SERVICE STATE: p;s;OK;HARD;1;fine\n"
	    "[0] CURRENT SERVICE FLAPPING: p;s;STARTED;\n"
	    "[100] TIMEPERIOD TRANSITION: work;0;1\n"
	    "[200] TIMEPERIOD TRANSITION: sla;1;0\n"
	    "[300] HOST DOWNTIME ALERT: p;CANCELLED;x\n"
	    "[400] SERVICE FLAPPING ALERT: p;s;DISABLED;x\n",
	    "p; 0-100 0 dDn up\n"
	    "p;s 0-100 0 Dfn fine\n"
	    "p; 100-200 0 dD up\n"
	    "p;s 100-200 0 Df fine\n"
	    "p; 200-300 0 dDs up\n"
	    "p;s 200-300 0 Dfs fine\n"
	    "p;s 300-400 0 fs fine\n"
	    "p; 300-1000 0 s up\n"
	    "p;s 400-1000 0 s fine\n");
}

/* --- random histories beside a slow model ----------------------------------
 */

#define HOSTS    3
#define SERVICES 3
#define OBJECTS  (HOSTS * (1 + SERVICES))
#define SECONDS  400

struct model {              /* what holds at a second's end */
	int state[OBJECTS]; /* -1 unmonitored */
	bool downtime[OBJECTS], flapping[OBJECTS];
};

static uint64_t seed;
static uint32_t
pick(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void
add_name(struct str *to, int object)
{
	str_addf(to, "h%d", object / (1 + SERVICES));
	if (object % (1 + SERVICES) != 0)
		str_addf(to, ";s%d", object % (1 + SERVICES));
}

static void
add_state(struct str *to, struct model *m, const char *what, int object)
{
	static const char *const host[] = {"UP", "DOWN", "UNREACHABLE"};
	static const char *const service[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN"};
	bool is_host = object % (1 + SERVICES) == 0;
	int s = (int)pick(is_host ? 3 : 4);

	str_addf(to, "%s%s%s", what[0] == 'I' ? "INITIAL " : "",
	    is_host ? "HOST" : "SERVICE",
	    what[0] == 'I' ? " STATE: " : " ALERT: ");
	add_name(to, object);
	str_addf(to, ";%s;HARD;1;o\n", is_host ? host[s] : service[s]);
	m->state[object] = s;
}

static void
all_states(struct str *to, struct model *m, int t)
{
	for (int o = 0; o < OBJECTS; o++) {
		str_addf(to, "[%d] ", t);
		add_state(to, m, "I", o);
	}
}

static void
random_line(struct str *to, struct model *m, int t, bool *up)
{
	int o = (int)pick(OBJECTS);
	uint32_t what = *up ? pick(20) : 19;
	const char *kind = o % (1 + SERVICES) == 0 ? "HOST" : "SERVICE";

	if (what == 19 && *up) {
		str_addf(to, "[%d] shutting down... (PID=1)\n", t);
		for (int i = 0; i < OBJECTS; i++)
			m->state[i] = -1;
		*up = false;
		return;
	}
	if (what == 19) {
		str_addf(to,
		    "[%d] starting... (PID=2)\n[%d] logging initial states\n",
		    t, t);
		all_states(to, m, t);
		*up = true;
		return;
	}
	str_addf(to, "[%d] ", t);
	if (what < 12) {
		add_state(to, m, "A", o);
		return;
	}
	if (what < 16)
		m->downtime[o] = pick(2);
	else
		m->flapping[o] = pick(2);
	str_addf(
	    to, "%s %s ALERT: ", kind, what < 16 ? "DOWNTIME" : "FLAPPING");
	add_name(to, o);
	str_addf(to, ";%s;x\n",
	    (what < 16 ? m->downtime[o] : m->flapping[o]) ? "STARTED"
							  : "STOPPED");
}

static void
assert_span(const struct span *s, const struct model *models, int64_t ends[])
{
	int host = s->host.s[1] - '0';
	int o = host * (1 + SERVICES) +
	    (s->service.len == 0 ? 0 : s->service.s[1] - '0');
	int of = host * (1 + SERVICES);

	assert_int_equal(s->from, ends[o]); /* no gap, no overlap */
	assert_true(s->until > s->from);
	ends[o] = s->until;
	for (int64_t t = s->from; t < s->until; t++) {
		const struct model *m = &models[t];

		assert_int_equal(s->state, m->state[o]);
		assert_int_equal(s->host_down, m->state[of] > 0);
		assert_int_equal(s->in_downtime, m->downtime[o]);
		assert_int_equal(s->in_host_downtime, m->downtime[of]);
		assert_int_equal(s->is_flapping, m->flapping[o]);
	}
}

static void
test_random(void **state)
{
	(void)state;
	for (seed = 1; seed < 2000;) {
		static struct model models[SECONDS];
		struct model m = {0};
		struct str text = {0};
		struct slice rest, one;
		int64_t from = 1 + pick(SECONDS - 20), ends[OBJECTS];
		struct replay *r;
		bool up = true;
		struct line l;
		size_t n;

		seed = seed + 37;
		uint64_t next = seed;

		all_states(&text, &m, 0);
		for (int t = 0; t < SECONDS; t++) {
			for (uint32_t k = pick(3); k > 0; k--)
				random_line(&text, &m, t, &up);
			models[t] = m;
		}
		r = replay_new(from, SECONDS, NULL);
		rest = str_slice(&text);
		while (rest.len > 0 && slice_next(&rest, '\n', &one)) {
			assert_true(line_parse(one, 1, &l));
			replay_line(r, &l);
		}
		replay_end(r);
		for (int o = 0; o < OBJECTS; o++)
			ends[o] = from;
		const struct span *s = replay_spans(r, &n);

		for (size_t i = 0; i < n; i++)
			assert_span(&s[i], models, ends);
		for (int o = 0; o < OBJECTS; o++)
			assert_int_equal(ends[o], SECONDS);
		replay_free(&r);
		str_free(&text);
		seed = next;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_worked_example),
	    cmocka_unit_test(test_before_the_window),
	    cmocka_unit_test(test_first_seen),
	    cmocka_unit_test(test_restart),
	    cmocka_unit_test(test_vanished),
	    cmocka_unit_test(test_flags),
	    cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
