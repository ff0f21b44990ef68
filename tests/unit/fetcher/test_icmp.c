/* SPDX-License-Identifier: Apache-2.0
 *
 * Pings on 127.0.0.0/8 and ::1. "0.0.0.0" serves as a host that is silent
 * while wrong answers come: the kernel sends to 127.0.0.1, whose answer has
 * another source address than was asked.
 */
#include "fetcher/icmp.h"
#include "tests/unit/fetcher/runner_run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct many {
	size_t answered, refused, silent_answered;
	int64_t longest;
};

struct one {
	struct icmp_probe probe;
	struct many *many;
	bool is_silent;
	int n_done;
};

static void
one_done(struct icmp_probe *probe, int status, int64_t rtt_ns)
{
	struct one *o = probe->arg;

	o->n_done++;
	if (status != 0)
		o->many->refused++;
	else if (o->is_silent)
		o->many->silent_answered++;
	else
		o->many->answered++;
	if (rtt_ns > o->many->longest)
		o->many->longest = rtt_ns;
}

static struct icmp *
open_or_skip(uv_loop_t *loop)
{
	struct err why = {""};
	struct icmp *icmp = icmp_new(loop, &why);

	if (icmp != NULL)
		return icmp;
	assert_non_null(strstr(why.text, "setcap cap_net_raw+ep"));
	print_message("skipped: %s\n", why.text);
	uv_run(loop, UV_RUN_DEFAULT);
	uv_loop_close(loop);
	skip();
	return NULL;
}

