/* SPDX-License-Identifier: Apache-2.0
 *
 * Deliveries for real: scripts in a throw-away site, mails to a small SMTP
 * server in a thread, tries and their marks in the spool.
 */
#include "notifyd/deliver.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/context.h"
#include "notifyd/rules/rules.h"
#include "notifyd/spool/bulk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/notifyd/smtp.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/test-deliver-XXXXXX";
static uv_loop_t loop;
static struct spool *spool;
static struct deliverer *deliverer;
static struct settings settings;
static unsigned next_id;

/* --- a delivery
 * ------------------------------------------------------------------ */

struct outcome {
	bool came;
	int64_t counts[SPOOL_STATES];
};

static void
on_counts(const struct spool_counts *counts, void *arg)
{
	struct outcome *o = arg;

	memcpy(o->counts, counts->deliveries, sizeof(o->counts));
	o->came = true;
}

static struct outcome
count(void)
{
	struct outcome o = {0};

	spool_count(spool, on_counts, &o);
	while (!o.came)
		uv_run(&loop, UV_RUN_ONCE);
	return o;
}

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	(void)duplicate;
	(void)arg;
	if (committed)
		deliverer_put(deliverer, b->deliveries[0].row,
		    b->deliveries[0].method, 0);
}

/* Puts one delivery and runs until its first or last mark. */
static struct deliverer_counters
deliver(const char *method, const char *output)
{
	struct deliverer_counters before = *deliverer_counters(deliverer);
	struct spool_batch *b = xnew(struct spool_batch);
	struct context ctx = {0};
	struct deliverer_counters now;

	context_sets(&ctx, "HOSTNAME", "web01");
	context_sets(&ctx, "SERVICEDESC", "HTTP");
	context_sets(&ctx, "SERVICESTATE", "CRITICAL");
	context_sets(&ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(&ctx, "SERVICEOUTPUT", output);
	b->notice.id = xasprintf("n-%u", ++next_id);
	b->notice.site = xstrdup("demo");
	b->notice.what = xstrdup("PROBLEM");
	b->notice.host = xstrdup("web01");
	b->notice.service = xstrdup("HTTP");
	context_to_pairs(&ctx, &b->notice.context);
	context_free(&ctx);
	b->object = xstrdup("x");
	b->n_deliveries = 1;
	b->deliveries = xcalloc(1, sizeof(*b->deliveries));
	b->deliveries[0] = (struct spool_delivery){.ordinal = 1,
	    .contact = xstrdup("ann"),
	    .method = xstrdup(method),
	    .who = xstrdup("{\"email\": \"ann@example.com\"}"),
	    .params = xstrdup("{\"a\": 1}"),
	    .rule = xstrdup("default"),
	    .rule_text = xstrdup(""),
	    .first_ms = clock_wall() / NS_PER_MS};
	spool_add(spool, b, 1, on_added, NULL);
	do {
		uv_run(&loop, UV_RUN_ONCE);
		now = *deliverer_counters(deliverer);
	} while (
	    now.delivered == before.delivered && now.failed == before.failed);
	while (deliverer_running(deliverer) > 0)
		uv_run(&loop, UV_RUN_ONCE);
	now.delivered -= before.delivered;
	now.failed -= before.failed;
	now.deferred -= before.deferred;
	now.started -= before.started;
	return now;
}

static void
on_joined(
    const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	(void)duplicate;
	(void)arg;
	if (committed)
		deliverer_put_bulk(deliverer, b->deliveries[0].bulk,
		    b->deliveries[0].method, b->deliveries[0].bulk_due_ms);
}

/* One of a bulk of two, which goes when both are there. */
static void
join_bulk(const char *method, const char *host)
{
	struct spool_batch *b = xnew(struct spool_batch);
	struct spool_gather *g = xnew(struct spool_gather);
	struct context ctx = {0};

	context_sets(&ctx, "HOSTNAME", host);
	context_sets(&ctx, "HOSTSTATE", "DOWN");
	context_sets(&ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(&ctx, "HOSTOUTPUT", "no answer");
	b->notice.id = xasprintf("b-%u", ++next_id);
	b->notice.site = xstrdup("demo");
	b->notice.what = xstrdup("PROBLEM");
	b->notice.host = xstrdup(host);
	b->notice.service = xstrdup("");
	context_to_pairs(&ctx, &b->notice.context);
	context_free(&ctx);
	b->object = xstrdup("x");
	b->n_deliveries = 1;
	b->deliveries = xcalloc(1, sizeof(*b->deliveries));
	*g = (struct spool_gather){.kind = PLAN_BULK,
	    .key = xstrdup(method),
	    .causes = xstrdup(""),
	    .how = xstrdup("{}"),
	    .horizon_ms = 3600000,
	    .max = 2};
	b->deliveries[0] = (struct spool_delivery){.ordinal = 1,
	    .contact = xstrdup("ann"),
	    .method = xstrdup(method),
	    .who = xstrdup("{\"email\": \"ann@example.com\"}"),
	    .params = xstrdup("{\"a\": 1}"),
	    .rule = xstrdup("default"),
	    .rule_text = xstrdup(""),
	    .gather = g,
	    .first_ms = clock_wall() / NS_PER_MS};
	spool_add(spool, b, 1, on_joined, NULL);
}

static struct deliverer_counters
deliver_bulk(const char *method)
{
	struct deliverer_counters before = *deliverer_counters(deliverer), now;

	join_bulk(method, "web01");
	join_bulk(method, "web02");
	do {
		uv_run(&loop, UV_RUN_ONCE);
		now = *deliverer_counters(deliverer);
	} while (
	    now.delivered == before.delivered && now.failed == before.failed);
	while (deliverer_running(deliverer) > 0)
		uv_run(&loop, UV_RUN_ONCE);
	now.delivered -= before.delivered;
	now.failed -= before.failed;
	now.deferred -= before.deferred;
	now.started -= before.started;
	return now;
}

static void
on_lines(const struct spool_line *lines, size_t n, void *arg)
{
	struct str *to = arg;

	for (size_t i = 0; i < n; i++)
		str_addf(to, "%s\n", lines[i].line);
	str_addc(to, '.'); /* they came */
}

static void
script(const char *name, const char *text)
{
	struct err err;
	char *path =
	    xasprintf("%s/local/share/vedette/notifications/%s", root, name);

	if (file_write(path, slice_of(text), 0755, &err) < 0)
		fail_msg("%s", err.text);
	chmod(path, 0755);
	free(path);
}

static bool
result_has(const char *text)
{
	struct str got = {0};
	struct err err;
	char *path = xasprintf("%s/result", root);
	bool has = file_read(path, 1 << 20, &got, &err) == 0 &&
	    strstr(str_get(&got), text) != NULL;

	free(path);
	str_free(&got);
	return has;
}

/* --- scripts
 * ----------------------------------------------------------------------- */

static void
script_gets_its_environment(void **state)
{
	struct deliverer_counters c;

	(void)state;
	script("good", "#!/bin/sh\nenv >result\npwd >>result\necho sent\n");
	c = deliver("good", "two\nlines");
	assert_int_equal(c.delivered, 1);
	assert_true(result_has("NOTIFY_HOSTNAME=web01\n"));
	assert_true(result_has("NOTIFY_SERVICEOUTPUT=two\nlines\n"));
	assert_true(result_has("NOTIFY_CONTACTNAME=ann\n"));
	assert_true(result_has("NOTIFY_CONTACTEMAIL=ann@example.com\n"));
	assert_true(result_has("NOTIFY_PARAMETER_A=1\n"));
	assert_true(result_has("NOTIFY_DELIVERY_ID=n-1-1\n"));
	assert_true(result_has(root));
}

static void
exit_2_is_final(void **state)
{
	struct deliverer_counters c;

	(void)state;
	script("bad", "#!/bin/sh\nexit 2\n");
	c = deliver("bad", "x");
	assert_int_equal(c.failed, 1);
	assert_int_equal(c.started, 1);
}

static void
exit_1_is_tried_again_with_the_same_id(void **state) /* NO-31 */
{
	struct deliverer_counters c;

	(void)state;
	script("later",
	    "#!/bin/sh\n"
	    "echo $NOTIFY_DELIVERY_ID >>ids\n"
	    "test $(wc -l <ids) -ge 3 || exit 1\n"
	    "test $(sort -u ids | wc -l) = 1 || exit 2\n");
	c = deliver("later", "x");
	assert_int_equal(c.delivered, 1);
	assert_int_equal(c.deferred, 2);
	assert_int_equal(c.started, 3);
}

static void
tries_end(void **state)
{
	struct deliverer_counters c;

	(void)state;
	script("never", "#!/bin/sh\nexit 1\n");
	c = deliver("never", "x");
	assert_int_equal(c.failed, 1);
	assert_int_equal(c.started, 4);
}

static void
time_out_kills_the_group(void **state)
{
	struct deliverer_counters c;

	(void)state;
	script("slow", "#!/bin/sh\nsleep 3077 &\necho $! >child\nwait\n");
	c = deliver("slow", "x");
	assert_int_equal(c.failed, 1);
	assert_int_equal(c.started, 1);
	for (int i = 0; i < 100; i++) { /* it dies in its own time */
		if (system("ps -eo args | grep -q '^sleep 307[7]'") != 0)
			return;
		usleep(20000);
	}
	fail_msg("a grandchild lives");
}

/* The history has the last words of one that says a lot. */
static void
much_output_is_bounded(void **state)
{
	struct str lines = {0};
	const char *result;

	(void)state;
	script("loud",
	    "#!/bin/sh\necho begin\n"
	    "head -c 10000000 /dev/zero | tr '\\0' 'x'\n"
	    "echo\necho last words\nexit 2\n");
	assert_int_equal(deliver("loud", "x").failed, 1);
	spool_lines(spool, 0, 1000, on_lines, &lines);
	while (lines.len == 0)
		uv_run(&loop, UV_RUN_ONCE);
	result = strstr(str_get(&lines), ";CRITICAL;loud;last words;begin");
	assert_non_null(result);
	assert_true(strcspn(result, "\n") < 2000);
	str_free(&lines);
}

/* What a script leaves behind is not waited for, though it holds the pipe. */
static void
a_child_that_stays_holds_nothing_up(void **state)
{
	int64_t start = clock_mono();
	char *command;

	(void)state;
	script("parent", "#!/bin/sh\nsleep 600 &\necho $! >child\nexit 0\n");
	assert_int_equal(deliver("parent", "x").delivered, 1);
	assert_true(clock_mono() - start < 300 * NS_PER_S);
	command = xasprintf("kill $(cat %s/child)", root);
	assert_int_equal(system(command), 0); /* it lived */
	free(command);
}

static void
missing_script_is_final(void **state)
{
	(void)state;
	assert_int_equal(deliver("absent", "x").failed, 1);
	assert_int_equal(deliver("../../../../bin/true", "x").failed, 1);
}

/* NT-7: code 1 keeps the entries, each gets the bulk's result. */
static void
bulks_are_tried_again(void **state)
{
	struct deliverer_counters c;
	struct str lines = {0};

	(void)state;
	script("many",
	    "#!/bin/sh\n# Many\n# Bulk: yes\n"
	    "test \"$1\" = --bulk || exit 2\n"
	    "cat >result; env >>result; test -f second && exit 0\n"
	    "touch second; echo not now; exit 1\n");
	assert_true(deliverer_bulks(root, "many"));
	assert_false(deliverer_bulks(root, "good"));
	assert_true(deliverer_bulks(root, "mail"));
	c = deliver_bulk("many");
	assert_int_equal(c.delivered, 1);
	assert_int_equal(c.deferred, 1);
	assert_int_equal(c.started, 2);
	assert_true(result_has("PARAMETER_A=1\n\nCONTACTALIAS=\n"));
	assert_true(result_has("\nHOSTNAME=web01\n"));
	assert_true(result_has("\nHOSTNAME=web02\n"));
	assert_true(result_has("\nNOTIFY_COUNT_NOTIFICATIONS=2\n"));
	assert_true(result_has("\nNOTIFY_CONTACTNAME=ann\n"));
	spool_lines(spool, 0, 1000, on_lines, &lines);
	while (lines.len == 0)
		uv_run(&loop, UV_RUN_ONCE);
	for (const char *const *l =
		 (const char *const[]){
		     "HOST NOTIFICATION RESULT: ann;web01;WARNING;many;bulk 1: "
		     "not now;",
		     "HOST NOTIFICATION RESULT: ann;web02;WARNING;many;bulk 1: "
		     "not now;",
		     "HOST NOTIFICATION RESULT: ann;web01;OK;many;bulk 1:;",
		     NULL};
	     *l != NULL; l++) {
		if (strstr(str_get(&lines), *l) == NULL)
			fail_msg("%s\nis not in\n%s", *l, str_get(&lines));
	}
	str_free(&lines);
}

static void
bulks_can_fail(void **state)
{
	(void)state;
	script("no", "#!/bin/sh\n#\n# Bulk: yes\nexit 2\n");
	assert_int_equal(deliver_bulk("no").failed, 1);
}

static void
bulks_are_one_mail(void **state)
{
	(void)state;
	rcpt_answer = "250 ok";
	assert_int_equal(deliver_bulk("mail").delivered, 1);
	assert_non_null(
	    strstr(seen, "Subject: Vedette: 2 problems: web01, web02"));
	assert_non_null(strstr(seen, "web02 is DOWN: no answer"));
}

/* --- mail
 * ----------------------------------------------------------------------------
 */

static void
mail_arrives(void **state)
{
	(void)state;
	rcpt_answer = "250 ok";
	assert_int_equal(deliver("mail", "no answer at all").delivered, 1);
	assert_non_null(strstr(seen, "MAIL FROM:<vedette@monitor>"));
	assert_non_null(strstr(seen, "RCPT TO:<ann@example.com>"));
	assert_non_null(
	    strstr(seen, "Subject: Vedette: web01/HTTP is CRITICAL"));
	assert_non_null(strstr(seen, "no answer at all"));
	assert_non_null(strstr(seen, "Message-ID: <n-"));
}

static void
refused_recipient_is_final(void **state)
{
	struct deliverer_counters c;

	(void)state;
	rcpt_answer = "550 no such user";
	c = deliver("mail", "x");
	assert_int_equal(c.failed, 1);
	assert_int_equal(c.started, 1);
}

static void
busy_server_is_temporary(void **state)
{
	struct deliverer_counters c;

	(void)state;
	rcpt_answer = "451 come again";
	c = deliver("mail", "x");
	assert_int_equal(c.failed, 1);
	assert_int_equal(c.started, 4);
}

static void
no_server_is_temporary(void **state)
{
	struct outcome before, after;
	struct deliverer_counters c;

	(void)state;
	before = count();
	settings.smtp_port = 1;
	deliverer_configure(deliverer, &settings);
	c = deliver("mail", "x");
	assert_int_equal(c.started, 4);
	assert_int_equal(c.deferred, 3);
	after = count();
	assert_int_equal(
	    after.counts[SPOOL_FAILED], before.counts[SPOOL_FAILED] + 1);
	assert_int_equal(after.counts[SPOOL_RUNNING], 0);
}

/* --- around
 * -----------------------------------------------------------------------------
 */

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
	char *folder, *path;

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	log_set_sink(quiet, NULL);
	folder = xasprintf("%s/local/share/vedette/notifications", root);
	path = xasprintf("%s/spool.sqlite", root);
	file_mkdirs(folder, 0755, &err);
	uv_loop_init(&loop);
	spool = spool_open(&loop, path, &err);
	free(folder);
	free(path);
	settings.smtp_host = (char *)"127.0.0.1";
	settings.smtp_port = listen_somewhere();
	settings.smtp_tls = (char *)"none";
	settings.notify_methods =
	    json_loads("{\"mail\": {\"retry\": [\"5ms\"], \"tries\": 4},"
		       " \"later\": {\"retry\": [\"5ms\"]},"
		       " \"many\": {\"retry\": [\"5ms\"]},"
		       " \"never\": {\"retry\": [\"5ms\"], \"tries\": 4},"
		       " \"slow\": {\"timeout\": \"200ms\", \"tries\": 1}}",
		0, NULL);
	deliverer = deliverer_new(&loop, spool, root, "monitor");
	deliverer_configure(deliverer, &settings);
	return spool == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
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
	    cmocka_unit_test(script_gets_its_environment),
	    cmocka_unit_test(exit_2_is_final),
	    cmocka_unit_test(exit_1_is_tried_again_with_the_same_id),
	    cmocka_unit_test(tries_end),
	    cmocka_unit_test(time_out_kills_the_group),
	    cmocka_unit_test(much_output_is_bounded),
	    cmocka_unit_test(a_child_that_stays_holds_nothing_up),
	    cmocka_unit_test(missing_script_is_final),
	    cmocka_unit_test(bulks_are_tried_again),
	    cmocka_unit_test(bulks_can_fail),
	    cmocka_unit_test(bulks_are_one_mail),
	    cmocka_unit_test(mail_arrives),
	    cmocka_unit_test(refused_recipient_is_final),
	    cmocka_unit_test(busy_server_is_temporary),
	    cmocka_unit_test(no_server_is_temporary),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
