/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of the rules: random rules and notices give the same plan with it
 * as with every rule tested in turn (which is what explaining does), and of
 * thousands of rules a few are tested.
 */
#include "notifyd/rules/index.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

static uint64_t seed;

static unsigned
any(unsigned n) /* 0 .. n - 1 */
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(seed >> 33) % n;
}

#define PICK(list) list[any(ARRAY_LEN(list))]

static const char *const hosts[] = {"web1", "web2", "db1", "w", "\xc3\xa4pfel"};
static const char *const host_items[] = {"web1", "db1", "~^web", "~w.b1",
    "~db1?", "~web|db", "~", "~^w$", "~\xc3\xa4?pfel", "~(?i)WEB"};
static const char *const services[] = {
    "CPU load", "CPU", "Filesystem /var", "Filesystem /var/log", "HTTP", ""};
static const char *const service_items[] = {"CPU", "CPU$", "Filesystem /var$",
    "Filesystem", ".*log", "HTTPS?", "^HTTP", "X|HTTP", "Filesystem /va(r)"};
static const char *const folders[] = {"/a", "/a/b", "/", "", "/ab", "/a/b/c"};
static const char *const groups[] = {"g1", "g2", "g3", "g1,g2", " g2 ,g3", ""};
static const char *const group_items[] = {"g1", "g2", "g3"};
static const char *const values[] = {"prod", "test", ""};
static const char *const checks[] = {
    "check_mk-df", "df", "check_http!80", "check_http", "check-ping", ""};
static const char *const contacts[] = {"ann", "bob", "ann,bob", "?", "eve", ""};
static const char *const codes[] = {
    "?c", "cr", "rw", "x", "f", "s", "?d", "du", "as", "af"};
static const char *const types[] = {"PROBLEM", "PROBLEM", "PROBLEM", "RECOVERY",
    "ACKNOWLEDGEMENT", "FLAPPINGSTART", "DOWNTIMESTART", "CUSTOM",
    "ALERTHANDLER (x)"};
static const char *const service_states[] = {
    "OK", "WARNING", "CRITICAL", "UNKNOWN", "?"};
static const char *const host_states[] = {"UP", "DOWN", "UNREACHABLE", "?"};

/* Mostly one or two of them, sometimes none. */
static json_t *
some(const char *const *list, size_t n)
{
	json_t *array = json_array();

	for (unsigned k = any(8) == 0 ? 0 : 1 + any(2); k > 0; k--)
		json_array_append_new(
		    array, json_string(list[any((unsigned)n)]));
	return array;
}
#define SOME(list) some(list, ARRAY_LEN(list))

static json_t *
some_pairs(void)
{
	json_t *object = json_object();

	for (unsigned k = 1 + any(2); k > 0; k--) {
		json_t *value = json_string(PICK(values));

		if (any(3) == 0)
			value = json_pack("{s:o}", "not", value);
		json_object_set_new(object, any(2) ? "env" : "team", value);
	}
	return object;
}

static void
add_condition(json_t *when)
{
	static const char *const group_keys[] = {"host_groups",
	    "service_groups", "exclude_service_groups", "contact_groups"};
	static const char *const pair_keys[] = {
	    "tags", "labels", "service_labels"};

	switch (any(12)) {
	case 0:
		json_object_set_new(
		    when, any(5) ? "hosts" : "exclude_hosts", SOME(host_items));
		break;
	case 1:
		json_object_set_new(when,
		    any(5) ? "services" : "exclude_services",
		    SOME(service_items));
		break;
	case 2:
		json_object_set_new(when, "folder", json_string(PICK(folders)));
		break;
	case 3:
	case 4:
		json_object_set_new(when, PICK(group_keys), SOME(group_items));
		break;
	case 5:
	case 6:
		json_object_set_new(when, PICK(pair_keys), some_pairs());
		break;
	case 7:
		json_object_set_new(when, "check_commands", SOME(checks));
		break;
	case 8:
		json_object_set_new(when, "contacts", SOME(contacts));
		break;
	case 9:
		json_object_set_new(
		    when, "sites", json_pack("[s]", any(2) ? "here" : "there"));
		break;
	case 10:
		json_object_set_new(
		    when, "number", json_pack("[i,i]", any(3), any(2) * 3));
		break;
	default:
		json_object_set_new(when, "service_events", SOME(codes));
		if (any(2))
			json_object_set_new(when, "host_events", SOME(codes));
		break;
	}
}

