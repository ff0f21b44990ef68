/* SPDX-License-Identifier: Apache-2.0
 *
 * What the stream and the notifier get, and the files of the history and of
 * the state.
 */
#include "tests/unit/core/world.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/notice.h"
#include "core/effects/encode.h"
#include "core/effects/tell.h"
#include "core/history/file.h"
#include "core/retention/statefile.h"

#include <stdio.h>
#include <unistd.h>

enum {
	WEB,
	HTTP
};

static struct world *
site(void)
{
	struct world *w = world_new();

	snapb_host(w->b, "web");
	snapb_object(w->b, WEB)->check = SNAP_CHECK_ALWAYS_UP;
	snapb_service(w->b, WEB, "HTTP");
	world_start(w, 0);
	return w;
}

static void
checkable_there_and_back(void **state)
{
	struct world *w = site();
	struct str bytes = {0}, pairs = {0};
	const char *why;
	struct msg m;
	struct wire wire;

	(void)state;
	world_result(w, 60, HTTP, SERVICE_CRIT);
	encode_checkable(&m, &pairs, w->e, NULL, HTTP, 61);
	msg_put(&bytes, &m);
	wire = wire_of(str_slice(&bytes));
	assert_int_equal(msg_get(&wire, &m, &why), 1);
	assert_int_equal(m.id, MSG_CHECKABLE);
	assert_int_equal(m.checkable.object, HTTP);
	assert_int_equal(m.checkable.state, SERVICE_CRIT);
	assert_int_equal(m.checkable.state_type, 1);
	assert_int_equal(m.checkable.last_time_2, 60);
	assert_int_equal(m.checkable.notification_number, 1);
	assert_true(m.checkable.flags & MSG_CHECKABLE_CHECKED);
	assert_true(m.checkable.flags & MSG_CHECKABLE_IN_NOTIFY_PERIOD);
	assert_true(slice_eqs(m.checkable.output, "out"));
	assert_int_equal(m.checkable.problem_id, 1);
	str_free(&bytes);
	world_free(&w);
}

static bool
has_pair(struct slice pairs, const char *key, const char *value)
{
	struct msg_pair p;

	while (msg_pair_next(&pairs, &p))
		if (slice_eqs(p.key, key))
			return slice_eqs(p.value, value);
	return false;
}

static void
context_of_a_problem(void **state) /* MC-5 */ /* notifications.md 3.1 */
{
	struct world *w = site();
	struct notice n = {
	    .what = "PROBLEM", .object = HTTP, .number = 1, .state = 2};
	struct str pairs = {0};
	struct tell tell = {0};
	struct msg_alert a;

	(void)state;
	world_result(w, 60, HTTP, SERVICE_CRIT);
	tell_notice(&tell, &a, w->e, &n, 60000000);
	notice_context(&pairs, w->e->snap, &a);
	tell_free(&tell);
	assert_true(has_pair(str_slice(&pairs), "NOTIFICATIONTYPE", "PROBLEM"));
	assert_true(has_pair(str_slice(&pairs), "HOSTNAME", "web"));
	assert_true(has_pair(str_slice(&pairs), "HOSTSTATE", "UP"));
	assert_true(has_pair(str_slice(&pairs), "SERVICEDESC", "HTTP"));
	assert_true(has_pair(str_slice(&pairs), "SERVICESTATE", "CRITICAL"));
	assert_true(has_pair(str_slice(&pairs), "SERVICESTATEID", "2"));
	assert_true(has_pair(str_slice(&pairs), "LASTSERVICESTATE", "OK"));
	assert_true(
	    has_pair(str_slice(&pairs), "SERVICENOTIFICATIONNUMBER", "1"));
	assert_true(has_pair(str_slice(&pairs), "MICROTIME", "60000000"));
	str_free(&pairs);
	world_free(&w);
}

static void
what_nobody_is_told(void **state)
{
	struct world *w = site();
	struct tell tell = {0};
	struct msg_alert a;

	(void)state;
	tell_quiet(&tell, &a, w->e, HTTP, "RECOVERY", 60000000);
	assert_true(slice_eqs(a.what, NOTICE_QUIET "RECOVERY"));
	assert_true(slice_eqs(a.host, "web"));
	assert_true(slice_eqs(a.service, "HTTP"));
	tell_quiet(&tell, &a, w->e, WEB, "DOWNTIMESTART", 60000000);
	assert_true(slice_eqs(a.what, NOTICE_QUIET "DOWNTIMESTART"));
	assert_int_equal(a.service.len, 0);
	tell_free(&tell);
	world_free(&w);
}

