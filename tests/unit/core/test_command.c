/* SPDX-License-Identifier: Apache-2.0
 *
 * External commands: what is taken, what is refused with which words, and
 * that a refused one changes nothing.
 */
#include "tests/unit/core/world.h"

#include "core/command/internal.h"

enum {
	DB,
	WEB,
	HTTP
};

static struct world *
site(void)
{
	struct world *w = world_new();
	uint32_t members[] = {DB, WEB}, service = HTTP, parent = DB;
	uint32_t group;

	snapb_host(w->b, "db");
	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->check = SNAP_CHECK_ALWAYS_UP;
	snapb_object(w->b, WEB)->parents = snapb_list(w->b, &parent, 1);
	snapb_service(w->b, WEB, "HTTP");
	group = snapb_group(w->b, SNAPB_HOST_GROUPS, "all");
	snapb_group_at(w->b, SNAPB_HOST_GROUPS, group)->members =
	    snapb_list(w->b, members, 2);
	group = snapb_group(w->b, SNAPB_SERVICE_GROUPS, "http");
	snapb_group_at(w->b, SNAPB_SERVICE_GROUPS, group)->members =
	    snapb_list(w->b, &service, 1);
	world_start(w, 0);
	return w;
}

static void
table_is_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < n_commands; i++)
		assert_true(strcmp(commands[i - 1].name, commands[i].name) < 0);
}

static void
passive_results_are_taken(void **state)
{
	struct world *w = site();
	const struct checkable *o = &w->e->objects[HTTP];
	struct err err;

	(void)state;
	assert_int_equal(
	    world_command(w, 100,
		"[90] PROCESS_SERVICE_CHECK_RESULT;web;HTTP;2;bad; very | "
		"t=1;2\\nmore",
		&err),
	    0);
	assert_int_equal(o->state, SERVICE_CRIT);
	assert_int_equal(o->last_check, 90);
	assert_true(slice_eqs(checkable_output(o), "bad: very"));
	assert_true(slice_eqs(checkable_perfdata(o), "t=1;2"));
	assert_true(slice_eqs(checkable_long_output(o), "more"));
	assert_true(o->flags & CHECKABLE_LAST_PASSIVE);
	assert_null(strstr(str_get(&w->lines), "EXTERNAL COMMAND"));
	assert_int_equal(world_command(w, 101,
			     "PROCESS_HOST_CHECK_RESULT;db;1;gone\xff", &err),
	    0);
	assert_int_equal(w->e->objects[DB].state, HOST_DOWN);
	assert_true(slice_eqs(
	    checkable_output(&w->e->objects[DB]), "gone\xef\xbf\xbd"));
	world_free(&w);
}

/* Lines about them; there must be no others. */
static unsigned
refusals(const struct world *w)
{
	struct slice rest = str_slice(&w->lines), line;
	unsigned n = 0;

	while (slice_next(&rest, '\n', &line)) {
		if (line.len == 0)
			continue;
		assert_true(
		    slice_starts(line, "Warning: external command refused: "));
		n++;
	}
	return n;
}

