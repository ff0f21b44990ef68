/* SPDX-License-Identifier: Apache-2.0
 *
 * The rule engine by tables: rules and contacts as JSON, a notice, and the
 * plan that must come out.
 */
#include "notifyd/rules/pattern.h"
#include "notifyd/rules/rules.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define NOW 1000000

/* Single quotes stand for double ones. */
static json_t *
json_of(const char *text)
{
	char *copy = xstrdup(text);
	json_error_t why;
	json_t *value;

	for (char *p = copy; *p != '\0'; p++) {
		if (*p == '\'')
			*p = '"';
	}
	value = json_loads(copy, 0, &why);
	if (value == NULL)
		fail_msg("%s: %s", why.text, copy);
	free(copy);
	return value;
}

static bool
period_exists(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "never") == 0 || strcmp(name, "always") == 0;
}

static bool
period_in(const char *name, int64_t at, void *arg)
{
	(void)arg;
	assert_int_equal(at, NOW);
	return strcmp(name, "always") == 0;
}

static bool
method_exists(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "mail") == 0 || strcmp(name, "sms") == 0;
}

static const char *
group_alias(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "sg1") == 0 ? "Shop servers" : NULL;
}

static struct rules *
compile(const char *rules, const char *contacts, struct str *warnings,
    struct err *err)
{
	json_t *r = rules == NULL ? NULL : json_of(rules);
	json_t *c = json_of(contacts);
	json_t *f = json_of("{'emails': ['ops@example.com']}");
	struct rules_config config = {.rules = r,
	    .contacts = c,
	    .fallback = f,
	    .world = {.period_exists = period_exists,
		.period_is_in = period_in,
		.method_exists = method_exists,
		.service_group_alias = group_alias}};
	struct rules *compiled = rules_compile(&config, warnings, err);

	json_decref(r);
	json_decref(c);
	json_decref(f);
	return compiled;
}

static bool eve_knows = true; /* of the problem that ends */

static bool
told(const char *contact, const char *method, void *arg)
{
	(void)arg;
	return eve_knows && strcmp(contact, "eve") == 0 &&
	    strcmp(method, "mail") == 0;
}

/* "contact/method contact/method" in the plan's order. */
static void
plan_text(const char *rules, const char *contacts, const char *ctx_json,
    struct str *to, struct str *why)
{
	struct str warnings = {0};
	struct err err = {""};
	struct rules *compiled = compile(rules, contacts, &warnings, &err);
	json_t *c = json_of(ctx_json);
	struct context ctx = {0};
	struct rules_notice notice = {
	    .ctx = &ctx, .site = "here", .was_told = told};
	struct plan plan;

	if (compiled == NULL)
		fail_msg("%s", err.text);
	context_from_json(&ctx, c);
	plan_make(compiled, &notice, NOW, true, &plan);
	for (size_t i = 0; i < plan.n_entries; i++)
		str_addf(to, "%s%s/%s", i > 0 ? " " : "",
		    plan.entries[i].contact, plan.entries[i].method);
	for (size_t i = 0; i < plan.n_verdicts; i++)
		str_addf(
		    why, "%s%s", i > 0 ? " | " : "", plan.verdicts[i].reason);
	for (size_t i = 0; i < plan.n_skips; i++)
		str_addf(why, " | %s/%s: %s", plan.skips[i].contact,
		    plan.skips[i].method, plan.skips[i].reason);
	plan_free(&plan);
	context_free(&ctx);
	nd_rules_free(&compiled);
	json_decref(c);
	str_free(&warnings);
}

#define CONTACTS                                                               \
	"{'ann': {'email': 'ann@example.com', 'contact_groups': ['linux'],"    \
	" 'custom_variables': {'shift': 'night'}},"                            \
	" 'bob': {'email': 'bob@example.com', 'pager': '1',"                   \
	" 'contact_groups': ['linux']},"                                       \
	" 'eve': {'email': 'eve@example.com', 'contact_groups': ['managers']," \
	" 'fallback': true}}"
