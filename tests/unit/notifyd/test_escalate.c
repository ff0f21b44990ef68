/* SPDX-License-Identifier: Apache-2.0
 *
 * Escalations (NT-6): the rules' side, and the chains with their times, on a
 * virtual clock and a real spool.
 */
#include "notifyd/escalate.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define MINUTE INT64_C(60)

static char root[] = "/tmp/test-escalate-XXXXXX";
static uv_loop_t loop;
static struct spool *spool;
static struct escalations *es;
static struct rules *rules;
static int64_t now_s = 1772438400;
static struct str told; /* ids of steps, blanks between */

static const char rules_text[] =
    "[{\"id\": \"night\", \"method\": \"mail\","
    " \"when\": {\"service_events\": [\"?c\", \"cr\", \"x\"]},"
    " \"escalation\": {\"repeat\": 1, \"ack_timeout\": \"4h\", \"steps\": ["
    "  {\"after\": 0, \"to\": {\"users\": [\"ann\"]}},"
    "  {\"after\": \"15m\", \"to\": {\"users\": [\"bob\"]},"
    "   \"method\": \"sms\"},"
    "  {\"after\": \"45m\", \"to\": {\"users\": [\"eve\"]}}]}},"
    " {\"id\": \"events\", \"method\": \"mail\","
    " \"when\": {\"event_console\": true}, \"escalation\": {\"steps\": ["
    "  {\"after\": \"5m\", \"to\": {\"users\": [\"ann\"]}}]}},"
    " {\"id\": \"other\", \"method\": \"mail\", \"to\": {\"users\":"
    "  [\"eve\"]}},"
    " {\"id\": \"quiet\", \"cancel\": true, \"method\": \"sms\", \"when\":"
    "  {\"hosts\": [\"web02\"]}, \"to\": {\"users\": [\"bob\"]}}]";

/* --- rules ---------------------------------------------------------------- */

static bool
yes(const char *name, void *arg)
{
	(void)name;
	(void)arg;
	return true;
}

static struct rules *
compile(const char *text, struct err *err)
{
	json_t *list = json_loads(text, 0, NULL);
	json_t *contacts = json_loads("{\"ann\": {\"email\": \"a@x\"}, \"bob\":"
				      " {\"pager\": \"1\"}, \"eve\":"
				      " {\"email\": \"e@x\"}}",
	    0, NULL);
	struct rules_config config = {.rules = list,
	    .contacts = contacts,
	    .world = {.period_exists = yes, .method_exists = yes}};
	struct str warnings = {0};
	struct rules *is = rules_compile(&config, &warnings, err);

	assert_non_null(list);
	str_free(&warnings);
	json_decref(list);
	json_decref(contacts);
	return is;
}

static bool
was_told(const char *contact, const char *method, void *arg)
{
	(void)method;
	return strcmp(contact, arg) == 0;
}

static void
context_fill(struct context *ctx, const char *host, const char *type)
{
	context_sets(ctx, "HOSTNAME", host);
	context_sets(ctx, "SERVICEDESC", "HTTP");
	context_sets(ctx, "NOTIFICATIONTYPE", type);
	context_sets(ctx, "SERVICENOTIFICATIONNUMBER", "1");
	context_sets(ctx, "SERVICESTATE",
	    strcmp(type, "RECOVERY") == 0 ? "OK" : "CRITICAL");
	context_sets(ctx, "PREVIOUSSERVICEHARDSTATE",
	    strcmp(type, "RECOVERY") == 0 ? "CRITICAL" : "OK");
}

static bool of_event; /* it comes from the event console */

