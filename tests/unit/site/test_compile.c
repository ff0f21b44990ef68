/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration compiler: what a small site becomes, and which mistakes
 * are found where.
 */
#include "common/file.h"
#include "common/mem.h"
#include "site/compile/compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];
static struct compile_report report;

static void
put(const char *path, const char *text)
{
	char *full = xasprintf("%s/%s", root, path);
	char *folder = xstrdup(full);
	struct err err;

	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_mkdirs(folder, 0750, &err), 0);
	assert_int_equal(file_write(full, slice_of(text), 0640, &err), 0);
	free(full);
	free(folder);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/test_compile_XXXXXX");
	assert_non_null(mkdtemp(root));
	return 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	compile_report_free(&report);
	return file_remove_tree(root, &err);
}

/* Line by line, so that a failure shows the line; "@" in `expected` is the
 * folder conf.d. */
static void
compare_lines(const struct str *text, const char *expected)
{
	struct str full = {0};

	for (const char *p = expected; *p != '\0'; p++) {
		if (*p == '@')
			str_addf(&full, "%s/etc/vedette/conf.d", root);
		else
			str_addc(&full, *p);
	}
	for (struct slice a = str_slice(text), b = str_slice(&full), x, y;
	     a.len > 0 || b.len > 0;) {
		char *have, *want;

		x = y = SLICE("");
		slice_next(&a, '\n', &x);
		slice_next(&b, '\n', &y);
		have = slice_dup(x);
		want = slice_dup(y);
		assert_string_equal(have, want);
		free(have);
		free(want);
	}
	str_free(&full);
}

/* The site compiles; warnings are as expected. */
static struct snapshot *
good(const char *warnings)
{
	struct str text = {0};
	struct snapshot *snap;
	struct err err = {""};

	compile_report_free(&report);
	snap = compile_open(root, &report, &err);
	mistakes_print(&report.mistakes, &text);
	compare_lines(&text, warnings);
	assert_string_equal(err.text, "");
	assert_non_null(snap);
	str_free(&text);
	return snap;
}

/* The site does not compile. */
static void
bad(const char *expected)
{
	struct str text = {0};
	struct err err = {""};

	compile_report_free(&report);
	assert_null(compile_open(root, &report, &err));
	mistakes_print(&report.mistakes, &text);
	compare_lines(&text, expected);
	str_free(&text);
}

static const struct snap_object *
host(const struct snapshot *snap, const char *name)
{
	uint32_t index = snap_find_host(snap, slice_of(name));

	assert_int_not_equal(index, SNAP_NONE);
	return &snap->objects[index];
}

static const struct snap_object *
service(const struct snapshot *snap, const char *host_name, const char *name)
{
	uint32_t index = snap_find_service(
	    snap, host(snap, host_name)->host, slice_of(name));

	assert_int_not_equal(index, SNAP_NONE);
	return &snap->objects[index];
}

#define STR(off) snap_s(snap, off)

static void
test_empty(void **state)
{
	struct snapshot *snap = good("");

	(void)state;
	assert_int_equal(snap->n_objects, 0);
	assert_int_equal(snap->n_periods, 1);
	assert_string_equal(STR(snap->periods[0].name), "24X7");
	assert_string_equal(STR(snap->notification_rules), "");
	assert_string_equal(STR(snap->event_rules), "[]");
	snapshot_close(&snap);
}

static void
test_host_defaults(void **state)
{
	const struct snap_object *o;
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/hosts.yaml",
	    "hosts:\n  web01:\n  db01: {address: 192.0.2.1, check: passive}\n"
	    "  sw: {check: {tcp: 22}, check_interval: 2m}\n");
	snap = good("");
	o = host(snap, "web01");
	assert_string_equal(STR(o->address), "web01");
	assert_string_equal(STR(o->alias), "web01");
	assert_string_equal(STR(o->folder), "/");
	assert_string_equal(STR(o->check_command), "check-ping");
	assert_int_equal(o->check, SNAP_CHECK_PING);
	assert_int_equal(o->check_interval_ms, 6000);
	assert_int_equal(o->retry_interval_ms, 6000);
	assert_int_equal(o->max_check_attempts, 1);
	assert_int_equal(o->check_period, SNAP_NONE);
	assert_int_equal(o->notify_on,
	    SNAP_ON_DOWN | SNAP_ON_UNREACH | SNAP_ON_RECOVERY |
		SNAP_ON_FLAPPING | SNAP_ON_DOWNTIME);
	assert_int_equal(o->flags,
	    SNAP_ACTIVE | SNAP_PASSIVE | SNAP_NOTIFICATIONS |
		SNAP_FLAP_DETECTION | SNAP_EVENT_HANDLER);
	assert_int_equal(o->services.n, 0);
	o = host(snap, "db01");
	assert_string_equal(STR(o->address), "192.0.2.1");
	assert_int_equal(o->check, SNAP_CHECK_PASSIVE);
	assert_int_equal(o->check_interval_ms, 60000);
	assert_int_equal(o->flags & SNAP_ACTIVE, 0);
	o = host(snap, "sw");
	assert_int_equal(o->check_port, 22);
	assert_string_equal(STR(o->check_command), "check-tcp!22");
	assert_int_equal(o->check_interval_ms, 120000);
	snapshot_close(&snap);
}

