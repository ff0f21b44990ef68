/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole daemon in a child, with this process as its worker, notifier,
 * reader and commander.
 */
#ifndef TESTS_UNIT_CORE_LIVE_H
#define TESTS_UNIT_CORE_LIVE_H

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
#define PATIENCE 60000 /* ms; generous: machines may be busy */

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
	struct bus_handlers notifier_handlers;
	/* Adds to the configuration; takes a job instead of the worker. */
	void (*more)(struct snapb *b);
	bool (*takes)(
	    struct live *l, struct bus_peer *peer, const struct msg_job *job);
	bool keep_notices; /* do not say notice_stored */
	/* who sees notices instead of notifier_message() */
	void (*notified)(struct bus_peer *peer, const struct msg *m, void *arg);
	char refusal[300]; /* the text of the last one */
	uint32_t jobs_seen, ended, answered, refused, notices, frames;
	char notice_id[128];
	struct msg_checkable seen[3]; /* texts are not kept */
	uint32_t downtimes, comments;
	uint64_t generation;
	struct str status; /* counters of the last core_status */
};

/* --- peers -----------------------------------------------------------------
 */

static inline void
say(struct bus_peer *peer, const struct msg *m)
{
	bus_send(peer, m);
	bus_flush(peer);
}

static inline void
worker_up(struct bus_peer *peer, void *arg)
{
	struct live *l = arg;

	l->worker = peer;
	say(peer, &(struct msg){.id = MSG_CREDIT, .credit = {.jobs = 100}});
}

static inline void
worker_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;
	struct msg_job_result r = {.object = MSG_OWN_OBJECT};
	struct str results = {0};

	assert_int_equal(m->id, MSG_JOB);
	if (l->takes != NULL && l->takes(l, peer, &m->job))
		return;
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

static inline void
take_state(const struct msg *m, struct live *l)
{
	if (m->id == MSG_STREAM_HEAD)
		l->generation = m->stream_head.generation;
	if (m->id == MSG_CHECKABLE && m->checkable.object < 3)
		l->seen[m->checkable.object] = m->checkable;
	if (m->id == MSG_CORE_STATUS) {
		str_clear(&l->status);
		str_addslice(&l->status, m->core_status.counters);
	}
	l->downtimes += m->id == MSG_DOWNTIME;
	l->comments += m->id == MSG_COMMENT;
}

/* What core says of itself; -1: nothing of that name so far. */
static inline double
number_of(const struct live *l, const char *name)
{
	struct slice list = str_slice(&l->status);
	struct msg_counter c;

	while (msg_counter_next(&list, &c))
		if (slice_eqs(c.name, name))
			return c.value;
	return -1;
}

static inline void
stream_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	(void)peer;
	l->frames += m->id == MSG_STREAM_HEAD;
	take_state(m, l);
}

static inline void
asker_up(struct bus_peer *peer, void *arg)
{
	((struct live *)arg)->asker = peer;
}

static inline void
asker_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	(void)peer;
	take_state(m, l);
	l->ended += m->id == MSG_SNAPSHOT_END;
}

static inline void
notifier_up(struct bus_peer *peer, void *arg)
{
	((struct live *)arg)->notifier = peer;
}

static inline void
notifier_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	assert_int_equal(m->id, MSG_ALERT);
	l->notices++;
	snprintf(l->notice_id, sizeof(l->notice_id), "%.*s",
	    (int)m->alert.id.len, m->alert.id.s);
	if (!l->keep_notices)
		say(peer,
		    &(struct msg){.id = MSG_NOTICE_STORED,
			.notice_stored = {m->alert.id}});
}

static inline void
commander_up(struct bus_peer *peer, void *arg)
{
	((struct live *)arg)->commander = peer;
}

static inline void
commander_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct live *l = arg;

	(void)peer;
	assert_int_equal(m->id, MSG_ANSWER);
	l->answered += m->answer.status == MSG_OK;
	l->refused += m->answer.status == MSG_REFUSED;
	snprintf(l->refusal, sizeof(l->refusal), "%.*s",
	    (int)m->answer.text.len, m->answer.text.s);
}

static inline void
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

static inline void
tick(uv_timer_t *timer)
{
	(void)timer;
}

static inline void
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

static inline bool
is_up(struct live *l)
{
	return l->worker && l->asker && l->commander && l->notifier;
}

static inline bool
is_down(struct live *l)
{
	return !l->worker && !l->asker && !l->commander && !l->notifier;
}

/* Asks for all states and waits for them. */
static inline bool
has_snapshot(struct live *l)
{
	return l->ended > 0;
}

