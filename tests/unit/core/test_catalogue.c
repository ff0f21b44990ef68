/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalogue of external commands (core-semantics 14.2), each name in its
 * turn: taken with the right arguments and in the history, refused in words
 * with wrong ones and then without effect, kept for a crash.
 */
#include "tests/unit/core/world.h"

#include "core/command/internal.h"
#include "core/retention/record.h"
#include "core/state/override.h"

enum {
	DB,
	WEB,
	HTTP
};

/* clang-format off */
static const struct {
	const char *name, *args;
} rows[] = {
    {"ACKNOWLEDGE_HOST_PROBLEM", "web;2;1;1;me;text; with more"},
    {"ACKNOWLEDGE_HOST_PROBLEM_EXPIRE", "web;2;1;1;9000;me;text; with more"},
    {"ACKNOWLEDGE_SVC_PROBLEM", "web;HTTP;2;1;1;me;text; with more"},
    {"ACKNOWLEDGE_SVC_PROBLEM_EXPIRE", "web;HTTP;2;1;1;9000;me;text; with more"},
    {"ADD_HOST_COMMENT", "web;1;me;text; with more"},
    {"ADD_SVC_COMMENT", "web;HTTP;1;me;text; with more"},
    {"CHANGE_CONTACT_HOST_NOTIFICATION_TIMEPERIOD", "anna;night"},
    {"CHANGE_CONTACT_MODATTR", "anna;1"},
    {"CHANGE_CONTACT_MODHATTR", "anna;1"},
    {"CHANGE_CONTACT_MODSATTR", "anna;1"},
    {"CHANGE_CONTACT_SVC_NOTIFICATION_TIMEPERIOD", "anna;night"},
    {"CHANGE_CUSTOM_CONTACT_VAR", "anna;ROOM;text; with more"},
    {"CHANGE_CUSTOM_HOST_VAR", "web;ROOM;text; with more"},
    {"CHANGE_CUSTOM_SVC_VAR", "web;HTTP;ROOM;text; with more"},
    {"CHANGE_GLOBAL_HOST_EVENT_HANDLER", "probe!1;2"},
    {"CHANGE_GLOBAL_SVC_EVENT_HANDLER", "probe!1;2"},
    {"CHANGE_HOST_CHECK_COMMAND", "web;probe!1;2"},
    {"CHANGE_HOST_CHECK_TIMEPERIOD", "web;night"},
    {"CHANGE_HOST_EVENT_HANDLER", "web;probe!1;2"},
    {"CHANGE_HOST_MODATTR", "web;1"},
    {"CHANGE_HOST_NOTIFICATION_TIMEPERIOD", "web;night"},
    {"CHANGE_MAX_HOST_CHECK_ATTEMPTS", "web;1"},
    {"CHANGE_MAX_SVC_CHECK_ATTEMPTS", "web;HTTP;1"},
    {"CHANGE_NORMAL_HOST_CHECK_INTERVAL", "web;5"},
    {"CHANGE_NORMAL_SVC_CHECK_INTERVAL", "web;HTTP;5"},
    {"CHANGE_RETRY_HOST_CHECK_INTERVAL", "web;5"},
    {"CHANGE_RETRY_SVC_CHECK_INTERVAL", "web;HTTP;5"},
    {"CHANGE_SVC_CHECK_COMMAND", "web;HTTP;probe!1;2"},
    {"CHANGE_SVC_CHECK_TIMEPERIOD", "web;HTTP;night"},
    {"CHANGE_SVC_EVENT_HANDLER", "web;HTTP;probe!1;2"},
    {"CHANGE_SVC_MODATTR", "web;HTTP;1"},
    {"CHANGE_SVC_NOTIFICATION_TIMEPERIOD", "web;HTTP;night"},
    {"DELAY_HOST_NOTIFICATION", "web;2000"},
    {"DELAY_SVC_NOTIFICATION", "web;HTTP;2000"},
    {"DEL_ALL_HOST_COMMENTS", "web"},
    {"DEL_ALL_SVC_COMMENTS", "web;HTTP"},
    {"DEL_CRASH_REPORT", "1"},
    {"DEL_DOWNTIME_BY_HOSTGROUP_NAME", "all;;;;"},
    {"DEL_DOWNTIME_BY_HOST_NAME", "web;;;"},
    {"DEL_DOWNTIME_BY_START_TIME_COMMENT", "900;planned"},
    {"DEL_HOST_COMMENT", "1"},
    {"DEL_HOST_DOWNTIME", "1"},
    {"DEL_SVC_COMMENT", "2"},
    {"DEL_SVC_DOWNTIME", "2"},
    {"DISABLE_ALL_NOTIFICATIONS_BEYOND_HOST", "web"},
    {"DISABLE_CONTACTGROUP_HOST_NOTIFICATIONS", "team"},
    {"DISABLE_CONTACTGROUP_SVC_NOTIFICATIONS", "team"},
    {"DISABLE_CONTACT_HOST_NOTIFICATIONS", "anna"},
    {"DISABLE_CONTACT_SVC_NOTIFICATIONS", "anna"},
    {"DISABLE_EVENT_HANDLERS", ""},
    {"DISABLE_FLAP_DETECTION", ""},
    {"DISABLE_HOSTGROUP_HOST_CHECKS", "all"},
    {"DISABLE_HOSTGROUP_HOST_NOTIFICATIONS", "all"},
    {"DISABLE_HOSTGROUP_PASSIVE_HOST_CHECKS", "all"},
    {"DISABLE_HOSTGROUP_PASSIVE_SVC_CHECKS", "all"},
    {"DISABLE_HOSTGROUP_SVC_CHECKS", "all"},
    {"DISABLE_HOSTGROUP_SVC_NOTIFICATIONS", "all"},
    {"DISABLE_HOST_AND_CHILD_NOTIFICATIONS", "web"},
    {"DISABLE_HOST_CHECK", "web"},
    {"DISABLE_HOST_EVENT_HANDLER", "web"},
    {"DISABLE_HOST_FLAP_DETECTION", "web"},
    {"DISABLE_HOST_FRESHNESS_CHECKS", ""},
    {"DISABLE_HOST_NOTIFICATIONS", "web"},
    {"DISABLE_HOST_SVC_CHECKS", "web"},
    {"DISABLE_HOST_SVC_NOTIFICATIONS", "web"},
    {"DISABLE_NOTIFICATIONS", ""},
    {"DISABLE_PASSIVE_HOST_CHECKS", "web"},
    {"DISABLE_PASSIVE_SVC_CHECKS", "web;HTTP"},
    {"DISABLE_PERFORMANCE_DATA", ""},
    {"DISABLE_SERVICEGROUP_HOST_CHECKS", "http"},
    {"DISABLE_SERVICEGROUP_HOST_NOTIFICATIONS", "http"},
    {"DISABLE_SERVICEGROUP_PASSIVE_HOST_CHECKS", "http"},
    {"DISABLE_SERVICEGROUP_PASSIVE_SVC_CHECKS", "http"},
    {"DISABLE_SERVICEGROUP_SVC_CHECKS", "http"},
    {"DISABLE_SERVICEGROUP_SVC_NOTIFICATIONS", "http"},
    {"DISABLE_SERVICE_FRESHNESS_CHECKS", ""},
    {"DISABLE_SVC_CHECK", "web;HTTP"},
    {"DISABLE_SVC_EVENT_HANDLER", "web;HTTP"},
    {"DISABLE_SVC_FLAP_DETECTION", "web;HTTP"},
    {"DISABLE_SVC_NOTIFICATIONS", "web;HTTP"},
    {"ENABLE_ALL_NOTIFICATIONS_BEYOND_HOST", "web"},
    {"ENABLE_CONTACTGROUP_HOST_NOTIFICATIONS", "team"},
    {"ENABLE_CONTACTGROUP_SVC_NOTIFICATIONS", "team"},
    {"ENABLE_CONTACT_HOST_NOTIFICATIONS", "anna"},
    {"ENABLE_CONTACT_SVC_NOTIFICATIONS", "anna"},
    {"ENABLE_EVENT_HANDLERS", ""},
    {"ENABLE_FLAP_DETECTION", ""},
    {"ENABLE_HOSTGROUP_HOST_CHECKS", "all"},
    {"ENABLE_HOSTGROUP_HOST_NOTIFICATIONS", "all"},
    {"ENABLE_HOSTGROUP_PASSIVE_HOST_CHECKS", "all"},
    {"ENABLE_HOSTGROUP_PASSIVE_SVC_CHECKS", "all"},
    {"ENABLE_HOSTGROUP_SVC_CHECKS", "all"},
    {"ENABLE_HOSTGROUP_SVC_NOTIFICATIONS", "all"},
    {"ENABLE_HOST_AND_CHILD_NOTIFICATIONS", "web"},
    {"ENABLE_HOST_CHECK", "web"},
    {"ENABLE_HOST_EVENT_HANDLER", "web"},
    {"ENABLE_HOST_FLAP_DETECTION", "web"},
    {"ENABLE_HOST_FRESHNESS_CHECKS", ""},
    {"ENABLE_HOST_NOTIFICATIONS", "web"},
    {"ENABLE_HOST_SVC_CHECKS", "web"},
    {"ENABLE_HOST_SVC_NOTIFICATIONS", "web"},
    {"ENABLE_NOTIFICATIONS", ""},
    {"ENABLE_PASSIVE_HOST_CHECKS", "web"},
    {"ENABLE_PASSIVE_SVC_CHECKS", "web;HTTP"},
    {"ENABLE_PERFORMANCE_DATA", ""},
    {"ENABLE_SERVICEGROUP_HOST_CHECKS", "http"},
    {"ENABLE_SERVICEGROUP_HOST_NOTIFICATIONS", "http"},
    {"ENABLE_SERVICEGROUP_PASSIVE_HOST_CHECKS", "http"},
    {"ENABLE_SERVICEGROUP_PASSIVE_SVC_CHECKS", "http"},
    {"ENABLE_SERVICEGROUP_SVC_CHECKS", "http"},
    {"ENABLE_SERVICEGROUP_SVC_NOTIFICATIONS", "http"},
    {"ENABLE_SERVICE_FRESHNESS_CHECKS", ""},
    {"ENABLE_SVC_CHECK", "web;HTTP"},
    {"ENABLE_SVC_EVENT_HANDLER", "web;HTTP"},
    {"ENABLE_SVC_FLAP_DETECTION", "web;HTTP"},
    {"ENABLE_SVC_NOTIFICATIONS", "web;HTTP"},
    {"LOG", "text; with more"},
    {"MK_LOGWATCH_ACKNOWLEDGE", "web;/var/log/messages"},
    {"MODIFY_HOST_DOWNTIME", "1;;9999;;;;;other"},
    {"MODIFY_SVC_DOWNTIME", "2;;9999;;;;;other"},
    {"PROCESS_FILE", "/commands;0"},
    {"PROCESS_HOST_CHECK_RESULT", "web;1;text; with more"},
    {"PROCESS_HOST_PERFDATA", "web;a=1"},
    {"PROCESS_SERVICE_CHECK_RESULT", "web;HTTP;1;text; with more"},
    {"PROCESS_SVC_PERFDATA", "web;HTTP;a=1"},
    {"READ_STATE_INFORMATION", ""},
    {"RELOAD_CONFIG", ""},
    {"REMOVE_HOST_ACKNOWLEDGEMENT", "web"},
    {"REMOVE_SVC_ACKNOWLEDGEMENT", "web;HTTP"},
    {"REOPEN_DAEMONLOG", ""},
    {"RESTART_PROCESS", ""},
    {"RESTART_PROGRAM", ""},
    {"ROTATE_LOGFILE", ""},
    {"SAVE_STATE_INFORMATION", ""},
    {"SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME", "web;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME", "web;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_FORCED_HOST_CHECK", "web;2000"},
    {"SCHEDULE_FORCED_HOST_SVC_CHECKS", "web;2000"},
    {"SCHEDULE_FORCED_SVC_CHECK", "web;HTTP;2000"},
    {"SCHEDULE_HOSTGROUP_HOST_DOWNTIME", "all;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_HOSTGROUP_SVC_DOWNTIME", "all;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_HOST_CHECK", "web;2000"},
    {"SCHEDULE_HOST_DOWNTIME", "web;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_HOST_SVC_CHECKS", "web;2000"},
    {"SCHEDULE_HOST_SVC_DOWNTIME", "web;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_SERVICEGROUP_HOST_DOWNTIME", "http;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_SERVICEGROUP_SVC_DOWNTIME", "http;1000;9000;1;0;0;me;text; with more"},
    {"SCHEDULE_SVC_CHECK", "web;HTTP;2000"},
    {"SCHEDULE_SVC_DOWNTIME", "web;HTTP;1000;9000;1;0;0;me;text; with more"},
    {"SEND_CUSTOM_HOST_NOTIFICATION", "web;1;me;text; with more"},
    {"SEND_CUSTOM_SVC_NOTIFICATION", "web;HTTP;1;me;text; with more"},
    {"SET_HOST_NOTIFICATION_NUMBER", "web;1"},
    {"SET_SVC_NOTIFICATION_NUMBER", "web;HTTP;1"},
    {"SHUTDOWN_PROCESS", ""},
    {"SHUTDOWN_PROGRAM", ""},
    {"START_ACCEPTING_PASSIVE_HOST_CHECKS", ""},
    {"START_ACCEPTING_PASSIVE_SVC_CHECKS", ""},
    {"START_EXECUTING_HOST_CHECKS", ""},
    {"START_EXECUTING_SVC_CHECKS", ""},
    {"START_OBSESSING_OVER_HOST", "web"},
    {"START_OBSESSING_OVER_HOST_CHECKS", ""},
    {"START_OBSESSING_OVER_SVC", "web;HTTP"},
    {"START_OBSESSING_OVER_SVC_CHECKS", ""},
    {"STOP_ACCEPTING_PASSIVE_HOST_CHECKS", ""},
    {"STOP_ACCEPTING_PASSIVE_SVC_CHECKS", ""},
    {"STOP_EXECUTING_HOST_CHECKS", ""},
    {"STOP_EXECUTING_SVC_CHECKS", ""},
    {"STOP_OBSESSING_OVER_HOST", "web"},
    {"STOP_OBSESSING_OVER_HOST_CHECKS", ""},
    {"STOP_OBSESSING_OVER_SVC", "web;HTTP"},
    {"STOP_OBSESSING_OVER_SVC_CHECKS", ""},
    {"UPDATE_SHADOW_HOST_STATE", "web;1;text"},
    {"UPDATE_SHADOW_SERVICE_STATE", "web;HTTP;1;text"},
};
/* clang-format on */