static void
test_agent(void **state)
{
	const struct snap_object *o;
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts:\n"
	    "  web01: {agent: {kind: tcp, port: 7000}}\n"
	    "  prog: {agent: {kind: program, command: 'ssh x'}}\n"
	    "services:\n"
	    "- {hosts: [web01], description: Uptime, check: passive}\n"
	    "- {hosts: [web01], description: Fed, check: {collector: "
	    "Check_MK}}\n");
	put("var/vedette/discovered/web01.yaml",
	    "services:\n"
	    "- {description: 'Filesystem /', check: {collector: Check_MK, "
	    "check: filesystem, item: /}, labels: {a: b}}\n"
	    "- {description: Uptime, check: {collector: Check_MK, check: "
	    "uptime}}\n"
	    "host_labels: {os: linux}\n");
	snap = good("");
	assert_int_equal(snap->n_hosts, 2);
	assert_int_equal(snap->n_objects, 2 + 1 + 4);
	o = host(snap, "web01");
	assert_int_equal(o->agent, SNAP_AGENT_TCP);
	assert_int_equal(o->agent_port, 7000);
	assert_int_equal(o->labels.n, 3);
	assert_string_equal(STR(snap_at(snap, o->labels, 0)), "os");
	assert_string_equal(STR(snap_at(snap, o->labels, 2)), "discovered");
	o = service(snap, "web01", "Check_MK");
	assert_int_equal(o->check, SNAP_CHECK_AGENT);
	assert_string_equal(STR(o->check_command), "check_mk");
	assert_int_equal(o->check_interval_ms, 60000);
	o = service(snap, "web01", "Filesystem /");
	assert_int_equal(o->check, SNAP_CHECK_COLLECTED);
	assert_int_equal(
	    o->collector, snap_find_service(snap, 1, SLICE("Check_MK")));
	assert_string_equal(STR(o->check_command), "check_mk-filesystem");
	assert_string_equal(STR(o->check_name), "filesystem");
	assert_string_equal(STR(o->item), "/");
	assert_int_equal(o->flags & SNAP_ACTIVE, 0);
	/* What is written by hand wins. */
	o = service(snap, "web01", "Uptime");
	assert_int_equal(o->check, SNAP_CHECK_PASSIVE);
	o = service(snap, "web01", "Fed");
	assert_int_equal(o->check, SNAP_CHECK_COLLECTED);
	assert_string_equal(STR(o->check_name), "");
	o = host(snap, "prog");
	assert_int_equal(o->agent, SNAP_AGENT_PROGRAM);
	assert_string_equal(STR(o->agent_command), "ssh x");
	snapshot_close(&snap);
}

static void
test_folders(void **state)
{
	const struct snap_object *o;
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/_folder.yaml",
	    "contact_groups: [all]\nlabels: {env: prod, where: x}\n"
	    "check_interval: 10s\n");
	put("etc/vedette/conf.d/munich/_folder.yaml",
	    "title: Munich\ncontact_groups: [munich]\n"
	    "labels: {where: munich}\ncheck_interval: 20s\n");
	put("etc/vedette/conf.d/munich/linux/x.yaml",
	    "hosts: {m1: {contact_groups: [own], labels: {own: 1}}}\n");
	put("etc/vedette/conf.d/people.yaml",
	    "contact_groups: {all: {}, munich: {members: [bert]}, own: }\n"
	    "contacts:\n  anna: {contact_groups: [all]}\n"
	    "  bert: {alias: Bert}\n"
	    "  carl: {contact_groups: [own], role: admin}\n"
	    "services:\n"
	    "- {hosts: [m1], description: A, check: passive}\n"
	    "- {hosts: [m1], description: B, check: passive, "
	    "contact_groups: [own]}\n");
	snap = good("");
	o = host(snap, "m1");
	assert_string_equal(STR(o->folder), "/munich/linux");
	assert_int_equal(o->check_interval_ms, 20000);
	assert_int_equal(o->contact_groups.n, 3);
	assert_int_equal(o->contacts.n, 3);
	assert_int_equal(o->labels.n, 9);
	assert_int_equal(service(snap, "m1", "A")->contacts.n, 3);
	assert_int_equal(service(snap, "m1", "B")->contacts.n, 1);
	assert_string_equal(
	    STR(snap->contacts[snap_find_contact(snap, SLICE("carl"))].role),
	    "admin");
	assert_int_equal(snap->contact_groups[1].members.n, 1);
	snapshot_close(&snap);
}

