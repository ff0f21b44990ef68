/* SPDX-License-Identifier: Apache-2.0
 *
 * Event and alert handlers in the whole daemon, and its exported numbers.
 */
#include "tests/unit/core/live.h"

#include "common/notice.h"

#define SERVICES 1100 /* more than handlers may wait */

/* --- alert handlers --------------------------------------------------------
 */

static struct {
	uint64_t job_id; /* the last; 0: answered */
	unsigned jobs;
	struct bus_peer *peer;
	char context[4096]; /* of the last ALERTHANDLER notice */
	unsigned told;
} act;

static void
with_alert_handler(struct snapb *b)
{
	snapb_object(b, HTTP)->alert_handler = snapb_str(b, "act!now");
	snapb_object(b, HTTP)->alert_handler_line =
	    snapb_str(b, "act $ARG1$ $SERVICESTATE$");
}

static bool
keeps_handlers(struct live *l, struct bus_peer *peer, const struct msg_job *job)
{
	(void)l;
	if (!slice_starts(job->command, "act "))
		return false;
	assert_true(slice_eqs(job->command, "act now CRITICAL") ||
	    slice_eqs(job->command, "act now OK"));
	assert_int_equal(job->timeout_ms, 60000);
	assert_int_equal(job->patience_ms, 60000);
	act.job_id = job->job_id;
	act.peer = peer;
	act.jobs++;
	return true;
}

static void
end_handler(uint32_t state, const char *output)
{
	struct msg_job_result r = {.object = MSG_OWN_OBJECT,
	    .state = state,
	    .output = slice_of(output)};
	struct str results = {0};

	msg_job_result_put(&results, &r);
	say(act.peer,
	    &(struct msg){.id = MSG_OUTCOME,
		.outcome = {
		    .job_id = act.job_id, .results = str_slice(&results)}});
	say(act.peer, &(struct msg){.id = MSG_CREDIT, .credit = {.jobs = 1}});
	act.job_id = 0;
	str_free(&results);
}

static void
take_notice(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct snapb *none = snapb_new(1, 0);
	struct err err;
	struct snapshot *snap = snapb_open(none, &err);
	struct slice list;
	struct msg_pair p;
	struct str text = {0}, pairs = {0};

	(void)arg;
	assert_int_equal(m->id, MSG_ALERT);
	notice_context(&pairs, snap, &m->alert);
	list = str_slice(&pairs);
	while (msg_pair_next(&list, &p)) {
		if (slice_eqs(p.key, "NOTIFICATIONTYPE") ||
		    slice_starts(p.key, "ALERTHANDLER"))
			str_addf(&text, "%.*s=%.*s\n", (int)p.key.len, p.key.s,
			    (int)p.value.len, p.value.s);
	}
	if (strstr(str_get(&text), "ALERTHANDLERNAME=") != NULL) {
		act.told++;
		snprintf(
		    act.context, sizeof(act.context), "%s", str_get(&text));
	}
	str_free(&text);
	str_free(&pairs);
	snapshot_close(&snap);
	snapb_free(&none);
	say(peer,
	    &(struct msg){
		.id = MSG_NOTICE_STORED, .notice_stored = {m->alert.id}});
}

static bool
handler_runs(struct live *l)
{
	(void)l;
	return act.job_id != 0;
}

static bool
is_warning(struct live *l)
{
	return l->seen[HTTP].state == SERVICE_WARN;
}

static bool
is_told(struct live *l)
{
	(void)l;
	return act.told > 0;
}

/* All that was written below `dir`. */
static char *
text_below(const struct live *l, const char *dir)
{
	char *command = xasprintf("cat %s/%s/*", l->root, dir);
	struct str text = {0};
	FILE *f = popen(command, "r");
	char buf[4096];

	for (size_t n; (n = fread(buf, 1, sizeof(buf), f)) > 0;)
		str_addslice(&text, (struct slice){buf, n});
	pclose(f);
	free(command);
	str_addc(&text, '\0');
	return text.s;
}

