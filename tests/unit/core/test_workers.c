/* SPDX-License-Identifier: Apache-2.0
 *
 * Which worker takes whose jobs: claims, `alone`, credit, draining. Who is
 * let in: only fetchers of this version whose key is known.
 */
#include "common/daemon.h"
#include "common/log.h"
#include "common/mem.h"
#include "core/schedule/jobs_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define NEVER_HERE -1

struct bench {
	struct workers w;
	struct worker local, munich, berlin;
	struct claim claim;
};

/* One of this machine; munich and berlin claim the claim's hosts. */
static void
set_up(struct bench *b)
{
	*b = (struct bench){.local = {.def = NEVER_HERE, .credit = 10},
	    .munich = {.def = 0, .credit = 10},
	    .berlin = {.def = 1, .credit = 10},
	    .claim = {.by = 3}};
	b->local.next = &b->munich;
	b->munich.next = &b->berlin;
	b->w.first = &b->local;
	b->w.claiming = 3;
}

static void
claimed_hosts_go_to_those_that_claim_them(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_ptr_equal(workers_pick(&b.w, NULL, MSG_JOB_AGENT), &b.local);
	assert_ptr_equal(workers_pick_local(&b.w), &b.local);
	b.munich.busy = 5;
	assert_ptr_equal(
	    workers_pick(&b.w, &b.claim, MSG_JOB_AGENT), &b.berlin);
	b.berlin.busy = 6;
	assert_ptr_equal(
	    workers_pick(&b.w, &b.claim, MSG_JOB_AGENT), &b.munich);
	b.claim.by = 2;
	assert_ptr_equal(
	    workers_pick(&b.w, &b.claim, MSG_JOB_AGENT), &b.berlin);
	/* One that claims nothing takes what nobody claims. */
	b.w.claiming = 1;
	b.local.credit = 0;
	b.berlin.busy = 0;
	assert_ptr_equal(workers_pick(&b.w, NULL, MSG_JOB_AGENT), &b.berlin);
	assert_null(workers_pick_local(&b.w));
}

static void
without_credit_they_wait_and_without_worker_others_help(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	/* Up, but full: nobody else is asked. */
	b.munich.credit = b.berlin.credit = 0;
	assert_null(workers_pick(&b.w, &b.claim, MSG_JOB_AGENT));
	assert_true(workers_any(&b.w));
	b.local.refused = true;
	assert_false(workers_any(&b.w));
	assert_null(workers_pick(&b.w, NULL, MSG_JOB_AGENT));
	b.local.refused = false;
	/* Both leave: this machine helps, unless all are alone. */
	b.munich.draining = b.berlin.draining = true;
	assert_ptr_equal(workers_pick(&b.w, &b.claim, MSG_JOB_AGENT), &b.local);
	b.w.alone = 1;
	assert_ptr_equal(workers_pick(&b.w, &b.claim, MSG_JOB_AGENT), &b.local);
	b.w.alone = 3;
	assert_null(workers_pick(&b.w, &b.claim, MSG_JOB_AGENT));
	b.w.first = NULL;
	assert_null(workers_pick(&b.w, &b.claim, MSG_JOB_AGENT));
	assert_false(workers_any(&b.w));
}

static void
jobs_wait_in_order(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	for (uint32_t i = 0; i < 100; i++)
		claim_wait(&b.claim, MSG_JOB_AGENT, &(struct due){.object = i});
	assert_int_equal(claim_waiting(&b.claim), 100);
	assert_int_equal(b.claim.waiting[MSG_JOB_AGENT].items[0].object, 0);
	assert_int_equal(b.claim.waiting[MSG_JOB_AGENT].items[99].object, 99);
	free(b.claim.waiting[MSG_JOB_AGENT].items);
}

/* Silent hosts of a branch office leave places there, and so do its own. */
static void
each_worker_keeps_places(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	b.w.kinds_used = 1u << MSG_JOB_PING | 1u << MSG_JOB_AGENT;
	b.berlin.draining = true;
	b.munich.credit = 10;
	b.munich.busy = b.munich.running_of[MSG_JOB_PING] = 90;
	b.local.credit = 1000;
	assert_null(workers_pick(&b.w, &b.claim, MSG_JOB_PING));
	assert_int_equal(b.w.held_back, 1);
	assert_ptr_equal(
	    workers_pick(&b.w, &b.claim, MSG_JOB_AGENT), &b.munich);
	assert_ptr_equal(workers_pick(&b.w, NULL, MSG_JOB_PING), &b.local);
	/* Room of munich is none for hosts that it does not claim. */
	b.local.credit = 10;
	b.local.busy = b.local.running_of[MSG_JOB_PING] = 90;
	b.munich.credit = 1000;
	assert_null(workers_pick(&b.w, NULL, MSG_JOB_PING));
	assert_ptr_equal(workers_pick(&b.w, NULL, MSG_JOB_AGENT), &b.local);
}

/* --- who comes in --------------------------------------------------------- */

