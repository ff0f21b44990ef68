/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: readings of devices that do everything wrong: what comes out is
 * what a good device gives, or words.
 */
#include "odd_device.h"

#include "fetcher/persist.h"

static void
assert_rows(struct reading *r, const char *what)
{
	const char *at = r->rc == 0
	    ? strstr(str_get(&r->output), "<<<if64:sep(9):nostrip()>>>\n")
	    : NULL;

	if (at == NULL || strncmp(strchr(at, '\n') + 1, rows, strlen(rows)))
		print_error(
		    "%s: %s%s\n", what, r->why.text, str_get(&r->output));
	assert_non_null(at);
	assert_memory_equal(strchr(at, '\n') + 1, rows, strlen(rows));
	str_free(&r->output);
}

static void
test_oddities(void **state)
{
	static const struct {
		const char *what;
		struct odd odd;
		struct collect_settings set;
	} cases[] = {
	    {"good", {0}, {0}},
	    {"one repetition", {0}, {.bulk = 1}},
	    {"100 repetitions", {0}, {.bulk = 100}},
	    {"no GetBulk", {0}, {.no_bulk = true}},
	    {"version 1", {.v1 = true}, {.v1 = true}},
	    {"tooBig over 30", {.most = 30}, {0}},
	    {"tooBig over 3", {.most = 3}, {0}},
	    {"tooBig over 1", {.most = 1}, {0}},
	    {"cut after 7", {.cut = 7}, {0}},
	    {"cut after 1", {.cut = 1}, {0}},
	    {"genErr to GetBulk", {.bulk = SNMP_GEN_ERR}, {0}},
	    {"tooBig to GetBulk", {.bulk = SNMP_TOO_BIG}, {0}},
	    {"silent to GetBulk", {.silent = 10}, {0}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r = read_with(&cases[i].odd, cases[i].set);

		assert_rows(&r, cases[i].what);
	}
}

static void
test_circles_end(void **state)
{
	static const struct odd same = {.same = true};
	static const struct odd back = {.backwards = true};
	struct reading r =
	    read_with(&same, (struct collect_settings){.no_bulk = true});

	(void)state;
	assert_int_equal(r.rc, 0);
	str_free(&r.output);
	r = read_with(&back, (struct collect_settings){0});
	assert_int_equal(r.rc, 0);
	str_free(&r.output);
}

static void
test_words(void **state)
{
	struct odd silent = {.silent = 1};
	struct reading r = read_with(&silent, (struct collect_settings){0});

	(void)state;
	assert_int_equal(r.rc, -1); /* the caller has the words for silence */
	assert_string_equal(r.why.text, "");
	str_free(&r.output);
}

/* --- what is kept ---------------------------------------------------------
 */

static struct str
keep(const struct reading *r, const struct str *before, int64_t now)
{
	struct str kept = {0};

	persist_keep(
	    str_slice(&r->output), SLICE("h"), str_slice(before), now, &kept);
	return kept;
}

static void
test_scan_is_kept(void **state)
{
	struct odd good = {0}, small = {.most = 3};
	struct collect_settings set = {.host = SLICE("h"), .now = 1000000};
	struct reading first = read_with(&good, set);
	struct str none = {0}, kept = keep(&first, &none, set.now);

	(void)state;
	assert_true(first.asked_scan > 0 && first.has_news);
	set.kept = str_slice(&kept);
	set.now += 60;
	struct reading second = read_with(&good, set);
	assert_int_equal(second.asked_scan, 0);
	assert_true(second.requests < first.requests && !second.has_news);
	assert_rows(&second, "kept");
	set.scan_anew = true; /* discovery */
	struct reading third = read_with(&good, set);
	assert_true(third.asked_scan > 0);
	str_free(&third.output);
	set.scan_anew = false;
	set.now += 86400; /* the copy is old */
	third = read_with(&good, set);
	assert_true(third.asked_scan > 0);
	str_free(&third.output);
	str_free(&first.output);
	str_free(&kept);
	/* The size that the device can answer is kept too. */
	set = (struct collect_settings){.host = SLICE("h"), .now = 1000000};
	first = read_with(&small, set);
	kept = keep(&first, &none, set.now);
	set.kept = str_slice(&kept);
	second = read_with(&small, set);
	assert_true(second.requests + 3 < first.requests);
	str_free(&first.output);
	str_free(&second.output);
	str_free(&kept);
}

static bool
is_again(struct collect_settings set, const struct odd *o)
{
	struct reading r = read_with(o, set);

	assert_rows(&r, "again");
	return r.again;
}

/* What was chosen holds while nothing of what it depends on has changed. */
static void
test_again(void **state)
{
	struct odd good = {0};
	struct collect_settings set = {.host = SLICE("h"), .now = 1000000};
	struct collect_settings other;
	struct str none = {0};

	(void)state;
	memory = collect_memory_new();
	struct reading first = read_with(&good, set);
	struct str kept = keep(&first, &none, set.now), more = {0};
	set.kept = str_slice(&kept);
	assert_true(first.has_news && !is_again(set, &good));
	for (int i = 0; i < 3; i++) {
		set.now += 60;
		assert_true(is_again(set, &good));
	}
	other = set;
	other.host = SLICE("other");
	assert_false(is_again(other, &good));
	assert_true(is_again(other, &good) && is_again(set, &good));
	other = set;
	other.scan_anew = true;
	assert_false(is_again(other, &good)); /* and is not kept */
	assert_true(is_again(set, &good));
	other = set;
	other.options = json_pack("{s:{s:i}}", "fetch_interval", "if", 60);
	assert_false(is_again(other, &good));
	assert_true(is_again(other, &good));
	json_t *same = json_deep_copy(other.options);
	json_decref((json_t *)(uintptr_t)other.options);
	other.options = same;
	assert_true(is_again(other, &good));
	json_decref(same);
	assert_false(is_again(set, &good));
	other = set;
	other.bulk = 7;                       /* and one more section */
	assert_false(is_again(other, &good)); /* has news */
	assert_true(is_again(set, &good));
	str_addslice(&more, set.kept);
	str_add(&more, "<<<x:persist(2000000)>>>\n1\n");
	other = set;
	other.kept = str_slice(&more);
	assert_false(is_again(other, &good));
	assert_true(is_again(other, &good));
	assert_false(is_again(set, &good));
	set.now -= 30; /* the clock was set back */
	assert_false(is_again(set, &good));
	set.now += 600; /* what was not there may have come */
	assert_false(is_again(set, &good));
	set.now += 86400;
	assert_false(is_again(set, &good));
	collect_memory_free(&memory);
	str_free(&first.output);
	str_free(&kept);
	str_free(&more);
}

/* Tables are asked for as many rows as they had, and one more. */
static void
test_rows_are_kept(void **state)
{
	struct odd good = {0};
	struct collect_settings set = {.host = SLICE("h"), .now = 1000000};
	struct reading first = read_with(&good, set);
	struct str none = {0}, kept = keep(&first, &none, set.now);
	struct str fewer = {0}, more = {0};
	char *hint = strstr(str_get(&kept), "\nr\tif64\t4\n");

	(void)state;
	assert_non_null(hint);
	set.kept = str_slice(&kept);
	struct reading second = read_with(&good, set);
	assert_true(!second.has_news && second.requests < first.requests);
	assert_true(2 * second.asked_values < first.asked_values);
	assert_rows(&second, "as many as before");
	hint[8] = '2'; /* the device had one, it has three now */
	second = read_with(&good, set);
	fewer = keep(&second, &kept, set.now);
	assert_non_null(strstr(str_get(&fewer), "\nr\tif64\t4\n"));
	assert_rows(&second, "more than before");
	hint[8] = '9';
	second = read_with(&good, set);
	more = keep(&second, &kept, set.now);
	assert_non_null(strstr(str_get(&more), "\nr\tif64\t4\n"));
	assert_rows(&second, "fewer than before");
	hint[8] = '5'; /* about as many: nothing new */
	second = read_with(&good, set);
	assert_false(second.has_news);
	assert_rows(&second, "one less");
	str_free(&first.output);
	str_free(&kept);
	str_free(&fewer);
	str_free(&more);
}

static void
test_expensive_sections(void **state)
{
	json_t *options =
	    json_pack("{s:{s:s}}", "fetch_interval", "hr_fs", "5m");
	struct collect_settings set = {
	    .host = SLICE("h"), .now = 1000000, .options = options};
	struct odd good = {0};
	struct reading r = read_with(&good, set);
	struct str none = {0}, kept = keep(&r, &none, set.now);
	static const struct {
		int64_t at;
		bool read;
	} times[] = {{60, false}, {240, false}, {300, true}, {100000, true}};

	(void)state;
	assert_true(
	    has(&r, "<<<hr_fs:sep(9):nostrip():cached(1000000,300):persist("));
	str_free(&r.output);
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		set.kept = str_slice(&kept);
		set.now = 1000000 + times[i].at;
		r = read_with(&good, set);
		assert_int_equal(has(&r, "<<<hr_fs:"), times[i].read);
		assert_true(has(&r, "<<<if64:"));
		/* Until it is read again, the copy stays. */
		struct str next = keep(&r, &kept, set.now);
		assert_non_null(strstr(str_get(&next), "<<<hr_fs:"));
		str_free(&next);
		str_free(&r.output);
	}
	str_free(&kept);
	json_decref(options);
}

