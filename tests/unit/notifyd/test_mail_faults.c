/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail servers that fail: one that dies within a message, one that dies before
 * it answers, one that never answers, one that refuses for a day (of a virtual
 * clock), one that is slow. Nothing is lost, nothing that was marked as sent
 * goes twice, and only mails wait.
 */
#include "notifyd/deliver.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HOUR_MS (INT64_C(3600) * 1000)

static char root[] = "/tmp/test-mail-faults-XXXXXX";
static uv_loop_t loop;
static struct spool *spool;
static struct deliverer *deliverer;
static struct settings settings;
static unsigned next_id;
static int64_t now_ms = INT64_C(1772438400000); /* 2026-03-02 08:00 UTC */

/* --- the server ------------------------------------------------------------
 */

enum fault {
	FAULT_NONE,
	FAULT_WITHIN,  /* hangs up within the message */
	FAULT_END,     /* hangs up when it has all of it */
	FAULT_SILENT,  /* has all of it, and says no more */
	FAULT_REFUSES, /* "451" for the sender */
	FAULT_SLOW     /* has all of it, and answers when it is let */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
	enum fault fault;
	bool go;                         /* the slow one answers */
	unsigned calls, complete, taken; /* taken: and said so */
	char ids[3][200]; /* Message-ID lines of the first complete ones */
} server;
static int server_fd = -1;

static enum fault
called(void)
{
	enum fault fault;

	pthread_mutex_lock(&lock);
	server.calls++;
	fault = server.fault;
	pthread_mutex_unlock(&lock);
	return fault;
}

static void
has_all(const char *id, bool taken)
{
	pthread_mutex_lock(&lock);
	if (server.complete < ARRAY_LEN(server.ids))
		snprintf(server.ids[server.complete], sizeof(server.ids[0]),
		    "%s", id);
	server.complete++;
	server.taken += taken;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

/* Until the slow one may answer. */
static void
wait_to_go(void)
{
	pthread_mutex_lock(&lock);
	while (!server.go)
		pthread_cond_wait(&changed, &lock);
	server.taken++;
	pthread_mutex_unlock(&lock);
}

/* The message after DATA; false: hang up. */
static bool
take_message(FILE *in, FILE *out, enum fault fault)
{
	char line[2000], id[200] = "";

	fprintf(out, "354 go on\r\n");
	fflush(out);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, "Message-ID:", 11) == 0)
			snprintf(id, sizeof(id), "%.190s", line);
		if (fault == FAULT_WITHIN && strcmp(line, "\r\n") == 0)
			return false;
		if (strcmp(line, ".\r\n") != 0)
			continue;
		has_all(id, fault == FAULT_NONE);
		if (fault == FAULT_SLOW) {
			wait_to_go();
			fault = FAULT_NONE;
		}
		while (fault == FAULT_SILENT &&
		    fgets(line, sizeof(line), in) != NULL &&
		    strncmp(line, "QUIT", 4) != 0)
			; /* until the other side ends it */
		if (fault != FAULT_NONE)
			return false;
		fprintf(out, "250 queued\r\n");
		return true;
	}
	return false;
}

/* Connections may be used again, so each message has its own fault. */
static void *
serve_one(void *arg)
{
	int fd = (int)(intptr_t)arg;
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	enum fault fault = FAULT_NONE;
	char line[2000];

	fprintf(out, "220 sink\r\n");
	fflush(out);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, "QUIT", 4) == 0)
			break;
		if (strncmp(line, "MAIL", 4) == 0)
			fault = called();
		if (fault == FAULT_REFUSES)
			fprintf(out, "451 not today\r\n");
		else if (strncmp(line, "DATA", 4) != 0)
			fprintf(out, "250 ok\r\n");
		else if (!take_message(in, out, fault))
			break;
		if (fault == FAULT_REFUSES)
			fault = FAULT_NONE;
		fflush(out);
	}
	fclose(in);
	fclose(out);
	return NULL;
}

static void
start(void *(*run)(void *arg), void *arg)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, run, arg), 0);
	pthread_detach(thread);
}

static void *
serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(server_fd, NULL, NULL)) >= 0)
		start(serve_one, (void *)(intptr_t)fd);
	return NULL;
}

static int
listen_somewhere(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);

	server_fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(server_fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(server_fd, 5), 0);
	getsockname(server_fd, (struct sockaddr *)&at, &len);
	start(serve, NULL);
	return ntohs(at.sin_port);
}

static void
server_is(enum fault fault)
{
	pthread_mutex_lock(&lock);
	server.fault = fault;
	pthread_mutex_unlock(&lock);
}

static void
server_forget(void)
{
	pthread_mutex_lock(&lock);
	memset(&server, 0, sizeof(server));
	pthread_mutex_unlock(&lock);
}

/* --- deliveries ------------------------------------------------------------
 */

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	(void)arg;
	assert_true(committed && !duplicate);
	deliverer_put(
	    deliverer, b->deliveries[0].row, b->deliveries[0].method, now_ms);
}