struct door {
	struct jobs jobs; /* its workers alone are used */
	struct fetcher_def def;
	uv_loop_t loop;
	char folder[32], endpoint[80];
	struct bus *core, *fetcher;
	int ups, refused, told; /* by log lines: of core, of the fetcher */
	char words[512];
};

static void
came_up(struct bus_peer *peer, void *arg)
{
	(void)arg;
	assert_non_null(peer);
}

static void
fetcher_up(struct bus_peer *peer, void *arg)
{
	(void)peer;
	((struct door *)arg)->ups++;
}

static void
goes_down(struct bus_peer *peer, const char *why, void *arg)
{
	(void)peer, (void)why, (void)arg;
}

static void
says(struct bus_peer *peer, const struct msg *m, void *arg)
{
	(void)peer, (void)m, (void)arg;
}

static void
heard(enum log_level level, const char *line, void *arg)
{
	struct door *d = arg;

	(void)level;
	if (strstr(line, ": refused ") != NULL)
		d->refused++;
	else if (strstr(line, ": refused: ") != NULL)
		d->told++;
	else
		return;
	snprintf(d->words, sizeof(d->words), "%s", line);
}

static bool
anybody(const char *key, void *arg)
{
	(void)key, (void)arg;
	return true;
}

static void
gave_up(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

/* A program that calls itself that knocks with that key. */
static void
knock(struct door *d, const struct bus_self *who, bool with_its_key)
{
	static const struct bus_handlers inside = {
	    .up = came_up, .down = goes_down, .message = says};
	static const struct bus_handlers outside = {
	    .up = fetcher_up, .down = goes_down, .message = says};
	static const struct bus_self core = {"core", "core", "t", "1"};
	struct bus_curve server = {.allow = anybody}, client = {0};
	struct bus_options so = {.curve = &server, .refuse = jobs_refuse};
	struct bus_options co = {.curve = &client};
	bool late = false;
	uv_timer_t timer;
	struct err err;

	bus_keypair(server.public_key, server.secret_key);
	bus_keypair(client.public_key, client.secret_key);
	memcpy(client.server_key, server.public_key, sizeof(server.public_key));
	if (with_its_key)
		memcpy(d->def.key, client.public_key, sizeof(d->def.key));
	d->ups = d->refused = d->told = 0;
	d->core = bus_new(&d->loop, &core);
	d->fetcher = bus_new(&d->loop, who);
	assert_non_null(
	    bus_listen(d->core, d->endpoint, &so, &inside, &d->jobs, &err));
	assert_non_null(
	    bus_dial(d->fetcher, d->endpoint, &co, &outside, d, &err));
	uv_timer_init(&d->loop, &timer);
	timer.data = &late;
	uv_timer_start(&timer, gave_up, 60000, 0);
	while (!late && d->ups == 0 && (d->refused == 0 || d->told == 0))
		uv_run(&d->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	bus_free(&d->fetcher);
	bus_free(&d->core);
	uv_run(&d->loop, UV_RUN_NOWAIT);
	assert_false(late);
}

static void
others_are_refused_with_words(void **state)
{
	struct door d = {.folder = "/tmp/vtdoorXXXXXX"};
	char path[64];

	(void)state;
	assert_non_null(mkdtemp(d.folder));
	snprintf(path, sizeof(path), "%s/s", d.folder);
	snprintf(d.endpoint, sizeof(d.endpoint), "ipc://%s", path);
	uv_loop_init(&d.loop);
	d.jobs.workers.defs = (struct fetcher_defs){&d.def, 1};
	log_set_sink(heard, &d);
	/* Both sides say the same, and what to do. */
	knock(&d, &(struct bus_self){"fetcher", "branch", "t", "0.0.1-other"},
	    true);
	assert_int_equal(d.ups, 0);
	assert_non_null(strstr(d.words, "the fetcher has version 0.0.1-other"));
	assert_non_null(strstr(d.words, vedette_version()));
	assert_non_null(strstr(d.words, "install the same version on both"));
	assert_int_equal(d.jobs.workers.strangers, 1);
	knock(&d,
	    &(struct bus_self){"livestatusd", "x", "t", vedette_version()},
	    true);
	assert_int_equal(d.ups, 0);
	assert_non_null(strstr(d.words, "only fetchers come here"));
	d.def.key[0] = '\0';
	knock(&d, &(struct bus_self){"fetcher", "x", "t", vedette_version()},
	    false);
	assert_int_equal(d.ups, 0);
	assert_non_null(strstr(d.words, "its key is unknown"));
	knock(&d,
	    &(struct bus_self){"fetcher", "branch", "t", vedette_version()},
	    true);
	assert_int_equal(d.ups, 1);
	log_set_sink(NULL, NULL);
	assert_int_equal(uv_loop_close(&d.loop), 0);
	unlink(path);
	rmdir(d.folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(claimed_hosts_go_to_those_that_claim_them),
	    cmocka_unit_test(
		without_credit_they_wait_and_without_worker_others_help),
	    cmocka_unit_test(jobs_wait_in_order),
	    cmocka_unit_test(each_worker_keeps_places),
	    cmocka_unit_test(others_are_refused_with_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
