/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration compiler: which mistakes are found where, generations,
 * documents in memory.
 */
#include "tests/unit/site/compile_site.h"

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

/* Keys that go with some versions alone; sections that nothing reads. */
static void
test_snmp(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts:\n"
	    "  a: {snmp: {version: 3}}\n"
	    "  b: {snmp: {version: 3, user: u, community: x, priv: [aes, y]}}\n"
	    "  c: {snmp: {version: 2c, user: u, section_contexts: {if64: "
	    "[x]}}}\n"
	    "  d: {snmp: {version: 3, user: u, auth: [rot13, x], priv: "
	    "[aes512, "
	    "x]}}\n");
	bad("@/a.yaml:2:13: hosts.a.snmp: version 3 needs the key user\n"
	    "@/a.yaml:3:35: hosts.b.snmp.community: goes with versions 1 and "
	    "2c alone\n"
	    "@/a.yaml:3:49: hosts.b.snmp.priv: needs the key auth: there is no "
	    "privacy without it\n"
	    "@/a.yaml:4:27: hosts.c.snmp.user: goes with version 3 alone\n"
	    "@/a.yaml:4:36: hosts.c.snmp.section_contexts: goes with version 3 "
	    "alone\n"
	    "@/a.yaml:5:42: hosts.d.snmp.auth[0]: rot13 is none of md5, sha, "
	    "sha224, sha256, sha384, sha512\n"
	    "@/a.yaml:5:60: hosts.d.snmp.priv[0]: aes512 is none of des, aes, "
	    "aes192, aes256, aes192c, aes256c\n");
	put("etc/vedette/conf.d/a.yaml",
	    "hosts:\n"
	    "  a: {snmp: {version: 3, user: u, exclude: [if46],\n"
	    "    section_contexts: {hr_fs: ['', x], hr_fss: []}}}\n"
	    "rules:\n"
	    "- {ruleset: host_snmp_options, value: {limits: {if46: {first: "
	    "1}}}}\n"
	    "- {ruleset: host_snmp_fetch_interval, value: {fs: 5m, if64: "
	    "5m}}\n");
	snap = good(
	    "warning: @/a.yaml:2:45: hosts.a.snmp.exclude[0]: no check reads "
	    "a section if46 by SNMP; did you mean if64?\n"
	    "warning: @/a.yaml:3:48: hosts.a.snmp.section_contexts.hr_fss: no "
	    "check reads a section hr_fss by SNMP; did you mean hr_fs?\n"
	    "warning: @/a.yaml:5:55: rules[0].value.limits.if46: no check "
	    "reads a section if46 by SNMP; did you mean if64?\n"
	    "warning: @/a.yaml:6:51: rules[1].value.fs: no check reads a "
	    "section fs by SNMP\n");
	snapshot_close(&snap);
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
	    "timeperiods: {w: {monday: ['08:00-17:00']}}\n"
	    "notification_rules:\n"
	    "- {id: a, when: {time_period: w, outside: hold}}\n"
	    "- {id: b, when: {outside: hold}}\n"
	    "- {id: c, when: {time_period: w, outside: wait}}\n"
	    "- {id: d, cancel: true, when: {time_period: w, outside: hold}}\n");
	bad("@/a.yaml:4:18: notification_rules[1].when.outside: goes with the "
	    "key time_period alone\n"
	    "@/a.yaml:5:43: notification_rules[2].when.outside: expected drop "
	    "or hold, not \"wait\"\n"
	    "@/a.yaml:6:57: notification_rules[3].when.outside: a rule that "
	    "cancels cannot hold: it tells nobody\n");
	put("etc/vedette/conf.d/a.yaml",
	    "notification_rules:\n"
	    "- {id: a, when: {host_events: [c], time_period: x, foo: 1}}\n"
	    "- {id: a, to: {users: [nobody]}}\n"
	    "contacts: {bob: {notification_rules: [{to: {}}], "
	    "notification_period: y}}\n"
	    "event_rules:\n"
	    "- {id: r2, actions: [z], when: {host: q}}\n"
	    "- {id: r2, when: {text: '('}}\n"
	    "- {title: t}\n"
	    "- {id: r3, when: {facility: 99, sites: [far]}}\n"
	    "- {id: r4, when: {text: 'a'}, set: {text: '\\1'}}\n");
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
	    "exclude_services, output, check_commands, time_period, outside, "
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
	    "alone\n"
	    "@/a.yaml:9:29: event_rules[3].when.facility: a facility like "
	    "daemon or local0, or 0 to 31, is expected\n"
	    "@/a.yaml:9:41: event_rules[3].when.sites[0]: there is no site "
	    "far: "
	    "neither is it this one nor does it stand in sites\n"
	    "@/a.yaml:10:43: event_rules[4].set.text: refers to group 1, but "
	    "the "
	    "pattern of the text has 0\n");
}

