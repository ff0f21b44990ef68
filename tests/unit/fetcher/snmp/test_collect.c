/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: readings of devices that do everything wrong: what comes out is
 * what a good device gives, or words.
 */
#include "common/mem.h"
#include "fetcher/persist.h"
#include "fetcher/snmp/collect_memory.h"
#include "fetcher/snmp/collect_parts.h"
#include "fetcher/snmp/stored.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Three ports, of which the second has no 64-bit counters and no alias. */
static const char device[] =
    ".1.3.6.1.2.1.1.1.0 Odd Switch\n"
    ".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.9.1.1\n"
    ".1.3.6.1.2.1.1.3.0 360000\n"
    ".1.3.6.1.2.1.2.2.1.1.1 1\n.1.3.6.1.2.1.2.2.1.1.2 2\n"
    ".1.3.6.1.2.1.2.2.1.1.10 10\n"
    ".1.3.6.1.2.1.2.2.1.2.1 \"Gi0/1\"\n.1.3.6.1.2.1.2.2.1.2.2 \"Gi0/2\"\n"
    ".1.3.6.1.2.1.2.2.1.2.10 \"Gi0/10\"\n"
    ".1.3.6.1.2.1.2.2.1.6.1 \"00 1B 21 0A 0B 0C \"\n"
    ".1.3.6.1.2.1.2.2.1.8.1 1\n.1.3.6.1.2.1.2.2.1.8.2 2\n"
    ".1.3.6.1.2.1.2.2.1.8.10 1\n"
    ".1.3.6.1.2.1.25.1.1.0 4200\n"
    ".1.3.6.1.2.1.25.2.3.1.2.1 .1.3.6.1.2.1.25.2.1.4\n"
    ".1.3.6.1.2.1.25.2.3.1.3.1 /\n.1.3.6.1.2.1.25.2.3.1.4.1 4096\n"
    ".1.3.6.1.2.1.25.2.3.1.5.1 1000\n.1.3.6.1.2.1.25.2.3.1.6.1 100\n"
    ".1.3.6.1.2.1.31.1.1.1.6.1 5000000000\n"
    ".1.3.6.1.2.1.31.1.1.1.6.10 7\n"
    ".1.3.6.1.2.1.31.1.1.1.18.1 \"uplink\"\n"
    ".1.3.6.1.2.1.31.1.1.1.18.10 \"b\xfcro\"\n";
static const char rows[] =
    "1\tGi0/1\t\t\t1\t5000000000\t\t\t\t\t\t\t\t\t\t\t\t\tuplink\t"
    "001b210a0b0c\t\n"
    "2\tGi0/2\t\t\t2\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n"
    "10\tGi0/10\t\t\t1\t7\t\t\t\t\t\t\t\t\t\t\t\t\tb\xc3\xbcro\t\t\n";

struct odd {
	size_t most;      /* variables of an answer; beyond it tooBig */
	size_t cut;       /* so many are answered, the rest is not */
	unsigned bulk;    /* error of every GetBulk */
	size_t silent;    /* requests with more variables are not answered */
	bool same;        /* GetNext says the same for ever */
	bool v1;          /* noSuchName in place of no value */
	bool backwards;   /* the rows of a GetBulk come last first */
	const char *more; /* another context's device */
};

struct reading {
	struct str output;
	struct err why;
	int rc;
	size_t requests, asked_scan;
	size_t asked_values; /* by GetBulk */
	bool has_news;
	bool again; /* what the reading before has left was used */
};

/* Readings of the section if64 alone go through it while there is one. */
static struct collect_memory *memory;

static struct collect *
begin_reading(const struct collect_settings *set, struct reading *r)
{
	const struct section_type *wanted[COLLECT_MAX_SECTIONS];
	size_t n = collect_wanted(SLICE(""), true, wanted), i = 0;
	struct collect *c;

	if (memory == NULL)
		return collect_new(set, wanted, n);
	while (strcmp(wanted[i]->names[0], "if64") != 0)
		assert_true(++i < n);
	c = collect_memory_take(
	    memory, set, wanted + i, set->bulk == 7 ? 2 : 1);
	r->again = c->kept.s != NULL; /* it has rested */
	return c;
}