/* "method/contact ..." of the plan, with " +RULE" for what begins. */
static char *
planned(const struct rules_notice *with, const char *host, const char *type)
{
	struct rules_notice notice = *with;
	struct context ctx = {0};
	struct str text = {0};
	struct plan plan;

	context_fill(&ctx, host, type);
	if (of_event)
		context_sets(&ctx, "EC_ID", "7");
	notice.ctx = &ctx;
	notice.site = "demo";
	plan_make(rules, &notice, now_s, true, &plan);
	for (size_t i = 0; i < plan.n_entries; i++)
		str_addf(&text, "%s%s/%s:%s", text.len > 0 ? " " : "",
		    plan.entries[i].method, plan.entries[i].contact,
		    plan.entries[i].rule);
	for (size_t i = 0; i < plan.n_escalations; i++)
		str_addf(&text, " +%s", plan.escalations[i]);
	assert_false(plan.fallback);
	plan_free(&plan);
	context_free(&ctx);
	return str_steal(&text);
}

static void
plans(const struct rules_notice *with, const char *host, const char *type,
    const char *want)
{
	char *is = planned(with, host, type);

	assert_string_equal(is, want);
	free(is);
}

static void
rules_know_the_steps(void **state)
{
	struct rules_notice n = {.arg = (void *)(uintptr_t) "nobody"};

	(void)state;
	plans(&n, "web01", "PROBLEM", "mail/ann:night mail/eve:other +night");
	of_event = true; /* and whether codes fit does not matter */
	plans(&n, "web01", "PROBLEM", "mail/ann:events mail/eve:other");
	of_event = false;
	n.escalates = yes;
	plans(&n, "web01", "PROBLEM", "mail/eve:other");
	n.step_rule = "night";
	n.step = 1;
	plans(&n, "web01", "PROBLEM", "sms/bob:night");
	plans(&n, "web02", "PROBLEM", ""); /* cancelled by a rule */
	n.step = 2;
	plans(&n, "web01", "PROBLEM", "mail/eve:night");
	n.step = 3;
	plans(&n, "web01", "PROBLEM", "");
	n.step_rule = "other";
	plans(&n, "web01", "PROBLEM", "");
	/* The rest goes to those who know of it. */
	n = (struct rules_notice){
	    .was_told = was_told, .arg = (void *)(uintptr_t) "bob"};
	plans(&n, "web01", "RECOVERY", "mail/eve:other sms/bob:night");
	plans(&n, "web01", "ACKNOWLEDGEMENT", "mail/eve:other sms/bob:night");
}

