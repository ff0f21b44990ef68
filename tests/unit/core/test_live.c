/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole daemon in a child, with this process as its worker, notifier,
 * reader and commander; and SIGKILL in between.
 */
#include "common/config/snapshot_build.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "core/core.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOBODY   65534
#define PATIENCE 20000 /* ms */

enum {
	WEB,
	HTTP,
	BACKUP
}; /* host, plugin's service, passive service */

struct live {
	char *root;
	pid_t pid;
	uv_loop_t loop;
	struct bus *bus;
	struct bus_link *jobs, *state, *snapshot, *notify, *command;
	struct bus_peer *worker, *asker, *commander, *notifier;
	uint8_t answer_state; /* what the worker says of HTTP */
	bool mute;            /* the worker takes jobs and does not answer */
	bool keep_notices;    /* do not say notice_stored */
	uint32_t jobs_seen, ended, answered, refused, notices, frames;
	char notice_id[128];
	struct msg_checkable seen[3]; /* texts are not kept */
	uint32_t downtimes, comments;
	uint64_t generation;
};

/* --- peers -----------------------------------------------------------------
 */

static void
say(struct bus_peer *peer, const struct msg *m)
{
	bus_send(peer, m);
	bus_flush(peer);
}

static void
worker_up(struct bus_peer *peer, void *arg)
{
	struct live *l = arg;

	l->worker = peer;
	say(peer, &(struct msg){.id = MSG_CREDIT, .credit = {.jobs = 100}});
}

static void
worker_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;
	struct msg_job_result r = {.object = MSG_OWN_OBJECT};
	struct str results = {0};

	assert_int_equal(m->id, MSG_JOB);
	l->jobs_seen++;
	if (l->mute)
		return;
	r.output = SLICE("measured");
	r.state = m->job.service.len > 0 ? l->answer_state : 0;
	msg_job_result_put(&results, &r);
	say(peer,
	    &(struct msg){.id = MSG_OUTCOME,
		.outcome = {.job_id = m->job.job_id,
		    .started_us = clock_wall() / NS_PER_US,
		    .duration_us = 1000,
		    .results = str_slice(&results)}});
	say(peer, &(struct msg){.id = MSG_CREDIT, .credit = {.jobs = 1}});
	str_free(&results);
}

static void
take_state(const struct msg *m, struct live *l)
{
	if (m->id == MSG_STREAM_HEAD)
		l->generation = m->stream_head.generation;
	if (m->id == MSG_CHECKABLE && m->checkable.object < 3)
		l->seen[m->checkable.object] = m->checkable;
	l->downtimes += m->id == MSG_DOWNTIME;
	l->comments += m->id == MSG_COMMENT;
}

static void
stream_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	(void)peer;
	l->frames += m->id == MSG_STREAM_HEAD;
	take_state(m, l);
}

static void
asker_up(struct bus_peer *peer, void *arg)
{
	((struct live *)arg)->asker = peer;
}

static void
asker_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	(void)peer;
	take_state(m, l);
	l->ended += m->id == MSG_SNAPSHOT_END;
}

static void
notifier_up(struct bus_peer *peer, void *arg)
{
	((struct live *)arg)->notifier = peer;
}

static void
notifier_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	assert_int_equal(m->id, MSG_NOTICE);
	l->notices++;
	snprintf(l->notice_id, sizeof(l->notice_id), "%.*s",
	    (int)m->notice.id.len, m->notice.id.s);
	if (!l->keep_notices)
		say(peer,
		    &(struct msg){.id = MSG_NOTICE_STORED,
			.notice_stored = {m->notice.id}});
}

static void
commander_up(struct bus_peer *peer, void *arg)
{
	((struct live *)arg)->commander = peer;
}

static void
commander_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	(void)peer;
	assert_int_equal(m->id, MSG_ANSWER);
	l->answered += m->answer.status == MSG_OK;
	l->refused += m->answer.status == MSG_REFUSED;
}

static void
worker_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct live *l = arg;

	(void)why;
	if (l->worker == peer)
		l->worker = NULL;
	if (l->asker == peer)
		l->asker = NULL;
	if (l->commander == peer)
		l->commander = NULL;
	if (l->notifier == peer)
		l->notifier = NULL;
}

/* --- the loop --------------------------------------------------------------
 */

static void
tick(uv_timer_t *timer)
{
	(void)timer;
}

