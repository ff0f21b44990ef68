/* SPDX-License-Identifier: Apache-2.0
 *
 * The compiler: tags with their groups, clusters, what discovery found and
 * rules leave out, values by time, roles, sites.
 */
#include "common/config/params.h"
#include "site/compile/attrs.def"
#include "tests/unit/site/compile_site.h"

static const char *
tag(const struct snapshot *snap, const char *name, const char *group)
{
	const struct snap_object *o = host(snap, name);

	for (uint32_t i = 0; i < o->tags.n; i += 2) {
		if (strcmp(STR(snap_at(snap, o->tags, i)), group) == 0)
			return STR(snap_at(snap, o->tags, i + 1));
	}
	return "";
}

static void
test_tags(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts:\n"
	    "  bare: {}\n"
	    "  full: {agent: {kind: tcp}, snmp: {version: 2c}, family: 6}\n"
	    "  own: {tags: {criticality: test, floor: two, free: x}}\n"
	    "  gone: {tags: {criticality: offline}}\n"
	    "  child: {parents: [gone, own]}\n"
	    "tag_groups:\n"
	    "  floor: {tags: [{id: one}, {id: two, aux: [upstairs, snmp]}]}\n"
	    "aux_tags: {upstairs: {title: Upstairs}}\n"
	    "rules:\n"
	    "- {ruleset: host_alias, value: up, when: {tags: {upstairs: "
	    "upstairs}}}\n"
	    "- {ruleset: host_alias, value: prod, when: {tags: {criticality: "
	    "prod}}}\n");
	snap = good("");
	assert_string_equal(tag(snap, "bare", "agent"), "no-agent");
	assert_string_equal(tag(snap, "bare", "criticality"), "prod");
	assert_string_equal(tag(snap, "bare", "ping"), "ping");
	assert_string_equal(tag(snap, "bare", "floor"), "one");
	assert_string_equal(tag(snap, "bare", "upstairs"), "");
	assert_string_equal(tag(snap, "full", "agent"), "cmk-agent");
	assert_string_equal(
	    tag(snap, "full", "checkmk-agent"), "checkmk-agent");
	assert_string_equal(tag(snap, "full", "snmp_ds"), "snmp-v2");
	assert_string_equal(tag(snap, "full", "snmp"), "snmp");
	assert_string_equal(tag(snap, "full", "ip-v6"), "ip-v6");
	assert_string_equal(tag(snap, "full", "ping"), "");
	assert_string_equal(tag(snap, "own", "free"), "x");
	assert_string_equal(tag(snap, "own", "upstairs"), "upstairs");
	assert_string_equal(STR(host(snap, "own")->alias), "up");
	assert_string_equal(STR(host(snap, "bare")->alias), "prod");
	/* Not monitored, and nobody's parent. */
	assert_int_equal(snap->n_hosts, 4);
	assert_int_equal(snap_find_host(snap, SLICE("gone")), SNAP_NONE);
	assert_int_equal(host(snap, "child")->parents.n, 1);
	assert_int_equal(snap_at(snap, host(snap, "child")->parents, 0),
	    snap_find_host(snap, SLICE("own")));
	snapshot_close(&snap);
}

static void
test_tag_mistakes(void **state)
{
	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "tag_groups: {floor: {tags: [{id: one, aux: [smp]}]}}\n"
	    "hosts: {a: {tags: {floor: on}}, b: {tags: {criticality: "
	    "prodd}}}\n");
	bad("@/a.yaml:1:45: tag_groups.floor.tags[0].aux[0]: there is no "
	    "auxiliary tag smp; did you mean snmp?\n"
	    "@/a.yaml:2:27: hosts.a.tags.floor: expected a name without ; and "
	    "control characters, not true (write it in quotes if it is a "
	    "text)\n"
	    "warning: @/a.yaml:2:57: hosts.b.tags.criticality: the built-in "
	    "tag group criticality has no tag prodd; did you mean prod?\n");
}

