/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole daemon, and SIGKILL in between.
 */
#include "tests/unit/core/live.h"

#include <sys/resource.h>

/* --- what must hold ---------------------------------------------------------
 */

static bool
is_critical(struct live *l)
{
	return l->seen[HTTP].state == SERVICE_CRIT && l->notices > 0;
}

static bool
has_three_notices(struct live *l)
{
	return l->notices >= 3;
}

static bool
has_frames(struct live *l)
{
	return l->frames > 3;
}

static void
killed_core_loses_nothing_that_was_answered(void **state) /* NO-30, RT-1 */
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
	wait_until(l, has_three_notices, "the start of the downtime");
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
	/* The same three again (one of them quiet), in order, with the ids they
	 * had. */
	wait_until(l, has_three_notices, "the notices again");
	assert_string_equal(first, l->notice_id);
	assert_int_equal(l->notices, 3);
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

/* SC-22: what is exported; the worker held jobs and answered others. */
static bool
has_numbers(struct live *l)
{
	return number_of(l, "host_checks") > 0 &&
	    number_of(l, "service_checks") > 0 &&
	    number_of(l, "helper_usage_fetcher") > 0 &&
	    number_of(l, "helper_usage_fetcher") <= 1 &&
	    number_of(l, "helper_usage_generic") > 0 &&
	    number_of(l, "helper_usage_generic") <= 1 &&
	    number_of(l, "average_latency_fetcher") > 0 &&
	    number_of(l, "average_latency_generic") > 0 &&
	    number_of(l, "jobs_waiting") >= 0 &&
	    number_of(l, "checks_overdue") >= 0;
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
	wait_until(l, has_numbers, "numbers of checks, latency and usage");
	end_core(l, SIGTERM);
	finish(l);
}

/* More pings at once than there is credit, which nobody answers. */
static void
add_dead(struct snapb *b)
{
	snapb_object(b, HTTP)->check_interval_ms = 100;
	for (int i = 0; i < 150; i++) {
		char name[16];
		uint32_t s;

		snprintf(name, sizeof(name), "Z%03d", i);
		s = snapb_service(b, WEB, name);
		snapb_object(b, s)->check = SNAP_CHECK_PING;
		snapb_object(b, s)->flags |= SNAP_ACTIVE;
		snapb_object(b, s)->check_interval_ms = 500;
	}
}

static bool
keeps_pings(struct live *l, struct bus_peer *peer, const struct msg_job *job)
{
	(void)peer;
	l->ended += job->kind == MSG_JOB_PING;
	return job->kind == MSG_JOB_PING;
}

static bool
pings_hold_all_they_may(struct live *l)
{
	return l->ended >= 90;
}

static bool
has_told_bounds(struct live *l)
{
	return number_of(l, "jobs_most_pings") > 0 &&
	    number_of(l, "jobs_running_pings") <=
	    number_of(l, "jobs_most_pings") &&
	    number_of(l, "jobs_held_back") > 0;
}

static bool
has_three_jobs(struct live *l)
{
	return l->jobs_seen >= 3;
}

/* SC-20 SC-21: whatever hangs, the other kinds of checks run. */
static void
dead_hosts_starve_nobody(void **state)
{
	struct live *l =
	    begin_with(&(struct live){.more = add_dead, .takes = keeps_pings});

	(void)state;
	wait_until(l, pings_hold_all_they_may, "pings without answers");
	l->jobs_seen = 0;
	wait_until(l, has_three_jobs, "plugins beside them");
	assert_true(l->ended <= 100);
	wait_until(l, has_told_bounds, "numbers of the bounds");
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

static bool
limit_files(struct live *l, rlim_t bytes)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		/* who has the same user needs no capability */
		if (geteuid() == 0 &&
		    (setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
			setresuid(NOBODY, NOBODY, NOBODY) != 0))
			_exit(1);
		_exit(prlimit(l->pid, RLIMIT_FSIZE, &limit, NULL) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

static bool
has_third_generation(struct live *l)
{
	return l->generation == 3;
}

static bool
log_is_there(struct live *l)
{
	char *path = xasprintf("%s/var/log/core.log", l->root);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void
signals(void **state) /* PR-4, PR-5 */
{
	struct live *l = begin();
	char *log = xasprintf("%s/var/log/core.log", l->root);

	(void)state;
	look(l);
	assert_int_equal(l->generation, 1);
	write_snapshot(l, 3, true);
	assert_int_equal(kill(l->pid, SIGHUP), 0);
	wait_until(l, has_third_generation, "HUP: the present configuration");
	assert_int_equal(unlink(log), 0);
	assert_int_equal(kill(l->pid, SIGUSR1), 0);
	wait_until(l, log_is_there, "USR1: the log again");
	end_core(l, SIGINT);
	free(log);
	finish(l);
}

static void
full_disk_is_said_to_who_waits(void **state)
{
	struct live *l = begin();
	char *text = xcalloc(20001, 1), *line;

	(void)state;
	memset(text, 'x', 20000);
	line = xasprintf("ADD_HOST_COMMENT;web;1;me;%s", text);
	assert_true(limit_files(l, 10000));
	assert_false(command(l, line));
	assert_non_null(strstr(l->refusal, "not yet durable"));
	assert_false(command(l, "ADD_HOST_COMMENT;web;1;me;short"));
	assert_non_null(strstr(l->refusal, "cannot be kept"));
	assert_true(limit_files(l, RLIM_INFINITY));
	for (int i = 0; i < 50 && !command(l, "SAVE_STATE_INFORMATION"); i++)
		usleep(100000);
	assert_int_equal(l->answered, 1);
	look(l);
	assert_int_equal(l->comments, 1);
	free(text);
	free(line);
	end_core(l, SIGTERM);
	finish(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_core_loses_nothing_that_was_answered),
	    cmocka_unit_test(jobs_of_a_lost_worker_are_done_by_another),
	    cmocka_unit_test(dead_hosts_starve_nobody),
	    cmocka_unit_test(reload_keeps_states),
	    cmocka_unit_test(signals),
	    cmocka_unit_test(full_disk_is_said_to_who_waits),
	};

	log_set_level(LOG_LEVEL_WARN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