static void
test_rules(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a/hosts.yaml",
	    "hosts:\n  web01: {labels: {env: prod}}\n"
	    "  web02: {max_check_attempts: 9, tags: {criticality: test}}\n");
	put("etc/vedette/conf.d/hosts.yaml",
	    "hosts: {db01: }\n"
	    "host_groups: {g1: , g2: }\n"
	    "service_groups: {s1: {alias: S}}\n"
	    "services:\n"
	    "- {hosts: ['~.*'], description: HTTP main, check: ping}\n"
	    "- {hosts: [db01], description: SQL, check: ping, "
	    "check_interval: 5m}\n");
	put("etc/vedette/conf.d/rules.yaml",
	    "rules:\n"
	    "- {ruleset: host_max_check_attempts, value: 2}\n"
	    "- {ruleset: host_max_check_attempts, value: 4, when: {folder: "
	    "/a}}\n"
	    "- {ruleset: host_groups, value: [g1], when: {hosts: ['~WEB']}}\n"
	    "- {ruleset: host_groups, value: [g2], when: {hosts: [web01]}}\n"
	    "- {ruleset: host_labels, value: {env: test, x: '1'}}\n"
	    "- {ruleset: host_notes, value: N, when: {labels: {x: '1', env: "
	    "{not: prod}}}}\n"
	    "- {ruleset: host_alias, value: T, when: {tags: {criticality: "
	    "[test, y]}}}\n"
	    "- {ruleset: service_check_interval, value: 3m}\n"
	    "- {ruleset: service_groups, value: [s1], when: {services: "
	    "[HTTP]}}\n"
	    "- {ruleset: service_notes, value: Q, when: {services: ['SQL$', "
	    "ain]}, disabled: no}\n"
	    "- {ruleset: service_notes, value: R, disabled: yes}\n");
	snap = good("");
	assert_int_equal(report.rules, 10);
	assert_int_equal(host(snap, "db01")->max_check_attempts, 2);
	assert_int_equal(host(snap, "web01")->max_check_attempts, 4);
	assert_int_equal(host(snap, "web02")->max_check_attempts, 9);
	assert_int_equal(host(snap, "web01")->groups.n, 2);
	assert_int_equal(host(snap, "web02")->groups.n, 1);
	assert_int_equal(host(snap, "db01")->groups.n, 0);
	assert_int_equal(host(snap, "web01")->labels.n, 6);
	assert_string_equal(STR(host(snap, "web01")->notes), "");
	assert_string_equal(STR(host(snap, "db01")->notes), "N");
	assert_string_equal(STR(host(snap, "web02")->alias), "T");
	assert_string_equal(STR(host(snap, "web01")->alias), "web01");
	assert_int_equal(
	    service(snap, "db01", "SQL")->check_interval_ms, 300000);
	assert_int_equal(
	    service(snap, "db01", "HTTP main")->check_interval_ms, 180000);
	assert_int_equal(service(snap, "db01", "HTTP main")->groups.n, 1);
	assert_int_equal(service(snap, "db01", "SQL")->groups.n, 0);
	assert_string_equal(STR(service(snap, "db01", "SQL")->notes), "Q");
	assert_string_equal(STR(service(snap, "db01", "HTTP main")->notes), "");
	assert_int_equal(snap->service_groups[0].members.n, 3);
	assert_int_equal(snap->host_groups[0].members.n, 2);
	snapshot_close(&snap);
}