static void
test_sites(void **state)
{
	struct snapshot *snap;
	char *own = strrchr(root, '/') + 1, *text;

	(void)state;
	text = xasprintf(
	    "hosts: {a: {site: far}, b: {site: %s}, c: {}}\n"
	    "sites:\n"
	    "  far: {address: 'far.example:6557', status_host: {site: "
	    "%s, host: c}}\n"
	    "roles: {night: {based_on: guest, alias: Night, "
	    "permissions: {action.acknowledge: yes, "
	    "general.see_all: no}}}\n"
	    "contacts: {eve: {role: night}}\n",
	    own, own);
	put("etc/vedette/conf.d/a.yaml", text);
	free(text);
	snap = good("warning: 2 hosts have no contact, so nobody is told of "
		    "them: b, c\n");
	assert_int_equal(snap->n_hosts, 2);
	assert_non_null(strstr(STR(snap->sites), "far.example:6557"));
	assert_non_null(strstr(STR(snap->roles),
	    "\"night\":{\"alias\":\"Night\",\"based_on\":\"guest\",\"builtin\":"
	    "false,\"permissions\":[\"general.use\",\"action.acknowledge\","
	    "\"mkeventd.see_all\"]}"));
	assert_string_equal(STR(snap->contacts[0].role), "night");
	snapshot_close(&snap);
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {a: {site: fa}}\n"
	    "sites: {far: {address: far}}\n"
	    "roles: {x: {based_on: y, permissions: {action.acknowledg: yes}}, "
	    "y: {based_on: x}}\n"
	    "contacts: {eve: {role: users, email: 5}}\n");
	bad("@/a.yaml:1:19: hosts.a.site: there is no site fa; did you mean "
	    "far?\n"
	    "@/a.yaml:2:24: sites.far.address: expected HOST:PORT or the path "
	    "of a socket, not \"far\"\n"
	    "@/a.yaml:3:23: roles.x.based_on: the role x is based on itself, "
	    "perhaps through others\n"
	    "@/a.yaml:3:40: roles.x.permissions[\"action.acknowledg\"]: there "
	    "is no permission action.acknowledg; did you mean "
	    "action.acknowledge?\n"
	    "@/a.yaml:3:80: roles.y.based_on: the role y is based on itself, "
	    "perhaps through others\n"
	    "@/a.yaml:4:24: contacts.eve.role: there is no role users; did you "
	    "mean user?\n"
	    "@/a.yaml:4:38: contacts.eve.email: expected a mail address, not "
	    "5\n");
}

static const char found[] =
    "services:\n"
    "- {check: {check: filesystem, collector: Check_MK, item: /data}, "
    "description: Filesystem /data}\n"
    "- {check: {check: filesystem, collector: Check_MK, item: /tmp}, "
    "description: Filesystem /tmp}\n"
    "- {check: {check: uptime, collector: Check_MK}, description: Uptime}\n";