#define HTTP                                                                   \
	"'HOSTNAME': 'web01', 'SERVICEDESC': 'HTTP', 'CONTACTS': 'ann,bob',"   \
	" 'SERVICESTATE': 'CRITICAL', 'PREVIOUSSERVICEHARDSTATE': 'OK',"       \
	" 'NOTIFICATIONTYPE': 'PROBLEM', 'SERVICEOUTPUT': 'no answer',"        \
	" 'SERVICECHECKCOMMAND': 'check_mk-df', 'HOSTFOLDER': '/linux/web',"   \
	" 'HOSTTAG_criticality': 'prod', 'HOSTLABEL_env': 'test',"             \
	" 'HOSTGROUPNAMES': 'g1,g2', 'SERVICEGROUPNAMES': 'sg1',"              \
	" 'SERVICECONTACTGROUPNAMES': 'linux', 'SVC_SL': '20'"
#define HOST                                                                   \
	"'HOSTNAME': 'web01', 'CONTACTS': 'ann', 'HOSTSTATE': 'DOWN',"         \
	" 'PREVIOUSHOSTHARDSTATE': 'UP', 'NOTIFICATIONTYPE': 'PROBLEM',"       \
	" 'HOSTOUTPUT': 'no answer'"
#define EVENT HTTP ", 'EC_ID': '7', 'EC_RULE_ID': 'r1', 'EC_PRIORITY': '3'"

/* --- the worked example of the reference --------------------------------- */

static const char example_rules[] =
    "[{'id': '1'},"
    " {'id': '2', 'when': {'service_events': ['?c'], 'hosts': ['~^web']},"
    "  'to': {'groups': ['linux']}, 'method': 'sms',"
    "  'allow_disable': false},"
    " {'id': '3', 'when': {'number': [3, 0]}, 'to': {'users': ['eve']}},"
    " {'id': '4', 'when': {'services': ['HTTP']},"
    "  'to': {'object_contacts': true}, 'parameters': {'graphs': 0}},"
    " {'id': '5', 'to': {'users': ['ann']}, 'cancel': true}]";
static const char example_contacts[] =
    "{'ann': {'email': 'a@example.com', 'contact_groups': ['linux']},"
    " 'bob': {'email': 'b@example.com', 'pager': '1',"
    "  'contact_groups': ['linux'], 'notification_rules':"
    "  [{'cancel': true, 'method': 'sms'}, {'cancel': true}]},"
    " 'eve': {'email': 'e@example.com', 'contact_groups': ['managers']}}";

static void
worked_example(void **state) /* NO-29 */
{
	struct str plan = {0}, why = {0};

	(void)state;
	plan_text(example_rules, example_contacts,
	    "{" HTTP ", 'SERVICENOTIFICATIONNUMBER': '2'}", &plan, &why);
	assert_string_equal(str_get(&plan), "ann/sms bob/sms");
	assert_non_null(strstr(str_get(&why), "number: it is 2"));
	assert_non_null(strstr(str_get(&why), "locked, kept bob/sms"));
	assert_non_null(strstr(str_get(&why), "replaced ann/mail"));
	str_free(&plan);
	str_free(&why);
}

static void
worked_example_recovery(void **state)
{
	struct str plan = {0}, why = {0};

	(void)state;
	eve_knows = false;
	plan_text(example_rules, example_contacts,
	    "{'HOSTNAME': 'web01', 'SERVICEDESC': 'HTTP', 'CONTACTS':"
	    " 'ann,bob', 'SERVICESTATE': 'OK', 'PREVIOUSSERVICEHARDSTATE':"
	    " 'CRITICAL', 'NOTIFICATIONTYPE': 'RECOVERY'}",
	    &plan, &why);
	eve_knows = true;
	assert_string_equal(str_get(&plan), "");
	str_free(&plan);
	str_free(&why);
}

