/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugins and programs: exit codes, signals, time-outs, too much output,
 * grandchildren, many at once.
 */
#include "tests/unit/fetcher/runner_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ended
run(uint32_t kind, const char *command, uint32_t timeout_ms)
{
	struct msg_job job = {
	    .kind = kind,
	    .host = SLICE("web01"),
	    .service = SLICE("HTTP"),
	    .command = slice_of(command),
	    .timeout_ms = timeout_ms,
	};

	return run_job(&job);
}

static void
check(const char *command, uint32_t want, const char *words)
{
	struct ended e = run(MSG_JOB_PLUGIN, command, 5000);

	if (e.state != want || strstr(e.output, words) == NULL)
		fail_msg("%s: %u \"%s\", not %u \"%s\"", command, e.state,
		    e.output, want, words);
	ended_clear(&e);
}

static void
exit_codes(void **state) /* CR-3, D-6 */
{
	(void)state;
	check("echo all is well", 0, "all is well");
	check("echo hm; exit 1", 1, "hm");
	check("echo bad; exit 2", 2, "bad");
	check("echo what; exit 3", 3, "what");
	check("echo odd; exit 4", 3, "ended with exit code 4: odd");
	check("/bin/sh -c 'exit 127'", 3, "exit code 127 (not found)");
	check("no_such_program_here; true", 0, "");
	check("no_such_program_here", 3,
	    "Cannot run the command: "
	    "no_such_program_here was not found");
	check("/etc/passwd -x", 3, "cannot run passwd: Permission denied");
	check("kill -SEGV $$", 3, "ended by signal 11 (Segmentation fault)");
	check("true", 0, "(No output on stdout)");
	check("echo why >&2; exit 2", 2, "(No output on stdout) stderr: why");
	check("cat", 0, "(No output on stdout)"); /* stdin is empty */
	check("", 3, "the command line is empty");
}

static void
hosts_are_up_or_down(void **state)
{
	static const uint32_t want[] = {0, 0, 1, 1};
	char command[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct msg_job job = {
		    .kind = MSG_JOB_PLUGIN,
		    .host = SLICE("web01"),
		    .timeout_ms = 5000,
		};
		struct ended e;

		snprintf(command, sizeof(command), "exit %zu", i);
		job.command = slice_of(command);
		e = run_job(&job);
		assert_int_equal(e.state, want[i]);
		ended_clear(&e);
	}
}

static void
output_is_taken_apart(void **state)
{
	struct ended e = run(MSG_JOB_PLUGIN,
	    "printf 'T | a=1\\nmore\\nlines | b=2\\n'; echo no >&2", 5000);

	(void)state;
	assert_string_equal(e.output, "T");
	assert_string_equal(e.long_output, "more\nlines ");
	assert_string_equal(e.perfdata, "a=1 b=2");
	ended_clear(&e);
}

static void
too_much_output(void **state)
{
	struct ended e = run(
	    MSG_JOB_PLUGIN, "echo head; yes | head -c 3000000; exit 1", 10000);

	(void)state;
	assert_int_equal(e.state, 1);
	assert_string_equal(e.output, "head");
	assert_int_equal(e.output_len, 64 << 10);
	assert_non_null(
	    strstr(e.long_output, "\n(output beyond 64 KiB was discarded)"));
	ended_clear(&e);
}

static bool
runs(const char *pattern)
{
	char command[128];

	snprintf(command, sizeof(command), "pgrep -f '%s' >/dev/null", pattern);
	return system(command) == 0;
}

static void
time_out_kills_the_group(void **state) /* SC-24 */
{
	struct msg_job job = {
	    .kind = MSG_JOB_PLUGIN,
	    .service = SLICE("HTTP"),
	    .timeout_ms = 300,
	    /* the grandchild ignores TERM */
	    .command = SLICE("(trap '' TERM; exec sleep 54.321) & "
			     "sleep 54.322; true"),
	};
	struct ended e = {0};
	struct bench b;

	(void)state;
	bench_open(&b);
	bench_start(&b, &job, &e);
	bench_wait(&b);
	assert_int_equal(e.state, 2);
	assert_string_equal(e.output, "CRITICAL - plugin timed out after 0.3s");
	assert_true(e.after_ms < 1000);
	ended_clear(&e);
	/* answered at once; then the group goes */
	while (!runner_is_closed(b.runner))
		uv_run(&b.loop, UV_RUN_ONCE);
	assert_false(runs("sleep 54[.]32"));
	assert_int_equal(runner_counters(b.runner).children_killed, 1);
	bench_close(&b);
}

