/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a plan waits for others: bulks of rules, quiet hours, one cause.
 */
#include "notifyd/rules/rules.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define NIGHT_ENDS 2000

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
	value = json_loads(copy, JSON_DECODE_ANY, &why);
	if (value == NULL)
		fail_msg("%s: %s", why.text, copy);
	free(copy);
	return value;
}

static bool
period_exists(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "nights") == 0 || strcmp(name, "ever") == 0 ||
	    strcmp(name, "office") == 0 || strcmp(name, "never") == 0;
}

static bool
period_in(const char *name, int64_t at, void *arg)
{
	(void)arg;
	if (strcmp(name, "office") == 0 || strcmp(name, "never") == 0)
		return name[0] == 'o' && at >= NIGHT_ENDS;
	return strcmp(name, "ever") == 0 || at < NIGHT_ENDS;
}

static int64_t
period_ends(const char *name, int64_t at, void *arg)
{
	(void)at;
	(void)arg;
	return strcmp(name, "ever") == 0 ? INT64_MAX : NIGHT_ENDS;
}

static int64_t
period_starts(const char *name, int64_t at, void *arg)
{
	(void)arg;
	if (strcmp(name, "never") == 0)
		return INT64_MAX;
	return at < NIGHT_ENDS ? NIGHT_ENDS : at;
}

static bool
method_bulks(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "sms") != 0;
}

static struct rules *
compile(
    const char *rules, const char *contacts, const char *group, struct err *err)
{
	json_t *r = json_of(rules), *c = json_of(contacts), *g = NULL;
	struct rules_config config = {.rules = r,
	    .contacts = c,
	    .world = {.period_exists = period_exists,
		.period_is_in = period_in,
		.period_ends = period_ends,
		.period_starts = period_starts,
		.method_bulks = method_bulks}};
	struct str warnings = {0};
	struct rules *compiled;

	if (group != NULL)
		config.group = g = json_of(group);
	compiled = rules_compile(&config, &warnings, err);
	str_free(&warnings);
	json_decref(r);
	json_decref(c);
	json_decref(g);
	return compiled;
}

/* "ann/mail KIND horizon until max key (why) [causes]"; 0x1f is "/". */
static void
plan_text(const char *rules, const char *contacts, const char *group,
    const char *ctx_json, int64_t at, struct str *to)
{
	struct err err = {""};
	struct rules *compiled = compile(rules, contacts, group, &err);
	json_t *c = json_of(ctx_json);
	struct context ctx = {0};
	struct rules_notice notice = {.ctx = &ctx, .site = "here"};
	struct plan plan;

	if (compiled == NULL)
		fail_msg("%s", err.text);
	context_from_json(&ctx, c);
	plan_make(compiled, &notice, at, false, &plan);
	str_clear(to);
	for (size_t i = 0; i < plan.n_entries; i++) {
		const struct plan_entry *e = &plan.entries[i];
		const struct plan_gather *g = &e->gather;

		str_addf(to, "%s%s/%s %u", i > 0 ? " | " : "", e->contact,
		    e->method, (unsigned)g->kind);
		if (g->kind != PLAN_AT_ONCE)
			str_addf(to, " %lld %lld %u %s",
			    (long long)g->horizon_ms, (long long)g->until,
			    g->max, g->key);
		if (g->why != NULL)
			str_addf(to, " (%s)", g->why);
		if (g->causes != NULL)
			str_addf(to, " [%s]", g->causes);
	}
	for (size_t i = 0; i < to->len; i++) {
		if (to->s[i] == '\x1f')
			to->s[i] = '/';
		else if (to->s[i] == '\n')
			to->s[i] = ';';
	}
	plan_free(&plan);
	context_free(&ctx);
	nd_rules_free(&compiled);
	json_decref(c);
}

#define ANN "{'ann': {'email': 'a@example.com'}}"
#define CTX                                                                    \
	"{'NOTIFICATIONTYPE': 'PROBLEM', 'HOSTNAME': 'web01', 'SERVICEDESC':"  \
	" 'HTTP', 'CONTACTS': 'ann', 'SERVICESTATE': 'CRITICAL',"              \
	" 'HOSTFOLDER': '/munich', 'HOST_TEAM': 'red', 'HOST_SL': '20',"       \
	" 'SERVICECHECKCOMMAND': 'check_http', 'HOSTPARENTS': 'sw1,sw2',"      \
	" 'SERVICEOUTPUT': 'connection refused\\nby web01'}"

static void
expect(const char *rules, const char *contacts, const char *group,
    const char *ctx, int64_t at, const char *want)
{
	struct str got = {0};

	plan_text(rules, contacts, group, ctx, at, &got);
	assert_string_equal(str_get(&got), want);
	str_free(&got);
}