static bool changed_contact, restarted, read_file;

static void
on_contact(void *arg, uint32_t contact)
{
	(void)arg;
	(void)contact;
	changed_contact = true;
}

static void
on_comment(void *arg, const struct comment *c, bool gone)
{
	struct world *w = arg;

	(void)c;
	(void)gone;
	w->kept++;
}

static bool changed_program;

static void
on_program(void *arg)
{
	(void)arg;
	changed_program = true;
}

static int
on_file(void *arg, const char *path, bool remove, struct err *err_r)
{
	(void)arg;
	(void)remove;
	if (strcmp(path, "/commands") != 0) {
		err_set(err_r, "no such file");
		return -1;
	}
	read_file = true;
	return 0;
}

static void
on_end(void *arg, bool restart)
{
	(void)arg;
	(void)restart;
	restarted = true;
}

static struct engine_ops ops;

static int
run(struct world *w, int64_t at, const char *line, bool privileged,
    struct err *err_r)
{
	struct command_context ctx = {.engine = w->e,
	    .now = at,
	    .file = on_file,
	    .program = on_end,
	    .privileged = privileged};

	return command_run(&ctx, slice_of(line), err_r);
}

static struct world *
site(void)
{
	struct world *w = world_new();
	uint32_t members[] = {DB, WEB}, service = HTTP, parent = DB, one = 0;
	uint32_t group;
	struct err err;

	snapb_host(w->b, "db");
	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->parents = snapb_list(w->b, &parent, 1);
	snapb_service(w->b, WEB, "HTTP");
	group = snapb_group(w->b, SNAPB_HOST_GROUPS, "all");
	snapb_group_at(w->b, SNAPB_HOST_GROUPS, group)->members =
	    snapb_list(w->b, members, 2);
	group = snapb_group(w->b, SNAPB_SERVICE_GROUPS, "http");
	snapb_group_at(w->b, SNAPB_SERVICE_GROUPS, group)->members =
	    snapb_list(w->b, &service, 1);
	snapb_contact(w->b, "anna");
	group = snapb_group(w->b, SNAPB_CONTACT_GROUPS, "team");
	snapb_group_at(w->b, SNAPB_CONTACT_GROUPS, group)->members =
	    snapb_list(w->b, &one, 1);
	snapb_period(w->b, "night", "night", "{\"monday\": [\"00:00-06:00\"]}");
	snapb_command(w->b, "probe", "probe $ARG1$");
	world_start(w, 0);
	ops = world_ops;
	ops.contact = on_contact;
	ops.comment = on_comment;
	ops.program = on_program;
	w->e->ops = &ops;
	world_result(w, 500, DB, 0);
	world_result(w, 500, WEB, 1);
	world_result(w, 500, HTTP, SERVICE_CRIT);
	assert_int_equal(
	    run(w, 600, "SCHEDULE_HOST_DOWNTIME;web;900;9000;1;0;0;me;planned",
		true, &err),
	    0);
	assert_int_equal(
	    run(w, 600,
		"SCHEDULE_SVC_DOWNTIME;web;HTTP;900;9000;1;0;0;me;planned",
		true, &err),
	    0);
	str_clear(&w->lines);
	w->kept = 0;
	changed_contact = changed_program = restarted = read_file = false;
	return w;
}