static void
test_conditions(void **state)
{
	static const uint32_t expected[] = {1, 5, 7, 5, 1};
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/hosts.yaml",
	    "hosts:\n"
	    "  a: {labels: {env: prod, os: windows}}\n"
	    "  b: {labels: {env: prod, os: linux}, tags: {net: lan}}\n"
	    "  c: {labels: {env: test}, tags: {net: dmz}}\n"
	    "  d: {labels: {env: dev, os: linux}, tags: {net: lan}}\n"
	    "  e:\n"
	    "tag_groups: {net: {tags: [{id: wan}, {id: lan}, {id: dmz}]}}\n"
	    "conditions: {near: {tags: {net: [lan]}}}\n");
	put("etc/vedette/conf.d/rules.yaml",
	    "rules:\n"
	    "- {ruleset: host_max_check_attempts, value: 7, when: {tags: "
	    "{net: {not: [wan, lan]}}, label_groups: ['env:test', {not: "
	    "'os:windows'}]}}\n"
	    "- {ruleset: host_max_check_attempts, value: 5, when: {condition: "
	    "near, label_groups: [{and: [{and: 'env:prod'}, {or: "
	    "'env:dev'}]}, {not: 'os:windows'}]}}\n");
	snap = good("");
	assert_int_equal(snap->n_hosts, ARRAY_LEN(expected));
	for (uint32_t i = 0; i < snap->n_hosts; i++)
		assert_int_equal(
		    snap->objects[i].max_check_attempts, expected[i]);
	snapshot_close(&snap);
	put("etc/vedette/conf.d/rules.yaml",
	    "rules:\n"
	    "- {ruleset: host_volatile, value: on, when: {condition: near, "
	    "tags: {net: lan}}}\n"
	    "- {ruleset: host_labels, value: {a: b}, when: {label_groups: "
	    "['x:y']}}\n"
	    "- {ruleset: host_volatile, value: on, when: {label_groups: "
	    "[{and: x, or: y}, {not: z}], condition: neat}}\n");
	bad("@/rules.yaml:2:63: rules[0].when.tags: the condition near says "
	    "this already\n"
	    "@/rules.yaml:3:47: rules[1].when: rules that set labels have no "
	    "condition on labels\n"
	    "@/rules.yaml:4:61: rules[2].when.label_groups[0]: expected one of "
	    "the keys and, or, not\n"
	    "@/rules.yaml:4:84: rules[2].when.label_groups[1].not: expected a "
	    "label such as env:prod\n"
	    "@/rules.yaml:4:100: rules[2].when.condition: there is no "
	    "condition neat; did you mean near?\n");
}

static void
test_warnings(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {a: {labels: {env: prod}, contacts: [anna]}, b: , c: }\n"
	    "contacts: {anna: }\n"
	    "host_groups: {g: }\n"
	    "service_groups: {s: }\n"
	    "rules:\n"
	    "- {ruleset: host_notes, value: x, when: {labels: {env: porod}}}\n"
	    "- {ruleset: host_notes, value: x, when: {hosts: ['~x']}}\n"
	    "- {ruleset: host_notes, value: x}\n"
	    "- {ruleset: host_notes, value: y, when: {hosts: [a]}}\n"
	    "- {ruleset: host_labels, value: {x: y}}\n"
	    "- {ruleset: host_labels, value: {x: z}}\n");
	snap = good(
	    "warning: 2 hosts have no contact, so nobody is told of them: b, "
	    "c\n"
	    "warning: @/a.yaml:3:18: host_groups.g: no host is in the host "
	    "group g\n"
	    "warning: @/a.yaml:4:21: service_groups.s: no service is in the "
	    "service group s\n"
	    "warning: @/a.yaml:6:3: rules[0]: this rule never holds: no host "
	    "has the label env: porod\n"
	    "warning: @/a.yaml:7:3: rules[1]: this rule never holds: no host "
	    "fits\n"
	    "warning: @/a.yaml:9:3: rules[3]: this rule is never reached: the "
	    "one in etc/vedette/conf.d/a.yaml:8 comes first and always "
	    "holds\n");
	snapshot_close(&snap);
}

/* What a daemon would refuse is found with its place. */
static void
test_daemons(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/b.yaml",
	    "event_rules:\n"
	    "- {id: y, when: {text: fail, invert: yes}, cancel: {text: ok}}\n"
	    "- {pack: p, rules: [{id: z, expect: {interval: 5m}, count: "
	    "{count: 3}}]}\n"
	    "contacts: {anna: {notification_rules: [{bulk: {horizon: "
	    "1m}}]}}\n");
	put("etc/vedette/conf.d/a.yaml",
	    "notification_rules:\n"
	    "- {id: a, to: {all_users: yes}}\n"
	    "- {id: b, bulk: {horizon: 5m}}\n");
	bad("@/a.yaml:3:17: notification_rules[1].bulk: this version does not "
	    "bulk yet (leave it out)\n"
	    "@/b.yaml:2:52: event_rules[0].cancel: does not go with "
	    "when.invert\n"
	    "@/b.yaml:3:37: event_rules[1].rules[0].expect: does not go with "
	    "count or cancel\n"
	    "@/b.yaml:4:47: contacts.anna.notification_rules[0].bulk: this "
	    "version does not bulk yet (leave it out)\n");
	put("etc/vedette/conf.d/a.yaml",
	    "contacts: {bob: {notification_rules: [{when: {host_events: "
	    "['?d']}}]}}\n"
	    "notification_rules: [{to: {users: [bob]}}]\n"
	    "event_actions: {page: {kind: script, script: 'true'}}\n");
	put("etc/vedette/conf.d/b.yaml",
	    "event_rules:\n"
	    "- {pack: p, rules: [{id: z, when: {text: x}, actions: [page, "
	    "'@NOTIFY']}]}\n");
	snap = good("");
	snapshot_close(&snap);
}