static void
wait_until(struct live *l, bool (*done)(struct live *l), const char *what)
{
	int64_t end = clock_mono() + PATIENCE * NS_PER_MS;
	uv_timer_t timer;

	uv_timer_init(&l->loop, &timer);
	uv_timer_start(&timer, tick, 10, 10);
	while (!done(l) && clock_mono() < end)
		uv_run(&l->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&l->loop, UV_RUN_NOWAIT);
	if (!done(l))
		fail_msg("never happened: %s", what);
}

static bool
is_up(struct live *l)
{
	return l->worker && l->asker && l->commander && l->notifier;
}

static bool
is_down(struct live *l)
{
	return !l->worker && !l->asker && !l->commander && !l->notifier;
}

/* Asks for all states and waits for them. */
static bool
has_snapshot(struct live *l)
{
	return l->ended > 0;
}

static void
look(struct live *l)
{
	l->ended = l->downtimes = l->comments = 0;
	say(l->asker,
	    &(struct msg){.id = MSG_SNAPSHOT_WANT, .snapshot_want = {0}});
	wait_until(l, has_snapshot, "the snapshot");
}

static bool
has_answer(struct live *l)
{
	return l->answered + l->refused > 0;
}

static bool
command(struct live *l, const char *line)
{
	l->answered = l->refused = 0;
	say(l->commander,
	    &(struct msg){.id = MSG_COMMAND,
		.command = {.id = 1, .line = slice_of(line)}});
	wait_until(l, has_answer, line);
	return l->answered == 1;
}

/* --- the site --------------------------------------------------------------
 */

static void
write_snapshot(struct live *l, uint64_t generation, bool extra)
{
	struct snapb *b = snapb_new(generation, 0);
	char *path = xasprintf("%s/var/vedette/snapshots/%llu.snap", l->root,
	    (unsigned long long)generation);
	char *link = xasprintf("%s/var/vedette/snapshots/current", l->root);
	struct err err = {""};

	snapb_host(b, "web");
	snapb_object(b, WEB)->check = SNAP_CHECK_PING;
	snapb_object(b, WEB)->flags |= SNAP_ACTIVE;
	snapb_object(b, WEB)->check_interval_ms = 500;
	if (extra)
		snapb_service(b, WEB, "AAA");
	for (int i = 0; i < 2; i++) {
		uint32_t s =
		    snapb_service(b, WEB, i == 0 ? "HTTP" : "X Backup");

		if (i == 1)
			continue;
		snapb_object(b, s)->check = SNAP_CHECK_COMMAND;
		snapb_object(b, s)->flags |= SNAP_ACTIVE;
		snapb_object(b, s)->check_interval_ms = 1000;
		snapb_object(b, s)->check_line = snapb_str(b, "check_x");
	}
	if (snapb_write(b, path, &err) == -1)
		fail_msg("%s", err.text);
	unlink(link);
	assert_int_equal(symlink(strrchr(path, '/') + 1, link), 0);
	assert_int_equal(chmod(path, 0644), 0);
	snapb_free(&b);
	free(path);
	free(link);
}

static void
make_site(struct live *l)
{
	static const char *const dirs[] = {"etc", "etc/vedette", "var",
	    "var/vedette", "var/vedette/snapshots", "var/history", "var/log",
	    "tmp", "tmp/run", "tmp/run/bus"};

	l->root = xstrdup("/tmp/vedette-live-XXXXXX");
	assert_non_null(mkdtemp(l->root));
	assert_int_equal(chmod(l->root, 0755), 0);
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		char *path = xasprintf("%s/%s", l->root, dirs[i]);

		assert_int_equal(mkdir(path, 0755), 0);
		if (geteuid() == 0)
			assert_int_equal(chown(path, NOBODY, NOBODY), 0);
		free(path);
	}
	if (geteuid() == 0)
		assert_int_equal(chown(l->root, NOBODY, NOBODY), 0);
	write_snapshot(l, 1, false);
}