static void
test_bulks(void **state)
{
	(void)state;
	expect("[{}]", ANN, NULL, CTX, 100, "ann/mail 0");
	expect("[{'bulk': {'horizon': '5m', 'max': 100}}]", ANN, NULL, CTX, 100,
	    "ann/mail 1 300000 0 100 bulk/horizon/300000/100 (bulk: when the "
	    "oldest is 5m old, or 100 of them)");
	expect("[{'bulk': {'horizon': '1m', 'group_by': ['host', 'service',"
	       " 'state', 'service_level', 'check_type'],"
	       " 'group_by_macros': ['_team', 'none']}}]",
	    ANN, NULL, CTX, 100,
	    "ann/mail 1 60000 0 1000 bulk/horizon/60000/1000/0=web01/2=HTTP/"
	    "3=20/4=check_http/5=CRITICAL/_team=red/none= (bulk: when the "
	    "oldest is 1m old, or 1000 of them)");
	expect("[{'bulk': null}]", ANN, NULL, CTX, 100, "ann/mail 0");
}

static void
test_bulks_of_periods(void **state)
{
	static const char rule[] = "[{'bulk': {'period': 'nights', 'max': 9, "
				   "'group_by': ['folder']}}]";
	static const char outside[] =
	    "[{'bulk': {'period': 'nights', 'max': 9, 'outside':"
	    " {'horizon': '1m', 'max': 5}}}]";

	(void)state;
	expect(rule, ANN, NULL, CTX, 100,
	    "ann/mail 1 0 2000 9 bulk/nights/0/9/1=/munich (bulk: at the end "
	    "of nights, or 9 of them)");
	expect(rule, ANN, NULL, CTX, 2000,
	    "ann/mail 0 (outside of nights: at once)");
	expect(outside, ANN, NULL, CTX, 1999,
	    "ann/mail 1 0 2000 9 bulk/nights/0/9 (bulk: at the end of nights, "
	    "or 9 of them)");
	expect(outside, ANN, NULL, CTX, 2000,
	    "ann/mail 1 60000 0 5 bulk/outside/60000/5 (bulk: when the oldest "
	    "is 1m old, or 5 of them)");
	expect("[{'bulk': {'period': 'ever'}}]", ANN, NULL, CTX, 100,
	    "ann/mail 0 (ever does not end: at once)");
}

/* The last rule of a contact and method decides about the bulk, too. */
static void
test_last_rule_decides(void **state)
{
	(void)state;
	expect("[{'bulk': {'horizon': '5m'}}, {}]", ANN, NULL, CTX, 100,
	    "ann/mail 0");
	expect("[{'method': 'sms', 'bulk': {'horizon': '5m'}}]", ANN, NULL, CTX,
	    100,
	    "ann/sms 0 (no bulk: sms tells one at a time (a script says \"# "
	    "Bulk: yes\" in its third line))");
}

#define QUIET(more)                                                            \
	"{'ann': {'email': 'a@example.com', 'quiet_hours':"                    \
	" {'period': 'nights'" more "}}}"
#define DIGEST                                                                 \
	" 2 0 2000 10000 quiet/nights (quiet hours: in a digest at the end "   \
	"of nights)"

static char *
ctx_of(const char *type, const char *state, const char *previous)
{
	return xasprintf(
	    "{'NOTIFICATIONTYPE': '%s', 'HOSTNAME': 'web01', 'SERVICEDESC':"
	    " 'HTTP', 'CONTACTS': 'ann', 'SERVICESTATE': '%s',"
	    " 'PREVIOUSSERVICEHARDSTATE': '%s'}",
	    type, state, previous);
}

static void
test_quiet_hours(void **state)
{
	static const struct {
		const char *type, *state, *previous, *through;
		bool digest;
	} rows[] = {
	    {"PROBLEM", "CRITICAL", "OK", "critical", false},
	    {"PROBLEM", "UNKNOWN", "OK", "critical", true},
	    {"PROBLEM", "UNKNOWN", "OK", "unknown", false},
	    {"PROBLEM", "WARNING", "OK", "unknown", true},
	    {"PROBLEM", "WARNING", "OK", "warning", false},
	    {"PROBLEM", "CRITICAL", "OK", "nothing", true},
	    {"RECOVERY", "OK", "CRITICAL", "critical", false},
	    {"RECOVERY", "OK", "WARNING", "critical", true},
	    {"RECOVERY", "OK", "?", "critical", false},
	    {"ACKNOWLEDGEMENT", "CRITICAL", "OK", "critical", true},
	    {"DOWNTIMESTART", "OK", "OK", "warning", true},
	    {"CUSTOM", "OK", "OK", "critical", false},
	    {"CUSTOM", "OK", "OK", "nothing", true},
	};
	struct str got = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *ctx =
		    ctx_of(rows[i].type, rows[i].state, rows[i].previous);
		char *contacts =
		    xasprintf(QUIET(", 'through': '%s'"), rows[i].through);

		plan_text("[{}]", contacts, NULL, ctx, 100, &got);
		if (rows[i].digest)
			assert_string_equal(str_get(&got), "ann/mail" DIGEST);
		else
			assert_string_equal(str_get(&got),
			    "ann/mail 0 (through the quiet hours (nights): it "
			    "is severe enough)");
		plan_text("[{}]", contacts, NULL, ctx, 2000, &got);
		assert_string_equal(str_get(&got), "ann/mail 0");
		free(contacts);
		free(ctx);
	}
	str_free(&got);
}