/* "VALUE SOURCE WHERE overridden" of an attribute; freed by the caller. */
static char *
explained(const char *host_name, const char *name, const char *attribute)
{
	struct str text = {0};
	struct err err = {""};
	json_t *rows, *row;
	size_t i;
	char *line = NULL;

	compile_report_free(&report);
	rows = compile_explain(root, host_name, name, &report, &err);
	mistakes_print(&report.mistakes, &text);
	assert_string_equal(str_get(&text), "");
	assert_string_equal(err.text, "");
	json_array_foreach(rows, i, row)
	{
		char *value;
		json_t *where = json_object_get(row, "where");

		if (strcmp(json_string_value(json_object_get(row, "attribute")),
			attribute) != 0)
			continue;
		value =
		    json_dumps(json_object_get(row, "value"), JSON_ENCODE_ANY);
		free(line);
		line = xasprintf("%s %s %s %zu", value,
		    json_string_value(json_object_get(row, "source")),
		    json_is_null(where) ? "-" : json_string_value(where),
		    json_array_size(json_object_get(row, "overridden")));
		free(value);
	}
	json_decref(rows);
	str_free(&text);
	return line;
}

static void
test_explain(void **state)
{
	static const struct {
		const char *host, *service, *attribute, *expected;
	} cases[] = {
	    {"web01", NULL, "max_check_attempts",
		"3 rule etc/vedette/conf.d/rules.yaml:3 1"},
	    {"web01", NULL, "labels.env",
		"\"prod\" host etc/vedette/conf.d/m/x.yaml:2 1"},
	    {"web01", NULL, "labels.os", "\"linux\" discovered - 0"},
	    {"web01", NULL, "check_interval",
		"\"20s\" folder etc/vedette/conf.d/m/_folder.yaml:1 0"},
	    {"web01", NULL, "retry_interval",
		"\"check_interval for hosts, else 60s\" default - 0"},
	    {"web01", "Filesystem /", "params.levels",
		"[\"50%\", \"60%\"] rule etc/vedette/conf.d/rules.yaml:4 2"},
	    {"web01", "Filesystem /", "contact_groups",
		"[\"all\"] its host etc/vedette/conf.d/m/x.yaml:2 0"},
	    {"web01", "Check_MK", "volatile", "\"false\" default - 0"},
	};

	(void)state;
	put("etc/vedette/conf.d/m/_folder.yaml",
	    "{check_interval: 20s, labels: {env: dev}}\n");
	put("etc/vedette/conf.d/m/x.yaml",
	    "contact_groups: {all: }\nhosts: {web01: {agent: {kind: tcp}, "
	    "labels: {env: prod}, contact_groups: [all]}}\n");
	put("etc/vedette/conf.d/rules.yaml",
	    "rules:\n"
	    "- {ruleset: host_max_check_attempts, value: 2}\n"
	    "- {ruleset: host_max_check_attempts, value: 3, when: {folder: "
	    "/m}}\n"
	    "- {ruleset: filesystem_levels, value: {levels: [50%, 60%]}}\n");
	put("var/vedette/discovered/web01.yaml",
	    "services:\n"
	    "- {description: 'Filesystem /', check: {collector: Check_MK, "
	    "check: filesystem, item: /, params: {levels: [1%, 2%]}}}\n"
	    "host_labels: {os: linux}\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *line = explained(
		    cases[i].host, cases[i].service, cases[i].attribute);

		assert_non_null(line);
		assert_string_equal(line, cases[i].expected);
		free(line);
	}
}

static void
test_parameters(void **state)
{
	const struct snap_object *o;
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {web01: {agent: {kind: tcp}}}\n"
	    "rules:\n"
	    "- {ruleset: filesystem_levels, value: {levels: [80%, 90%]}, "
	    "when: {items: [/var]}}\n"
	    "- {ruleset: filesystem_levels, value: {levels: [50%, 60%]}}\n");
	put("var/vedette/discovered/web01.yaml",
	    "services:\n"
	    "- {description: 'Filesystem /', check: {collector: Check_MK, "
	    "check: filesystem, item: /}}\n"
	    "- {description: 'Filesystem /var', check: {collector: Check_MK, "
	    "check: filesystem, item: /var}}\n");
	snap = good("");
	o = service(snap, "web01", "Filesystem /");
	assert_string_equal(STR(o->params), "{\"levels\":[\"50%\",\"60%\"]}");
	o = service(snap, "web01", "Filesystem /var");
	assert_string_equal(STR(o->params), "{\"levels\":[\"80%\",\"90%\"]}");
	snapshot_close(&snap);
}

