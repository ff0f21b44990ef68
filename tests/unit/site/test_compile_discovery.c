/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: what rules and discovered files say about discovery.
 */
#include "fetcher/discover_plan.h"
#include "tests/unit/site/compile_site.h"

#define HOSTS                                                                  \
	"hosts:\n"                                                             \
	"  a: {agent: {kind: tcp}}\n"                                          \
	"  b: {agent: {kind: tcp}, labels: {env: test}}\n"                     \
	"  none: {check: always_up}\n"
#define FOUND                                                                  \
	"services:\n"                                                          \
	"- {description: 'Filesystem /', check: {collector: Check_MK, "        \
	"check: filesystem, item: /}}\n"                                       \
	"- {description: 'Filesystem /tmp', check: {collector: Check_MK, "     \
	"check: filesystem, item: /tmp}}\n"                                    \
	"- {description: 'Mount options of /', check: {collector: Check_MK, "  \
	"check: mounts, item: /, params: {expected_mount_options: [rw]}}}\n"   \
	"host_labels: {os: linux}\n"                                           \
	"ignored: [Uptime]\n"

static uint32_t
find(const struct snapshot *snap, const char *host, const char *service)
{
	return snap_find_service(
	    snap, snap_find_host(snap, slice_of(host)), slice_of(service));
}

static void
read_plan(const struct snapshot *snap, const char *host, const char *service,
    struct discover_plan *plan)
{
	uint32_t s = find(snap, host, service);
	struct err err;

	assert_int_not_equal(s, SNAP_NONE);
	assert_int_equal(
	    discover_plan_read(
		plan, slice_of(snap_s(snap, snap->objects[s].params)), &err),
	    0);
}

static void
test_services(void **state)
{
	struct snapshot *snap;
	uint32_t s;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    HOSTS "rules:\n"
		  "- {ruleset: periodic_discovery, value: {interval: 0}, "
		  "when: {hosts: [b]}}\n");
	snap = good("");
	s = find(snap, "a", "Check_MK Discovery");
	assert_int_not_equal(s, SNAP_NONE);
	assert_int_equal(snap->objects[s].check, SNAP_CHECK_COLLECTED);
	assert_int_equal(
	    snap->objects[s].collector, find(snap, "a", "Check_MK"));
	assert_string_equal(
	    snap_s(snap, snap->objects[s].check_name), "check_mk_discovery");
	assert_int_equal(find(snap, "b", "Check_MK Discovery"), SNAP_NONE);
	assert_int_not_equal(find(snap, "b", "Check_MK"), SNAP_NONE);
	assert_int_equal(snap->n_objects, 3 + 3);
	snapshot_close(&snap);
}

static void
test_plan(void **state)
{
	struct snapshot *snap;
	char *warning;
	struct discover_plan plan;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    HOSTS
	    "services:\n"
	    "- {hosts: [a], description: Backup, check: passive}\n"
	    "- {hosts: [a], description: Mine, check: {collector: "
	    "Check_MK, check: cpu_loads}}\n"
	    "conditions: {testing: {labels: {env: test}}}\n"
	    "rules:\n"
	    "- {ruleset: ignored_services, value: true, when: "
	    "{condition: testing, services: ['Mount']}}\n"
	    "- {ruleset: ignored_services, value: false, when: "
	    "{services: ['Filesystem /$']}}\n"
	    "- {ruleset: ignored_services, value: true, when: "
	    "{services: ['Filesystem'], exclude_services: ['.*var']}}\n"
	    "- {ruleset: process, value: {discover: {sshd: '~.*ssh'}}}\n"
	    "- {ruleset: filesystem_levels, value: {levels: [1%, 2%]}, "
	    "when: {items: [/$]}}\n"
	    "- {ruleset: periodic_discovery, value: {interval: 1h, "
	    "vanished: OK, labels: CRIT, update: {mode: new}}, when: {hosts: "
	    "[a]}}\n");
	put("var/vedette/discovered/a.yaml", FOUND);
	warning = xasprintf(
	    "warning: @/a.yaml:15:91: rules[5].value.update: nobody runs it: "
	    "there is no host %s for the service Automatic discovery\n",
	    root + 5);
	snap = good(warning);
	free(warning);
	read_plan(snap, "a", "Check_MK", &plan);
	assert_int_equal(plan.interval_s, 3600);
	assert_int_equal(plan.severity[DISCOVER_UNDECIDED], 1);
	assert_int_equal(plan.severity[DISCOVER_VANISHED], 0);
	assert_int_equal(plan.label_severity, 2);
	assert_int_not_equal(discover_plan_sum(&plan, "Mount options of /"), 0);
	assert_int_equal(discover_plan_sum(&plan, "Filesystem /"), 0);
	assert_non_null(json_object_get(plan.by_hand, "Backup"));
	assert_non_null(json_object_get(plan.by_hand, "CPU load"));
	assert_non_null(json_object_get(plan.params, "ps"));
	assert_null(json_object_get(plan.params, "filesystem"));
	assert_string_equal(
	    json_string_value(json_object_get(plan.labels, "os")), "linux");
	assert_string_equal(
	    json_string_value(json_object_get(plan.update, "mode")), "new");
	assert_true(discover_plan_ignores(&plan, "x", "Uptime"));
	assert_false(discover_plan_ignores(&plan, "x", "Filesystem /"));
	assert_true(discover_plan_ignores(&plan, "x", "Filesystem /tmp"));
	assert_false(discover_plan_ignores(&plan, "x", "Filesystem /var"));
	assert_false(discover_plan_ignores(&plan, "x", "Mount options of /"));
	discover_plan_free(&plan);
	read_plan(snap, "b", "Check_MK Discovery", &plan);
	assert_true(discover_plan_ignores(&plan, "x", "Mount options of /"));
	discover_plan_free(&plan);
	/* Ignored services are not made, the others are. */
	assert_int_equal(find(snap, "a", "Filesystem /tmp"), SNAP_NONE);
	assert_int_not_equal(find(snap, "a", "Filesystem /"), SNAP_NONE);
	assert_int_not_equal(find(snap, "a", "Mount options of /"), SNAP_NONE);
	snapshot_close(&snap);
}

static void
test_mistakes(void **state)
{
	char *text;

	(void)state;
	put("etc/vedette/conf.d/a.yaml",
	    HOSTS "rules:\n"
		  "- {ruleset: ignored_services, value: 1}\n"
		  "- {ruleset: periodic_discovery, value: {vanished: BAD}}\n"
		  "- {ruleset: periodic_discovery, value: {update: {period: "
		  "nights}}}\n");
	text = xasprintf(
	    "@/a.yaml:6:38: rules[0].value: expected true or false, not 1\n"
	    "@/a.yaml:7:51: rules[1].value.vanished: expected OK, WARN, CRIT "
	    "or UNKNOWN, not \"BAD\"\n"
	    "warning: @/a.yaml:8:49: rules[2].value.update: nobody runs it: "
	    "there is no host %s for the service Automatic discovery\n"
	    "@/a.yaml:8:58: rules[2].value.update.period: there is no "
	    "time period nights\n",
	    root + 5);
	bad(text);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_services, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_plan, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_mistakes, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