/* Everything that is kept, as the state file holds it. */
static void
image(const struct engine *e, struct str *out)
{
	record_put_program(out, e);
	for (uint32_t i = 0; i < e->snap->n_contacts; i++)
		record_put_contact(out, e, i);
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		const struct checkable *o = &e->objects[i];

		record_put_object(out, e, i);
		for (const struct downtime *d = o->downtimes; d != NULL;
		     d = d->next)
			record_put_downtime(out, e, d);
		for (const struct comment *c = o->comments; c != NULL;
		     c = c->next)
			record_put_comment(out, e, c);
	}
}

static bool
same(const struct str *a, const struct str *b)
{
	return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

static void
survives(struct world *w, const char *name)
{
	struct str before = {0}, after = {0};
	struct engine *e;
	struct err err;

	image(w->e, &before);
	e = engine_new(w->snap, w->periods, &w->settings, &world_ops, w, 1000);
	if (record_read(&(struct record_reader){.engine = e},
		str_slice(&before), &err) == -1)
		fail_msg("%s: %s", name, err.text);
	image(e, &after);
	if (!same(&before, &after))
		fail_msg("%s: a crash would change the state", name);
	engine_free(&e);
	str_free(&before);
	str_free(&after);
}

static void
each_is_taken_written_and_kept(void **state) /* EC-1 EC-2 EC-5 RT-1 MA-1 */
{
	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), n_commands);
	for (size_t i = 0; i < n_commands; i++) {
		struct world *w = site();
		struct str line = {0}, before = {0}, after = {0};
		struct err err;

		assert_string_equal(rows[i].name, commands[i].name);
		image(w->e, &before);
		str_addf(&line, "[700] %s%s%s", rows[i].name,
		    rows[i].args[0] == '\0' ? "" : ";", rows[i].args);
		if (run(w, 700, str_get(&line), true, &err) == -1)
			fail_msg("%s: %s", str_get(&line), err.text);
		if (strstr(rows[i].name, "CHECK_RESULT") == NULL &&
		    (strstr(str_get(&w->lines), "EXTERNAL COMMAND: ") == NULL ||
			strstr(str_get(&w->lines), rows[i].name) == NULL))
			fail_msg("%s: not in the history", rows[i].name);
		image(w->e, &after);
		if (!same(&before, &after) && w->kept == 0 &&
		    !changed_contact && !changed_program)
			fail_msg("%s: changes what is kept, but the journal"
				 " is not told",
			    rows[i].name);
		survives(w, rows[i].name);
		str_free(&line);
		str_free(&before);
		str_free(&after);
		world_free(&w);
	}
}

