/* SPDX-License-Identifier: Apache-2.0
 *
 * A scan changes the cost of a match and never its result (EC-18): random
 * rules and texts with a scan, and rule by rule.
 */
#include "tests/unit/eventd/harness.h"

#include "eventd/rule/scan.h"

static unsigned
next_random(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

static const char *const pieces[] = {"disk", "Link", "(\\\\d+)", "up", ".",
    ".*", "[a-z]{2}", "\\\\bk", "ä", "[^ ]", "(s|x)", "\\\\s", "\\\\.", "\\\\(",
    "(?=u)", "(a)\\\\1", "e?", "K", "\\\\w+", "[äö]"};
static const char *const words[] = {"disk ", "link", "17", "up", " ", "x.y",
    "ab", "k", "Ä", "ö", "s", "ſ", "K", "aa", "(", "err", "KS", "é"};

static void
random_pattern(struct str *json, const char *key, unsigned *seed)
{
	str_addf(
	    json, ",\"%s\":\"%s", key, next_random(seed, 8) == 0 ? "^" : "");
	for (unsigned i = next_random(seed, 3) + 1; i > 0; i--)
		str_add(json, pieces[next_random(seed, ARRAY_LEN(pieces))]);
	str_addf(json, "%s\"", next_random(seed, 8) == 0 ? "$" : "");
}

static struct ruleset *
random_rules(unsigned *seed)
{
	static const char *const outcomes[] = {"event", "drop", "skip_pack"};
	struct str json = {0};
	struct ruleset *rs;

	str_add(&json, "[");
	for (int i = 0; i < 24; i++) {
		bool invert = next_random(seed, 20) == 0;

		str_addf(&json,
		    "%s{\"pack\":\"p%d\",\"rules\":[{\"id\":\"r%d\""
		    ",\"outcome\":\"%s\"",
		    i > 0 ? "," : "", i, i, outcomes[next_random(seed, 3)]);
		str_addf(&json, ",\"when\":{\"invert\":%s",
		    invert ? "true" : "false");
		if (next_random(seed, 9) > 0)
			random_pattern(&json, "text", seed);
		str_add(&json, "}");
		if (!invert && next_random(seed, 4) == 0) {
			str_add(&json, ",\"cancel\":{\"priority\":[0,7]");
			if (next_random(seed, 3) > 0)
				random_pattern(&json, "text", seed);
			str_add(&json, "}");
		}
		str_add(&json, "}]}");
	}
	str_add(&json, "]");
	rs = harness_rules(str_get(&json));
	str_free(&json);
	return rs;
}

static struct scan *
scan_of(const struct ruleset *rs)
{
	struct scan_source *source = scan_source_new(rs);
	struct scan *scan;
	struct err err;

	assert_non_null(source);
	scan = scan_compile(source, &err);
	assert_non_null(scan);
	scan_source_free(&source);
	return scan;
}

static void
same_result(struct ruleset *rs, unsigned *seed)
{
	struct match_world world = {.site = "demo"};
	struct match_walk walk = {
	    .world = &world, .scratch = ec_pattern_scratch_new()};
	struct scan *scan = scan_of(rs);

	for (int i = 0; i < 400; i++) {
		struct str text = {0};
		struct match with, without;
		struct message m = {.priority = 3};
		bool found;

		for (unsigned k = next_random(seed, 6); k > 0; k--)
			str_add(
			    &text, words[next_random(seed, ARRAY_LEN(words))]);
		m.text = str_slice(&text);
		rs->scan = NULL;
		found = ruleset_match(rs, &m, &walk, &without);
		if (rs->open[0][0].number == NULL)
			ruleset_take_scan(rs, scan);
		rs->scan = scan;
		if (ruleset_match(rs, &m, &walk, &with) != found ||
		    (found && with.rule != without.rule))
			fail_msg("\"%s\": %s with the scan, %s without",
			    str_get(&text), found ? with.rule->id : "?",
			    found ? without.rule->id : "none");
		str_free(&text);
	}
	ec_pattern_scratch_free(&walk.scratch);
}

static void
scan_is_exact(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 8; round++) {
		struct ruleset *rs = random_rules(&seed);

		same_result(rs, &seed);
		ruleset_free(&rs);
	}
}