/* What core tells, and what the reader's snapshot adds to it. */
static void
context_of_two_sources(void **state) /* MC-5, MA-3 */
{
	struct world *w = site();
	struct notice n = {
	    .what = "PROBLEM", .object = HTTP, .number = 1, .state = 2};
	struct snapb *other = snapb_new(2, 0);
	struct snapshot *without;
	struct str pairs = {0};
	struct tell tell = {0};
	struct msg_alert a;
	struct err err;

	(void)state;
	snapb_host(other, "another");
	without = snapb_open(other, &err);
	world_result(w, 60, HTTP, SERVICE_CRIT);
	world_command(w, 61, "CHANGE_CUSTOM_SVC_VAR;web;HTTP;ROOM;12", &err);
	world_command(
	    w, 61, "ACKNOWLEDGE_SVC_PROBLEM;web;HTTP;1;1;0;harri;on it", &err);
	tell_notice(&tell, &a, w->e, &n, 60000000);
	notice_context(&pairs, w->e->snap, &a);
	assert_true(has_pair(str_slice(&pairs), "SERVICE_ROOM", "12"));
	assert_true(has_pair(str_slice(&pairs), "SERVICEACKAUTHOR", "harri"));
	assert_true(has_pair(str_slice(&pairs), "SERVICEACKCOMMENT", "on it"));
	assert_true(has_pair(str_slice(&pairs), "HOSTADDRESS", "web"));
	assert_true(has_pair(str_slice(&pairs), "HOSTADDRESS_FAMILY", "4"));
	assert_true(has_pair(str_slice(&pairs), "CONTACTS", ""));
	/* The object is in the reader's configuration no more. */
	str_clear(&pairs);
	notice_context(&pairs, without, &a);
	assert_true(has_pair(str_slice(&pairs), "HOSTNAME", "web"));
	assert_true(has_pair(str_slice(&pairs), "SERVICEDESC", "HTTP"));
	assert_true(has_pair(str_slice(&pairs), "SERVICESTATE", "CRITICAL"));
	assert_true(has_pair(str_slice(&pairs), "SERVICE_ROOM", "12"));
	assert_false(has_pair(str_slice(&pairs), "CONTACTS", ""));
	tell_free(&tell);
	str_free(&pairs);
	snapshot_close(&without);
	snapb_free(&other);
	world_free(&w);
}

