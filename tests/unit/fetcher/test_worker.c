/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker against a core that this test plays: credit, jobs, outcomes,
 * core's end and return, the orderly end.
 */
#include "fetcher/limits.h"
#include "fetcher/worker.h"
#include "tests/unit/fetcher/runner_run.h"

#include "common/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct play {
	uv_loop_t loop;
	struct bus *core_bus, *bus;
	struct bus_link *listen;
	struct bus_peer *peer; /* the worker, as core sees it */
	struct runner *runner;
	struct worker *worker;
	char endpoint[64], folder[32];
	int ups;
	int64_t credit;
	bool draining, drained;
	size_t outcomes;
	uint64_t last_id;
	uint32_t last_state;
	char last_output[256], last_long[256];
};

static void
up(struct bus_peer *peer, void *arg)
{
	struct play *p = arg;

	p->peer = peer;
	p->ups++;
	p->credit = 0;
}

static void
down(struct bus_peer *peer, const char *why, void *arg)
{
	struct play *p = arg;

	(void)peer;
	(void)why;
	p->peer = NULL;
}

static void
message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct play *p = arg;
	struct msg_job_result r;
	struct slice list;

	(void)peer;
	if (m->id == MSG_CREDIT) {
		p->credit += m->credit.jobs;
		p->draining |= m->credit.draining;
		return;
	}
	assert_int_equal(m->id, MSG_OUTCOME);
	p->outcomes++;
	p->last_id = m->outcome.job_id;
	list = m->outcome.results;
	assert_true(msg_job_result_next(&list, &r));
	assert_int_equal(r.object, MSG_OWN_OBJECT);
	p->last_state = r.state;
	snprintf(p->last_output, sizeof(p->last_output), "%.*s",
	    (int)r.output.len, r.output.s);
	snprintf(p->last_long, sizeof(p->last_long), "%.*s",
	    (int)r.long_output.len, r.long_output.s);
}

static void
core_open(struct play *p)
{
	static const struct bus_self self = {"core", "core", "test", "1"};
	static const struct bus_handlers handlers = {
	    .up = up, .down = down, .message = message};
	struct err why;

	p->core_bus = bus_new(&p->loop, &self);
	p->listen =
	    bus_listen(p->core_bus, p->endpoint, NULL, &handlers, p, &why);
	must(p->listen != NULL);
}

static void
core_close(struct play *p)
{
	bus_close(&p->listen);
	bus_free(&p->core_bus);
	p->peer = NULL;
}

#define wait_for(p, cond)                                                      \
	do {                                                                   \
		int64_t until_ = clock_mono() + 10 * NS_PER_S;                 \
		while (!(cond) && clock_mono() < until_)                       \
			uv_run(&(p)->loop, UV_RUN_ONCE);                       \
		assert_true(cond);                                             \
	} while (0)

static void
open_play(struct play *p)
{
	static const struct bus_self self = {
	    "fetcher", "fetcher-1", "test", "1"};
	struct err why;

	memset(p, 0, sizeof(*p));
	snprintf(p->folder, sizeof(p->folder), "/tmp/worker-XXXXXX");
	must(mkdtemp(p->folder) != NULL);
	snprintf(p->endpoint, sizeof(p->endpoint), "ipc://%s/jobs", p->folder);
	must(uv_loop_init(&p->loop) == 0);
	core_open(p);
	p->bus = bus_new(&p->loop, &self);
	p->runner = runner_new(&p->loop, "");
	p->worker =
	    worker_new(&p->loop, p->bus, p->runner, p->endpoint, NULL, &why);
	must(p->worker != NULL);
	wait_for(p, p->credit > 0);
}

static void
close_play(struct play *p)
{
	char command[64];

	worker_close(p->worker);
	runner_close(p->runner);
	while (!runner_is_closed(p->runner))
		uv_run(&p->loop, UV_RUN_ONCE);
	uv_run(&p->loop, UV_RUN_NOWAIT);
	worker_free(&p->worker);
	runner_free(&p->runner);
	bus_free(&p->bus);
	core_close(p);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	must(uv_loop_close(&p->loop) == 0);
	snprintf(command, sizeof(command), "rm -r %s", p->folder);
	must(system(command) == 0);
}

static void
send_job(struct play *p, uint64_t id, const char *command, uint32_t timeout_ms)
{
	struct msg m = {.id = MSG_JOB,
	    .job = {
		.job_id = id,
		.kind = MSG_JOB_PLUGIN,
		.host = SLICE("web01"),
		.service = SLICE("x"),
		.command = slice_of(command),
		.timeout_ms = timeout_ms,
	    }};

	must(bus_send(p->peer, &m) == 0);
	bus_flush(p->peer);
	p->credit--;
}