static void
distort(
    const struct odd *o, const struct snmp_request *q, struct snmp_answer *a)
{
	bool bulk = q->op == SNMP_BULK_OP;

	if (o->silent > 0 && (bulk || q->n > o->silent))
		*a = (struct snmp_answer){.error = SNMP_SILENCE};
	else if (bulk && o->bulk != 0)
		*a = (struct snmp_answer){.error = o->bulk};
	else if (o->most > 0 && a->n > o->most)
		*a = (struct snmp_answer){.error = SNMP_TOO_BIG};
	else if (o->cut > 0 && a->n > o->cut)
		a->n = o->cut;
	for (size_t i = 0; o->v1 && i < a->n; i++)
		if (a->vars[i].kind == SNMP_NONE) {
			*a = (struct snmp_answer){.error = SNMP_NO_SUCH_NAME,
			    .error_index = (unsigned)i + 1};
			return;
		}
	if (o->same && !bulk && q->op == SNMP_NEXT_OP && a->n > 0 &&
	    q->oids[0].n > 10 && a->vars[0].kind != SNMP_NONE)
		a->vars[0].oid = q->oids[0];
	for (size_t i = 0; o->backwards && bulk && i < a->n / 2; i++) {
		struct snmp_var v = a->vars[i];

		a->vars[i] = a->vars[a->n - 1 - i];
		a->vars[a->n - 1 - i] = v;
	}
}

static struct reading
read_with(const struct odd *o, struct collect_settings set)
{
	struct stored *s = stored_read(SLICE(device), NULL), *more = NULL;
	struct reading r = {.why = {""}};
	const struct snmp_request *q;
	struct snmp_answer a;

	if (o->more != NULL)
		more = stored_read(slice_of(o->more), NULL);
	struct collect *c = begin_reading(&set, &r);
	while (r.rc == 0 && collect_next(c, &q)) {
		bool other = q->context != NULL && q->context[0] != '\0';

		assert_true(++r.requests < 2000);
		/* By GetBulk, only the scan asks for what comes next. */
		r.asked_scan += q->op == SNMP_NEXT_OP;
		if (q->op == SNMP_BULK_OP)
			r.asked_values += q->n * q->repetitions;
		stored_answer(other ? more : s, q, &a);
		distort(o, q, &a);
		r.rc = collect_answer(c, &a, &r.why);
	}
	if (r.rc == 0)
		collect_output(c, &r.output);
	r.has_news = collect_has_news(c);
	if (memory != NULL)
		collect_memory_give(memory, set.host, &c);
	collect_free(&c);
	stored_free(&s);
	stored_free(&more);
	return r;
}

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

static bool
has(const struct reading *r, const char *text)
{
	return strstr(str_get(&r->output), text) != NULL;
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

static struct reading
read_options(const char *text, const struct odd *o)
{
	json_t *options = json_loads(text, 0, NULL);
	struct reading r;

	assert_non_null(options);
	r = read_with(o, (struct collect_settings){.options = options});
	assert_int_equal(r.rc, 0);
	json_decref(options);
	return r;
}

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

static void
test_contexts(void **state)
{
	static const char contexts[] = "{\"contexts\": [\"\", \"vlan-7\"]}";
	struct odd o = {.more = ".1.3.6.1.2.1.2.2.1.1.2 2\n"
				".1.3.6.1.2.1.2.2.1.1.77 77\n"
				".1.3.6.1.2.1.2.2.1.2.2 \"other\"\n"
				".1.3.6.1.2.1.2.2.1.2.77 \"Vl7\"\n"};
	struct reading r = read_options(contexts, &o);

	(void)state;
	assert_true(has(&r, "\n77\tVl7\t"));
	assert_true(has(&r, "\n2\tGi0/2\t")); /* who comes first wins */
	assert_false(has(&r, "other"));
	str_free(&r.output);
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
	    cmocka_unit_test(test_contexts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