static void
notify_by(const char *method)
{
	struct spool_batch *b = xnew(struct spool_batch);
	struct context ctx = {0};

	context_sets(&ctx, "HOSTNAME", "web01");
	context_sets(&ctx, "HOSTSTATE", "DOWN");
	context_sets(&ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(&ctx, "HOSTOUTPUT", "no answer");
	b->notice.id = xasprintf("n-%u", ++next_id);
	b->notice.site = xstrdup("demo");
	b->notice.what = xstrdup("PROBLEM");
	b->notice.host = xstrdup("web01");
	b->notice.service = xstrdup("");
	context_to_pairs(&ctx, &b->notice.context);
	context_free(&ctx);
	b->object = xstrdup("x");
	b->n_deliveries = 1;
	b->deliveries = xcalloc(1, sizeof(*b->deliveries));
	b->deliveries[0] = (struct spool_delivery){.ordinal = 1,
	    .contact = xstrdup("ann"),
	    .method = xstrdup(method),
	    .who = xstrdup("{\"email\": \"ann@example.com\"}"),
	    .params = xstrdup("{}"),
	    .rule = xstrdup("default"),
	    .rule_text = xstrdup(""),
	    .next_ms = now_ms,
	    .first_ms = now_ms};
	spool_add(spool, b, now_ms / 1000, on_added, NULL);
}

static void
notify(void)
{
	notify_by("mail");
}

static uint64_t
ended(void)
{
	const struct deliverer_counters *c = deliverer_counters(deliverer);

	return c->delivered + c->failed + c->deferred;
}

/* Until one more try has its mark. */
static void
run_try(uint64_t before)
{
	while (ended() == before || deliverer_running(deliverer) > 0)
		uv_run(&loop, UV_RUN_ONCE);
}

/* Virtual time passes; what is due then is tried. */
static void
pass(int64_t ms)
{
	now_ms += ms;
	clock_set(now_ms * NS_PER_MS, now_ms * NS_PER_MS);
	deliverer_configure(deliverer, &settings);
}

struct left {
	bool came;
	size_t n;
};

static void
on_open(const struct spool_delivery *list, size_t n,
    const struct spool_told *told, size_t n_told, void *arg)
{
	(void)list;
	(void)told;
	(void)n_told;
	*(struct left *)arg = (struct left){true, n};
}

/* What a start after now would send again. */
static size_t
still_open(void)
{
	struct left left = {0};

	spool_recover(spool, on_open, &left);
	while (!left.came)
		uv_run(&loop, UV_RUN_ONCE);
	return left.n;
}

/* Until the server has all of one; the loop runs in between. */
static void
wait_for_mail(void)
{
	bool complete = false;

	while (!complete) {
		uv_run(&loop, UV_RUN_NOWAIT);
		pthread_mutex_lock(&lock);
		complete = server.complete > 0;
		pthread_mutex_unlock(&lock);
		usleep(1000);
	}
}

static void
let_go(void)
{
	pthread_mutex_lock(&lock);
	server.go = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

/* The next configuration's, all else is as it comes. */
static void
mail_timeout(const char *timeout)
{
	json_decref(settings.notify_methods);
	settings.notify_methods =
	    json_pack("{s:{s:s}}", "mail", "timeout", timeout);
	deliverer_configure(deliverer, &settings);
}

/* One notice; its first try meets the fault, the second does not. */
static void
fails_once(enum fault fault, unsigned complete)
{
	struct deliverer_counters was = *deliverer_counters(deliverer);
	const struct deliverer_counters *is = deliverer_counters(deliverer);
	uint64_t before = ended();

	server_forget();
	server_is(fault);
	if (fault == FAULT_SILENT)
		mail_timeout("3s");
	notify();
	run_try(before);
	mail_timeout("60s");
	assert_int_equal(is->deferred, was.deferred + 1);
	assert_int_equal(still_open(), 1);
	server_is(FAULT_NONE);
	before = ended();
	pass(30000);
	run_try(before);
	assert_int_equal(is->delivered, was.delivered + 1);
	assert_int_equal(is->failed, was.failed);
	assert_int_equal(still_open(), 0);
	pass(24 * HOUR_MS); /* what was marked does not go again */
	assert_int_equal(deliverer_queued(deliverer), 0);
	assert_int_equal(deliverer_running(deliverer), 0);
	pthread_mutex_lock(&lock);
	assert_int_equal(server.calls, 2);
	assert_int_equal(server.taken, 1);
	assert_int_equal(server.complete, complete);
	assert_non_null(strstr(server.ids[0], "Message-ID: <n-"));
	if (complete == 2) /* the mailbox can tell that it is one */
		assert_string_equal(server.ids[0], server.ids[1]);
	pthread_mutex_unlock(&lock);
}

static void
dies_within_the_message(void **state)
{
	(void)state;
	fails_once(FAULT_WITHIN, 1);
}

static void
dies_before_it_answers(void **state)
{
	(void)state;
	fails_once(FAULT_END, 2);
}

/* The connection whose answer did not come is not used again. */
static void
never_answers(void **state)
{
	(void)state;
	fails_once(FAULT_SILENT, 2);
}

/* By default: three notices wait for a day, each goes once. */
static void
refuses_for_a_day(void **state)
{
	const struct deliverer_counters *is = deliverer_counters(deliverer);
	struct deliverer_counters was = *is;
	int64_t from = now_ms;
	uint64_t before;

	(void)state;
	server_forget();
	server_is(FAULT_REFUSES);
	before = ended();
	for (int i = 0; i < 3; i++)
		notify();
	while (ended() < before + 3 || deliverer_running(deliverer) > 0)
		uv_run(&loop, UV_RUN_ONCE);
	while (now_ms - from < 24 * HOUR_MS) {
		before = ended();
		pass(HOUR_MS); /* longer than the longest pause */
		while (ended() < before + 3 || deliverer_running(deliverer) > 0)
			uv_run(&loop, UV_RUN_ONCE);
		assert_int_equal(still_open(), 3);
	}
	server_is(FAULT_NONE);
	before = ended();
	pass(HOUR_MS / 2);
	while (ended() < before + 3 || deliverer_running(deliverer) > 0)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(is->delivered, was.delivered + 3);
	assert_int_equal(is->failed, was.failed);
	assert_int_equal(still_open(), 0);
	pthread_mutex_lock(&lock);
	assert_int_equal(server.taken, 3);
	for (int i = 0; i < 3; i++)
		assert_string_not_equal(server.ids[i], server.ids[(i + 1) % 3]);
	pthread_mutex_unlock(&lock);
}

static void
on_counts(const struct spool_counts *counts, void *arg)
{
	*(struct spool_counts *)arg = *counts;
}

/* What `vedette notify status` asks, which no server may hold up. */
static int64_t
processing(void)
{
	struct spool_counts counts = {.oldest_ms = -1};

	spool_count(spool, on_counts, &counts);
	while (counts.oldest_ms == -1)
		uv_run(&loop, UV_RUN_ONCE);
	return counts.deliveries[SPOOL_RUNNING];
}

/* One that has the whole mail and thinks it over: others are told, and asked,
 * meanwhile. */
static void
is_slow(void **state)
{
	const struct deliverer_counters *is = deliverer_counters(deliverer);
	struct deliverer_counters was = *is;

	(void)state;
	server_forget();
	server_is(FAULT_SLOW);
	notify();
	wait_for_mail();
	notify_by("script");
	while (is->delivered == was.delivered)
		uv_run(&loop, UV_RUN_ONCE);
	pthread_mutex_lock(&lock);
	assert_int_equal(server.taken, 0); /* it still thinks */
	pthread_mutex_unlock(&lock);
	assert_int_equal(is->deferred, was.deferred);
	assert_int_equal(still_open(), 1);
	assert_int_equal(processing(), 1);
	let_go();
	while (is->delivered < was.delivered + 2)
		uv_run(&loop, UV_RUN_ONCE);
	run_try(0);
	assert_int_equal(still_open(), 0);
}

/* The daemon ends without its answer; the mail stays in the spool. */
static void
is_slow_at_the_end(void **state)
{
	(void)state;
	server_forget();
	server_is(FAULT_SLOW);
	notify();
	wait_for_mail();
	deliverer_free(&deliverer);
	pthread_mutex_lock(&lock);
	assert_int_equal(server.taken, 0);
	pthread_mutex_unlock(&lock);
	assert_int_equal(still_open(), 1);
	let_go();
}

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static int
set_up(void **state)
{
	struct err err;
	char *path;

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	log_set_sink(quiet, NULL);
	path = xasprintf("%s/spool.sqlite", root);
	uv_loop_init(&loop);
	spool = spool_open(&loop, path, &err);
	free(path);
	path = xasprintf("%s/local/share/vedette/notifications", root);
	file_mkdirs(path, 0700, &err);
	free(path);
	path = xasprintf("%s/local/share/vedette/notifications/script", root);
	file_write(path, SLICE("#!/bin/sh\nexit 0\n"), 0700, &err);
	free(path);
	settings.smtp_host = (char *)"127.0.0.1";
	settings.smtp_port = listen_somewhere();
	settings.smtp_tls = (char *)"none";
	deliverer = deliverer_new(&loop, spool, root, "monitor");
	mail_timeout("60s");
	pass(0);
	return spool == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	clock_use_system();
	deliverer_free(&deliverer);
	spool_close(&spool);
	uv_run(&loop, UV_RUN_DEFAULT);
	json_decref(settings.notify_methods);
	file_remove_tree(root, &err);
	return uv_loop_close(&loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dies_within_the_message),
	    cmocka_unit_test(dies_before_it_answers),
	    cmocka_unit_test(refuses_for_a_day),
	    cmocka_unit_test(is_slow),
	    cmocka_unit_test(never_answers),
	    cmocka_unit_test(is_slow_at_the_end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