static void
refused_with_reasons(void **state) /* EC-1, EC-2, invariant 10 */
{
	static const struct {
		const char *line, *reason;
	} rows[] = {
	    {"", "Unknown command ''"},
	    {"[abc] LOG;x", "malformed"},
	    {"[12]LOG;x", "malformed"},
	    {"[12", "malformed"},
	    {"LOG;a\nLOG;b", "malformed"},
	    {"NO_SUCH;x", "Unknown command 'NO_SUCH'"},
	    {"DEL_HOST_COMMENT", "argument 1 is missing"},
	    {"DEL_HOST_COMMENT;x", "a number from 0"},
	    {"DEL_HOST_COMMENT;1;2", "too many"},
	    {"DEL_HOST_COMMENT;1", "there is no comment 1"},
	    {"ENABLE_HOST_CHECK;nobody", "there is no host \"nobody\""},
	    {"ENABLE_SVC_CHECK;web;FTP", "there is no service \"FTP\""},
	    {"ENABLE_HOSTGROUP_HOST_CHECKS;x", "there is no host group"},
	    {"PROCESS_SERVICE_CHECK_RESULT;web;HTTP;4;x", "0 to 3"},
	    {"PROCESS_HOST_CHECK_RESULT;web;-1;x", "a number from 0"},
	    {"CHANGE_NORMAL_HOST_CHECK_INTERVAL;web;4294967295",
		"below 1000000"},
	    {"ADD_HOST_COMMENT;web;2;me;x", "0 or 1"},
	    {"ACKNOWLEDGE_HOST_PROBLEM;web;2;1;0;me;x", "no problem"},
	    {"SCHEDULE_HOST_DOWNTIME;web;200;100;1;0;0;me;x", "before"},
	    {"SCHEDULE_HOST_DOWNTIME;web;1;2;1;0;0;me;x", "in the past"},
	    {"SCHEDULE_HOST_DOWNTIME;web;200;300;0;0;0;me;x", "duration"},
	    {"SCHEDULE_HOST_DOWNTIME;web;200;300;1;7;0;me;x", "trigger"},
	    {"SCHEDULE_HOST_DOWNTIME;web;200;300;99;0;0;me;x", "mode"},
	    {"DEL_DOWNTIME_BY_START_TIME_COMMENT", "no filter"},
	    {"DEL_DOWNTIME_BY_HOST_NAME;;;;", "no filter"},
	    {"CHANGE_MAX_HOST_CHECK_ATTEMPTS;web;0", "1 to 1000"},
	};
	struct world *w = site();
	unsigned kept = w->kept;

	(void)state;
	str_clear(&w->lines);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};

		assert_int_equal(world_command(w, 150, rows[i].line, &err), -1);
		if (strstr(err.text, rows[i].reason) == NULL)
			fail_msg("%s: %s", rows[i].line, err.text);
	}
	assert_int_equal(w->kept, kept);
	assert_int_equal(refusals(w), ARRAY_LEN(rows)); /* and nothing else */
	world_free(&w);
}

/* They are told, but a client gone wild cannot fill the disk. */
static void
refusals_are_bounded(void **state)
{
	struct world *w = site();
	struct err err;

	(void)state;
	str_clear(&w->lines);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(
		    world_command(w, 125, "[1] NIX;\xff", &err), -1);
	assert_int_equal(refusals(w), 60);
	assert_non_null(strstr(str_get(&w->lines),
	    "Warning: external command refused: Unknown command 'NIX': "
	    "NIX;\xef\xbf\xbd\n"));
	assert_int_equal(world_command(w, 185, "NIX", &err), -1);
	assert_int_equal(refusals(w), 61);
	world_free(&w);
}

static void
groups_and_trees(void **state)
{
	struct world *w = site();
	struct err err;

	(void)state;
	assert_int_equal(world_command(w, 1,
			     "DISABLE_HOSTGROUP_HOST_NOTIFICATIONS;all", &err),
	    0);
	assert_false(w->e->objects[DB].flags & CHECKABLE_NOTIFY);
	assert_false(w->e->objects[WEB].flags & CHECKABLE_NOTIFY);
	assert_true(w->e->objects[HTTP].flags & CHECKABLE_NOTIFY);
	assert_int_equal(w->e->objects[DB].modified, MODIFIED_NOTIFICATIONS);
	assert_int_equal(world_command(w, 1,
			     "ENABLE_ALL_NOTIFICATIONS_BEYOND_HOST;db", &err),
	    0);
	assert_false(w->e->objects[DB].flags & CHECKABLE_NOTIFY);
	assert_true(w->e->objects[WEB].flags & CHECKABLE_NOTIFY);
	assert_int_equal(
	    world_command(w, 1,
		"SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;db;1;100;1;0;"
		"0;me;x",
		&err),
	    0);
	assert_int_equal(w->e->objects[WEB].downtime_depth, 1);
	assert_int_equal(w->e->objects[WEB].downtimes->triggered_by, 1);
	assert_int_equal(
	    world_command(w, 2, "DEL_DOWNTIME_BY_HOST_NAME;web", &err), 0);
	assert_int_equal(w->e->downtimes.n, 1);
	world_free(&w);
}