/* Codes of the other kind of object are mistakes: such a rule is made again. */
static json_t *
some_rules(unsigned n, bool own)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++) {
		json_t *when = json_object();
		json_t *rule =
		    json_pack("{s:o, s:s, s:b}", "when", when, "method",
			any(3) ? "mail" : "sms", "disabled", any(12) == 0);

		for (unsigned k = any(4); k > 0; k--)
			add_condition(when);
		if (any(6) == 0)
			json_object_set_new(rule, "cancel", json_true());
		if (!own && any(2))
			json_object_set_new(rule, "to",
			    any(2) ? json_pack("{s:[s]}", "groups", "g1")
				   : json_pack("{s:[s,s]}", "users", "bob",
					 "nobody"));
		json_array_append_new(list, rule);
	}
	return list;
}

static struct rules *
some_engine(unsigned n)
{
	json_t *people = json_pack("{s:{s:s, s:[s], s:o}, s:{s:s, s:o}}", "ann",
	    "email", "a@example.com", "contact_groups", "g1",
	    "notification_rules", some_rules(n / 4, true), "bob", "email",
	    "b@example.com", "notification_rules", some_rules(n / 4, true));
	json_t *list = some_rules(n, false);
	json_t *fallback = json_pack("{s:[s]}", "emails", "ops@example.com");
	struct rules_config config = {
	    .rules = list, .contacts = people, .fallback = fallback};
	struct str warnings = {0};
	struct err err;
	struct rules *rules = rules_compile(&config, &warnings, &err);

	str_free(&warnings);
	json_decref(people);
	json_decref(list);
	json_decref(fallback);
	return rules; /* NULL: a code of the other kind */
}

static void
some_context(struct context *ctx)
{
	const char *service = PICK(services);
	bool host = service[0] == '\0';

	context_sets(ctx, "NOTIFICATIONTYPE", PICK(types));
	context_sets(ctx, "HOSTNAME", PICK(hosts));
	if (!host)
		context_sets(ctx, "SERVICEDESC", service);
	context_sets(ctx, "HOSTFOLDER", PICK(folders));
	context_sets(ctx, "HOSTGROUPNAMES", PICK(groups));
	context_sets(ctx, "SERVICEGROUPNAMES", PICK(groups));
	context_sets(ctx, "HOSTCONTACTGROUPNAMES", PICK(groups));
	context_sets(ctx, "SERVICECONTACTGROUPNAMES", PICK(groups));
	context_sets(ctx, "CONTACTS", PICK(contacts));
	context_sets(ctx, "SERVICECHECKCOMMAND", PICK(checks));
	context_sets(ctx, "HOSTLABEL_env", PICK(values));
	context_sets(ctx, "HOSTTAG_env", PICK(values));
	if (any(2))
		context_sets(ctx, "SERVICELABEL_team", PICK(values));
	context_sets(ctx, "SERVICESTATE", PICK(service_states));
	context_sets(ctx, "PREVIOUSSERVICEHARDSTATE", PICK(service_states));
	context_sets(ctx, "HOSTSTATE", PICK(host_states));
	context_sets(ctx, "PREVIOUSHOSTHARDSTATE", PICK(host_states));
	context_sets(ctx, "ALERTHANDLERSTATE", any(2) ? "OK" : "FAILED");
	context_setf(ctx, "SERVICENOTIFICATIONNUMBER", "%u", any(5));
	context_setf(ctx, "HOSTNOTIFICATIONNUMBER", "%u", any(5));
	if (any(8) == 0)
		context_sets(ctx, "EC_ID", "7");
}