static void
test_quiet_hours_and_rules(void **state)
{
	char *warn = ctx_of("PROBLEM", "WARNING", "OK");

	(void)state;
	/* The digest takes what a rule would bulk; what is severe stays in
	 * the rule's bulk. */
	expect("[{'bulk': {'horizon': '5m'}}]", QUIET(""), NULL, warn, 100,
	    "ann/mail" DIGEST);
	expect("[{'bulk': {'horizon': '5m'}}]", QUIET(""), NULL, CTX, 100,
	    "ann/mail 1 300000 0 1000 bulk/horizon/300000/1000 (bulk: when "
	    "the oldest is 5m old, or 1000 of them)");
	expect("[{'allow_disable': false}]", QUIET(""), NULL, warn, 100,
	    "ann/mail 0 (through the quiet hours (nights): the rule cannot be "
	    "cancelled)");
	expect("[{}, {'method': 'sms'}]", QUIET(", 'methods': ['sms']"), NULL,
	    warn, 100,
	    "ann/mail 0 | ann/sms 2 0 2000 10000 quiet/nights (quiet hours: "
	    "by itself at the end of nights)");
	free(warn);
}

static void
test_causes(void **state)
{
	static const char all[] =
	    "ann/mail 3 30000 0 500 cause/PROBLEM/30000/500 (waits 30s for "
	    "others of the same cause) [host web01;behind web01;behind sw1;"
	    "behind sw2;output connection refused]";

	(void)state;
	expect("[{}]", ANN, "true", CTX, 100, all);
	expect("[{'group': true}]", ANN, NULL, CTX, 100, all);
	expect("[{'group': true}]", ANN, "{'window': '2m'}", CTX, 100, all);
	expect("[{'group': false}]", ANN, "true", CTX, 100, "ann/mail 0");
	expect("[{}]", ANN, "false", CTX, 100, "ann/mail 0");
	expect("[{'group': {'window': '2m', 'by': ['parents'], 'max': 7}}]",
	    ANN, NULL, CTX, 100,
	    "ann/mail 3 120000 0 7 cause/PROBLEM/120000/7 (waits 2m for "
	    "others of the same cause) [behind web01;behind sw1;behind sw2]");
	expect("[{}]", ANN, "true",
	    "{'NOTIFICATIONTYPE': 'ACKNOWLEDGEMENT', 'HOSTNAME': 'web01',"
	    " 'CONTACTS': 'ann'}",
	    100, "ann/mail 0");
	/* A bulk of the rule beats the site's groups. */
	expect("[{'bulk': {'horizon': '5m'}}]", ANN, "true", CTX, 100,
	    "ann/mail 1 300000 0 1000 bulk/horizon/300000/1000 (bulk: when "
	    "the oldest is 5m old, or 1000 of them)");
}

#define OFFICE "'when': {'time_period': 'office', 'outside': 'hold'}"
#define HELD                                                                   \
	" 4 0 2000 10000 office (held: the state then, once, when office "     \
	"begins)"