static void
test_commands(void **state)
{
	const struct snap_object *o;
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {web01: {check: {service: HTTP}}}\n"
	    "commands: {http: {line: 'check_http -H $HOSTADDRESS$ -u $ARG1$ "
	    "-t $ARG2$ $ARG3$x'}}\n"
	    "services:\n"
	    "- hosts: [web01]\n  description: HTTP\n"
	    "  check: {command: 'http!/a\\!b!5'}\n"
	    "- hosts: [web01]\n  description: Plain\n"
	    "  check: {command: '/usr/lib/check_x -w 5!6'}\n");
	snap = good("");
	o = service(snap, "web01", "HTTP");
	assert_string_equal(STR(o->check_command), "http!/a\\!b!5");
	assert_string_equal(
	    STR(o->check_line), "check_http -H $HOSTADDRESS$ -u /a!b -t 5 x");
	assert_int_equal(host(snap, "web01")->check, SNAP_CHECK_SERVICE);
	assert_int_equal(host(snap, "web01")->collector, 1);
	o = service(snap, "web01", "Plain");
	assert_string_equal(STR(o->check_command), "check_x");
	assert_string_equal(STR(o->check_line), "/usr/lib/check_x -w 5!6");
	snapshot_close(&snap);
}

static void
test_mistakes(void **state)
{
	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts:\n"
	    "  web01: {adress: x, parents: [rooter], check: pong}\n"
	    "  router: {parents: [router]}\n"
	    "  'a;b': {}\n"
	    "  c1: {parents: [c2], max_check_attempts: 0}\n"
	    "  c2: {parents: [c1], check_period: nigth}\n"
	    "services:\n"
	    "- {hosts: [web01, web2], description: X, check: passive}\n"
	    "- {hosts: [web01], description: X, check: ping}\n"
	    "- {hosts: [web01], description: Y, check: {command: 'nope!1'}}\n"
	    "- {hosts: [web01], description: Z, check: {collector: Q}}\n"
	    "timeperiods:\n"
	    "  night: {monday: ['22:00-06:00'], exclude: [day]}\n"
	    "  day: {exclude: [night], exceptions: {2026-02-30: []}}\n"
	    "  24X7: {}\n"
	    "hots: {}\n");
	bad("@/a.yaml:2:11: hosts.web01.adress: unknown key; did you mean "
	    "address?\n"
	    "@/a.yaml:2:32: hosts.web01.parents[0]: there is no host rooter; "
	    "did you mean router?\n"
	    "@/a.yaml:2:48: hosts.web01.check: expected ping, {tcp: PORT}, "
	    "{command: LINE}, {service: NAME}, always_up or passive, not "
	    "\"pong\"; did you mean ping?\n"
	    "@/a.yaml:3:21: hosts.router.parents: parents in a circle: router "
	    "-> router\n"
	    "@/a.yaml:4:3: hosts[\"a;b\"]: expected a name without ; and "
	    "control characters\n"
	    "@/a.yaml:5:17: hosts.c1.parents: parents in a circle: c1 -> c2 -> "
	    "c1\n"
	    "@/a.yaml:5:43: hosts.c1.max_check_attempts: expected a whole "
	    "number from 1 to 1000, not 0\n"
	    "@/a.yaml:6:37: hosts.c2.check_period: there is no time period "
	    "nigth; did you mean night?\n"
	    "@/a.yaml:8:19: services[0].hosts[1]: there is no host web2; did "
	    "you mean web01?\n"
	    "@/a.yaml:9:3: services[1]: the host web01 has the service X "
	    "twice, also from services[0]\n"
	    "@/a.yaml:10:53: services[2].check.command: there is no command "
	    "nope\n"
	    "@/a.yaml:11:55: services[3].check.collector: the host web01 has "
	    "no service Q\n"
	    "@/a.yaml:13:20: timeperiods.night.monday[0]: expected a range "
	    "such as \"08:00-17:00\" that ends after it starts, at 24:00 at "
	    "the latest, not \"22:00-06:00\"\n"
	    "@/a.yaml:13:45: timeperiods.night.exclude: the time period night "
	    "excludes itself, perhaps through others\n"
	    "@/a.yaml:14:18: timeperiods.day.exclude: the time period day "
	    "excludes itself, perhaps through others\n"
	    "@/a.yaml:14:40: timeperiods.day.exceptions.2026-02-30: expected a "
	    "date such as \"2026-12-25\", \"december 25\", \"day -1\" or "
	    "\"monday 1\"\n"
	    "@/a.yaml:15:3: timeperiods.24X7: the time period 24X7 is "
	    "predefined\n"
	    "@/a.yaml:16:1: hots: unknown key; did you mean hosts?\n");
}

