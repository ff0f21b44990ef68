/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: what the compiler refuses, what each condition means, and that the
 * index gives what a linear walk gives (EC-16, EC-18).
 */
#include "tests/unit/eventd/harness.h"

#include "eventd/action.h"

static char *
mistakes_of(const char *json)
{
	struct str mistakes = {0};
	json_t *doc = json_loads(json, 0, NULL);
	struct ruleset *rs;

	assert_non_null(doc);
	rs = ruleset_compile(doc, NULL, &mistakes, NULL);
	ruleset_free(&rs);
	json_decref(doc);
	return str_steal(&mistakes);
}

static void
refused(void **state)
{
	static const char *const table[][2] = {
	    {"[{\"id\":\"a\",\"foo\":1}]",
		"event_rules[0].foo: an unknown key\n"},
	    {"[{\"when\":{}}]", "event_rules[0].id: is needed\n"},
	    {"[{\"pack\":\"p\",\"rules\":[{\"id\":\"a\"},{\"id\":\"a\"}]}]",
		"event_rules[0].rules[1].id: \"a\" is used twice\n"},
	    {"[{\"id\":\"a\",\"when\":{\"text\":\"(\"}}]",
		"event_rules[0].when.text: missing closing parenthesis at "
		"offset 1 of \"(\"\n"},
	    {"[{\"id\":\"a\",\"when\":{\"text\":\"(x)\"},\"set\":{\"text\":"
	     "\"\\\\2\"}}]",
		"event_rules[0].set.text: refers to group 2, but the "
		"pattern of the text has 1\n"},
	    {"[{\"id\":\"a\",\"when\":{\"priority\":[\"err\",\"loud\"]}}]",
		"event_rules[0].when.priority: two priorities are "
		"expected, like [emerg, err]\n"},
	    {"[{\"id\":\"a\",\"when\":{\"network\":\"1.2.3.4/40\"}}]",
		"event_rules[0].when.network: a network like 192.0.2.0/24 "
		"is expected\n"},
	    {"[{\"id\":\"a\",\"state\":\"BAD\",\"delay\":\"soon\"}]",
		"event_rules[0].state: \"BAD\": one of OK, WARN, CRIT, "
		"UNKNOWN, syslog is expected\nevent_rules[0].delay: a "
		"duration like 10s or 5m is expected\n"},
	    {"[{\"id\":\"a\",\"recall\":{\"every\":\"1h\"}}]",
		"event_rules[0].recall: an unknown key\n"},
	    {"{}", "event_rules: a list is expected\n"},
	    {"[7]",
		"event_rules[0]: an object is expected\n"
		"event_rules[0].id: is needed\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char *got = mistakes_of(table[i][0]);

		assert_string_equal(got, table[i][1]);
		free(got);
	}
}

struct fit {
	const char *rule; /* without its id */
	const char *priority, *host, *app, *text;
	bool fits, cancels;
};

static void
conditions(void **state)
{
	static const struct fit table[] = {
	    {"\"when\":{\"text\":\"ERROR\"}", "err", "h", "a", "an error here",
		true, false},
	    {"\"when\":{\"text\":\"^error\"}", "err", "h", "a", "an error here",
		false, false},
	    {"\"when\":{\"text\":\" \"}", "err", "h", "a", "x", true, false},
	    {"\"when\":{\"text\":\".*err.r$\"}", "err", "h", "a", "an ERROR",
		true, false},
	    {"\"when\":{\"text\":\"caf\xc3\xa9\"}", "err", "h", "a",
		"CAF\xc3\x89", true, false},
	    {"\"when\":{\"host\":\"gw1\"}", "err", "gw12", "a", "x", false,
		false},
	    {"\"when\":{\"host\":\"gw1\"}", "err", "GW1", "a", "x", true,
		false},
	    {"\"when\":{\"host\":\"gw.\"}", "err", "oldgw12", "a", "x", true,
		false},
	    {"\"when\":{\"application\":\"cron\"}", "err", "h", "crond", "x",
		true, false},
	    {"\"when\":{\"facility\":\"daemon\"}", "err", "h", "a", "x", true,
		false},
	    {"\"when\":{\"facility\":4}", "err", "h", "a", "x", false, false},
	    {"\"when\":{\"priority\":[\"debug\",4]}", "notice", "h", "a", "x",
		true, false},
	    {"\"when\":{\"priority\":[\"emerg\",\"err\"]}", "notice", "h", "a",
		"x", false, false},
	    {"\"when\":{\"network\":\"192.0.2.0/29\"}", "err", "h", "a", "x",
		true, false},
	    {"\"when\":{\"network\":\"192.0.2.0/30\"}", "err", "h", "a", "x",
		false, false},
	    {"\"when\":{\"network\":\"::/0\"}", "err", "h", "a", "x", false,
		false},
	    {"\"when\":{\"service_level\":[1,9]}", "err", "h", "a", "x", false,
		false},
	    {"\"when\":{\"sites\":[\"demo\"]}", "err", "h", "a", "x", true,
		false},
	    {"\"when\":{\"sites\":[\"other\"]}", "err", "h", "a", "x", false,
		false},
	    {"\"when\":{\"text\":\"y\",\"invert\":true}", "err", "h", "a", "x",
		true, false},
	    /* 11.2: the priority trap. */
	    {"\"when\":{\"priority\":[\"emerg\",\"err\"]},\"cancel\":{"
	     "\"text\":\"up\"}",
		"notice", "h", "a", "up", false, false},
	    {"\"when\":{\"priority\":[\"emerg\",\"err\"]},\"cancel\":{"
	     "\"text\":\"up\",\"priority\":[\"debug\",\"notice\"]}",
		"notice", "h", "a", "up", true, true},
	    {"\"when\":{\"priority\":[\"emerg\",\"err\"]},\"cancel\":{"
	     "\"text\":\"up\",\"priority\":[\"debug\",\"notice\"]}",
		"notice", "h", "a", "down", false, false},
	    /* Settled 12: when.application holds for cancelling too. */
	    {"\"when\":{\"application\":\"net\"},\"cancel\":{\"text\":"
	     "\"up\"}",
		"err", "h", "other", "up", false, false},
	    {"\"when\":{},\"cancel\":{\"application\":\"net\"}", "err", "h",
		"net", "x", true, true},
	    {"\"when\":{},\"cancel\":{\"application\":\"net\"}", "err", "h",
		"other", "x", true, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct fit *f = &table[i];
		char *json = xasprintf("[{\"id\":\"r\",%s}]", f->rule);
		struct ruleset *rs = harness_rules(json);
		struct match_world world = {.site = "demo"};
		struct match_walk walk = {
		    .world = &world, .scratch = ec_pattern_scratch_new()};
		struct message m = {.host = slice_of(f->host),
		    .application = slice_of(f->app),
		    .text = slice_of(f->text),
		    .facility = 3,
		    .ipaddress = SLICE("192.0.2.7")};
		struct match match;

		print_message("%s\n", json);
		priority_of(slice_of(f->priority), &m.priority);
		assert_int_equal(ruleset_match(rs, &m, &walk, &match), f->fits);
		if (f->fits)
			assert_int_equal(match.cancelling, f->cancels);
		ec_pattern_scratch_free(&walk.scratch);
		ruleset_free(&rs);
		free(json);
	}
}

static int64_t
some_time(void)
{
	static int64_t t;

	return t += 5;
}

/* A pattern that explodes is no match, counted, and soon over. */
static void
match_limit(void **state)
{
	struct ruleset *rs =
	    harness_rules("[{\"id\":\"r\",\"when\":{\"text\":\"^(a+)+$\"}}]");
	struct match_world world = {.site = "demo"};
	struct match_walk walk = {
	    .world = &world, .scratch = ec_pattern_scratch_new()};
	struct message m = {.text = SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
					  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")};
	struct match match;

	(void)state;
	assert_false(ruleset_match(rs, &m, &walk, &match));
	assert_int_equal(rs->rules[0]->match_limit_hits, 1);
	assert_ptr_equal(walk.limited, rs->rules[0]);
	/* Told once; counted each time. */
	walk.limited = NULL;
	assert_false(ruleset_match(rs, &m, &walk, &match));
	assert_int_equal(rs->rules[0]->match_limit_hits, 2);
	assert_null(walk.limited);
	assert_int_equal(rs->rules[0]->time_ns, 0);
	walk.clock = some_time;
	assert_false(ruleset_match(rs, &m, &walk, &match));
	assert_int_equal(rs->rules[0]->time_ns, 5);
	ec_pattern_scratch_free(&walk.scratch);
	ruleset_free(&rs);
}

/* Small, so that the test is the same each time. */
static unsigned
next_random(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

static void
random_rules(struct str *json, unsigned *seed)
{
	static const char *const texts[] = {
	    "disk", "link (\\\\d)", "up$", "^err", "[0-9]{2}"};
	static const char *const outcomes[] = {"event", "drop", "skip_pack"};

	str_add(json, "[");
	for (int p = 0; p < 4; p++) {
		str_addf(json, "%s{\"pack\":\"p%d\",\"rules\":[",
		    p > 0 ? "," : "", p);
		for (int i = 0; i < 8; i++) {
			unsigned a = next_random(seed, 8);

			str_addf(json,
			    "%s{\"id\":\"r%d_%d\",\"outcome\":\"%s\",\"when\":"
			    "{\"priority\":[%u,%u],\"invert\":%s",
			    i > 0 ? "," : "", p, i,
			    outcomes[next_random(seed, 3)], a,
			    next_random(seed, 8),
			    next_random(seed, 9) == 0 ? "true" : "false");
			if (next_random(seed, 2))
				str_addf(json, ",\"facility\":%u",
				    next_random(seed, 3));
			str_addf(json, ",\"text\":\"%s\"}}",
			    texts[next_random(seed, ARRAY_LEN(texts))]);
		}
		str_add(json, "]}");
	}
	str_add(json, "]");
}

/* Every rule in its order, no index. */
static struct rule *
naive(struct ruleset *rs, const struct message *m, struct match_walk *walk)
{
	struct match match;

	for (size_t i = 0; i < rs->n; i++) {
		struct rule *rule = rs->rules[i];

		if (ec_rule_match(rule, m, walk, &match) != NULL)
			continue;
		if (rule->outcome != OUTCOME_SKIP_PACK)
			return rule;
		while (i + 1 < rs->n && rs->rules[i + 1]->pack == rule->pack)
			i++;
	}
	return NULL;
}

static void
index_is_exact(void **state)
{
	static const char *const texts[] = {
	    "disk 17 full", "link 3 up", "err: disk", "nothing", "99 up"};
	struct match_world world = {.site = "demo"};
	struct match_walk walk = {
	    .world = &world, .scratch = ec_pattern_scratch_new()};
	unsigned seed = 42;

	(void)state;
	for (int round = 0; round < 50; round++) {
		struct str json = {0};
		struct ruleset *rs;

		random_rules(&json, &seed);
		rs = harness_rules(str_get(&json));
		for (int i = 0; i < 100; i++) {
			struct message m = {
			    .priority = (uint8_t)next_random(&seed, 8),
			    .facility = (uint8_t)next_random(&seed, 3),
			    .text = slice_of(texts[next_random(&seed, 5)])};
			struct match match;
			bool any = ruleset_match(rs, &m, &walk, &match);

			assert_ptr_equal(
			    any ? match.rule : NULL, naive(rs, &m, &walk));
		}
		ruleset_free(&rs);
		str_free(&json);
	}
	ec_pattern_scratch_free(&walk.scratch);
}

static void
states(void **state)
{
	struct ruleset *rs = harness_rules(
	    "[{\"id\":\"s\",\"state\":\"syslog\"},{\"id\":\"t\",\"state\":"
	    "{\"crit\":\"fail\",\"warn\":\"slow\",\"ok\":\"good\"}}]");
	struct pattern_scratch *s = ec_pattern_scratch_new();
	struct message m = {.text = SLICE("slow and failed")};
	static const uint8_t want[] = {2, 2, 2, 2, 1, 0, 0, 0};

	(void)state;
	for (uint8_t p = 0; p < 8; p++) {
		m.priority = p;
		assert_int_equal(rule_state(rs->rules[0], &m, s), want[p]);
	}
	assert_int_equal(rule_state(rs->rules[1], &m, s), 2);
	m.text = SLICE("slow");
	assert_int_equal(rule_state(rs->rules[1], &m, s), 1);
	m.text = SLICE("good");
	assert_int_equal(rule_state(rs->rules[1], &m, s), 0);
	m.text = SLICE("else");
	assert_int_equal(rule_state(rs->rules[1], &m, s), 3);
	ec_pattern_scratch_free(&s);
	ruleset_free(&rs);
}

static void
rewriting(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"r\",\"when\":{\"text\":\"user (\\\\S+) at (\\\\S+)\","
	    "\"application\":\"^(s)shd\"},\"set\":{\"text\":\"<\\\\0> "
	    "\\\\1\",\"host\":\"\\\\2\",\"comment\":\"$MATCH_GROUPS_MESSAGE_1$"
	    "!\",\"contact\":\"c\",\"application\":\"$MATCH_GROUPS_SYSLOG_"
	    "APPLICATION_1$-\\\\0\"},\"service_level\":{\"value\":40},"
	    "\"contact_groups\":{\"groups\":[\"g\"]}}]",
	    NULL);

	(void)state;
	hear(h, 0, "err", "gw1", "sshd", "user bob at web7");
	assert_string_equal(event(h, 1)->text, "<user bob at web7> bob");
	assert_string_equal(event(h, 1)->host, "web7");
	assert_string_equal(event(h, 1)->orig_host, "gw1");
	assert_string_equal(event(h, 1)->comment, "bob!");
	assert_string_equal(event(h, 1)->contact, "c");
	assert_string_equal(event(h, 1)->application, "s-sshd");
	assert_int_equal(event(h, 1)->sl, 40);
	assert_string_equal(event(h, 1)->contact_groups.v[0], "g");
	harness_free(h);
}

static void
actions(void **state)
{
	json_t *doc = json_loads("{\"a\":{\"kind\":\"script\",\"script\":"
				 "\"true\"},\"b\":{\"script\":\"x\","
				 "\"disabled\":true}}",
	    0, NULL);
	json_t *bad = json_loads("{\"m\":{\"kind\":\"email\"}}", 0, NULL);
	struct str mistakes = {0};
	struct action_table *t = action_table_read(doc, &mistakes);
	struct event *ev = event_new();
	char **env;

	(void)state;
	assert_true(action_exists(t, "a"));
	assert_false(action_exists(t, "b"));
	assert_true(action_known(t, "b"));
	action_table_free(&t);
	assert_null(action_table_read(bad, &mistakes));
	assert_string_equal(
	    str_get(&mistakes), "event_actions.m.to: is needed\n");
	event_set(&ev->text, SLICE("$(reboot) `x`"));
	strings_add(&ev->groups, SLICE("g1"));
	env = action_env(ev);
	assert_string_equal(env[2], "CMK_TEXT=$(reboot) `x`");
	for (size_t i = 0; env[i] != NULL; i++) {
		if (strncmp(env[i], "CMK_MATCH_GROUP_1", 17) == 0)
			assert_string_equal(env[i], "CMK_MATCH_GROUP_1=g1");
	}
	action_env_free(env);
	event_free(&ev);
	str_free(&mistakes);
	json_decref(doc);
	json_decref(bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(refused),
	    cmocka_unit_test(conditions), cmocka_unit_test(match_limit),
	    cmocka_unit_test(index_is_exact), cmocka_unit_test(states),
	    cmocka_unit_test(rewriting), cmocka_unit_test(actions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