static void
alert_handlers(void **state) /* EH-2 */
{
	struct live hooks = {.more = with_alert_handler,
	    .takes = keeps_handlers,
	    .notified = take_notice,
	    .answer_state = SERVICE_CRIT};
	struct live *l = begin_with(&hooks);
	char *text;

	(void)state;
	/* Whatever keeps people from being told. */
	assert_true(command(
	    l, "SCHEDULE_SVC_DOWNTIME;web;HTTP;1;4000000000;1;0;0;me;x"));
	assert_true(command(l, "DISABLE_EVENT_HANDLERS"));
	wait_until(l, handler_runs, "the alert handler");
	/* Never the same for the same object twice at a time. */
	l->answer_state = SERVICE_WARN;
	wait_until(l, is_warning, "another change");
	assert_int_equal(act.jobs, 1);
	end_handler(1, "did not help; at all");
	wait_until(l, is_told, "the notification of its end");
	assert_string_equal(act.context,
	    "NOTIFICATIONTYPE=ALERTHANDLER (act)\n"
	    "ALERTHANDLERNAME=act\n"
	    "ALERTHANDLEROUTPUT=did not help; at all\n"
	    "ALERTHANDLERSTATE=FAILED\n"
	    "ALERTHANDLERSHORTSTATE=FAIL\n");
	act.told = 0;
	l->answer_state = SERVICE_OK;
	wait_until(l, handler_runs, "the alert handler of the recovery");
	end_handler(0, "fine");
	wait_until(l, is_told, "the notification of its end");
	assert_non_null(strstr(act.context, "ALERTHANDLERSTATE=OK\n"));
	l->answer_state = SERVICE_CRIT;
	wait_until(l, handler_runs, "one that runs when core stops");
	end_core(l, SIGTERM);
	text = text_below(l, "var/history");
	assert_non_null(strstr(text,
	    "] SERVICE ALERT HANDLER STOPPED: web;HTTP;act!now;3;aborted, "
	    "because core ends\n"));
	assert_non_null(strstr(
	    text, "] SERVICE ALERT HANDLER STARTED: web;HTTP;act!now\n"));
	assert_non_null(strstr(text,
	    "] SERVICE ALERT HANDLER STOPPED: web;HTTP;act!now;1;did not help;"
	    " at all\n"));
	assert_non_null(strstr(text,
	    "] SERVICE ALERT HANDLER STOPPED: web;HTTP;act!now;0;fine\n"));
	free(text);
	text = text_below(l, "var/log");
	assert_non_null(strstr(text, "act!now: skipped, because it runs"));
	free(text);
	finish(l);
}

/* --- event handlers --------------------------------------------------------
 */

static void
with_many(struct snapb *b)
{
	for (int i = 0; i < SERVICES; i++) {
		char name[16];
		uint32_t s;

		snprintf(name, sizeof(name), "Y%04d", i);
		s = snapb_service(b, WEB, name);
		snapb_object(b, s)->check = SNAP_CHECK_PASSIVE;
		snapb_object(b, s)->flags |= SNAP_EVENT_HANDLER;
		snapb_object(b, s)->event_handler = snapb_str(b, "act!x");
		snapb_object(b, s)->event_handler_line =
		    snapb_str(b, "act now OK");
	}
}

static bool
takes_and_keeps(
    struct live *l, struct bus_peer *peer, const struct msg_job *job)
{
	(void)l;
	(void)peer;
	if (!slice_starts(job->command, "act "))
		return false;
	act.jobs++;
	return true;
}

static bool
ten_run(struct live *l)
{
	(void)l;
	return act.jobs >= 10;
}

static void
handlers_hold_nobody_up(void **state) /* EH-3 */
{
	struct live hooks = {.more = with_many, .takes = takes_and_keeps};
	struct live *l;
	uint32_t jobs;
	char *text;

	(void)state;
	act.jobs = 0;
	l = begin_with(&hooks);
	for (int i = 0; i < SERVICES; i++) {
		char line[100];

		snprintf(line, sizeof(line),
		    "PROCESS_SERVICE_CHECK_RESULT;web;Y%04d;2;bad", i);
		assert_true(command(l, line));
	}
	wait_until(l, ten_run, "handlers");
	jobs = l->jobs_seen;
	assert_true(command(l, "ADD_HOST_COMMENT;web;1;me;still there"));
	look(l);
	assert_int_equal(l->comments, 1);
	assert_int_equal(act.jobs, 10); /* bounded */
	assert_true(jobs > 0);          /* checks went on */
	end_core(l, SIGTERM);
	text = text_below(l, "var/log");
	assert_non_null(strstr(text, "act!x: dropped, because 1000 wait"));
	free(text);
	finish(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(alert_handlers),
	    cmocka_unit_test(handlers_hold_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