static void
stop_waiting(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void
run_for(uv_loop_t *loop, uint64_t ms)
{
	uv_timer_t timer;

	uv_timer_init(loop, &timer);
	uv_timer_start(&timer, stop_waiting, ms, 0);
	uv_run(loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
}

static void
finish(uv_loop_t *loop, struct icmp *icmp)
{
	icmp_close(icmp);
	uv_run(loop, UV_RUN_DEFAULT);
	icmp_free(&icmp);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void
never_a_wrong_answer(void **state)
{
	enum {
		N = 10000
	};
	struct one *all = xcalloc(N, sizeof(*all));
	struct many m = {0};
	struct icmp *icmp;
	uv_loop_t loop;

	(void)state;
	must(uv_loop_init(&loop) == 0);
	icmp = open_or_skip(&loop);
	for (uint32_t i = 0; i < N; i++) {
		char text[32];

		all[i].is_silent = i % 2 == 1;
		snprintf(text, sizeof(text), "127.%u.%u.%u", 1 + i % 7,
		    (i >> 8) & 255, i & 255);
		must(address_parse(
		    all[i].is_silent ? "0.0.0.0" : text, 0, &all[i].probe.to));
		all[i].many = &m;
		all[i].probe.arg = &all[i];
		all[i].probe.done = one_done;
		icmp_start(icmp, &all[i].probe);
	}
	for (int i = 0; i < 50 && m.answered < N / 2; i++)
		run_for(&loop, 100);
	run_for(&loop, 100);
	assert_int_equal(m.answered, N / 2);
	assert_int_equal(m.silent_answered, 0);
	assert_int_equal(m.refused, 0);
	assert_int_equal(icmp_counters(icmp)->sent, N);
	assert_int_equal(icmp_counters(icmp)->received, N / 2);
	assert_int_equal(icmp_counters(icmp)->strange, N / 2);
	assert_in_range(m.longest, 1, 5 * NS_PER_S);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(all[i].n_done, all[i].is_silent ? 0 : 1);
		icmp_stop(icmp, &all[i].probe); /* the silent ones */
	}
	finish(&loop, icmp);
	free(all);
}

static void
late_answers_do_not_count(void **state)
{
	struct many m = {0};
	struct one a = {.many = &m}, b = {.many = &m, .is_silent = true};
	struct icmp *icmp;
	uv_loop_t loop;

	(void)state;
	must(uv_loop_init(&loop) == 0);
	icmp = open_or_skip(&loop);
	must(address_parse("127.0.0.1", 0, &a.probe.to));
	must(address_parse("0.0.0.0", 0, &b.probe.to));
	a.probe.arg = &a;
	b.probe.arg = &b;
	a.probe.done = b.probe.done = one_done;
	icmp_start(icmp, &a.probe);
	icmp_stop(icmp, &a.probe); /* before it was sent */
	run_for(&loop, 50);
	assert_int_equal(icmp_counters(icmp)->sent, 0);
	icmp_start(icmp, &b.probe);
	run_for(&loop, 50);
	icmp_stop(icmp, &b.probe);
	icmp_start(icmp, &a.probe); /* the same slot */
	run_for(&loop, 50);
	assert_int_equal(a.n_done, 1);
	assert_int_equal(b.n_done, 0);
	icmp_stop(icmp, &a.probe); /* idle: nothing */
	finish(&loop, icmp);
}

static void
refused_by_the_kernel(void **state)
{
	struct many m = {0};
	struct one a = {.many = &m};
	struct icmp *icmp;
	uv_loop_t loop;

	(void)state;
	must(uv_loop_init(&loop) == 0);
	icmp = open_or_skip(&loop);
	must(address_parse("127.255.255.255", 0, &a.probe.to));
	a.probe.arg = &a;
	a.probe.done = one_done;
	icmp_start(icmp, &a.probe);
	run_for(&loop, 50);
	assert_int_equal(m.refused, 1);
	assert_int_equal(icmp_counters(icmp)->refused, 1);
	finish(&loop, icmp);
}

static void
ipv6(void **state)
{
	struct many m = {0};
	struct one a = {.many = &m};
	struct icmp *icmp;
	uv_loop_t loop;

	(void)state;
	must(uv_loop_init(&loop) == 0);
	icmp = open_or_skip(&loop);
	if (!icmp_has_family(icmp, AF_INET6)) {
		finish(&loop, icmp);
		skip();
	}
	must(address_parse("::1", 0, &a.probe.to));
	a.probe.arg = &a;
	a.probe.done = one_done;
	icmp_start(icmp, &a.probe);
	run_for(&loop, 100);
	assert_int_equal(m.answered, 1);
	finish(&loop, icmp);
}

static struct ended
ping(const char *address, const char *service, const char *options,
    uint32_t timeout_ms)
{
	struct msg_job job = {
	    .kind = MSG_JOB_PING,
	    .host = SLICE("web01"),
	    .service = slice_of(service),
	    .address = slice_of(address),
	    .options = slice_of(options),
	    .timeout_ms = timeout_ms,
	};

	return run_job(&job);
}

static void
jobs(void **state)
{
	struct ended e;
	uv_loop_t loop;

	(void)state;
	must(uv_loop_init(&loop) == 0);
	finish(&loop, open_or_skip(&loop));
	e = ping("127.0.0.1", "", "", 2000);
	assert_int_equal(e.state, 0);
	assert_non_null(strstr(e.output, "OK - 127.0.0.1 answers to ping: "));
	assert_string_equal(e.perfdata, "");
	assert_true(e.after_ms < 500);
	ended_clear(&e);
	e = ping("0.0.0.0", "", "", 300);
	assert_int_equal(e.state, 1);
	assert_string_equal(
	    e.output, "CRITICAL - 0.0.0.0: no answer to 3 pings within 0.3s");
	assert_in_range(e.after_ms, 280, 1000);
	ended_clear(&e);
	e = ping("127.0.0.1", "PING", "{\"packets\": 3}", 5000);
	assert_int_equal(e.state, 0);
	assert_non_null(strstr(e.output, "OK - 127.0.0.1: rta "));
	assert_non_null(strstr(e.output, "ms, lost 0%"));
	assert_non_null(strstr(e.perfdata, ";200.000;500.000;0; pl=0%;80"));
	ended_clear(&e);
	e = ping("0.0.0.0", "PING", "{\"packets\": 2}", 600);
	assert_int_equal(e.state, 2);
	assert_string_equal(e.output, "CRITICAL - 0.0.0.0: rta nan, lost 100%");
	assert_true(e.after_ms < 1000);
	ended_clear(&e);
	e = ping("no-such-name.invalid", "", "", 2000);
	assert_int_equal(e.state, 1);
	assert_non_null(strstr(e.output, "Cannot resolve no-such-name."));
	ended_clear(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(never_a_wrong_answer),
	    cmocka_unit_test(late_answers_do_not_count),
	    cmocka_unit_test(refused_by_the_kernel),
	    cmocka_unit_test(ipv6),
	    cmocka_unit_test(jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
