/* SPDX-License-Identifier: Apache-2.0
 *
 * A small site for the tests of livestatusd: three hosts, seven services,
 * groups, contacts; its mirror; and questions to it.
 */
#ifndef TESTS_UNIT_LIVESTATUSD_FIXTURE_H
#define TESTS_UNIT_LIVESTATUSD_FIXTURE_H

#include "common/clock.h"
#include "common/config/snapshot_build.h"
#include "common/mem.h"
#include "livestatusd/history/memory.h"
#include "livestatusd/lql/lql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURE_NOW 1700000000

struct fixture {
	struct snapb *b;
	struct snapshot *snap;
	struct mirror *m;
	struct past_memory *log;
	struct lql_env env;
	struct str out;
};

enum { /* numbers of the objects */
	DB1,
	ROUTER,
	WEB1,
	DB1_DISK,
	DB1_LOAD,
	WEB1_CPU,
	WEB1_DISK_ROOT,
	WEB1_DISK_VAR,
	WEB1_HTTP
};

static inline void
fixture_labels(struct snapb *b, uint32_t object)
{
	const uint32_t strings[] = {snapb_str(b, "env"), snapb_str(b, "prod"),
	    snapb_str(b, "explicit"), snapb_str(b, "o's"), snapb_str(b, "a b"),
	    snapb_str(b, "ruleset")};
	const uint32_t variables[] = {
	    snapb_str(b, "FILENAME"), snapb_str(b, "/x/hosts.mk")};
	struct snap_list l = snapb_list(b, strings, 6);
	struct snap_list v = snapb_list(b, variables, 2);

	snapb_object(b, object)->labels = l;
	snapb_object(b, object)->custom_variables = v;
}

static inline void
fixture_group(struct snapb *b, enum snapb_groups which, const char *name,
    const uint32_t *members, size_t n)
{
	uint32_t g = snapb_group(b, which, name);
	struct snap_list list = snapb_list(b, members, n);

	snapb_group_at(b, which, g)->members = list;
}

static inline void
fixture_config(struct snapb *b)
{
	const uint32_t zero[] = {0}, both[] = {0, 1}, one[] = {1};
	const uint32_t router[] = {ROUTER}, hosts[] = {DB1, WEB1};
	const uint32_t disks[] = {DB1_DISK, WEB1_DISK_ROOT, WEB1_DISK_VAR};
	uint32_t period = snapb_period(b, "never", "Never", "{}");
	static const char work[] =
	    "{\"monday\": [\"08:00-12:00\", \"13:00-17:00\"],"
	    " \"exceptions\": {\"2023-12-25\": [], \"day -1\": [],"
	    " \"december 24\": [\"08:00-12:00\"],"
	    " \"thursday -1 november\": [], \"monday 1\": []},"
	    " \"exclude\": [\"never\"]}";
	snap_str address, alias, notes, command;
	struct snap_list list;

	snapb_period(b, "work", "Working hours", work);
	snapb_host(b, "db1");
	snapb_host(b, "router");
	snapb_host(b, "web1");
	snapb_service(b, DB1, "Disk /");
	snapb_service(b, DB1, "Load");
	snapb_service(b, WEB1, "CPU");
	snapb_service(b, WEB1, "Disk /");
	snapb_service(b, WEB1, "Disk /var");
	snapb_service(b, WEB1, "HTTP");
	address = snapb_str(b, "192.0.2.10");
	alias = snapb_str(b, "Älteste \"Kiste\"");
	notes = snapb_str(b, "see $HOSTNAME$/$SERVICEDESC$ for $5");
	command = snapb_str(b, "check_mk-cpu");
	snapb_object(b, WEB1)->address = address;
	snapb_object(b, WEB1)->alias = alias;
	snapb_object(b, WEB1_HTTP)->notes = notes;
	snapb_object(b, WEB1_CPU)->check_command = command;
	snapb_object(b, WEB1_CPU)->notification_period = period;
	list = snapb_list(b, router, 1);
	snapb_object(b, WEB1)->parents = list;
	snapb_object(b, DB1)->parents = list;
	fixture_labels(b, WEB1);
	snapb_contact(b, "ann");
	snapb_contact(b, "bob");
	fixture_group(b, SNAPB_CONTACT_GROUPS, "admins", both, 2);
	fixture_group(b, SNAPB_HOST_GROUPS, "linux", hosts, 2);
	fixture_group(b, SNAPB_HOST_GROUPS, "net", router, 1);
	fixture_group(b, SNAPB_SERVICE_GROUPS, "disks", disks, 3);
	list = snapb_list(b, zero, 1);
	snapb_object(b, WEB1)->contacts = list;
	snapb_object(b, WEB1)->groups = list;
	snapb_object(b, DB1)->groups = list;
	for (uint32_t i = WEB1_CPU; i < WEB1_HTTP; i++)
		snapb_object(b, i)->contacts = list; /* HTTP: by its host */
	for (size_t i = 0; i < 3; i++)
		snapb_object(b, disks[i])->groups = list;
	list = snapb_list(b, one, 1);
	snapb_object(b, ROUTER)->groups = list;
	snapb_object(b, DB1_LOAD)->contacts = list;
	snapb_command(b, "check_http", "check_http -H $HOSTADDRESS$");
}

