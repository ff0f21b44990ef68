/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration compiler: what a small site becomes.
 */
#include "tests/unit/site/compile_site.h"

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
	/* Check_MK and Check_MK Discovery of both, and what is written. */
	assert_int_equal(snap->n_objects, 2 + 2 + 5);
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
	    "1m}, group: yes}]}}\n");
	put("etc/vedette/conf.d/a.yaml",
	    "notification_rules:\n"
	    "- {id: a, to: {all_users: yes}}\n"
	    "- {id: b, bulk: {horizon: 5m, group_by: [host, folder]}}\n");
	bad("@/a.yaml:3:41: notification_rules[1].bulk.group_by: host and "
	    "folder do not go together: a host is in one folder\n"
	    "@/b.yaml:2:52: event_rules[0].cancel: does not go with "
	    "when.invert\n"
	    "@/b.yaml:3:37: event_rules[1].rules[0].expect: does not go with "
	    "count or cancel\n"
	    "@/b.yaml:4:69: contacts.anna.notification_rules[0].group: does "
	    "not go together with bulk\n");
	put("etc/vedette/conf.d/a.yaml",
	    "contacts: {berta: {quiet_hours: {period: 24X7}},\n"
	    "  otto: {quiet_hours: {period: nix}}}\n");
	bad("@/a.yaml:1:42: contacts.berta.quiet_hours.period: 24X7 never "
	    "ends, so nothing would be sent\n"
	    "@/a.yaml:2:32: contacts.otto.quiet_hours.period: there is no "
	    "time period nix\n"
	    "@/b.yaml:2:52: event_rules[0].cancel: does not go with "
	    "when.invert\n"
	    "@/b.yaml:3:37: event_rules[1].rules[0].expect: does not go with "
	    "count or cancel\n");
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

/* EC-16: rules that an earlier one leaves nothing. */
static void
test_rules_of_events_that_nothing_reaches(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/b.yaml",
	    "event_rules:\n"
	    "- {id: a, when: {text: x}}\n"
	    "- {id: b, when: {text: x}, cancel: {text: y}}\n"
	    "- {id: c, when: {text: x}}\n"
	    "- {pack: p, disabled: yes, rules: [{id: d}]}\n"
	    "- {id: e, outcome: skip_pack, when: {host: h}}\n"
	    "- {id: f, when: {host: h}}\n"
	    "- {id: g}\n"
	    "- {id: h, when: {text: z}}\n");
	snap = good("warning: @/b.yaml:4:3: event_rules[2]: no message comes "
		    "to this rule: a before it has the same conditions\n"
		    "warning: @/b.yaml:9:3: event_rules[7]: no message comes "
		    "to this rule: g before it takes all\n");
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
	    TEST(test_rules_of_events_that_nothing_reaches),
	    TEST(test_daemons),
	    TEST(test_explain),
	    TEST(test_parameters),
	    TEST(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
