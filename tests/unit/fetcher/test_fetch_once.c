/* SPDX-License-Identifier: Apache-2.0
 *
 * One job and wait, as the command line does it.
 */
#include "fetcher/fetch_once.h"
#include "tests/unit/fetcher/runner_run.h"

#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
agent(int fd)
{
	static const char out[] = "<<<uptime>>>\n4711.08 9000.12\n";

	must(write(fd, out, sizeof(out) - 1) == sizeof(out) - 1);
}

static void
output_or_words(void **state)
{
	struct msg_job job = {
	    .kind = MSG_JOB_AGENT,
	    .host = SLICE("web01"),
	    .address = SLICE("127.0.0.1"),
	    .timeout_ms = 2000,
	};
	struct str output = {0};
	struct err why = {""};
	struct peer p;

	(void)state;
	peer_open(&p, AF_INET, agent);
	job.port = p.port;
	assert_int_equal(fetch_once(&job, &output, &why), 0);
	assert_string_equal(
	    str_get(&output), "<<<uptime>>>\n4711.08 9000.12\n");
	peer_close(&p);
	str_clear(&output);
	assert_int_equal(fetch_once(&job, &output, &why), -1);
	assert_int_equal(output.len, 0);
	assert_non_null(strstr(why.text, "is the agent running?"));
	job.kind = MSG_JOB_PROGRAM;
	job.command = SLICE("printf '<<<uptime>>>\\n1.0 2.0\\n'");
	assert_int_equal(fetch_once(&job, &output, &why), 0);
	assert_string_equal(str_get(&output), "<<<uptime>>>\n1.0 2.0\n");
	str_free(&output);
}

static void
results_of(const struct msg_job *job, uint32_t want, const char *words)
{
	struct str results = {0};
	struct msg_job_result r;
	struct slice list;
	char text[512];

	fetch_results_once(job, &results);
	list = str_slice(&results);
	assert_true(msg_job_result_next(&list, &r));
	assert_int_equal(list.len, 0);
	snprintf(text, sizeof(text), "%.*s", (int)r.output.len, r.output.s);
	if (r.state != want || strstr(text, words) == NULL)
		fail_msg(
		    "%u \"%s\", not %u \"%s\"", r.state, text, want, words);
	str_free(&results);
}

static void
results(void **state)
{
	struct msg_job job = {
	    .kind = MSG_JOB_PLUGIN,
	    .host = SLICE("web01"),
	    .service = SLICE("x"),
	    .command = SLICE("echo a; exit 2"),
	    .timeout_ms = 2000,
	};

	(void)state;
	results_of(&job, 2, "a");
	job.kind = MSG_JOB_PING;
	job.address = SLICE("no-such-name.invalid");
	results_of(&job, 3, "no-such-name.invalid");
	if (geteuid() != 0) {
		print_message("skipped: pings need root here\n");
		return;
	}
	job.address = SLICE("127.0.0.1");
	job.options = SLICE("{\"packets\": 2}");
	results_of(&job, 0, "OK - 127.0.0.1: rta ");
	job.service = SLICE("");
	results_of(&job, 0, "OK - 127.0.0.1 answers to ping");
}

/* Who may not ping knows nothing of the host: it is not DOWN. */
static void
no_right_is_not_down(void **state)
{
	struct msg_job job = {
	    .kind = MSG_JOB_PING,
	    .host = SLICE("web01"),
	    .address = SLICE("127.0.0.1"),
	    .timeout_ms = 2000,
	};
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct str results = {0};
		struct msg_job_result r;
		struct slice list;

		if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
			_exit(9);
		fetch_results_once(&job, &results);
		list = str_slice(&results);
		if (!msg_job_result_next(&list, &r))
			_exit(8);
		/* where this user may ping, an answer */
		_exit(r.state == 0 ||
			    (r.state == 3 &&
				memmem(r.output.s, r.output.len, "setcap", 6) !=
				    NULL)
			? 0
			: 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(output_or_words),
	    cmocka_unit_test(results),
	    cmocka_unit_test(no_right_is_not_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