static void
test_found(void **state)
{
	struct snapshot *snap;
	struct compile_found *f;
	const char *cluster = NULL;
	const struct snap_object *o;
	struct err err = {""};
	json_t *check;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts:\n"
	    "  n1: {agent: {kind: tcp}}\n"
	    "  n2: {agent: {kind: tcp}}\n"
	    "  clu: {cluster: {nodes: [n1, n2]}}\n"
	    "rules:\n"
	    "- {ruleset: ignored_services, value: false, when: {items: "
	    "[/tmp], hosts: [n2]}}\n"
	    "- {ruleset: ignored_services, value: true, when: {items: "
	    "[/tmp]}}\n"
	    "- {ruleset: ignored_checks, value: [uptime], when: {hosts: "
	    "[n2]}}\n"
	    "- {ruleset: clustered_services, value: clu, when: {services: "
	    "[Filesystem], exclude_items: [/tmp]}}\n"
	    "- {ruleset: cluster_mode, value: failover}\n");
	put("var/vedette/discovered/n1.yaml", found);
	put("var/vedette/discovered/n2.yaml", found);
	snap = good("");
	/* Check_MK and Check_MK Discovery of nodes, n1 Uptime, n2 /tmp, clu
	 * /data once. */
	assert_int_equal(snap->n_objects - snap->n_hosts, 7);
	service(snap, "n1", "Uptime");
	service(snap, "n2", "Filesystem /tmp");
	assert_int_equal(host(snap, "clu")->check, SNAP_CHECK_CLUSTER);
	assert_int_equal(host(snap, "clu")->nodes.n, 2);
	assert_int_equal(host(snap, "clu")->parents.n, 2);
	o = service(snap, "clu", "Filesystem /data");
	assert_int_equal(o->check, SNAP_CHECK_CLUSTERED);
	assert_int_equal(o->cluster_mode, SNAP_CLUSTER_FAILOVER);
	assert_string_equal(STR(o->check_name), "filesystem");
	assert_int_equal(host(snap, "n1")->nodes.n, 0);
	snapshot_close(&snap);

	compile_report_free(&report);
	f = compile_found_open(root, &report, &err);
	assert_non_null(f);
	check = json_pack("{s:s, s:s}", "check", "filesystem", "item", "/tmp");
	assert_int_equal(compile_found_fate(
			     f, "n1", "Filesystem /tmp", check, NULL, &cluster),
	    FOUND_IGNORED);
	assert_int_equal(compile_found_fate(
			     f, "n2", "Filesystem /tmp", check, NULL, &cluster),
	    FOUND_KEPT);
	json_object_set_new(check, "item", json_string("/data"));
	assert_int_equal(compile_found_fate(f, "n2", "Filesystem /data", check,
			     NULL, &cluster),
	    FOUND_CLUSTERED);
	assert_string_equal(cluster, "clu");
	json_decref(check);
	compile_found_close(&f);
}

static void
test_semantics(void **state)
{
	struct snapshot *snap;
	const struct snap_object *o;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {n1: {stalking: [o, d], freshness: on}}\n"
	    "services: [{hosts: [n1], description: S, check: passive, "
	    "event_handler: 'restart x'}]\n"
	    "rules:\n"
	    "- {ruleset: service_stalking, value: [c]}\n"
	    "- {ruleset: service_freshness_threshold, value: 5m}\n"
	    "- {ruleset: service_downtimes, value: [{start: "
	    "'2026-03-02T02:00:00', end: '2026-03-02T03:00:00', recur: day, "
	    "duration: 10m}]}\n");
	snap = good("");
	o = host(snap, "n1");
	assert_int_equal(o->stalking, 3);
	assert_true(o->flags & SNAP_FRESHNESS);
	o = service(snap, "n1", "S");
	assert_int_equal(o->stalking, 4);
	assert_int_equal(o->freshness_ms, 300000);
	assert_string_equal(STR(o->event_handler), "restart");
	assert_string_equal(STR(o->event_handler_line), "restart x");
	assert_string_equal(STR(o->downtimes),
	    "[{\"duration\":600,\"end\":\"2026-03-02T03:00:00\",\"recur\":"
	    "\"day\",\"start\":\"2026-03-02T02:00:00\"}]");
	snapshot_close(&snap);
}

static bool
is_night(uint32_t period, void *arg)
{
	(void)arg;
	return period == 1;
}

static bool
is_never(uint32_t period, void *arg)
{
	(void)period, (void)arg;
	return false;
}

/* "VALUE WHERE" of an explained attribute. */
static const char *
said_of(const json_t *rows, const char *attribute)
{
	static char text[200];
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		char *value;

		if (strcmp(json_string_value(json_object_get(row, "attribute")),
			attribute) != 0)
			continue;
		value = json_dumps(json_object_get(row, "value"),
		    JSON_COMPACT | JSON_ENCODE_ANY);
		snprintf(text, sizeof(text), "%s %s", value,
		    json_string_value(json_object_get(row, "where")));
		free(value);
		return text;
	}
	return "";
}

