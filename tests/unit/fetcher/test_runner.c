/* SPDX-License-Identifier: Apache-2.0
 *
 * Fetches from agents on loopback that behave and that do not, many at once,
 * and the one deadline over the whole chain.
 */
#include "tests/unit/fetcher/runner_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char good_output[] = "<<<check_mk>>>\nVersion: 2.1.0\n"
				  "<<<uptime>>>\n4711.08 9000.12\n";

static void
drain_until_closed(int fd)
{
	char c;

	while (read(fd, &c, 1) > 0)
		;
}

static void
say(int fd, const char *text)
{
	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static void
good(int fd)
{
	say(fd, good_output);
}

/* The two bytes of the marker arrive one by one. */
static void
good_in_pieces(int fd)
{
	for (const char *p = good_output; *p != '\0'; p++) {
		must(write(fd, p, 1) == 1);
		if (p < good_output + 3)
			usleep(5000);
	}
}

static void
silent(int fd)
{
	drain_until_closed(fd);
}

static void
half_header(int fd)
{
	say(fd, "<<<check_mk>>>\nVersion: 1\n<<<upti");
}

static void
half_header_then_silent(int fd)
{
	say(fd, "<<<upti");
	drain_until_closed(fd);
}

static void
closes_at_once(int fd)
{
	(void)fd;
}

static void
resets(int fd)
{
	struct linger now = {.l_onoff = 1};

	say(fd, "<<<check_mk>>>\n");
	usleep(20000);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void
tls(int fd)
{
	say(fd, "16\x16\x03\x01");
	drain_until_closed(fd);
}

static void
ssh(int fd)
{
	say(fd, "SSH-2.0-OpenSSH_9.2p1\r\n");
	drain_until_closed(fd);
}

static void
dribbles(int fd)
{
	for (const char *p = good_output; *p != '\0'; p++) {
		if (send(fd, p, 1, MSG_NOSIGNAL) != 1)
			return;
		usleep(20000);
	}
}

static void
floods(int fd)
{
	static char garbage[65536];
	size_t sent = 0;

	memset(garbage, 'x', sizeof(garbage));
	must(send(fd, "<<<", 3, MSG_NOSIGNAL) == 3);
	while (sent < (64u << 20)) {
		ssize_t n = send(fd, garbage, sizeof(garbage), MSG_NOSIGNAL);

		if (n < 0)
			return;
		sent += (size_t)n;
	}
}

static struct msg_job
agent_job(const char *address, uint16_t port, uint32_t timeout_ms)
{
	return (struct msg_job){
	    .job_id = 1,
	    .kind = MSG_JOB_AGENT,
	    .host = SLICE("web01"),
	    .service = SLICE("Check_MK"),
	    .address = slice_of(address),
	    .port = port,
	    .timeout_ms = timeout_ms,
	};
}

static struct ended
fetch_from(void (*behave)(int fd), uint32_t timeout_ms)
{
	struct peer p;
	struct msg_job job;
	struct ended e;

	peer_open(&p, AF_INET, behave);
	job = agent_job("127.0.0.1", p.port, timeout_ms);
	e = run_job(&job);
	peer_close(&p);
	return e;
}

#define failure_has(e, words)                                                  \
	do {                                                                   \
		assert_non_null((e).failure);                                  \
		if (strstr((e).failure, words) == NULL)                        \
			fail_msg("\"%s\" lacks \"%s\"", (e).failure, words);   \
	} while (0)

static void
good_agents(void **state)
{
	struct ended e = fetch_from(good, 2000);

	(void)state;
	assert_null(e.failure);
	assert_int_equal(e.output_len, strlen(good_output));
	ended_clear(&e);
	e = fetch_from(good_in_pieces, 2000);
	assert_null(e.failure);
	assert_int_equal(e.output_len, strlen(good_output));
	ended_clear(&e);
}

static void
over_ipv6(void **state)
{
	struct peer p;
	struct msg_job job;
	struct ended e;

	(void)state;
	peer_open(&p, AF_INET6, good);
	job = agent_job("::1", p.port, 2000);
	e = run_job(&job);
	assert_null(e.failure);
	assert_int_equal(e.output_len, strlen(good_output));
	ended_clear(&e);
	peer_close(&p);
}

static void
bad_agents(void **state)
{
	static const struct {
		void (*behave)(int fd);
		uint32_t timeout_ms;
		const char *words;
	} cases[] = {
	    {silent, 200,
		"accepted the connection, but sent nothing within 0.2s"},
	    {half_header, 2000,
		"closed the connection after 33 bytes, its output is not "
		"complete"},
	    {half_header_then_silent, 200,
		"was not done within 0.2s: only 7 bytes had come"},
	    {closes_at_once, 2000,
		"closed the connection without sending a byte"},
	    {resets, 2000, "broke off (connection reset by peer) after 15"},
	    {tls, 2000, "answered with TLS, but the host is not registered"},
	    {ssh, 2000, "begins with \"SSH-2.0-OpenSSH_9.2p1\""},
	    {dribbles, 300, "was not done within 0.3s: only "},
	    {floods, 10000, "larger than 16 MiB"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ended e =
		    fetch_from(cases[i].behave, cases[i].timeout_ms);

		failure_has(e, cases[i].words);
		if (e.after_ms > cases[i].timeout_ms + 1000)
			fail_msg("case %zu took %ld ms", i, (long)e.after_ms);
		ended_clear(&e);
	}
}

/* Stays away from its loop until long after the deadline. */
static void
hold_up(uv_timer_t *timer)
{
	(void)timer;
	usleep(900 * 1000);
}

static void
answers_before_a_late_look_count(void **state)
{
	struct peer p;
	struct bench b;
	struct ended e = {0};
	struct msg_job job;
	uv_timer_t busy;

	(void)state;
	peer_open(&p, AF_INET, good);
	bench_open(&b);
	job = agent_job("127.0.0.1", p.port, 300);
	bench_start(&b, &job, &e);
	uv_timer_init(&b.loop, &busy);
	uv_timer_start(&busy, hold_up, 0, 0);
	bench_wait(&b);
	assert_null(e.failure);
	assert_int_equal(e.output_len, strlen(good_output));
	assert_int_equal(runner_counters(b.runner).jobs_late, 0);
	uv_close((uv_handle_t *)&busy, NULL);
	bench_close(&b);
	ended_clear(&e);
	peer_close(&p);
}

static void
no_agent(void **state)
{
	struct peer p;
	struct msg_job job;
	struct ended e;

	(void)state;
	peer_open(&p, AF_INET, NULL);
	job = agent_job("127.0.0.1", p.port, 2000);
	peer_close(&p);
	e = run_job(&job);
	failure_has(e, "Cannot connect to 127.0.0.1:");
	failure_has(e, "connection refused (is the agent running?)");
	ended_clear(&e);
	job.address = SLICE("no-such-name.invalid");
	e = run_job(&job);
	failure_has(e, "Cannot resolve no-such-name.invalid: ");
	ended_clear(&e);
	job.address = SLICE("");
	job.host = SLICE("127.0.0.1"); /* the name stands for the address */
	e = run_job(&job);
	failure_has(e, "Cannot connect to 127.0.0.1:");
	ended_clear(&e);
}

static void
many_at_once(void **state)
{
	enum {
		N = 600
	};
	static struct ended e[N];
	static char hosts[N][16];
	struct peer fast, slow;
	struct bench b;

	(void)state;
	peer_open(&fast, AF_INET, good);
	peer_open(&slow, AF_INET, NULL); /* accepts nothing */
	bench_open(&b);
	for (int i = 0; i < N; i++) {
		struct msg_job job = agent_job("127.0.0.1",
		    i % 2 ? slow.port : fast.port, i % 2 ? 1000 : 5000);

		snprintf(hosts[i], sizeof(hosts[i]), "host%d", i);
		job.host = slice_of(hosts[i]);
		bench_start(&b, &job, &e[i]);
	}
	assert_int_equal(runner_running(b.runner), N);
	bench_wait(&b);
	for (int i = 0; i < N; i++) {
		if (i % 2)
			failure_has(e[i], "within 1s");
		else if (e[i].failure != NULL || e[i].after_ms > 900)
			fail_msg("%d: %s after %ld ms", i,
			    e[i].failure ? e[i].failure : "-",
			    (long)e[i].after_ms);
		ended_clear(&e[i]);
	}
	assert_int_equal(runner_counters(b.runner).jobs_late, N / 2);
	assert_int_equal(runner_counters(b.runner).buffered_bytes, 0);
	bench_close(&b);
	peer_close(&fast);
	peer_close(&slow);
}

static void
one_fetch_per_host(void **state)
{
	struct peer p, q;
	struct msg_job job;
	struct ended a = {0}, c = {0}, d = {0}, other = {0};
	struct bench b;

	(void)state;
	peer_open(&p, AF_INET, silent);
	peer_open(&q, AF_INET, good);
	bench_open(&b);
	job = agent_job("127.0.0.1", p.port, 300);
	bench_start(&b, &job, &a);
	job = agent_job("127.0.0.1", q.port, 100);
	bench_start(&b, &job, &c); /* still in line at its deadline */
	job.timeout_ms = 3000;
	bench_start(&b, &job, &d); /* runs when the first is over */
	job.host = SLICE("web02");
	bench_start(&b, &job, &other);
	bench_wait(&b);
	failure_has(a, "sent nothing");
	failure_has(c, "an earlier fetch of this host still runs");
	assert_null(d.failure);
	assert_true(d.after_ms >= 290);
	assert_null(other.failure);
	assert_true(other.after_ms < 250);
	assert_int_equal(runner_counters(b.runner).jobs_waited, 2);
	ended_clear(&a);
	ended_clear(&c);
	ended_clear(&d);
	ended_clear(&other);
	bench_close(&b);
	peer_close(&p);
	peer_close(&q);
}

static void
cancelled_jobs_say_nothing(void **state)
{
	struct peer p;
	struct msg_job job;
	struct ended e[4];
	struct bench b;

	(void)state;
	memset(e, 0, sizeof(e));
	peer_open(&p, AF_INET, silent);
	bench_open(&b);
	job = agent_job("127.0.0.1", p.port, 60000);
	bench_start(&b, &job, &e[0]);
	bench_start(&b, &job, &e[1]); /* in line */
	job.kind = MSG_JOB_PLUGIN;
	job.command = SLICE("sleep 60");
	bench_start(&b, &job, &e[2]);
	job.kind = 99;
	bench_start(&b, &job, &e[3]);
	for (int i = 0; i < 5; i++)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	runner_cancel_all(b.runner);
	assert_int_equal(runner_running(b.runner), 0);
	bench_close(&b); /* the loop becomes empty: all handles are closed */
	assert_false(e[0].is_done || e[1].is_done || e[2].is_done);
	assert_true(e[3].is_done);
	ended_clear(&e[3]);
	peer_close(&p);
}

static void
ports(void **state)
{
	struct peer p;
	struct msg_job job = {
	    .kind = MSG_JOB_TCP,
	    .host = SLICE("web01"),
	    .service = SLICE("SSH"),
	    .address = SLICE("127.0.0.1"),
	    .timeout_ms = 2000,
	};
	struct ended e;

	(void)state;
	peer_open(&p, AF_INET, good);
	job.port = p.port;
	e = run_job(&job);
	assert_int_equal(e.state, 0);
	assert_non_null(strstr(e.output, "TCP OK - "));
	assert_non_null(strstr(e.perfdata, "time=0.0"));
	ended_clear(&e);
	peer_close(&p);
	e = run_job(&job);
	assert_int_equal(e.state, 2);
	assert_non_null(strstr(e.output, "connection refused"));
	ended_clear(&e);
	job.service = SLICE(""); /* a host is UP or DOWN */
	e = run_job(&job);
	assert_int_equal(e.state, 1);
	ended_clear(&e);
}

static void
unknown_kinds_are_answered(void **state)
{
	struct msg_job job = {.kind = MSG_JOB_KINDS, .service = SLICE("x")};
	struct ended e = run_job(&job);

	(void)state;
	assert_int_equal(e.state, 3);
	failure_has(e, "cannot do jobs of kind 7");
	ended_clear(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_agents),
	    cmocka_unit_test(over_ipv6),
	    cmocka_unit_test(bad_agents),
	    cmocka_unit_test(answers_before_a_late_look_count),
	    cmocka_unit_test(no_agent),
	    cmocka_unit_test(many_at_once),
	    cmocka_unit_test(one_fetch_per_host),
	    cmocka_unit_test(cancelled_jobs_say_nothing),
	    cmocka_unit_test(ports),
	    cmocka_unit_test(unknown_kinds_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