static void
test_notification_parameters(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "notification_parameters:\n"
	    "  short: {method: mail, parameters: {reply_to: me@example.com}}\n"
	    "contacts: {ann: {notification_rules: [{parameters: short}]}}\n"
	    "hosts: {h: {check: passive, contacts: [ann]}}\n"
	    "rules:\n"
	    "- ruleset: host_method_parameters\n"
	    "  value: {mail: {reply_to: x@example.com}}\n"
	    "notification_rules:\n"
	    "- {id: a, method: mail, parameters: short}\n");
	snap = good("");
	assert_non_null(strstr(STR(snap->notification_rules),
	    "\"parameters\":{\"reply_to\":\"me@example.com\"}"));
	assert_non_null(strstr(STR(snap->contacts[0].json),
	    "\"parameters\":{\"reply_to\":\"me@example.com\"}"));
	assert_string_equal(STR(host(snap, "h")->method_parameters),
	    "{\"mail\":{\"reply_to\":\"x@example.com\"}}");
	snapshot_close(&snap);
	put("etc/vedette/conf.d/a.yaml",
	    "notification_parameters:\n"
	    "  short: {method: mail, parameters: {replyto: x}}\n"
	    "  own: {method: mine, parameters: {any: [x]}}\n"
	    "hosts: {h: {method_parameters: {mail: {reply_too: x}}}}\n"
	    "rules:\n"
	    "- ruleset: host_method_parameters\n"
	    "  value: {mail: {replyto: x}}\n"
	    "notification_rules:\n"
	    "- {id: a, method: mail, parameters: shor}\n"
	    "- {id: b, method: mail, parameters: own}\n"
	    "- {id: c, parameters: {reply_to: [x]}}\n"
	    "- {id: d, method: x, parameters: {free: [x]}}\n");
	bad("@/a.yaml:2:38: notification_parameters.short.parameters.replyto: "
	    "unknown key; did you mean reply_to?\n"
	    "warning: @/a.yaml:3:17: notification_parameters.own.method: there "
	    "is no method mine (neither built in nor in "
	    "local/share/vedette/notifications)\n"
	    "@/a.yaml:4:40: hosts.h.method_parameters.mail.reply_too: unknown "
	    "key; did you mean reply_to?\n"
	    "@/a.yaml:7:18: rules[0].value.mail.replyto: unknown key; did you "
	    "mean reply_to?\n"
	    "@/a.yaml:9:37: notification_rules[0].parameters: there is no set "
	    "of parameters shor; did you mean short?\n"
	    "@/a.yaml:10:37: notification_rules[1].parameters: the set own is "
	    "for the method mine, but the rule's is mail\n"
	    "@/a.yaml:11:34: notification_rules[2].parameters.reply_to: "
	    "expected a mail address, perhaps Name <ADDRESS>, not a list\n"
	    "warning: @/a.yaml:12:19: notification_rules[3].method: there is "
	    "no method x (neither built in nor in "
	    "local/share/vedette/notifications)\n");
}

/* A rule has the policy in place of its name. */
static void
test_escalation_policies(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "escalation_policies:\n"
	    "  oncall: {steps: [{after: 0s, to: {users: [ann]}}, {after: 15m}],"
	    " repeat: 2, comment: x}\n"
	    "contacts: {ann: }\n"
	    "hosts: {h: {check: passive, contacts: [ann]}}\n"
	    "notification_rules:\n"
	    "- {id: a, escalation: oncall}\n");
	snap = good("");
	assert_non_null(strstr(STR(snap->notification_rules),
	    "\"escalation\":{\"repeat\":2,\"steps\":[{\"after\":\"0s\",\"to\":"
	    "{\"users\":[\"ann\"]}},{\"after\":\"15m\"}]}"));
	snapshot_close(&snap);
	put("etc/vedette/conf.d/a.yaml",
	    "escalation_policies:\n"
	    "  a: {every: 5s, steps: [{after: 9s}, {after: 9s}]}\n"
	    "  b: {steps: [{after: 0s, to: {users: [bob]}}]}\n"
	    "contacts: {ann: }\n"
	    "notification_rules:\n"
	    "- {id: a, escalation: a, to: {users: [ann]}}\n"
	    "- {id: b, escalation: bb}\n");
	bad("@/a.yaml:2:14: escalation_policies.a.every: expected more than "
	    "`after` of the last step\n"
	    "@/a.yaml:2:47: escalation_policies.a.steps[1].after: expected "
	    "more than that of the step before\n"
	    "@/a.yaml:3:40: escalation_policies.b.steps[0].to.users[0]: there "
	    "is no contact bob\n"
	    "@/a.yaml:6:11: notification_rules[0].escalation: does not go "
	    "together with the key to\n"
	    "@/a.yaml:7:23: notification_rules[1].escalation: there is no "
	    "escalation policy bb\n");
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
	assert_int_equal(snapshot_current(root), 0);
	assert_int_equal(compile_prepare(root, &generation, &report, &err), 0);
	assert_int_equal(generation, 1);
	assert_int_equal(snapshot_current(root), 0);
	assert_int_equal(compile_commit(root, generation, &err), 0);
	assert_int_equal(snapshot_current(root), 1);
	for (int i = 0; i < 55; i++) {
		assert_int_equal(
		    compile_prepare(root, &generation, &report, &err), 0);
		assert_int_equal(compile_commit(root, generation, &err), 0);
	}
	assert_int_equal(generation, 56);
	assert_int_equal(compile_prepare(root, &generation, &report, &err), 0);
	compile_abort(root, generation);
	assert_int_equal(snapshot_current(root), 56);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_mistakes),
	    TEST(test_mistakes_of_rules),
	    TEST(test_snmp),
	    TEST(test_notification_rules),
	    TEST(test_notification_parameters),
	    TEST(test_escalation_policies),
	    TEST(test_two_files),
	    TEST(test_generations),
	    TEST(test_in_memory),
	    TEST(test_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