static char *
scratch(void)
{
	char *dir = xstrdup("/tmp/vedette-test-XXXXXX");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static void
history_has_a_file_a_day(void **state) /* LG-1, LG-5 */
{
	struct world *w = site();
	char *dir = scratch(), *path = xasprintf("%s/2026-03-02.log", dir);
	struct str text = {0};
	struct history *h;
	struct err err;

	(void)state;
	clock_set(0, INT64_C(1772452799) * NS_PER_S); /* 2026-03-02 11:59:59 */
	h = history_open(dir, w->e, &err);
	assert_non_null(h);
	history_add(h, 1772452799, SLICE("one"));
	history_add(h, 1772452700, SLICE("two")); /* the clock went back */
	assert_true(history_flush(h));
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	assert_string_equal(str_get(&text),
	    "[1772452799] LOG VERSION: 2.0\n[1772452799] one\n"
	    "[1772452799] two\n");
	str_clear(&text);
	history_add(h, 1772496000, SLICE("three")); /* the next midnight */
	while (history_turn(h, 1772496000))
		;
	history_flush(h);
	free(path);
	path = xasprintf("%s/2026-03-03.log", dir);
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	assert_string_equal(str_get(&text),
	    "[1772496000] LOG VERSION: 2.0\n"
	    "[1772496000] logging intermediate states\n"
	    "[1772496000] CURRENT HOST STATE: web;UP;HARD;1;\n"
	    "[1772496000] CURRENT SERVICE STATE: web;HTTP;OK;HARD;1;\n"
	    "[1772496000] three\n");
	/* A block stands in one piece: other lines follow it. */
	history_begin_states(h, HISTORY_INITIAL, 1772496010);
	history_add(h, 1772496011, SLICE("late"));
	while (history_turn(h, 1772496011))
		;
	str_clear(&text);
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	assert_non_null(strstr(str_get(&text),
	    "[1772496010] logging initial states\n"
	    "[1772496010] INITIAL HOST STATE: web;UP;HARD;1;\n"
	    "[1772496010] INITIAL SERVICE STATE: web;HTTP;OK;HARD;1;\n"
	    "[1772496011] late\n"));
	/* Time does not go back behind what another process wrote. */
	history_close(&h);
	clock_set(0, INT64_C(1772496005) * NS_PER_S);
	h = history_open(dir, w->e, &err);
	history_add(h, 1772496005, SLICE("early"));
	assert_true(history_flush(h));
	str_clear(&text);
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	assert_non_null(strstr(str_get(&text), "\n[1772496011] early\n"));
	/* A killed core: what notifyd sends again is there already, once. */
	history_close(&h);
	h = history_open(dir, w->e, &err);
	assert_false(history_had(h, SLICE("thre")));
	assert_true(history_had(h, SLICE("early"))); /* once */
	assert_false(history_had(h, SLICE("early")));
	history_expire(h, 1772496000 + 40 * 86400, INT64_C(39) * 86400 * 1000);
	assert_false(file_exists(path));
	history_close(&h);
	clock_use_system();
	file_remove_tree(dir, &err);
	str_free(&text);
	free(path);
	free(dir);
	world_free(&w);
}

/* Killed in the middle of a block: what waited for its end is there. */
static void
late_lines_survive(void **state) /* LG-1, RT-1 */
{
	struct world *w = site();
	char *dir = scratch(), *path = xasprintf("%s/2026-03-02.log", dir);
	struct str text = {0};
	struct history *h, *killed;
	struct err err;
	const char *at;

	(void)state;
	clock_set(0, INT64_C(1772452799) * NS_PER_S);
	killed = history_open(dir, w->e, &err);
	history_begin_states(killed, HISTORY_INITIAL, 1772452799);
	history_add(killed, 1772452800, SLICE("one; [and] more"));
	history_add(killed, 1772452801, SLICE("two"));
	for (int start = 0; start < 3; start++) {
		h = history_open(dir, w->e, &err);
		history_add(h, 1772452802, SLICE("start"));
		assert_true(history_flush(h));
		history_close(&h);
	}
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	at = strstr(
	    str_get(&text), "[1772452800] one; [and] more\n[1772452801] two\n");
	assert_non_null(at);
	assert_null(strstr(strstr(at, "] two") + 1, "] two\n"));
	history_close(&killed);
	clock_use_system();
	file_remove_tree(dir, &err);
	str_free(&text);
	free(path);
	free(dir);
	world_free(&w);
}

static void
collect(struct slice payload, void *arg)
{
	str_addslice(arg, payload);
	str_addc(arg, '|');
}

static void
state_file_replaces_as_a_whole(void **state)
{
	char *dir = scratch(), *path = xasprintf("%s/state", dir);
	char *old = xasprintf("%s.old", path);
	struct str got = {0};
	struct statefile *f;
	struct err err;

	(void)state;
	f = statefile_new(path, &err);
	assert_int_equal(statefile_write(f, SLICE("one"), &err), 0);
	assert_false(file_exists(path));
	assert_int_equal(statefile_commit(&f, &err), 0);
	f = statefile_new(path, &err);
	assert_int_equal(statefile_write(f, SLICE("two"), &err), 0);
	assert_int_equal(statefile_write(f, SLICE("three"), &err), 0);
	assert_int_equal(statefile_commit(&f, &err), 0);
	assert_int_equal(statefile_read(path, collect, &got, &err), 0);
	assert_string_equal(str_get(&got), "two|three|");
	str_clear(&got);
	assert_int_equal(statefile_read(old, collect, &got, &err), 0);
	assert_string_equal(str_get(&got), "one|");
	f = statefile_new(path, &err);
	statefile_abort(&f);
	assert_true(file_exists(path));
	file_remove_tree(dir, &err);
	str_free(&got);
	free(old);
	free(path);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(checkable_there_and_back),
	    cmocka_unit_test(context_of_a_problem),
	    cmocka_unit_test(what_nobody_is_told),
	    cmocka_unit_test(context_of_two_sources),
	    cmocka_unit_test(history_has_a_file_a_day),
	    cmocka_unit_test(late_lines_survive),
	    cmocka_unit_test(state_file_replaces_as_a_whole),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