static void
test_timed(void **state)
{
	struct err err = {""};
	json_t *rows;
	struct snapshot *snap;
	struct str text = {0};
	struct slice params;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {n1: {agent: {kind: tcp}}}\n"
	    "timeperiods: {night: {monday: ['00:00-06:00']}}\n"
	    "rules:\n"
	    "- ruleset: filesystem_levels\n"
	    "  value:\n"
	    "    default: {levels: [80%, 90%]}\n"
	    "    periods: [{period: night, value: {levels: [95%, 99%]}}]\n"
	    "  when: {items: [/data]}\n"
	    "- {ruleset: filesystem_levels, value: {levels: [1%, 2%], "
	    "inodes_levels: null}}\n");
	put("var/vedette/discovered/n1.yaml", found);
	snap = good("");
	params = slice_of(STR(service(snap, "n1", "Filesystem /tmp")->params));
	assert_false(params_depend(params));
	params = slice_of(STR(service(snap, "n1", "Filesystem /data")->params));
	assert_true(params_depend(params));
	params_resolve(params, is_night, NULL, &text);
	assert_string_equal(str_get(&text),
	    "{\"inodes_levels\":null,\"levels\":[\"95%\",\"99%\"]}");
	str_clear(&text);
	params_resolve(params, is_never, NULL, &text);
	assert_string_equal(str_get(&text),
	    "{\"inodes_levels\":null,\"levels\":[\"80%\",\"90%\"]}");
	str_free(&text);
	snapshot_close(&snap);
	compile_report_free(&report);
	rows = compile_explain(root, "n1", "Filesystem /data", &report, &err);
	assert_non_null(rows);
	assert_string_equal(said_of(rows, "params.levels during night"),
	    "[\"95%\",\"99%\"] etc/vedette/conf.d/a.yaml:4");
	assert_string_equal(said_of(rows, "params.levels"),
	    "[\"80%\",\"90%\"] etc/vedette/conf.d/a.yaml:4");
	json_decref(rows);
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {n1: {agent: {kind: tcp}}}\nrules:\n"
	    "- ruleset: filesystem_levels\n"
	    "  value: {default: {level: 1}, periods: [{period: night, value: "
	    "{}}, {period: 24X7}]}\n");
	bad("@/a.yaml:4:20: rules[0].value.default: level: the check "
	    "filesystem has no such parameter\n"
	    "@/a.yaml:4:51: rules[0].value.periods[0].period: there is no time "
	    "period night\n"
	    "@/a.yaml:4:70: rules[0].value.periods[1]: expected {period: NAME, "
	    "value: PARAMETERS}\n");
}

/* Every attribute of hosts and services can be set by a rule, but for what
 * says where a host belongs and what a service is. */