/* --- the rest ------------------------------------------------------------- */

#define WHEN(cond) "[{'when': {" cond "}, 'to': {'users': ['bob']}}]"
#define BOTH       "ann/mail bob/mail"
#define FALLBACK   "eve/mail mailto:ops@example.com/mail"

static const struct plan_case {
	const char *name, *rules, *ctx, *plan;
	const char *why; /* must occur among the reasons; NULL: anything */
} cases[] = {
    {"absent rules", NULL, HTTP, BOTH, NULL},
    {"absent, contact unknown", NULL, HTTP ", 'CONTACTS': 'ann,zoe'",
	"ann/mail", "zoe/mail: there is no such contact"},
    {"absent, object unknown", NULL, HTTP ", 'CONTACTS': '?'", FALLBACK, NULL},
    {"no rules", "[]", HTTP, FALLBACK, NULL},
    {"host, no rules", "[]", HOST, FALLBACK, NULL},
    {"disabled", "[{'disabled': true}]", HTTP, FALLBACK, "is disabled"},
    {"site", WHEN("'sites': ['here']"), HTTP, "bob/mail", NULL},
    {"other site", WHEN("'sites': ['there']"), HTTP, FALLBACK, "sites:"},
    {"folder", WHEN("'folder': '/linux'"), HTTP, "bob/mail", NULL},
    {"folder itself", WHEN("'folder': '/linux/web/'"), HTTP, "bob/mail", NULL},
    {"root folder", WHEN("'folder': '/'"), HTTP, "bob/mail", NULL},
    {"part of a name", WHEN("'folder': '/lin'"), HTTP, FALLBACK, "folder:"},
    {"tag", WHEN("'tags': {'criticality': 'prod'}"), HTTP, "bob/mail", NULL},
    {"tags", WHEN("'tags': {'criticality': ['x', 'prod']}"), HTTP, "bob/mail",
	NULL},
    {"tag not", WHEN("'tags': {'criticality': {'not': 'prod'}}"), HTTP,
	FALLBACK, "tags: criticality is prod"},
    {"label not", WHEN("'labels': {'env': {'not': 'prod'}}"), HTTP, "bob/mail",
	NULL},
    {"label missing", WHEN("'labels': {'x': 'y'}"), HTTP, FALLBACK,
	"labels: x is not set"},
    {"service label of host", WHEN("'service_labels': {'x': 'y'}"), HOST,
	FALLBACK, "service_labels: it is about a host"},
    {"host group", WHEN("'host_groups': ['g2', 'g9']"), HTTP, "bob/mail", NULL},
    {"host group no", WHEN("'host_groups': ['g']"), HTTP, FALLBACK,
	"host_groups:"},
    {"service group", WHEN("'service_groups': ['sg1']"), HTTP, "bob/mail",
	NULL},
    {"service group excluded", WHEN("'exclude_service_groups': ['sg1']"), HTTP,
	FALLBACK, "exclude_service_groups:"},
    {"service group by alias", WHEN("'service_groups_regex': ['Shop']"), HTTP,
	"bob/mail", NULL},
    {"service group of a host", WHEN("'service_groups': ['sg1']"), HOST,
	FALLBACK, "service_groups: it is about a host"},
    {"contact", WHEN("'contacts': ['ann']"), HTTP, "bob/mail", NULL},
    {"contact no", WHEN("'contacts': ['eve']"), HTTP, FALLBACK, "contacts:"},
    {"contact group", WHEN("'contact_groups': ['linux']"), HTTP, "bob/mail",
	NULL},
    {"contact group no", WHEN("'contact_groups': ['x']"), HTTP, FALLBACK,
	"contact_groups:"},
    {"host by name", WHEN("'hosts': ['web01']"), HTTP, "bob/mail", NULL},
    {"host name is whole", WHEN("'hosts': ['web']"), HTTP, FALLBACK, "hosts:"},
    {"host by regex", WHEN("'hosts': ['~we']"), HTTP, "bob/mail", NULL},
    {"host regex is anchored", WHEN("'hosts': ['~eb']"), HTTP, FALLBACK, NULL},
    {"host excluded", WHEN("'exclude_hosts': ['~web']"), HTTP, FALLBACK,
	"exclude_hosts:"},
    {"service", WHEN("'services': ['HT']"), HTTP, "bob/mail", NULL},
    {"service anchored", WHEN("'services': ['TTP']"), HTTP, FALLBACK,
	"services: HTTP does not fit"},
    {"exclusion wins",
	WHEN("'services': ['HTTP'], 'exclude_services': ['HTTP$']"), HTTP,
	FALLBACK, "exclude_services:"},
    {"service of host", WHEN("'services': ['.*']"), HOST, FALLBACK,
	"services: it is about a host"},
    {"output anywhere", WHEN("'output': 'answer$'"), HTTP, "bob/mail", NULL},
    {"output no", WHEN("'output': 'timeout'"), HTTP, FALLBACK, "output:"},
    {"check", WHEN("'check_commands': ['check_mk-df']"), HTTP, "bob/mail",
	NULL},
    {"check by its name", WHEN("'check_commands': ['df']"), HTTP, "bob/mail",
	NULL},
    {"check no", WHEN("'check_commands': ['d']"), HTTP, FALLBACK,
	"check_commands:"},
    {"period", WHEN("'time_period': 'always'"), HTTP, "bob/mail", NULL},
    {"period outside", WHEN("'time_period': 'never'"), HTTP, FALLBACK,
	"time_period: outside of never"},
    {"level", WHEN("'service_level': [10, 30]"), HTTP, "bob/mail", NULL},
    {"level no", WHEN("'service_level': [21, 30]"), HTTP, FALLBACK,
	"service_level: it is 20"},
    {"level by host", WHEN("'service_level': [5, 5]"), HOST ", 'HOST_SL': '5'",
	"bob/mail", NULL},
    /* NT-17: number and throttle do not reach the fallback */
    {"number", WHEN("'number': [1, 1]"), HTTP, "bob/mail", NULL},
    {"number later", WHEN("'number': [1, 1]"),
	HTTP ", 'SERVICENOTIFICATIONNUMBER': '2'", "", "number: it is 2"},
    {"number and another", WHEN("'number': [2, 0], 'services': ['X']"), HTTP,
	FALLBACK, "services:"},
    {"number and event", WHEN("'number': [2, 0], 'service_events': ['?w']"),
	HTTP, FALLBACK, "number: it is 1"},
    {"throttle below", WHEN("'throttle': {'from': 10, 'every': 5}"),
	HTTP ", 'SERVICENOTIFICATIONNUMBER': '9'", "bob/mail", NULL},
    {"throttle at", WHEN("'throttle': {'from': 10, 'every': 5}"),
	HTTP ", 'SERVICENOTIFICATIONNUMBER': '15'", "bob/mail", NULL},
    {"throttle between", WHEN("'throttle': {'from': 10, 'every': 5}"),
	HTTP ", 'SERVICENOTIFICATIONNUMBER': '14'", "", "throttle:"},
    /* NT-5 */
    {"recovery to those who know",
	"[{'when': {'number': [5, 0]},"
	" 'to': {'users': ['bob', 'eve']}}]",
	HTTP ", 'NOTIFICATIONTYPE': 'RECOVERY', 'SERVICESTATE': 'OK',"
	     " 'PREVIOUSSERVICEHARDSTATE': 'CRITICAL'",
	"eve/mail", "bob/mail: was not told"},
    /* events */
    {"event", WHEN("'service_events': ['rc']"), HTTP, "bob/mail", NULL},
    {"event any", WHEN("'service_events': ['?c']"), HTTP, "bob/mail", NULL},
    {"event no", WHEN("'service_events': ['wc', 'cr']"), HTTP, FALLBACK,
	"service_events: the event is rc"},
    {"old state unknown", WHEN("'service_events': ['wc']"),
	HTTP ", 'PREVIOUSSERVICEHARDSTATE': '?'", "bob/mail", NULL},
    {"host events alone", WHEN("'host_events': ['?d']"), HTTP, FALLBACK,
	"host_events: it is about a service"},
    {"service events alone", WHEN("'service_events': ['?c']"), HOST, FALLBACK,
	"service_events: it is about a host"},
    {"both kinds", WHEN("'host_events': ['rd'], 'service_events': ['?w']"),
	HOST, "bob/mail", NULL},
    {"acknowledgement", WHEN("'service_events': ['x']"),
	HTTP ", 'NOTIFICATIONTYPE': 'ACKNOWLEDGEMENT'", "bob/mail", NULL},
    {"ack is no state", WHEN("'service_events': ['?c']"),
	HTTP ", 'NOTIFICATIONTYPE': 'ACKNOWLEDGEMENT'", FALLBACK, NULL},
    {"flapping", WHEN("'service_events': ['f']"),
	HTTP ", 'NOTIFICATIONTYPE': 'FLAPPINGSTART'", "bob/mail", NULL},
    {"downtime", WHEN("'service_events': ['s']"),
	HTTP ", 'NOTIFICATIONTYPE': 'DOWNTIMECANCELLED'", "bob/mail", NULL},
    {"custom", WHEN("'service_events': ['?c']"),
	HTTP ", 'NOTIFICATIONTYPE': 'CUSTOM'", "bob/mail", NULL},
    {"alert handler needs its code", WHEN(""),
	HTTP ", 'NOTIFICATIONTYPE': 'ALERTHANDLER (x)'", FALLBACK,
	"alert handlers"},
    {"alert handler", WHEN("'service_events': ['af']"),
	HTTP ", 'NOTIFICATIONTYPE': 'ALERTHANDLER (x)',"
	     " 'ALERTHANDLERSTATE': 'FAILED'",
	"bob/mail", NULL},
    {"comment", WHEN("'comment': 'plan'"),
	HTTP ", 'NOTIFICATIONCOMMENT': 'planned'", "bob/mail", NULL},
    {"comment anchored", WHEN("'comment': 'lan'"),
	HTTP ", 'NOTIFICATIONCOMMENT': 'planned'", FALLBACK, "comment:"},
    /* the event console */
    {"event absent", WHEN(""), EVENT, "bob/mail", NULL},
    {"event and codes", WHEN("'service_events': ['?c']"), EVENT, FALLBACK,
	"event console"},
    {"no events", WHEN("'event_console': false"), EVENT, FALLBACK,
	"event_console"},
    {"events alone", WHEN("'event_console': true"), HTTP, FALLBACK,
	"event_console: it comes not from there"},
    {"event of a rule", WHEN("'event_console': {'rules': ['r1']}"), EVENT,
	"bob/mail", NULL},
    {"priority, any order", WHEN("'event_console': {'priority': ['err', 0]}"),
	EVENT, "bob/mail", NULL},
    {"priority no", WHEN("'event_console': {'priority': [4, 7]}"), EVENT,
	FALLBACK, "another priority"},
    /* who */
    {"emails", "[{'to': {'emails': ['x@example.com', 'x@example.com']}}]", HTTP,
	"mailto:x@example.com/mail", NULL},
    {"emails by sms",
	"[{'to': {'emails': ['x@example.com']}, 'method':"
	" 'sms'}]",
	HTTP, "", "can only be reached by mail"},
    {"all users", "[{'to': {'all_users': true}, 'method': 'sms'}]", HTTP,
	"ann/sms bob/sms eve/sms", NULL},
    {"each once",
	"[{'to': {'object_contacts': true, 'users': ['ann'],"
	" 'groups': ['linux']}}]",
	HTTP, BOTH, NULL},
    {"only groups",
	"[{'to': {'all_users': true, 'only_groups':"
	" ['managers']}}]",
	HTTP, "eve/mail", NULL},
    {"only attributes",
	"[{'to': {'all_users': true, 'only_attributes':"
	" {'shift': '^ni'}}}]",
	HTTP, "ann/mail", NULL},
    /* order */
    {"cancel all methods",
	"[{}, {'method': 'sms'}, {'cancel': true,"
	" 'method': '*', 'to': {'users': ['ann']}}]",
	HTTP, "bob/mail bob/sms", "cancelled"},
    {"added again", "[{}, {'cancel': true}, {'to': {'users': ['ann']}}]", HTTP,
	"ann/mail", NULL},
    {"all cancelled is no fallback", "[{}, {'cancel': true}]", HTTP, "", NULL},
    {"global cancel beats the lock",
	"[{'allow_disable': false},"
	" {'cancel': true, 'to': {'users': ['ann']}}]",
	HTTP, "bob/mail", NULL},
};

