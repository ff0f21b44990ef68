/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries in threads while the mirror goes on: each sees one moment. What is
 * checked here is checked best with SAN=thread.
 */
#include "livestatusd/pool.h"
#include "tests/unit/livestatusd/fixture.h"

enum {
	ASKERS = 6,
	ROUNDS = 300
};

struct asker {
	struct pool_job job; /* first */
	struct test *t;
	const struct mirror *frozen;
	struct str out;
	uint32_t expected; /* state of all services at that moment */
	unsigned left;
};

struct test {
	struct fixture *f;
	struct pool *pool;
	struct asker askers[ASKERS];
	uint32_t state;
	unsigned busy, wrong;
	int in_history; /* of the jobs: one at a time */
};

static void
work(struct pool_job *job)
{
	struct asker *a = (struct asker *)job;

	if (job->history && a->t->in_history++ != 0)
		a->t->wrong++;
	lql_run(a->frozen, &a->t->f->env,
	    SLICE("GET services\nColumns: state plugin_output\n"), &a->out);
	if (job->history)
		a->t->in_history--;
}

/* All services get another state and text: one frame of the stream. */
static void
next_frame(struct test *t)
{
	char text[32];

	t->state = (t->state + 1) % 4;
	snprintf(text, sizeof(text), "text %u", t->state);
	for (uint32_t i = DB1_DISK; i <= WEB1_HTTP; i++) {
		struct msg_checkable c = fixture_checkable(i, t->state, text);

		fixture_put(t->f, &c);
	}
}

static void
ask_again(struct asker *a)
{
	next_frame(a->t);
	a->frozen = mirror_freeze(a->t->f->m);
	a->expected = a->t->state;
	str_clear(&a->out);
	pool_give(a->t->pool, &a->job);
}

static void
done(struct pool_job *job)
{
	struct asker *a = (struct asker *)job;
	struct slice rest = str_slice(&a->out), line;
	char expected[48];
	unsigned n = 0;

	snprintf(
	    expected, sizeof(expected), "%u;text %u", a->expected, a->expected);
	while (slice_next(&rest, '\n', &line)) {
		n++;
		a->t->wrong += !slice_eqs(line, expected);
	}
	a->t->wrong += n != WEB1_HTTP - DB1_DISK + 1;
	mirror_release(&a->frozen);
	if (--a->left > 0)
		ask_again(a);
	else if (--a->t->busy == 0)
		pool_free(&a->t->pool);
}

static void
test_one_moment(void **state)
{
	struct fixture *f = *state;
	struct test t = {.f = f, .busy = ASKERS};
	uv_loop_t loop;

	f->env.past = NULL;
	uv_loop_init(&loop);
	t.pool = pool_new(&loop, 3);
	for (int i = 0; i < ASKERS; i++) {
		struct asker *a = &t.askers[i];

		*a = (struct asker){
		    .job = {.work = work, .done = done, .history = i % 2 == 0},
		    .t = &t,
		    .left = ROUNDS};
		ask_again(a);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(t.wrong, 0);
	assert_null(t.pool);
	assert_int_equal(mirror_frozen(f->m), 0);
	assert_int_equal(mirror_kept_bytes(f->m), 0);
	assert_int_equal(uv_loop_close(&loop), 0);
	for (int i = 0; i < ASKERS; i++)
		str_free(&t.askers[i].out);
}

struct counted {
	struct pool_job job; /* first */
	bool worked;
	unsigned *done;
};

static void
count_work(struct pool_job *job)
{
	((struct counted *)job)->worked = true;
}

static void
count_done(struct pool_job *job)
{
	++*((struct counted *)job)->done;
}

/* Whatever was given comes back, begun or not. */
static void
test_end(void **state)
{
	struct counted jobs[50];
	unsigned n = 0;
	struct pool *p;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	p = pool_new(&loop, 2);
	for (int i = 0; i < 50; i++) {
		jobs[i] = (struct counted){.job = {.work = count_work,
					       .done = count_done,
					       .history = i % 3 == 0},
		    .done = &n};
		pool_give(p, &jobs[i].job);
	}
	pool_free(&p);
	assert_null(p);
	assert_int_equal(n, 50);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_one_moment, fixture_setup, fixture_teardown),
	    cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