/* --- the host's options ---------------------------------------------------
 */

static void
test_options(void **state)
{
	static const struct {
		const char *options, *is, *is_not;
	} cases[] = {
#define ONLY "\"exclude\": [\"if64adm\"]"
	    {"{\"limits\": {\"if64\": {\"first\": 1}}, " ONLY "}", "Gi0/1\t",
		"Gi0/2"},
	    {"{\"limits\": {\"if64\": {\"last\": 1}}, " ONLY "}", "Gi0/10\t",
		"Gi0/2"},
	    {"{\"limits\": {\"if64\": {\"index\": [2, 9]}}, " ONLY "}",
		"Gi0/2\t", "Gi0/1"},
	    {"{\"exclude\": [\"if64\"]}", "<<<hr_fs:", "<<<if64:"},
	    {"{\"encoding\": \"latin-1\"}", "b\xc3\xbcro", "b?ro"},
	    {"{\"encoding\": \"utf-8\"}", "b?ro", "b\xc3\xbcro"}};
	struct odd good = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r = read_options(cases[i].options, &good);

		if (!has(&r, cases[i].is) || has(&r, cases[i].is_not))
			print_error(
			    "%s: %s\n", cases[i].options, str_get(&r.output));
		assert_true(has(&r, cases[i].is));
		assert_false(has(&r, cases[i].is_not));
		str_free(&r.output);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_oddities),
	    cmocka_unit_test(test_circles_end),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_scan_is_kept),
	    cmocka_unit_test(test_again),
	    cmocka_unit_test(test_rows_are_kept),
	    cmocka_unit_test(test_expensive_sections),
	    cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