static void
plans(void **state)
{
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct plan_case *c = &cases[i];
		struct str plan = {0}, why = {0};
		char *ctx = xasprintf("{%s}", c->ctx);

		plan_text(c->rules, CONTACTS, ctx, &plan, &why);
		if (strcmp(str_get(&plan), c->plan) != 0 ||
		    (c->why != NULL && strstr(str_get(&why), c->why) == NULL)) {
			bad++;
			print_error("%s: \"%s\" instead of \"%s\" (%s)\n",
			    c->name, str_get(&plan), c->plan, str_get(&why));
		}
		free(ctx);
		str_free(&plan);
		str_free(&why);
	}
	assert_int_equal(bad, 0);
}

/* --- contacts ----------------------------------------------------------------
 */

static const struct contact_case {
	const char *name, *entry, *plan;
} contact_cases[] = {
    {"on", "'notifications': true", "ann/mail"},
    {"off", "'notifications': false", ""},
    {"off now", "'notifications': {'from': 999999, 'to': 1000001}", ""},
    {"until now", "'notifications': {'from': 1, 'to': 1000000}", "ann/mail"},
    {"from now", "'notifications': {'from': 1000000}", ""},
    {"in period", "'notification_period': 'always'", "ann/mail"},
    {"outside", "'notification_period': 'never'", ""},
    {"other sites", "'sites': ['there']", ""},
    {"this site", "'sites': ['here']", "ann/mail"},
    {"no address", "'email': ''", ""},
};