static void
add_plan(struct str *to, const struct plan *plan)
{
	str_addf(to, "fallback %d;", plan->fallback);
	for (size_t i = 0; i < plan->n_entries; i++)
		str_addf(to, " %s/%s by %s", plan->entries[i].contact,
		    plan->entries[i].method, plan->entries[i].rule);
	for (size_t i = 0; i < plan->n_skips; i++)
		str_addf(to, " not %s/%s: %s", plan->skips[i].contact,
		    plan->skips[i].method, plan->skips[i].reason);
}

/* The plan of the index is that of the walk through all rules. */
static void
compare(const struct rules *rules, const struct context *ctx, size_t *entries)
{
	struct rules_notice notice = {.ctx = ctx, .site = "here"};
	struct str with = {0}, without = {0};
	struct plan plan;

	plan_make(rules, &notice, 1000000, false, &plan);
	*entries += plan.n_entries;
	add_plan(&with, &plan);
	plan_free(&plan);
	plan_make(rules, &notice, 1000000, true, &plan);
	add_plan(&without, &plan);
	plan_free(&plan);
	assert_string_equal(str_get(&with), str_get(&without));
	str_free(&with);
	str_free(&without);
}

static void
same_plans(void **state)
{
	size_t entries = 0, engines = 0;

	(void)state;
	for (seed = 1; engines < 150; seed++) {
		struct rules *rules = some_engine(1 + any(90));

		if (rules == NULL)
			continue;
		engines++;
		for (unsigned i = 0; i < 20; i++) {
			struct context ctx = {0};

			some_context(&ctx);
			compare(rules, &ctx, &entries);
			context_free(&ctx);
		}
		nd_rules_free(&rules);
	}
	assert_true(entries > 1000); /* or it compared nothing */
}

static size_t
count_marked(const struct rules *rules, const struct context *ctx)
{
	struct rules_notice notice = {.ctx = ctx, .site = "here"};
	size_t words = nd_index_words(rules->index), n = 0;
	uint64_t *bits = xcalloc(words, sizeof(*bits));
	struct view view;

	view_make(&view, rules, &notice, 1000000);
	nd_index_mark(rules->index, &view, bits);
	for (size_t i = 0; i < words; i++)
		n += (size_t)__builtin_popcountll(bits[i]);
	free(bits);
	return n;
}

/* 2,000 rules of teams, all of them for critical states of web servers. */
static void
few_are_tested(void **state)
{
	static const char *const conditions[] = {
	    "contact_groups", "services", "host_groups", "hosts"};
	json_t *list = json_array();
	struct rules_config config = {.rules = list, .contacts = NULL};
	struct str warnings = {0};
	struct context ctx = {0};
	struct rules *rules;
	struct err err;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		char name[20];

		snprintf(name, sizeof(name), "team%04u", i);
		json_array_append_new(list,
		    json_pack("{s:{s:[s], s:[s], s:{s:s}}}", "when",
			"service_events", "?c", conditions[i % 4], name,
			"labels", "env", "prod"));
	}
	rules = rules_compile(&config, &warnings, &err);
	assert_non_null(rules);
	context_sets(&ctx, "HOSTNAME", "team0007");
	context_sets(&ctx, "SERVICEDESC", "team0005 CPU");
	context_sets(&ctx, "SERVICECONTACTGROUPNAMES", "team0000,team0004");
	context_sets(&ctx, "HOSTLABEL_env", "prod");
	context_sets(&ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(&ctx, "SERVICESTATE", "CRITICAL");
	assert_int_equal(count_marked(rules, &ctx), 4);
	nd_rules_free(&rules);
	context_free(&ctx);
	str_free(&warnings);
	json_decref(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(same_plans), cmocka_unit_test(few_are_tested)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
