/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU of a ping: the ICMP file alone, and whole jobs as core sends them, to
 * addresses of 127.0.0.0/8. The kernel's work for both ends is in the figures.
 * Needs root or cap_net_raw; without, says so and measures nothing.
 */
#include "fetcher/icmp.h"
#include "fetcher/runner.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct target {
	struct icmp_probe probe;
	size_t *left;
};

static double
cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
address_of(size_t i, char buf[32])
{
	snprintf(
	    buf, 32, "127.%zu.%zu.%zu", 1 + (i >> 16), (i >> 8) & 255, i & 255);
}

static void
answered(struct icmp_probe *probe, int status, int64_t rtt_ns)
{
	(void)rtt_ns;
	if (status == 0)
		--*((struct target *)probe->arg)->left;
}

static void
give_up(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

/* Runs the loop until none is left, at most 20 s. */
static void
run(uv_loop_t *loop, const size_t *left)
{
	bool is_late = false;
	uv_timer_t timer;

	uv_timer_init(loop, &timer);
	timer.data = &is_late;
	uv_timer_start(&timer, give_up, 20000, 0);
	while (*left > 0 && !is_late)
		uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
}

static void
bench_probes(size_t n)
{
	struct target *all = xcalloc(n, sizeof(*all));
	size_t left = n;
	uv_loop_t loop;
	struct icmp *icmp;
	struct err why;
	char text[32];
	double before;

	must(uv_loop_init(&loop) == 0);
	icmp = icmp_new(&loop, &why);
	if (icmp == NULL)
		fatal("%s", why.text);
	for (size_t i = 0; i < n; i++) {
		address_of(i, text);
		must(address_parse(text, 4, &all[i].probe.to));
		all[i].probe.done = answered;
		all[i].probe.arg = &all[i];
		all[i].left = &left;
	}
	before = cpu_us();
	for (size_t i = 0; i < n; i++)
		icmp_start(icmp, &all[i].probe);
	run(&loop, &left);
	printf("probes_%zu_us_per_host %.2f\nprobes_%zu_lost %zu\n", n,
	    (cpu_us() - before) / (double)n, n, left);
	for (size_t i = 0; i < n; i++)
		icmp_stop(icmp, &all[i].probe);
	icmp_close(icmp);
	uv_run(&loop, UV_RUN_DEFAULT);
	icmp_free(&icmp);
	uv_loop_close(&loop);
	free(all);
}

static void
job_done(struct fetch *f, void *arg)
{
	struct str results = {0};

	fetch_results(f, &results);
	str_free(&results);
	--*(size_t *)arg;
}

static void
bench_jobs(size_t n)
{
	size_t left = n;
	uv_loop_t loop;
	struct runner *e;
	struct err why;
	char text[32];
	double before;

	must(uv_loop_init(&loop) == 0);
	e = runner_new(&loop, "");
	if (runner_open_ping(e, &why) != 0)
		fatal("%s", why.text);
	before = cpu_us();
	for (size_t i = 0; i < n; i++) {
		struct msg_job job = {
		    .kind = MSG_JOB_PING,
		    .host = SLICE("host"),
		    .timeout_ms = 15000,
		};

		address_of(i, text);
		job.address = slice_of(text);
		runner_start(e, &job, job_done, &left);
	}
	run(&loop, &left);
	printf("jobs_%zu_us_per_host %.2f\njobs_%zu_lost %zu\n", n,
	    (cpu_us() - before) / (double)n, n, left);
	runner_close(e);
	uv_run(&loop, UV_RUN_DEFAULT);
	runner_free(&e);
	uv_loop_close(&loop);
}

int
main(void)
{
	bench_probes(10000);
	bench_probes(50000);
	bench_jobs(4000); /* a worker's credit */
	return 0;
}