/* A handler that has more time after TERM is answered when it has ended. */
static void
patience(void **state) /* EH-2 */
{
	static const struct {
		const char *command, *words;
		uint32_t state, service;
	} rows[] = {
	    {"trap 'echo tidied up; exit 1' TERM; while :; do sleep 0.05; done",
		"tidied up", 1, 4},
	    {"trap 'echo tidied up; exit 1' TERM; while :; do sleep 0.05; done",
		"tidied up", 1, 0},
	    {"trap '' TERM; while :; do sleep 0.05; done",
		"was ended by signal 9", 3, 4},
	    {"exit 0", "(No output on stdout)", 0, 4},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct msg_job job = {.kind = MSG_JOB_PLUGIN,
		    .service = {"HTTP", rows[i].service},
		    .timeout_ms = 300,
		    .patience_ms = 400,
		    .command = slice_of(rows[i].command)};
		struct ended e = run_job(&job);

		if (e.state != rows[i].state ||
		    strstr(e.output, rows[i].words) == NULL)
			fail_msg(
			    "%s: %u %s", rows[i].command, e.state, e.output);
		ended_clear(&e);
	}
}

static void
grandchild_holds_the_pipe(void **state)
{
	struct ended e =
	    run(MSG_JOB_PLUGIN, "echo started; sleep 7.654 & exit 0", 20000);

	(void)state;
	assert_int_equal(e.state, 0);
	assert_string_equal(e.output, "started");
	assert_in_range(e.after_ms, 900, 5000);
	ended_clear(&e);
}

static void
many_at_once(void **state)
{
	enum {
		N = 150
	};
	static struct ended e[N];
	struct bench b;

	(void)state;
	bench_open(&b);
	for (int i = 0; i < N; i++) {
		struct msg_job job = {
		    .kind = MSG_JOB_PLUGIN,
		    .service = SLICE("x"),
		    .command = SLICE("sh -c 'sleep 0.1; echo done'"),
		    .timeout_ms = 20000,
		};

		bench_start(&b, &job, &e[i]);
	}
	assert_int_equal(runner_counters(b.runner).children_running, 100);
	assert_int_equal(runner_counters(b.runner).children_waiting, 50);
	bench_wait(&b);
	for (int i = 0; i < N; i++) {
		assert_int_equal(e[i].state, 0);
		assert_string_equal(e[i].output, "done");
		ended_clear(&e[i]);
	}
	assert_int_equal(runner_counters(b.runner).children_started, N);
	assert_int_equal(runner_counters(b.runner).children_running, 0);
	bench_close(&b);
}

static void
no_place_in_time(void **state)
{
	enum {
		N = 101
	};
	static struct ended e[N];
	struct bench b;
	int late = 0;

	(void)state;
	bench_open(&b);
	for (int i = 0; i < N; i++) {
		struct msg_job job = {
		    .kind = MSG_JOB_PLUGIN,
		    .service = SLICE("x"),
		    .command = SLICE("sleep 2"),
		    .timeout_ms = i == N - 1 ? 100 : 20000,
		};

		bench_start(&b, &job, &e[i]);
	}
	bench_wait(&b);
	for (int i = 0; i < N; i++) {
		late += strstr(e[i].output, "not started within 0.1s") != NULL;
		ended_clear(&e[i]);
	}
	assert_int_equal(late, 1);
	bench_close(&b);
}

#define failure_has(e, words)                                                  \
	do {                                                                   \
		assert_non_null((e).failure);                                  \
		if (strstr((e).failure, words) == NULL)                        \
			fail_msg("\"%s\" lacks \"%s\"", (e).failure, words);   \
	} while (0)

static void
programs(void **state)
{
	struct ended e = run(
	    MSG_JOB_PROGRAM, "printf '<<<uptime>>>\\n4711 1\\n'; exit 0", 5000);

	(void)state;
	assert_null(e.failure);
	assert_int_equal(e.output_len, 20);
	ended_clear(&e);
	e = run(MSG_JOB_PROGRAM,
	    "echo '<<<uptime>>>'; echo first >&2; echo no key >&2; exit 1",
	    5000);
	failure_has(e, "ended with exit code 1: no key");
	ended_clear(&e);
	e = run(MSG_JOB_PROGRAM, "no_such_program", 5000);
	failure_has(e, "Cannot run the program: no_such_program was not");
	ended_clear(&e);
	e = run(MSG_JOB_PROGRAM, "true", 5000);
	failure_has(e, "Program true ended without agent output (0 bytes)");
	ended_clear(&e);
	e = run(MSG_JOB_PROGRAM, "sleep 30", 200);
	failure_has(e, "Program sleep was not done within 0.2s");
	ended_clear(&e);
	e = run(MSG_JOB_PROGRAM, "yes", 60000); /* no end of its own */
	failure_has(e, "larger than 16 MiB");
	ended_clear(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exit_codes),
	    cmocka_unit_test(hosts_are_up_or_down),
	    cmocka_unit_test(output_is_taken_apart),
	    cmocka_unit_test(too_much_output),
	    cmocka_unit_test(time_out_kills_the_group),
	    cmocka_unit_test(patience),
	    cmocka_unit_test(grandchild_holds_the_pipe),
	    cmocka_unit_test(many_at_once),
	    cmocka_unit_test(no_place_in_time),
	    cmocka_unit_test(programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