static void
start_core(struct live *l)
{
	char *log = xasprintf("%s/var/log/core.log", l->root);
	char *argv[] = {(char[]){"vedette-core"}, (char[]){"--root"}, l->root,
	    (char[]){"--log"}, log, NULL};

	l->pid = fork();
	assert_true(l->pid >= 0);
	if (l->pid == 0) {
		if (geteuid() == 0 &&
		    (setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
			_exit(9);
		log_set_level(LOG_LEVEL_INFO);
		_exit(daemon_main(&core_def, 5, argv));
	}
	free(log);
	wait_until(l, is_up, "all connections");
}

static void
end_core(struct live *l, int signal_number)
{
	int status;

	assert_int_equal(kill(l->pid, signal_number), 0);
	assert_int_equal(waitpid(l->pid, &status, 0), l->pid);
	if (signal_number == SIGTERM && status != 0)
		fail_msg("core ended with %d", status);
	wait_until(l, is_down, "the end of all connections");
}

static char *
endpoint(const struct live *l, const char *name)
{
	return xasprintf("ipc://%s/tmp/run/bus/%s.sock", l->root, name);
}

static void
connect_all(struct live *l)
{
	static const struct bus_self self = {"fetcher", "test", "site", "test"};
	static const struct bus_handlers worker = {
	    worker_up, worker_down, worker_message};
	static const struct bus_handlers stream = {.message = stream_message};
	static const struct bus_handlers asker = {
	    asker_up, worker_down, asker_message};
	static const struct bus_handlers notifier = {
	    notifier_up, worker_down, notifier_message};
	static const struct bus_handlers commander = {
	    commander_up, worker_down, commander_message};
	char *names[] = {endpoint(l, "jobs"), endpoint(l, "state"),
	    endpoint(l, "snapshot"), endpoint(l, "notify"),
	    endpoint(l, "core")};
	char *notify = xasprintf("%s/tmp/run/bus/notify.sock", l->root);
	struct err err;

	uv_loop_init(&l->loop);
	l->bus = bus_new(&l->loop, &self);
	l->jobs = bus_dial(l->bus, names[0], NULL, &worker, l, &err);
	l->state = bus_subscribe(l->bus, names[1], &stream, l, &err);
	l->snapshot = bus_dial(l->bus, names[2], NULL, &asker, l, &err);
	l->notify = bus_listen(l->bus, names[3], NULL, &notifier, l, &err);
	l->command = bus_dial(l->bus, names[4], NULL, &commander, l, &err);
	assert_non_null(l->jobs);
	assert_non_null(l->state);
	assert_non_null(l->snapshot);
	assert_non_null(l->notify);
	assert_non_null(l->command);
	chmod(notify, 0777);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		free(names[i]);
	free(notify);
}

static struct live *
begin(void)
{
	struct live *l = xnew(struct live);

	make_site(l);
	connect_all(l);
	start_core(l);
	return l;
}

static void
finish(struct live *l)
{
	struct err err;

	bus_free(&l->bus);
	uv_run(&l->loop, UV_RUN_NOWAIT);
	uv_loop_close(&l->loop);
	file_remove_tree(l->root, &err);
	free(l->root);
	free(l);
}

/* --- what must hold ---------------------------------------------------------
 */

static bool
is_critical(struct live *l)
{
	return l->seen[HTTP].state == SERVICE_CRIT && l->notices > 0;
}

static bool
has_two_notices(struct live *l)
{
	return l->notices >= 2;
}

static bool
has_frames(struct live *l)
{
	return l->frames > 3;
}

static void
killed_core_loses_nothing_that_was_answered(void **state)
{
	struct live *l = begin();
	char first[128];

	(void)state;
	l->answer_state = SERVICE_CRIT;
	l->keep_notices = true;
	wait_until(l, is_critical, "HTTP is critical and notified");
	memcpy(first, l->notice_id, sizeof(first));
	assert_true(
	    command(l, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;2;0;1;me;on it"));
	assert_true(command(
	    l, "SCHEDULE_HOST_DOWNTIME;web;1;4000000000;1;0;0;me;works"));
	assert_true(command(
	    l, "PROCESS_SERVICE_CHECK_RESULT;web;X Backup;1;late | age=3"));
	assert_false(command(l, "ACKNOWLEDGE_SVC_PROBLEM;web;FTP;2;0;1;me;x"));
	wait_until(l, has_two_notices, "the start of the downtime");
	assert_string_not_equal(first, l->notice_id);
	memcpy(first, l->notice_id, sizeof(first));
	end_core(l, SIGKILL);

	l->notices = 0;
	l->keep_notices = false;
	memset(l->seen, 0, sizeof(l->seen));
	l->mute = true;
	start_core(l);
	look(l);
	assert_int_equal(l->generation, 1);
	assert_int_equal(l->seen[HTTP].state, SERVICE_CRIT);
	assert_int_equal(l->seen[HTTP].acknowledgement, ACK_STICKY);
	assert_int_equal(l->seen[WEB].downtime_depth, 1);
	assert_int_equal(l->seen[BACKUP].state, SERVICE_WARN);
	assert_int_equal(l->downtimes, 1);
	assert_int_equal(l->comments, 2);
	/* The same two again, in order, with the ids they had. */
	wait_until(l, has_two_notices, "the notices again");
	assert_string_equal(first, l->notice_id);
	assert_int_equal(l->notices, 2);
	l->frames = 0;
	wait_until(l, has_frames, "heartbeats");
	assert_true(command(l, "SAVE_STATE_INFORMATION"));
	end_core(l, SIGKILL);

	l->notices = 0;
	start_core(l);
	look(l);
	assert_int_equal(l->seen[HTTP].acknowledgement, ACK_STICKY);
	assert_int_equal(l->downtimes, 1);
	assert_true(command(l, "REMOVE_SVC_ACKNOWLEDGEMENT;web;HTTP"));
	l->frames = 0;
	wait_until(l, has_frames, "heartbeats");
	assert_int_equal(l->notices, 0);
	end_core(l, SIGTERM);

	start_core(l);
	look(l);
	assert_int_equal(l->seen[HTTP].acknowledgement, ACK_NONE);
	assert_int_equal(l->seen[HTTP].state, SERVICE_CRIT);
	end_core(l, SIGTERM);
	finish(l);
}

static bool
has_two_jobs(struct live *l)
{
	return l->jobs_seen >= 2;
}

static bool
is_measured(struct live *l)
{
	return (l->seen[WEB].flags & MSG_CHECKABLE_CHECKED) &&
	    (l->seen[HTTP].flags & MSG_CHECKABLE_CHECKED);
}

/* SC-26: a worker that goes loses its jobs to the next. */
static void
jobs_of_a_lost_worker_are_done_by_another(void **state)
{
	static const struct bus_handlers worker = {
	    worker_up, worker_down, worker_message};
	struct live *l;
	struct err err;
	char *jobs;

	(void)state;
	l = xnew(struct live);
	l->mute = true;
	make_site(l);
	connect_all(l);
	start_core(l);
	wait_until(l, has_two_jobs, "jobs");
	bus_close(&l->jobs);
	l->worker = NULL;
	l->mute = false;
	jobs = endpoint(l, "jobs");
	l->jobs = bus_dial(l->bus, jobs, NULL, &worker, l, &err);
	free(jobs);
	wait_until(l, is_measured, "results by the second worker");
	end_core(l, SIGTERM);
	finish(l);
}

static void
reload(struct live *l, enum msg_reload_phase phase)
{
	l->answered = l->refused = 0;
	say(l->commander,
	    &(struct msg){.id = MSG_RELOAD,
		.reload = {.id = 2, .phase = phase, .generation = 2}});
	wait_until(l, has_answer, "the reload's answer");
	assert_int_equal(l->answered, 1);
}

static void
reload_keeps_states(void **state)
{
	struct live *l = begin();

	(void)state;
	assert_true(command(
	    l, "PROCESS_SERVICE_CHECK_RESULT;web;X Backup;1;late | age=3"));
	assert_true(command(l, "ADD_SVC_COMMENT;web;X Backup;1;me;remember"));
	write_snapshot(l, 2, true);
	reload(l, MSG_RELOAD_PREPARE);
	reload(l, MSG_RELOAD_COMMIT);
	memset(l->seen, 0, sizeof(l->seen));
	look(l);
	assert_int_equal(l->generation, 2);
	assert_int_equal(l->comments, 1);
	/* AAA came before: HTTP is 2 now, the backup 3. */
	assert_false(l->seen[1].flags & MSG_CHECKABLE_CHECKED);
	assert_true(command(l, "PROCESS_SERVICE_CHECK_RESULT;web;AAA;2;new"));
	l->answer_state = SERVICE_OK;
	wait_until(l, has_frames, "frames");
	end_core(l, SIGTERM);
	finish(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_core_loses_nothing_that_was_answered),
	    cmocka_unit_test(jobs_of_a_lost_worker_are_done_by_another),
	    cmocka_unit_test(reload_keeps_states),
	};

	log_set_level(LOG_LEVEL_WARN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