/* NT-16: outside of its period a rule drops, or holds the state. */
static void
test_held(void **state)
{
	static const char drop[] =
	    "[{'when': {'time_period': 'office', 'outside': 'drop'}}]";
	char *ack = ctx_of("ACKNOWLEDGEMENT", "CRITICAL", "OK");
	char *clear = ctx_of("RECOVERY", "OK", "CRITICAL");

	(void)state;
	expect(drop, ANN, NULL, CTX, 1999, "");
	expect(drop, ANN, NULL, CTX, 2000, "ann/mail 0");
	expect("[{" OFFICE "}]", ANN, NULL, CTX, 1999, "ann/mail" HELD);
	expect("[{" OFFICE "}]", ANN, NULL, clear, 100, "ann/mail" HELD);
	expect("[{" OFFICE "}]", ANN, NULL, ack, 100, "");
	expect("[{" OFFICE "}]", ANN, NULL, CTX, 2000, "ann/mail 0");
	expect("[{'when': {'time_period': 'never', 'outside': 'hold'}}]", ANN,
	    NULL, CTX, 100,
	    "ann/mail 4 0 604900 10000 never (held for 7 days: never never "
	    "begins)");
	/* Who is told at once by another rule is not told again later. */
	expect("[{}, {" OFFICE "}]", ANN, NULL, CTX, 100, "ann/mail 0");
	expect("[{" OFFICE "}, {}]", ANN, NULL, CTX, 100, "ann/mail 0");
	expect("[{" OFFICE "}, {'method': '*', 'cancel': true}]", ANN, NULL,
	    CTX, 100, "");
	/* It waits alone, whatever else would keep it. */
	expect("[{'bulk': {'horizon': '5m'}, " OFFICE "}]",
	    QUIET(", 'through': 'nothing'"), "true", CTX, 100, "ann/mail" HELD);
	free(ack);
	free(clear);
}

static void
test_mistakes(void **state)
{
	static const struct {
		const char *rules, *contacts, *why;
	} rows[] = {
	    {"[{'bulk': {}}]", ANN,
		"notification_rules[0].bulk: expected one of the keys horizon "
		"and period"},
	    {"[{'bulk': {'horizon': '5m', 'period': 'nights'}}]", ANN,
		"notification_rules[0].bulk: expected one of the keys horizon "
		"and period"},
	    {"[{'bulk': 5}]", ANN, "notification_rules[0].bulk: expected"},
	    {"[{'bulk': {'horizon': '1ms'}}]", ANN, "bulk.horizon: expected a"},
	    {"[{'bulk': {'horizon': '5m', 'max': 0}}]", ANN,
		"bulk.max: expected a number from 1 to 10000"},
	    {"[{'bulk': {'horizon': '5m', 'nix': 0}}]", ANN,
		"bulk: unknown key nix"},
	    {"[{'bulk': {'horizon': '5m', 'outside': {'horizon': '1m'}}}]", ANN,
		"bulk.outside: goes with the key period alone"},
	    {"[{'bulk': {'period': 'nights', 'outside': {'max': 5}}}]", ANN,
		"bulk.outside: the key horizon is missing"},
	    {"[{'bulk': {'period': 'days'}}]", ANN,
		"bulk.period: there is no time period \"days\""},
	    {"[{'bulk': {'period': '24X7'}}]", ANN, "24X7 never ends"},
	    {"[{'bulk': {'horizon': '5m', 'group_by': ['hosts']}}]", ANN,
		"bulk.group_by: \"hosts\" is none of host, folder,"},
	    {"[{'bulk': {'horizon': '5m', 'group_by': ['host', 'folder']}}]",
		ANN, "host and folder do not go together"},
	    {"[{'bulk': {'horizon': '5m'}, 'group': true}]", ANN,
		"group: does not go together with bulk"},
	    {"[{'group': {'by': ['moon']}}]", ANN,
		"group: \"moon\" is none of parents, host, output"},
	    {"[{'when': {'outside': 'hold'}}]", ANN,
		"[0].when.outside: goes with time_period alone"},
	    {"[{'when': {'time_period': 'ever', 'outside': 'wait'}}]", ANN,
		"[0].when.outside: expected drop or hold"},
	    {"[{'cancel': true, " OFFICE "}]", ANN, "it tells nobody"},
	    {"[{'group': 'maybe'}]", ANN, "group: expected true or false"},
	    {"[]", "{'ann': {'quiet_hours': {}}}",
		"contacts.ann.quiet_hours: the key period is missing"},
	    {"[]", "{'ann': {'quiet_hours': {'period': 'x'}}}",
		"quiet_hours.period: there is no time period"},
	    {"[]", QUIET(", 'through': 'all'"),
		"quiet_hours.through: expected nothing, critical"},
	    {"[]", QUIET(", 'nix': 1"), "quiet_hours: unknown key nix"},
	    {"[]", "{'ann': {'quiet_hours': []}}",
		"contacts.ann.quiet_hours: expected"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		struct rules *rules =
		    compile(rows[i].rules, rows[i].contacts, NULL, &err);

		if (rules != NULL || strstr(err.text, rows[i].why) == NULL)
			fail_msg("%zu: %s", i, err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_bulks),
	    cmocka_unit_test(test_bulks_of_periods),
	    cmocka_unit_test(test_last_rule_decides),
	    cmocka_unit_test(test_quiet_hours),
	    cmocka_unit_test(test_quiet_hours_and_rules),
	    cmocka_unit_test(test_held), cmocka_unit_test(test_causes),
	    cmocka_unit_test(test_mistakes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
