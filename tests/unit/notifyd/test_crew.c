/* SPDX-License-Identifier: Apache-2.0
 *
 * A crew of threads: never more than it may have, no job is left behind,
 * and its end waits for what is under way alone.
 */
#include "notifyd/methods/crew.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 3

static uv_loop_t loop;
static struct crew *crew;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
	bool hold; /* work waits */
	unsigned working, most, owns, done, stopped, dropped;
} seen;

struct own_job {
	struct crew_job job;
	bool stopped;
};

static void
work(struct crew_job *job, void **own)
{
	pthread_mutex_lock(&lock);
	seen.working++;
	if (seen.working > seen.most)
		seen.most = seen.working;
	if (*own == NULL) {
		*own = xnew(int);
		seen.owns++;
	}
	pthread_cond_broadcast(&changed);
	while (seen.hold && !crew_stops(crew)) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 10000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&changed, &lock, &until);
	}
	((struct own_job *)job)->stopped = seen.hold;
	seen.working--;
	pthread_mutex_unlock(&lock);
}

static void
tidy(void **own, bool leaving)
{
	if (!leaving || *own == NULL)
		return;
	pthread_mutex_lock(&lock);
	seen.owns--;
	pthread_mutex_unlock(&lock);
	free(*own);
	*own = NULL;
}

static void
done(struct crew_job *job)
{
	seen.done++;
	seen.stopped += ((struct own_job *)job)->stopped;
	free(job);
}

static void
drop(struct crew_job *job)
{
	seen.dropped++;
	free(job);
}

static const struct crew_def def = {THREADS, work, tidy, done, drop};

static void
put(unsigned n)
{
	while (n-- > 0)
		crew_put(crew, &xnew(struct own_job)->job);
}

static int
set_up(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	uv_loop_init(&loop);
	crew = crew_new(&loop, &def);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	crew_free(&crew);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop);
}

static void
threads_are_bounded(void **state)
{
	(void)state;
	put(100);
	while (seen.done < 100)
		uv_run(&loop, UV_RUN_ONCE);
	put(100);
	while (seen.done < 200)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(seen.most >= 1 && seen.most <= THREADS);
	crew_free(&crew);
	assert_int_equal(seen.dropped, 0);
	assert_int_equal(seen.owns, 0);
}

static void
wait_working(unsigned n)
{
	pthread_mutex_lock(&lock);
	while (seen.working < n)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void
end_stops_what_works(void **state)
{
	(void)state;
	seen.hold = true;
	put(THREADS + 4);
	wait_working(THREADS); /* all of them at once */
	crew_free(&crew);
	assert_int_equal(seen.stopped, THREADS);
	assert_int_equal(seen.done, THREADS);
	assert_int_equal(seen.dropped, 4);
	assert_int_equal(seen.owns, 0);
}

static void
end_without_a_job(void **state)
{
	(void)state;
	crew_free(&crew);
	assert_null(crew);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		threads_are_bounded, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		end_stops_what_works, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		end_without_a_job, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