static void
test_all_settings(void **state)
{
	static const char *const without[] = {
	    "host_tags", "host_cluster", "host_site", "service_check"};
	struct str text = {0};

	(void)state;
	compile_document_rulesets(&text);
#define ONE(who, id)                                                           \
	do {                                                                   \
		bool exempt = false;                                           \
		for (size_t i = 0; i < ARRAY_LEN(without); i++)                \
			exempt |= strcmp(without[i], who "_" #id) == 0;        \
		if (!exempt &&                                                 \
		    strstr(str_get(&text), "| `" who "_" #id "` |") == NULL)   \
			fail_msg("no ruleset " who "_" #id);                   \
	} while (0);
#define OF_BOTH(id)                            ONE("host", id) ONE("service", id)
#define OF_HOST(id)                            ONE("host", id)
#define OF_SERVICE(id)                         ONE("service", id)
#define ATTR(id, who, schema, eval, def, help) OF_##who(id)
	ATTRS(ATTR)
	str_free(&text);
}

static void
test_unused(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {a: {check: always_up, contact_groups: [empty]}}\n"
	    "services: [{hosts: [a], description: S, check: passive}]\n"
	    "contacts: {eve: {contact_groups: [alone]}}\n"
	    "contact_groups: {alone: {}, empty: {}}\n"
	    "timeperiods: {never: {}, used: {exclude: [24X7]}}\n"
	    "conditions: {c: {hosts: [a]}}\n"
	    "rules:\n"
	    "- {ruleset: service_alias, value: x, when: {services: [T]}}\n"
	    "- {ruleset: filesystem_levels, value: {levels: [1%, 2%]}, when: "
	    "{items: [/x]}}\n"
	    "- {ruleset: service_check_period, value: used}\n"
	    "- {ruleset: ignored_services, value: true}\n");
	put("var/vedette/discovered/a.yaml", "services: []\n");
	snap =
	    good("warning: @/a.yaml:4:25: contact_groups.alone: nothing has "
		 "the contact group alone\n"
		 "warning: @/a.yaml:4:36: contact_groups.empty: no contact "
		 "is in the contact group empty\n"
		 "warning: @/a.yaml:5:22: timeperiods.never: nothing uses "
		 "the time period never\n"
		 "warning: @/a.yaml:6:17: conditions.c: no rule uses the "
		 "condition c\n"
		 "warning: @/a.yaml:8:3: rules[0]: this rule never holds: no "
		 "service fits\n"
		 "warning: @/a.yaml:11:3: rules[3]: this rule has no effect "
		 "on any discovered service\n");
	snapshot_close(&snap);
}

/* Rules outlive the hosts that they name. */
static void
test_rules_of_gone_hosts(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {web01: {check: always_up}, db1: {check: always_up}}\n"
	    "notification_rules:\n"
	    "- {id: n, when: {hosts: [web02, ~DB.*]}}\n"
	    "rules:\n"
	    "- {ruleset: host_alias, value: x, when: {hosts: [web1, db1]}}\n"
	    "- {ruleset: host_alias, value: x, when: {hosts: [gone]}}\n"
	    "- {ruleset: host_alias, value: y, when: {hosts: [~WEB0]}}\n"
	    "- {ruleset: host_alias, value: z, when: {exclude_hosts: [db2]}}"
	    "\n");
	snap = good(
	    "warning: @/a.yaml:3:26: notification_rules[0].when.hosts[0]: "
	    "there is no host web02; did you mean web01?\n"
	    "warning: @/a.yaml:5:50: rules[0].when.hosts[0]: there is no host "
	    "web1; did you mean web01?\n"
	    "warning: @/a.yaml:6:3: rules[1]: this rule never holds: none of "
	    "its hosts exists\n"
	    "warning: @/a.yaml:6:50: rules[1].when.hosts[0]: there is no host "
	    "gone\n"
	    "warning: @/a.yaml:8:58: rules[3].when.exclude_hosts[0]: there is "
	    "no host db2; did you mean db1?\n");
	assert_string_equal(STR(host(snap, "db1")->alias), "x");
	assert_string_equal(STR(host(snap, "web01")->alias), "y");
	snapshot_close(&snap);
}

/* Nobody is warned of the administrators' own group. */
static void
test_group_of_admins(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    "hosts: {a: {check: always_up, contact_groups: [linux]}}\n"
	    "contacts: {boss: {role: admin, contact_groups: [admins]},\n"
	    "  eve: {contact_groups: [linux]}}\n"
	    "contact_groups: {admins: {}, linux: {}}\n");
	snap = good("");
	snapshot_close(&snap);
}

static void
test_many_warnings(void **state)
{
	struct str text = {0}, said = {0};
	struct snapshot *snap;
	struct err err = {""};
	size_t lines = 0;

	(void)state;
	str_add(&text, "hosts: {a: {check: passive}}\nhost_groups:\n");
	for (unsigned i = 0; i < 50; i++)
		str_addf(&text, "  g%02u: {}\n", i);
	put("etc/vedette/conf.d/a.yaml", str_get(&text));
	snap = compile_open(root, &report, &err);
	assert_non_null(snap);
	mistakes_print(&report.mistakes, &said);
	for (const char *p = str_get(&said); *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 21);
	assert_non_null(
	    strstr(str_get(&said), "warning: 30 more warnings like: "));
	snapshot_close(&snap);
	str_free(&text);
	str_free(&said);
}

static void
test_example(void **state)
{
	struct snapshot *snap;

	(void)state;
	put("etc/vedette/conf.d/example.yaml", compile_example());
	snap = good("");
	assert_int_equal(snap->n_hosts, 2);
	snapshot_close(&snap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_tags),
	    TEST(test_tag_mistakes),
	    TEST(test_sites),
	    TEST(test_found),
	    TEST(test_semantics),
	    TEST(test_timed),
	    TEST(test_all_settings),
	    TEST(test_unused),
	    TEST(test_rules_of_gone_hosts),
	    TEST(test_group_of_admins),
	    TEST(test_many_warnings),
	    TEST(test_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