static void
test_mistakes_of_rules(void **state)
{
	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "rules:\n"
	    "- {ruleset: host_check_intervall, value: 5s}\n"
	    "- {ruleset: host_check_interval, value: fast}\n"
	    "- {ruleset: host_groups, value: [g], when: {services: [x]}}\n"
	    "- {ruleset: filesystem_levels, value: {levles: [1, 2]}}\n"
	    "- {ruleset: service_notes, value: x, when: {services: ['(']}}\n"
	    "- {value: 5}\n");
	bad("@/a.yaml:2:13: rules[0].ruleset: there is no ruleset "
	    "host_check_intervall; did you mean host_check_interval?\n"
	    "@/a.yaml:3:41: rules[1].value: expected a duration such as 30s, "
	    "5m, 1h30m or 1d from 100ms to 40d, not \"fast\"\n"
	    "@/a.yaml:4:34: rules[2].value[0]: there is no host group g\n"
	    "@/a.yaml:4:45: rules[2].when.services: the ruleset host_groups "
	    "is for hosts\n"
	    "@/a.yaml:5:39: rules[3].value: levles: the check filesystem has "
	    "no such "
	    "parameter\n"
	    "@/a.yaml:6:56: rules[4].when.services[0]: expected a regular "
	    "expression: missing closing parenthesis at character 2\n"
	    "@/a.yaml:7:3: rules[5]: the key ruleset is missing\n");
}

static void
test_notification_rules(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "notification_rules:\n"
	    "- {id: a, when: {host_events: ['?d', x], number: [1, 0]}, to: "
	    "{object_contacts: true}, method: mail}\n"
	    "contacts: {bob: {notification_rules: [{method: mail}]}}\n"
	    "event_rules:\n"
	    "- pack: p\n  rules: [{id: r1, when: {text: err}, state: CRIT}]\n"
	    "- {id: r2, outcome: drop}\n"
	    "event_actions: {x: {kind: script, script: echo}}\n");
	snap = good("");
	assert_string_equal(STR(snap->notification_rules),
	    "[{\"id\":\"a\",\"method\":\"mail\",\"to\":{\"object_contacts\":"
	    "true},\"when\":{\"host_events\":[\"?d\",\"x\"],\"number\":[1,"
	    "0]}}]");
	assert_string_equal(STR(snap->event_actions),
	    "{\"x\":{\"kind\":\"script\",\"script\":\"echo\"}}");
	snapshot_close(&snap);
	put("etc/vedette/conf.d/a.yaml",
	    "notification_rules:\n"
	    "- {id: a, when: {host_events: [c], time_period: x, foo: 1}}\n"
	    "- {id: a, to: {users: [nobody]}}\n"
	    "contacts: {bob: {notification_rules: [{to: {}}], "
	    "notification_period: y}}\n"
	    "event_rules:\n"
	    "- {id: r2, actions: [z]}\n"
	    "- {id: r2, when: {text: '('}}\n"
	    "- {title: t}\n");
	bad("@/a.yaml:2:32: notification_rules[0].when.host_events[0]: "
	    "expected two of ?rdu such as \"?d\", or x, f, s, as, af, not "
	    "\"c\"\n"
	    "@/a.yaml:2:49: notification_rules[0].when.time_period: there is "
	    "no time period x\n"
	    "@/a.yaml:2:52: notification_rules[0].when.foo: unknown key; "
	    "expected one of sites, folder, tags, labels, service_labels, "
	    "host_groups, service_groups, exclude_service_groups, "
	    "service_groups_regex, exclude_service_groups_regex, contacts, "
	    "contact_groups, hosts, exclude_hosts, services, "
	    "exclude_services, output, check_commands, time_period, "
	    "service_level, host_events, service_events, number, throttle, "
	    "comment, event_console\n"
	    "@/a.yaml:3:8: notification_rules[1].id: the id a is there "
	    "twice\n"
	    "@/a.yaml:3:24: notification_rules[1].to.users[0]: there is no "
	    "contact nobody\n"
	    "@/a.yaml:4:40: contacts.bob.notification_rules[0].to: a "
	    "contact's own rule is for the contact alone\n"
	    "@/a.yaml:4:71: contacts.bob.notification_period: there is no "
	    "time period y\n"
	    "@/a.yaml:6:22: event_rules[0].actions[0]: there is no event "
	    "action z\n"
	    "@/a.yaml:7:8: event_rules[1].id: the id r2 is there twice\n"
	    "@/a.yaml:7:25: event_rules[1].when.text: expected a regular "
	    "expression: missing closing parenthesis at character 2\n"
	    "@/a.yaml:8:3: event_rules[2]: expected the key pack of a pack or "
	    "id of a rule\n"
	    "@/a.yaml:8:4: event_rules[2].title: goes with the key pack "
	    "alone\n");
}