static void
overrides_and_back(void **state) /* MA-1 */
{
	struct world *w = site();
	const struct checkable *o = &w->e->objects[HTTP];
	struct err err;

	(void)state;
	assert_int_equal(
	    world_command(
		w, 1, "CHANGE_NORMAL_SVC_CHECK_INTERVAL;web;HTTP;2.5", &err),
	    0);
	assert_int_equal(o->check_interval_ms, 150000);
	assert_int_equal(o->modified, MODIFIED_CHECK_INTERVAL);
	assert_int_equal(
	    world_command(w, 1, "CHANGE_SVC_MODATTR;web;HTTP;0", &err), 0);
	assert_int_equal(o->check_interval_ms, 60000);
	world_free(&w);
}

static void
written_to_the_history(void **state) /* EC-5 */
{
	struct world *w = site();
	struct err err;

	(void)state;
	assert_int_equal(
	    world_command(w, 1, "[1] ADD_HOST_COMMENT;web;1;me;a;b\n", &err),
	    0);
	world_expect(
	    &w->lines, "EXTERNAL COMMAND: ADD_HOST_COMMENT;web;1;me;a;b\n");
	assert_string_equal(w->e->objects[WEB].comments->text, "a;b");
	world_free(&w);
}

static uint32_t
below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(*seed >> 33) % n;
}

/* What the command before named is only a guess. */
static void
remembers_nothing_wrong(void **state)
{
	static const char *const hosts[] = {"a", "ab", "b", "none", ""};
	static const char *const services[] = {"1", "10", "2", "none", ""};
	struct world *w = world_new();
	struct command_memory memory = {0};
	struct command_context plain = {.now = 1}, guessing;
	uint64_t seed = 7;
	uint32_t found = 0;

	(void)state;
	for (uint32_t h = 0; h < 3; h++)
		snapb_host(w->b, hosts[h]);
	for (uint32_t i = 0; i < 9; i++) /* "b" has none */
		if (i / 3 < 2)
			snapb_service(w->b, i / 3, services[i % 3]);
	world_start(w, 0);
	plain.engine = w->e;
	guessing = plain;
	guessing.memory = &memory;
	for (unsigned i = 0; i < 5000; i++) {
		struct call a = {.ctx = &plain}, b = {.ctx = &guessing};
		struct str line = {0};
		struct err err;
		int rc;

		str_addf(&line, "%s;%s;%s",
		    below(&seed, 3) ? "ENABLE_SVC_CHECK" : "DISABLE_SVC_CHECK",
		    hosts[below(&seed, 5)], services[below(&seed, 5)]);
		rc = command_parse(&a, str_slice(&line), &err);
		assert_int_equal(rc, command_parse(&b, str_slice(&line), &err));
		if (rc == 0) {
			assert_ptr_equal(a.command, b.command);
			assert_int_equal(a.args[0].index, b.args[0].index);
			assert_int_equal(a.args[1].index, b.args[1].index);
			found++;
		}
		if (i % 1000 == 999) /* another configuration */
			memory.host = memory.service = UINT32_MAX - 1;
		str_free(&line);
	}
	assert_true(found > 500);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table_is_sorted),
	    cmocka_unit_test(passive_results_are_taken),
	    cmocka_unit_test(refused_with_reasons),
	    cmocka_unit_test(refusals_are_bounded),
	    cmocka_unit_test(groups_and_trees),
	    cmocka_unit_test(overrides_and_back),
	    cmocka_unit_test(written_to_the_history),
	    cmocka_unit_test(remembers_nothing_wrong),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