static void
refused(struct world *w, const char *line)
{
	struct str before = {0}, after = {0};
	struct err err = {""};

	image(w->e, &before);
	str_clear(&w->lines);
	w->e->refusals = 0;
	if (run(w, 700, line, true, &err) == 0)
		fail_msg("taken: %s", line);
	if (strlen(err.text) < 10)
		fail_msg("%s: no reason", line);
	image(w->e, &after);
	if (!same(&before, &after))
		fail_msg("%s: refused, but not without effect", line);
	if (strncmp(str_get(&w->lines),
		"Warning: external command refused: ", 35) != 0 ||
	    strchr(str_get(&w->lines), '\n')[1] != '\0')
		fail_msg("%s: not one line of the history", line);
	str_free(&before);
	str_free(&after);
}

/* How many arguments there must be. */
static size_t
needed(const char *args)
{
	return strcspn(args, "?");
}

static void
wrong_arguments_are_refused(void **state) /* EC-2, invariant 10 */
{
	(void)state;
	for (size_t i = 0; i < n_commands; i++) {
		struct world *w = site();
		const char *args = commands[i].args;
		size_t n = strlen(args);
		struct str line = {0};

		if (n == 0 || strchr("rc", args[n - 1]) == NULL) {
			str_addf(&line, "%s%s%s;one;more", rows[i].name,
			    n == 0 ? "" : ";", rows[i].args);
			refused(w, str_get(&line));
		}
		if (needed(args) > 0) {
			str_clear(&line);
			str_add(&line, rows[i].name);
			refused(w, str_get(&line));
		}
		if (n > 0 && strchr("hHSCG", args[0]) != NULL) {
			str_clear(&line);
			str_addf(&line, "%s;nobody%s", rows[i].name,
			    rows[i].args + strcspn(rows[i].args, ";"));
			refused(w, str_get(&line));
		}
		if (n > 1 && args[0] == 'h' && args[1] == 's') {
			str_clear(&line);
			str_addf(&line, "%s;web;nothing%s", rows[i].name,
			    rows[i].args + strlen("web;HTTP"));
			refused(w, str_get(&line));
		}
		str_clear(&line);
		str_addf(&line, "[x] %s;%s", rows[i].name, rows[i].args);
		refused(w, str_get(&line));
		str_free(&line);
		world_free(&w);
	}
}

static void
some_need_a_right(void **state)
{
	static const char *const lines[] = {"RESTART_PROGRAM",
	    "RESTART_PROCESS", "SHUTDOWN_PROGRAM", "SHUTDOWN_PROCESS",
	    "PROCESS_FILE;/nothing;1"};
	struct world *w = site();
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(run(w, 700, lines[i], false, &err), -1);
		assert_non_null(strstr(err.text, "administrators"));
		assert_false(restarted);
	}
	assert_int_equal(run(w, 700, lines[0], true, &err), 0);
	assert_true(restarted);
	assert_int_equal(
	    run(w, 700, "PROCESS_FILE;/nothing;1", true, &err), -1);
	assert_string_equal(err.text, "no such file");
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_is_taken_written_and_kept),
	    cmocka_unit_test(wrong_arguments_are_refused),
	    cmocka_unit_test(some_need_a_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