static void
test_two_files(void **state)
{
	(void)state;
	put("etc/vedette/conf.d/a.yaml", "hosts: {web01: }\n");
	put("etc/vedette/conf.d/b.yaml", "hosts:\n  web01: {}\n");
	put("etc/vedette/conf.d/.git/x.yaml", "nonsense: {}\n");
	put("etc/vedette/conf.d/README.md", "# text\n");
	bad("@/b.yaml:2:3: hosts.web01: the host web01 is there twice, first "
	    "in @/a.yaml:1\n");
}

static void
test_generations(void **state)
{
	struct snapshot *snap;
	struct err err = {""};
	uint64_t generation;

	(void)state;
	put("etc/vedette/conf.d/a.yaml", "hosts: {web01: }\n");
	assert_int_equal(compile_current(root), 0);
	assert_int_equal(compile_prepare(root, &generation, &report, &err), 0);
	assert_int_equal(generation, 1);
	assert_int_equal(compile_current(root), 0);
	assert_int_equal(compile_commit(root, generation, &err), 0);
	assert_int_equal(compile_current(root), 1);
	for (int i = 0; i < 55; i++) {
		assert_int_equal(
		    compile_prepare(root, &generation, &report, &err), 0);
		assert_int_equal(compile_commit(root, generation, &err), 0);
	}
	assert_int_equal(generation, 56);
	assert_int_equal(compile_prepare(root, &generation, &report, &err), 0);
	compile_abort(root, generation);
	assert_int_equal(compile_current(root), 56);
	snap = snapshot_open_site(root, 0, &err);
	assert_non_null(snap);
	assert_int_equal(snap->generation, 56);
	snapshot_close(&snap);
	snap = snapshot_open_site(root, 7, &err);
	assert_non_null(snap);
	snapshot_close(&snap);
	assert_null(snapshot_open_site(root, 6, &err));
	assert_null(snapshot_open_site(root, 57, &err));
}

static void
test_in_memory(void **state)
{
	static const char *const also[] = {"site", NULL};
	struct mistakes none = {0};
	struct yaml_doc *doc = yaml_parse("sim.yaml",
	    SLICE("start: x\nconfig:\n  site: {}\n  hosts: {web01: {}}\n"
		  "  hots: 1\n"),
	    &none);
	json_t *config = json_object_get(yaml_root(doc), "config");
	struct schema_way way = {NULL, yaml_root(doc), "config", 0};
	struct snapshot *snap;
	struct str text = {0};
	struct err err;

	(void)state;
	assert_null(
	    compile_open_config(config, doc, &way, also, 1, &report, &err));
	mistakes_print(&report.mistakes, &text);
	assert_non_null(strstr(str_get(&text), "config.hots: unknown key"));
	compile_report_free(&report);
	json_object_del(config, "hots");
	snap = compile_open_config(config, doc, &way, also, 1, &report, &err);
	assert_non_null(snap);
	assert_int_equal(snap->n_hosts, 1);
	snapshot_close(&snap);
	yaml_doc_free(&doc);
	str_free(&text);
}

static void
test_document(void **state)
{
	struct str text = {0};

	(void)state;
	compile_document_keys(&text);
	assert_non_null(strstr(str_get(&text),
	    "| `hosts.NAME.agent.kind` | tcp, push, program or none | "
	    "required | how data is fetched |\n"));
	assert_non_null(strstr(str_get(&text), "| `services[].description` |"));
	str_clear(&text);
	compile_document_rulesets(&text);
	assert_non_null(strstr(str_get(&text), "| `host_check` |"));
	assert_null(strstr(str_get(&text), "| `service_check` |"));
	assert_non_null(strstr(str_get(&text),
	    "| `service_groups` | a list "
	    "| all | [] |"));
	assert_non_null(strstr(str_get(&text), "| `filesystem_levels` |"));
	str_free(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_empty),
	    TEST(test_host_defaults),
	    TEST(test_agent),
	    TEST(test_folders),
	    TEST(test_rules),
	    TEST(test_conditions),
	    TEST(test_warnings),
	    TEST(test_daemons),
	    TEST(test_explain),
	    TEST(test_parameters),
	    TEST(test_commands),
	    TEST(test_mistakes),
	    TEST(test_mistakes_of_rules),
	    TEST(test_notification_rules),
	    TEST(test_two_files),
	    TEST(test_generations),
	    TEST(test_in_memory),
	    TEST(test_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