static void
what_is_covered(void **state)
{
	struct ruleset *rs = harness_rules(
	    "[{\"id\":\"a\",\"when\":{\"text\":\"disk\"}},"
	    "{\"id\":\"b\",\"when\":{\"host\":\"x\"}},"
	    "{\"id\":\"c\",\"when\":{\"text\":\"disk\",\"invert\":true}},"
	    "{\"id\":\"d\",\"when\":{\"text\":\"a\"},\"cancel\":{\"text\":\"b\""
	    "}},{\"id\":\"e\",\"when\":{\"text\":\"a\"},\"cancel\":"
	    "{\"application\":\"b\"}},"
	    "{\"id\":\"f\",\"when\":{\"text\":\"(?R)?x\"}}]");
	static const bool want[] = {true, false, false, true, false, false};
	struct scan *scan = scan_of(rs);
	const uint32_t *found;

	(void)state;
	for (uint32_t i = 0; i < rs->n; i++)
		assert_int_equal(scan_covers(scan, i), want[i]);
	assert_int_equal(scan_covered(scan), 2);
	assert_int_equal(scan_text(scan, SLICE("B and DISK"), &found), 2);
	assert_int_equal(found[0], 0);
	assert_int_equal(found[1], 3);
	assert_int_equal(scan_text(scan, SLICE("x"), &found), 0);
	assert_int_equal(scan_text(scan, SLICE(""), &found), 0);
	scan_free(&scan);
	ruleset_free(&rs);
}

static void
saved_and_loaded(void **state)
{
	struct ruleset *rs = harness_rules(
	    "[{\"id\":\"a\",\"when\":{\"text\":\"disk (\\\\d+)\"}},"
	    "{\"id\":\"b\",\"when\":{\"text\":\"ä.k\"}}]");
	struct scan_source *source = scan_source_new(rs);
	struct scan *scan = scan_of(rs), *again;
	struct str bytes = {0};
	const uint32_t *found;

	(void)state;
	scan_save(scan, &bytes);
	again = scan_load(source, str_slice(&bytes));
	assert_non_null(again);
	assert_int_equal(scan_text(again, SLICE("a Äxk on disk 7"), &found), 2);
	scan_free(&again);
	for (size_t n = 0; n < bytes.len; n += 97)
		assert_null(scan_load(source, (struct slice){bytes.s, n}));
	str_free(&bytes);
	scan_free(&scan);
	scan_source_free(&source);
	ruleset_free(&rs);
}

static void
keys(void **state)
{
	struct ruleset *a =
	    harness_rules("[{\"id\":\"a\",\"when\":{\"text\":\"disk\"}}]");
	struct ruleset *b =
	    harness_rules("[{\"id\":\"a\",\"when\":{\"text\":\"disc\"}}]");
	struct ruleset *none = harness_rules("[{\"id\":\"a\"}]");
	struct scan_source *sa = scan_source_new(a), *sb = scan_source_new(b);
	uint8_t ka[SCAN_KEY_LEN], kb[SCAN_KEY_LEN];

	(void)state;
	scan_source_key(sa, ka);
	scan_source_key(sb, kb);
	assert_memory_not_equal(ka, kb, sizeof(ka));
	scan_source_key(sa, kb);
	assert_memory_equal(ka, kb, sizeof(ka));
	assert_null(scan_source_new(none));
	scan_source_free(&sa);
	scan_source_free(&sb);
	ruleset_free(&a);
	ruleset_free(&b);
	ruleset_free(&none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(scan_is_exact),
	    cmocka_unit_test(what_is_covered),
	    cmocka_unit_test(saved_and_loaded), cmocka_unit_test(keys)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