static inline struct msg_checkable
fixture_checkable(uint32_t object, uint32_t state, const char *output)
{
	return (struct msg_checkable){
	    .object = object,
	    .state = state,
	    .hard_state = state,
	    .state_type = 1,
	    .attempt = 1,
	    .max_attempts = 3,
	    .flags = MSG_CHECKABLE_CHECKED | MSG_CHECKABLE_ACTIVE |
		MSG_CHECKABLE_NOTIFICATIONS,
	    .last_check = FIXTURE_NOW - 60,
	    .next_check = FIXTURE_NOW + 60,
	    .last_state_change = FIXTURE_NOW - 600 - object,
	    .check_interval_ms = 60000,
	    .retry_interval_ms = 30000,
	    .feed_interval_ms = 60000,
	    .feed_period = SNAP_NONE,
	    .freshness_from = FIXTURE_NOW - 90,
	    .execution_us = 250000,
	    .output = slice_of(output),
	};
}

static inline void
fixture_put(struct fixture *f, const struct msg_checkable *c)
{
	mirror_apply(f->m, &(struct msg){.id = MSG_CHECKABLE, .checkable = *c},
	    FIXTURE_NOW * NS_PER_S);
}

static inline void
fixture_state(struct fixture *f)
{
	struct msg_checkable c;

	c = fixture_checkable(DB1, 0, "up");
	fixture_put(f, &c);
	c = fixture_checkable(ROUTER, 1, "no answer");
	fixture_put(f, &c);
	c = fixture_checkable(WEB1, 0, "up");
	fixture_put(f, &c);
	c = fixture_checkable(DB1_DISK, 2, "95 % used");
	c.perfdata = slice_of("fs_used=95;80;90;0;100 inodes=7");
	fixture_put(f, &c);
	c = fixture_checkable(DB1_LOAD, 0, "load 1");
	fixture_put(f, &c);
	c = fixture_checkable(WEB1_CPU, 1, "busy; \"very\"\xe2\x82\xac\xff");
	c.long_output = slice_of("one\ntwo");
	c.acknowledgement = 1;
	fixture_put(f, &c);
	c = fixture_checkable(WEB1_DISK_ROOT, 0, "10 % used");
	c.perfdata = slice_of("fs_used=10");
	fixture_put(f, &c);
	c = fixture_checkable(WEB1_DISK_VAR, 2, "99 % used");
	c.perfdata = slice_of("'fs_used'=99.5GB;1;2");
	c.downtime_depth = 1;
	fixture_put(f, &c);
	/* WEB1_HTTP stays pending. */
}

static inline void
fixture_notes(struct fixture *f)
{
	struct msg m = {.id = MSG_DOWNTIME};

	m.downtime = (struct msg_downtime){.id = 7,
	    .object = WEB1_DISK_VAR,
	    .entry_time = FIXTURE_NOW - 100,
	    .start_time = FIXTURE_NOW - 50,
	    .end_time = FIXTURE_NOW + 50,
	    .fixed = true,
	    .author = SLICE("ann"),
	    .comment = SLICE("disk; swap")};
	mirror_apply(f->m, &m, FIXTURE_NOW * NS_PER_S);
	m.downtime.id = 3;
	m.downtime.object = ROUTER;
	mirror_apply(f->m, &m, FIXTURE_NOW * NS_PER_S);
	m = (struct msg){.id = MSG_COMMENT,
	    .comment = {.id = 9,
		.object = WEB1,
		.entry_time = FIXTURE_NOW,
		.entry_type = 1,
		.source = 1,
		.author = SLICE("bob"),
		.comment = SLICE("hello")}};
	mirror_apply(f->m, &m, FIXTURE_NOW * NS_PER_S);
}

static inline void
fixture_log(struct fixture *f)
{
	static const char *const lines[] = {
	    "[1699990000] LOG VERSION: 2.0",
	    "[1699990000] INITIAL HOST STATE: web1;UP;HARD;1;up",
	    "[1699990100] SERVICE ALERT: web1;CPU;WARNING;SOFT;1;busy;more",
	    "[1699990200] SERVICE NOTIFICATION: ann;web1;CPU;WARNING;mail;busy",
	    "[1699990300] HOST DOWNTIME ALERT: router;STARTED;began",
	    "[1699990400] SERVICE ALERT: gone;CPU;OK;HARD;1;fine",
	    "garbage",
	    "[1699990500] EXTERNAL COMMAND: ACK;a;b",
	};

	for (uint32_t i = 0; i < ARRAY_LEN(lines); i++)
		past_memory_add(f->log, "2023-11-14", slice_of(lines[i]));
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = xnew(struct fixture);
	struct err err = {""};

	f->b = snapb_new(5, FIXTURE_NOW - 1000);
	fixture_config(f->b);
	f->snap = snapb_open(f->b, &err);
	if (f->snap == NULL)
		fail_msg("%s", err.text);
	f->m = mirror_new(f->snap, &err);
	if (f->m == NULL)
		fail_msg("%s", err.text);
	f->env = (struct lql_env){
	    .now_ns = FIXTURE_NOW * NS_PER_S, .version = "1.2.3", .past = NULL};
	f->log = past_memory_new();
	fixture_state(f);
	fixture_notes(f);
	fixture_log(f);
	f->env.past = past_memory_past(f->log);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	str_free(&f->out);
	past_memory_free(&f->log);
	mirror_free(&f->m);
	snapshot_close(&f->snap);
	snapb_free(&f->b);
	free(f);
	return 0;
}

/* The answer; valid until the next question. */
static inline const char *
ask(struct fixture *f, const char *query)
{
	str_clear(&f->out);
	lql_run(f->m, &f->env, slice_of(query), &f->out);
	return str_get(&f->out);
}

#define assert_answer(f, query, answer)                                        \
	assert_string_equal(ask((f), (query)), (answer))

#endif