static void
contacts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(contact_cases); i++) {
		const struct contact_case *c = &contact_cases[i];
		struct str plan = {0}, why = {0};
		char *json = xasprintf("{'ann': {'email': 'a@example.com',"
				       " %s}}",
		    c->entry);

		plan_text(
		    NULL, json, "{" HTTP ", 'CONTACTS': 'ann'}", &plan, &why);
		if (strcmp(str_get(&plan), c->plan) != 0)
			fail_msg("%s: \"%s\" (%s)", c->name, str_get(&plan),
			    str_get(&why));
		free(json);
		str_free(&plan);
		str_free(&why);
	}
}

static void
own_rules(void **state)
{
	struct str plan = {0}, why = {0};

	(void)state;
	/* NT-18: a user's own match does not prevent the fallback */
	plan_text("[]",
	    "{'bob': {'email': 'b@example.com', 'notification_rules':"
	    " [{'method': 'sms'}]}}",
	    "{" HTTP "}", &plan, &why);
	assert_string_equal(
	    str_get(&plan), "mailto:ops@example.com/mail bob/sms");
	str_free(&plan);
	str_free(&why);
}

/* --- mistakes
 * ------------------------------------------------------------------ */

static const struct {
	const char *rules, *reason;
} mistakes[] = {
    {"{}", "notification_rules: expected a list"},
    {"[1]", "notification_rules[0]: expected a rule"},
    {"[{}, {'whem': {}}]", "notification_rules[1]: unknown key whem"},
    {"[{'when': {'host': []}}]", "when: unknown key host"},
    {"[{'when': {'hosts': 'x'}}]", "hosts: expected a list"},
    {"[{'when': {'hosts': ['~(']}}]", "is no regular expression"},
    {"[{'when': {'time_period': 'x'}}]", "there is no time period \"x\""},
    {"[{'when': {'number': [3, 2]}}]", "upper end is below"},
    {"[{'when': {'throttle': {'from': 1, 'every': 0}}}]", "throttle:"},
    {"[{'when': {'service_events': ['rd']}}]", "\"rd\" is no event code"},
    {"[{'when': {'host_events': ['?']}}]", "\"?\" is no event code"},
    {"[{'when': {'event_console': {'facility': 'x'}}}]", "facility"},
    {"[{'bulk': {'horizon': 'x'}}]", "bulk.horizon"},
    {"[{'method': '*'}]", "cancelling rules"},
    {"[{'method': '../x'}]", "is no name of a method"},
    {"[{'parameters': 'stored'}]", "parameters: expected a mapping"},
    {"[{'disabled': 'perhaps'}]", "disabled: expected true or false"},
    {"[{'to': {'user': ['x']}}]", "to: unknown key user"},
};

