/* SPDX-License-Identifier: Apache-2.0
 *
 * Many hosts at once; see discover_bulk.h.
 */
#include "site/discover_bulk.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "fetcher/runner.h"
#include "site/term.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#define PROGRESS_MS 200
#define CLOSE_TRIES 300 /* of 10 ms */

struct one {
	struct bulk *bulk;
	size_t i;
};

struct bulk {
	const struct bulk_job *job;
	struct bulk_sum *sum;
	uv_loop_t loop;
	uv_signal_t signals[2];
	uv_timer_t progress;
	uv_idle_t again; /* there is room, or all is done */
	struct runner *runner;
	size_t next, running;
	int64_t started;
	bool interrupted;
	struct one *ones; /* one a host */
};

static void
show(struct bulk *b)
{
	const struct bulk_sum *s = b->sum;
	double took = (double)(clock_mono() - b->started) / NS_PER_S;
	size_t n = s->done + s->failed, left = b->job->n - n;

	if (b->job->n == 1) {
		term_progress("asking ...");
		return;
	}
	if (n == 0) {
		term_progress("0 of %zu hosts", b->job->n);
		return;
	}
	term_progress("%zu of %zu hosts, %zu failed, %zu services found, "
		      "about %.0f s left",
	    n, b->job->n, s->failed, b->job->found(b->job->arg),
	    took / (double)n * (double)left);
}

static void
end(struct bulk *b, size_t i, struct slice output, const char *failure)
{
	if (failure != NULL)
		b->sum->failed++;
	else
		b->sum->done++;
	b->job->done(i, output, failure, b->job->arg);
}

static void go_on(uv_idle_t *idle);

static void
fetched(struct fetch *f, void *arg)
{
	struct one *one = arg;
	struct bulk *b = one->bulk;

	b->running--;
	end(b, one->i, fetch_output(f), fetch_failure(f));
	uv_idle_start(&b->again, go_on);
}

static void
start_one(struct bulk *b, size_t i)
{
	struct err err = {""};
	struct msg_job job;
	int rc = b->job->job(i, &job, &err, b->job->arg);

	if (rc != 1) {
		end(b, i, (struct slice){"", 0}, rc == 0 ? NULL : err.text);
		return;
	}
	b->ones[i] = (struct one){b, i};
	b->running++;
	runner_start(b->runner, &job, fetched, &b->ones[i]);
}

static void
go_on(uv_idle_t *idle)
{
	struct bulk *b = idle->data;

	uv_idle_stop(idle);
	while (!b->interrupted && b->next < b->job->n &&
	    b->running < b->job->parallel)
		start_one(b, b->next++);
	if (b->running == 0 || b->interrupted)
		uv_stop(&b->loop);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct bulk *b = handle->data;

	(void)number;
	b->interrupted = true;
	uv_stop(&b->loop);
}

static void
on_progress(uv_timer_t *timer)
{
	show(timer->data);
}

static void
close_handle(uv_handle_t *handle, void *arg)
{
	struct bulk *b = arg;

	if (handle == (uv_handle_t *)&b->signals[0] ||
	    handle == (uv_handle_t *)&b->signals[1] ||
	    handle == (uv_handle_t *)&b->progress ||
	    handle == (uv_handle_t *)&b->again)
		uv_close(handle, NULL);
}

/* False: a lookup of a name hangs in a thread, which still uses the loop. */
static bool
close_bulk(struct bulk *b)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	runner_close(b->runner);
	uv_walk(&b->loop, close_handle, b);
	for (int i = 0; i < CLOSE_TRIES; i++) {
		uv_run(&b->loop, UV_RUN_NOWAIT);
		if (uv_loop_close(&b->loop) == 0) {
			runner_free(&b->runner);
			return true;
		}
		nanosleep(&pause, NULL);
	}
	return false;
}

void
discover_bulk(const struct bulk_job *job, struct bulk_sum *sum_r)
{
	static struct bulk *left_behind; /* reachable; the process ends soon */
	static const int numbers[] = {SIGINT, SIGTERM};
	struct bulk *b = xnew(struct bulk);

	*sum_r = (struct bulk_sum){0};
	*b = (struct bulk){.job = job, .sum = sum_r, .started = clock_mono()};
	b->ones = xcalloc(job->n + 1, sizeof(b->ones[0]));
	must(uv_loop_init(&b->loop) == 0);
	b->runner = runner_new(&b->loop, job->root);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uv_signal_init(&b->loop, &b->signals[i]);
		b->signals[i].data = b;
		uv_signal_start(&b->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(&b->loop, &b->progress);
	b->progress.data = b;
	uv_timer_start(&b->progress, on_progress, 0, PROGRESS_MS);
	uv_idle_init(&b->loop, &b->again);
	b->again.data = b;
	uv_idle_start(&b->again, go_on);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	term_clear();
	sum_r->left = job->n - sum_r->done - sum_r->failed;
	sum_r->seconds = (double)(clock_mono() - b->started) / NS_PER_S;
	if (close_bulk(b)) {
		free(b->ones);
		free(b);
	} else {
		left_behind = b;
	}
	(void)left_behind;
}