static void
each_job_is_answered_once(void **state)
{
	struct play p;
	struct str counters = {0};
	struct msg_counter c;
	struct slice list;
	bool seen = false;

	(void)state;
	open_play(&p);
	assert_int_equal(p.credit, LIMIT_JOBS);
	send_job(&p, 7, "echo hello; exit 1", 5000);
	wait_for(&p, p.outcomes == 1);
	assert_int_equal(p.last_id, 7);
	assert_int_equal(p.last_state, 1);
	assert_string_equal(p.last_output, "hello");
	for (uint64_t i = 100; i < 140; i++)
		send_job(&p, i, "true", 5000);
	wait_for(&p, p.outcomes == 41 && p.credit == LIMIT_JOBS);
	worker_counters(p.worker, &counters);
	list = str_slice(&counters);
	while (msg_counter_next(&list, &c))
		if (slice_eqs(c.name, "jobs_plugin")) {
			assert_true(c.value == 41);
			seen = true;
		}
	assert_true(seen);
	str_free(&counters);
	close_play(&p);
}

static void
more_than_the_credit(void **state)
{
	struct play p;

	(void)state;
	open_play(&p);
	for (uint64_t i = 0; i < LIMIT_JOBS; i++)
		send_job(&p, i, "sleep 30", 60000);
	send_job(&p, 9999, "true", 60000);
	wait_for(&p, p.outcomes == 1);
	assert_int_equal(p.last_id, 9999);
	assert_int_equal(p.last_state, 3);
	assert_non_null(strstr(p.last_output, "no free place"));
	close_play(&p);
}

/* What core says to a worker on another machine. */
static void
settings_hold_for_children(void **state)
{
	struct msg m = {.id = MSG_WORKER_SETUP,
	    .worker_setup = {.site = SLICE("test"),
		.inprocess = true,
		.children = 1,
		.memory_mb = 512,
		.cpu_s = 33,
		.files = 77,
		.file_mb = 5,
		.nice = 3}};
	struct play p;

	(void)state;
	open_play(&p);
	assert_int_equal(bus_send(p.peer, &m), 0);
	/* They hold from the program's first instruction. */
	send_job(
	    &p, 1, "ulimit -n; ulimit -t; ulimit -v; ulimit -f; nice", 5000);
	wait_for(&p, p.outcomes == 1);
	assert_string_equal(p.last_output, "77");
	assert_string_equal(p.last_long, "33\n524288\n10240\n3");
	/* One at a time: the second waits in line. */
	send_job(&p, 2, "sleep 30", 60000);
	send_job(&p, 3, "echo late", 300);
	wait_for(&p, p.outcomes == 2);
	assert_int_equal(p.last_id, 3);
	assert_non_null(strstr(p.last_output, "all 1 places"));
	close_play(&p);
}

static void
core_goes_and_comes_back(void **state)
{
	struct play p;

	(void)state;
	open_play(&p);
	send_job(&p, 1, "sleep 20; echo late", 60000);
	send_job(&p, 2, "echo there", 5000);
	wait_for(&p, p.outcomes == 1);
	core_close(&p);
	wait_for(&p, runner_running(p.runner) == 0); /* dropped */
	core_open(&p);
	wait_for(&p, p.ups == 2 && p.credit == LIMIT_JOBS);
	send_job(&p, 3, "echo again", 5000);
	wait_for(&p, p.outcomes == 2);
	assert_int_equal(p.last_id, 3);
	close_play(&p);
}

static void
drained(void *arg)
{
	struct play *p = arg;

	p->drained = true;
}

static void
orderly_end(void **state)
{
	struct play p;

	(void)state;
	open_play(&p);
	send_job(&p, 1, "sleep 0.3; echo done", 5000);
	wait_for(&p, runner_running(p.runner) == 1);
	worker_drain(p.worker, drained, &p);
	wait_for(&p, p.draining);
	assert_false(p.drained);
	wait_for(&p, p.drained);
	assert_int_equal(p.outcomes, 1);
	assert_string_equal(p.last_output, "done");
	close_play(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_job_is_answered_once),
	    cmocka_unit_test(more_than_the_credit),
	    cmocka_unit_test(settings_hold_for_children),
	    cmocka_unit_test(core_goes_and_comes_back),
	    cmocka_unit_test(orderly_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