static void
refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct str warnings = {0};
		struct err err = {""};
		struct rules *rules =
		    compile(mistakes[i].rules, "{}", &warnings, &err);

		if (rules != NULL ||
		    strstr(err.text, mistakes[i].reason) == NULL)
			fail_msg("%s: \"%s\"", mistakes[i].rules, err.text);
		str_free(&warnings);
	}
}

static void
unknown_method_warns(void **state)
{
	struct str warnings = {0};
	struct err err = {""};
	struct rules *rules =
	    compile("[{'method': 'fax'}]", "{}", &warnings, &err);

	(void)state;
	assert_non_null(rules);
	assert_string_equal(str_get(&warnings),
	    "notification_rules[0].method: there is no method \"fax\"");
	nd_rules_free(&rules);
	str_free(&warnings);
}

/* What is decided without the regex engine is decided as it would. */
static void
patterns(void **state)
{
	static const struct {
		const char *regex;
		bool anchored;
		const char *text;
		bool matches;
	} regexes[] = {
	    {"web", true, "web01", true},
	    {"web", true, "myweb", false},
	    {"web", false, "myweb", true},
	    {"Web", false, "myweb", false},
	    {"web01$", true, "web01", true},
	    {"web01$", true, "web012", false},
	    {"we*b", true, "wb", true},
	    {"web?", true, "we", true},
	    {"web{0}", true, "we", true},
	    {"web+", true, "we", false},
	    {"web|db", true, "db01", true},
	    {"web|db", true, "xdb", false},
	    {"(?i)WEB", true, "web01", true},
	    {"w.b", true, "wxb", true},
	    {"a\\.b", true, "a.b", true},
	    {"a\\.b", true, "axb", false},
	    {"f\xc3\xbc*r", true, "fr", true},
	    {"f\xc3\xbcr", false, "daf\xc3\xbcr", true},
	    {"", true, "x", true},
	    {"", false, "", true},
	    {"#1", true, "#1", true},
	    {"^web", true, "web", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(regexes); i++) {
		struct err err;
		struct pattern *p = nd_pattern_compile(
		    regexes[i].regex, regexes[i].anchored, &err);

		assert_non_null(p);
		if (nd_pattern_matches(p, regexes[i].text) !=
		    regexes[i].matches)
			fail_msg("%s: %s", regexes[i].regex, regexes[i].text);
		nd_pattern_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(worked_example),
	    cmocka_unit_test(worked_example_recovery),
	    cmocka_unit_test(plans),
	    cmocka_unit_test(contacts),
	    cmocka_unit_test(own_rules),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(unknown_method_warns),
	    cmocka_unit_test(patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