static inline void
look(struct live *l)
{
	l->ended = l->downtimes = l->comments = 0;
	say(l->asker,
	    &(struct msg){.id = MSG_SNAPSHOT_WANT, .snapshot_want = {0}});
	wait_until(l, has_snapshot, "the snapshot");
}

static inline bool
has_answer(struct live *l)
{
	return l->answered + l->refused > 0;
}

static inline bool
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

static inline void
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
	if (l->more != NULL)
		l->more(b);
	if (snapb_write(b, path, &err) == -1)
		fail_msg("%s", err.text);
	unlink(link);
	assert_int_equal(symlink(strrchr(path, '/') + 1, link), 0);
	assert_int_equal(chmod(path, 0644), 0);
	snapb_free(&b);
	free(path);
	free(link);
}

static inline void
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

/*
 * A process of its own: this has threads, whose locks a copy of it would have
 * in any state. The test's program begins anew and finds this in its
 * environment.
 */
#define BE_CORE "TEST_BE_CORE"

static __attribute__((constructor)) void
be_core(void)
{
	const char *root = getenv(BE_CORE);
	char *argv[] = {(char[]){"vedette-core"}, (char[]){"--root"}, NULL,
	    (char[]){"--log"}, NULL, NULL};

	if (root == NULL)
		return;
	if (geteuid() == 0 && (setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
		_exit(9);
	signal(SIGXFSZ, SIG_IGN); /* a limit is a full disk */
	log_set_level(LOG_LEVEL_INFO);
	argv[2] = xstrdup(root);
	argv[4] = xasprintf("%s/var/log/core.log", root);
	unsetenv(BE_CORE);
	_exit(daemon_main(&core_def, 5, argv));
}

static inline void
start_core(struct live *l)
{
	char *argv[] = {(char[]){"vedette-core"}, NULL};

	setenv(BE_CORE, l->root, 1);
	l->pid = fork();
	assert_true(l->pid >= 0);
	if (l->pid == 0) {
		execve("/proc/self/exe", argv, environ);
		_exit(9);
	}
	unsetenv(BE_CORE);
	wait_until(l, is_up, "all connections");
}

static inline void
end_core(struct live *l, int signal_number)
{
	int status;

	assert_int_equal(kill(l->pid, signal_number), 0);
	assert_int_equal(waitpid(l->pid, &status, 0), l->pid);
	if (signal_number == SIGTERM && status != 0)
		fail_msg("core ended with %d", status);
	wait_until(l, is_down, "the end of all connections");
}

static inline char *
endpoint(const struct live *l, const char *name)
{
	return xasprintf("ipc://%s/tmp/run/bus/%s.sock", l->root, name);
}

static inline void
connect_all(struct live *l)
{
	static const struct bus_self self = {"fetcher", "test", "site", "test"};
	static const struct bus_handlers worker = {
	    worker_up, worker_down, worker_message};
	static const struct bus_handlers stream = {.message = stream_message};
	static const struct bus_handlers asker = {
	    asker_up, worker_down, asker_message};
	struct bus_handlers *notifier = &l->notifier_handlers;
	static const struct bus_handlers commander = {
	    commander_up, worker_down, commander_message};
	char *names[] = {endpoint(l, "jobs"), endpoint(l, "state"),
	    endpoint(l, "snapshot"), endpoint(l, "notify"),
	    endpoint(l, "core")};
	char *notify = xasprintf("%s/tmp/run/bus/notify.sock", l->root);
	struct err err;

	*notifier = (struct bus_handlers){notifier_up, worker_down,
	    l->notified == NULL ? notifier_message : l->notified};
	uv_loop_init(&l->loop);
	l->bus = bus_new(&l->loop, &self);
	l->jobs = bus_dial(l->bus, names[0], NULL, &worker, l, &err);
	l->state = bus_subscribe(l->bus, names[1], &stream, l, &err);
	l->snapshot = bus_dial(l->bus, names[2], NULL, &asker, l, &err);
	l->notify = bus_listen(l->bus, names[3], NULL, notifier, l, &err);
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

/* With the caller's hooks. */
static inline struct live *
begin_with(const struct live *hooks)
{
	struct live *l = xnew(struct live);

	*l = *hooks;
	make_site(l);
	connect_all(l);
	start_core(l);
	return l;
}

static inline struct live *
begin(void)
{
	return begin_with(&(struct live){0});
}

static inline void
finish(struct live *l)
{
	struct err err;

	bus_free(&l->bus);
	uv_run(&l->loop, UV_RUN_NOWAIT);
	uv_loop_close(&l->loop);
	file_remove_tree(l->root, &err);
	free(l->root);
	str_free(&l->status);
	free(l);
}

#endif