static void
mistakes_are_told(void **state)
{
	static const char *const bad[][2] = {
	    {"[{\"escalation\": 1}]", "expected a mapping"},
	    {"[{\"escalation\": {}}]", "steps is missing"},
	    {"[{\"escalation\": {\"steps\": []}}]", "1 to 20 steps"},
	    {"[{\"escalation\": {\"steps\": [{\"after\": \"1x\"}]}}]",
		"duration"},
	    {"[{\"escalation\": {\"steps\": [{\"after\": 5}, {\"after\": 5}]}}"
	     "]",
		"longer than the one before"},
	    {"[{\"escalation\": {\"every\": 5, \"steps\": [{\"after\": 5}]}}]",
		"more than the last"},
	    {"[{\"cancel\": true, \"escalation\": {\"steps\": [{\"after\": 5}]}"
	     "}]",
		"does not go with cancel"},
	    {"[{\"to\": {}, \"escalation\": {\"steps\": [{\"after\": 5}]}}]",
		"together with escalation"},
	    {"[{\"escalation\": {\"steps\": [{\"afer\": 5}]}}]",
		"unknown key afer"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {""};

		assert_null(compile(bad[i][0], &err));
		if (strstr(err.text, bad[i][1]) == NULL)
			fail_msg("%s\n%s", bad[i][0], err.text);
	}
}

/* --- chains --------------------------------------------------------------- */

static bool
policy(const char *rule, struct rules_escalation *e_r, void *arg)
{
	(void)arg;
	return rules_escalation(rules, rule, e_r);
}

static void
step(const char *id, const char *site, const struct context *ctx, void *arg)
{
	(void)arg;
	assert_string_equal(site, "demo");
	assert_string_equal(context_text(ctx, "HOSTNAME"), "web01");
	assert_string_equal(context_text(ctx, "NOTIFICATIONTYPE"), "PROBLEM");
	assert_string_equal(context_text(ctx, "ESCALATION_RULE"), "night");
	str_addf(&told, "%s%s", told.len > 0 ? " " : "", id);
}

static bool gone;

static bool
is_gone(const struct context *ctx, void *arg)
{
	(void)arg;
	assert_string_equal(context_text(ctx, "HOSTNAME"), "web01");
	return gone;
}

static void
on_count(const struct spool_counts *counts, void *arg)
{
	(void)counts;
	*(bool *)arg = true;
}

/* All that was put into the spool is there. */
static void
settle(void)
{
	bool done = false;

	spool_count(spool, on_count, &done);
	while (!done)
		uv_run(&loop, UV_RUN_ONCE);
}

static void
start(void)
{
	es = escalations_new(&loop, spool,
	    &(struct escalations_world){policy, is_gone, step, NULL});
	settle();
	escalations_run(es, true);
}

/* Virtual time passes; what is due then is told. */
static void
pass(int64_t s, const char *want)
{
	now_s += s;
	clock_set(now_s * NS_PER_S, now_s * NS_PER_S);
	str_clear(&told);
	escalations_run(es, true); /* looks at the clock */
	uv_update_time(&loop);
	for (int i = 0; i < 3; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	settle();
	assert_string_equal(str_get(&told), want);
}

static void
happens_to(
    const char *host, const char *object, const char *type, const char *id)
{
	struct rules_notice n = {.site = "demo"};
	struct context ctx = {0};
	struct plan plan;

	context_fill(&ctx, host, type);
	if (strchr(object, '/') == NULL)
		context_drop(&ctx, "SERVICE");
	context_sets(&ctx, "OMD_SITE", "demo");
	n.ctx = &ctx;
	escalations_notice(es, object, &ctx);
	if (strncmp(type, "QUIET ", 6) != 0) {
		plan_make(rules, &n, now_s, false, &plan);
		escalations_begin(es, object, id, "demo", &ctx, &plan);
		plan_free(&plan);
	}
	context_free(&ctx);
}

static void
happens(const char *type, const char *id)
{
	happens_to("web01", "web01/HTTP", type, id);
}

static void
it_goes_on_until_it_is_over(void **state)
{
	(void)state;
	happens("PROBLEM", "n-1");
	assert_int_equal(escalations_running(es), 1);
	pass(14 * MINUTE, "");
	pass(MINUTE, "n-1-e0.1.2");
	pass(29 * MINUTE, "");
	pass(MINUTE, "n-1-e0.1.3");
	pass(30 * MINUTE, "n-1-e0.2.1"); /* the last pause once more */
	pass(15 * MINUTE, "n-1-e0.2.2");
	pass(30 * MINUTE, "n-1-e0.2.3");
	assert_int_equal(escalations_running(es), 0);
	assert_true(escalations_has(es, "web01/HTTP", "night"));
	pass(48 * 60 * MINUTE, "");
	happens("RECOVERY", "n-2");
	assert_false(escalations_has(es, "web01/HTTP", "night"));
}

static void
what_ends_it(void **state)
{
	static const char *const ends[] = {"RECOVERY", "DOWNTIMESTART",
	    "FLAPPINGSTART", "QUIET RECOVERY", "QUIET DOWNTIMESTART",
	    "QUIET FLAPPINGSTART"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		happens("PROBLEM", "n-3");
		assert_int_equal(escalations_running(es), 1);
		happens("DOWNTIMEEND", "n-4");
		assert_int_equal(escalations_running(es), 1);
		happens(ends[i], "n-5");
		assert_int_equal(escalations_running(es), 0);
		pass(24 * 60 * MINUTE, "");
	}
}

/* The downtime of its host, and of no other; the end of its configuration. */
static void
what_ends_it_from_outside(void **state)
{
	(void)state;
	happens("PROBLEM", "n-3");
	happens_to("web02", "web02", "DOWNTIMESTART", "n-4");
	happens_to("web01", "web01", "RECOVERY", "n-4");
	assert_int_equal(escalations_running(es), 1);
	happens_to("web01", "web01", "QUIET DOWNTIMESTART", "n-5");
	assert_int_equal(escalations_running(es), 0);
	happens("PROBLEM", "n-6");
	gone = true;
	pass(15 * MINUTE, "");
	gone = false;
	assert_false(escalations_has(es, "web01/HTTP", "night"));
}

/* A recovery that waits for its time, and what becomes of it. */
static void
it_pauses_while_it_is_good(void **state)
{
	(void)state;
	happens("PROBLEM", "n-3");
	happens("QUIET GOOD", "n-4");
	assert_int_equal(escalations_running(es), 1);
	pass(30 * MINUTE, "");
	escalations_free(&es);
	start();
	pass(30 * MINUTE, "");
	happens("QUIET BAD", "n-5");
	pass(0, "n-3-e0.1.2");
	happens("QUIET GOOD", "n-6");
	happens("RECOVERY", "n-7");
	assert_false(escalations_has(es, "web01/HTTP", "night"));
}

static void
an_acknowledgement_holds_for_a_time(void **state)
{
	(void)state;
	happens("PROBLEM", "n-6");
	pass(15 * MINUTE, "n-6-e0.1.2");
	happens("QUIET ACKNOWLEDGEMENT", "n-7");
	pass(4 * 60 * MINUTE - 1, "");
	pass(1, "n-6-e1.1.1");
	pass(15 * MINUTE, "n-6-e1.1.2");
	happens("RECOVERY", "n-8");
	pass(24 * 60 * MINUTE, "");
}

/* The spool has it; what was missed comes in its order, with its pauses. */
static void
it_outlives_a_restart(void **state)
{
	(void)state;
	happens("PROBLEM", "n-9");
	pass(15 * MINUTE, "n-9-e0.1.2");
	escalations_free(&es);
	now_s += 6 * 60 * MINUTE;
	clock_set(now_s * NS_PER_S, now_s * NS_PER_S);
	start();
	pass(0, "n-9-e0.1.3");
	pass(0, "");
	pass(30 * MINUTE, "n-9-e0.2.1");
	happens("RECOVERY", "n-10");
	escalations_free(&es);
	settle();
	start();
	assert_false(escalations_has(es, "web01/HTTP", "night"));
}

/* --- life ----------------------------------------------------------------- */

static int
set_up(void **state)
{
	struct err err = {""};
	char *path;

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	clock_set(now_s * NS_PER_S, now_s * NS_PER_S);
	path = xasprintf("%s/spool.sqlite", root);
	uv_loop_init(&loop);
	spool = spool_open(&loop, path, &err);
	free(path);
	rules = compile(rules_text, &err);
	if (rules == NULL)
		fail_msg("%s", err.text);
	start();
	return spool == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	escalations_free(&es);
	spool_close(&spool);
	uv_run(&loop, UV_RUN_DEFAULT);
	clock_use_system();
	nd_rules_free(&rules);
	str_free(&told);
	file_remove_tree(root, &err);
	return uv_loop_close(&loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_know_the_steps),
	    cmocka_unit_test(mistakes_are_told),
	    cmocka_unit_test(it_goes_on_until_it_is_over),
	    cmocka_unit_test(what_ends_it),
	    cmocka_unit_test(what_ends_it_from_outside),
	    cmocka_unit_test(it_pauses_while_it_is_good),
	    cmocka_unit_test(an_acknowledgement_holds_for_a_time),
	    cmocka_unit_test(it_outlives_a_restart),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
