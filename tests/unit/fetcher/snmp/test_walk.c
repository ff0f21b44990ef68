/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: walks for people, and the files in which walks are kept.
 */
#include "common/mem.h"
#include "fetcher/snmp/stored.h"
#include "fetcher/snmp/stored_forms.h"
#include "fetcher/snmp/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* --- lines ----------------------------------------------------------------
 */

static void
test_forms(void **state)
{
	static const struct {
		const char *line, *oid, *value;
		enum snmp_kind kind;
	} cases[] = {{".1.3.6.1 core-sw1", ".1.3.6.1", "core-sw1", SNMP_OCTETS},
	    {".1.3.6.1 42", ".1.3.6.1", "42", SNMP_WORD},
	    {".1.3.6.1 \"42\"", ".1.3.6.1", "42", SNMP_OCTETS},
	    {".1.3.6.1 \"41 42 \"", ".1.3.6.1", "AB", SNMP_OCTETS},
	    {".1.3.6.1", ".1.3.6.1", "", SNMP_OCTETS},
	    {".1.3.6.1 = STRING: \"a \\\"b\\\"\"", ".1.3.6.1", "a \"b\"",
		SNMP_OCTETS},
	    {".1.3.6.1 = STRING: plain", ".1.3.6.1", "plain", SNMP_OCTETS},
	    {".1.3.6.1 = \"\"", ".1.3.6.1", "", SNMP_OCTETS},
	    {".1.3.6.1 = Hex-STRING: 41 42", ".1.3.6.1", "AB", SNMP_OCTETS},
	    {".1.3.6.1 = INTEGER: up(1)", ".1.3.6.1", "1", SNMP_WORD},
	    {".1.3.6.1 = INTEGER: -5 dBm", ".1.3.6.1", "-5", SNMP_WORD},
	    {".1.3.6.1 = Timeticks: (1227) 0:00:12.27", ".1.3.6.1", "1227",
		SNMP_WORD},
	    {".1.3.6.1 = 1227", ".1.3.6.1", "1227", SNMP_WORD},
	    {".1.3.6.1 = Counter64: 18446744073709551615", ".1.3.6.1",
		"18446744073709551615", SNMP_WORD},
	    {"iso.3.6.1 = OID: iso.3.6.1.4", ".1.3.6.1", ".1.3.6.1.4",
		SNMP_WORD},
	    {".1.3.6.1 = IpAddress: 192.0.2.1", ".1.3.6.1", "192.0.2.1",
		SNMP_WORD},
	    {".1.3.6.1 = Network Address: C0:0:2:1", ".1.3.6.1", "192.0.2.1",
		SNMP_WORD},
	    {".1.3.6.1 = Wrong Type (should be Gauge32): INTEGER: 3",
		".1.3.6.1", "3", SNMP_WORD},
	    {".1.3.6.1 = No Such Instance currently exists at this OID",
		".1.3.6.1", "", SNMP_NONE},
	    {"1.3.6.1|4|text", ".1.3.6.1", "text", SNMP_OCTETS},
	    {"1.3.6.1|4x|4142", ".1.3.6.1", "AB", SNMP_OCTETS},
	    {"1.3.6.1|2|5", ".1.3.6.1", "5", SNMP_WORD},
	    {"1.3.6.1|6|1.3.6.1.4", ".1.3.6.1", ".1.3.6.1.4", SNMP_WORD},
	    {"1.3.6.1|64x|c0000201", ".1.3.6.1", "192.0.2.1", SNMP_WORD},
	    {"1.3.6.1|65:numeric|rate=10", ".1.3.6.1", "", SNMP_NONE}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str name = {0}, value = {0};
		struct slice rest;
		struct oid oid;
		enum stored_form form =
		    stored_form_of(slice_of(cases[i].line), &oid, &rest);

		assert_int_not_equal(form, STORED_NONE);
		oid_text(oid.id, oid.n, &name);
		assert_string_equal(str_get(&name), cases[i].oid);
		enum snmp_kind kind = stored_value(form, rest, &value);
		if (kind != cases[i].kind ||
		    strcmp(str_get(&value), cases[i].value) != 0)
			print_error("%s\n", cases[i].line);
		assert_int_equal(kind, cases[i].kind);
		assert_string_equal(str_get(&value), cases[i].value);
		str_free(&name);
		str_free(&value);
	}
}

static void
put(void *arg, const struct snmp_var *v)
{
	stored_put(v, arg);
}

static struct snmp_request
ask(enum snmp_op op, const char *oid)
{
	struct snmp_request q = {.op = op, .repetitions = 10, .n = 1};

	assert_true(oid_parse(slice_of(oid), &q.oids[0]));
	return q;
}

static void
test_lines_go_on(void **state)
{
	struct err why = {""};
	struct stored *s =
	    stored_read(SLICE("# of a switch\r\n"
			      ".1.3.6.2 = STRING: \"one\r\ntwo\"\r\n"
			      ".1.3.6.1 = Hex-STRING: 41 42\n43 44 \n"),
		&why);
	struct snmp_request q = ask(SNMP_BULK_OP, ".1.3.6");
	struct snmp_answer a;

	(void)state;
	assert_non_null(s);
	stored_answer(s, &q, &a);
	assert_true(slice_eqs(a.vars[0].value, "ABCD")); /* in order */
	assert_true(slice_eqs(a.vars[1].value, "one\ntwo"));
	assert_int_equal(a.vars[2].kind, SNMP_NONE);
	stored_free(&s);
	assert_null(stored_read(SLICE("\nhello\n"), &why));
	assert_non_null(strstr(why.text, "line 2: expected \"OID value\""));
}

/* What is written is read as what it was. */
static void
test_written_is_read(void **state)
{
	static const struct {
		enum snmp_kind kind;
		const char *value;
		size_t n;
	} cases[] = {{SNMP_WORD, "42", 2}, {SNMP_OCTETS, "42", 2},
	    {SNMP_OCTETS, "", 0}, {SNMP_OCTETS, "\"quoted\"", 8},
	    {SNMP_OCTETS, "a\nb", 3}, {SNMP_OCTETS, "\x00\xff\x1b", 3},
	    {SNMP_OCTETS, "41 42 ", 6}, {SNMP_OCTETS, "= STRING: x", 11},
	    {SNMP_OCTETS, " ", 1}, {SNMP_OCTETS, "b\xc3\xbcro ", 6}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snmp_var v = {.oid = {4, {1, 3, 6, 1}},
		    .kind = cases[i].kind,
		    .value = {cases[i].value, cases[i].n}};
		struct snmp_request q = ask(SNMP_GET_OP, ".1.3.6.1");
		struct snmp_answer a;
		struct str line = {0};

		stored_put(&v, &line);
		struct stored *s = stored_read(str_slice(&line), NULL);
		stored_answer(s, &q, &a);
		if (!slice_eq(a.vars[0].value, v.value))
			print_error("%s", str_get(&line));
		assert_int_equal(a.vars[0].kind, v.kind);
		assert_true(slice_eq(a.vars[0].value, v.value));
		stored_free(&s);
		str_free(&line);
	}
}

/* --- walks ----------------------------------------------------------------
 */

static const char tree[] = ".1.3.6.1.2.1.1.1.0 a\n.1.3.6.1.2.1.1.5.0 b\n"
			   ".1.3.6.1.4.1.9.1 c\n.1.3.6.1.6.3.1.1 secret\n"
			   ".1.3.6.1.6.3.2.1 secret\n.1.3.111.1 d\n";

struct run {
	struct str out;
	struct err why;
	int rc;
	size_t requests, circles;
};

/* `how` may change an answer. */
static struct run
walk(struct snmp_walk_settings set, const char *from,
    void (*how)(const struct snmp_request *q, struct snmp_answer *a))
{
	struct stored *s = stored_read(SLICE(tree), NULL);
	struct oid oid;
	struct run r = {.why = {""}};
	const struct snmp_request *q;
	struct snmp_answer a;

	assert_true(oid_parse(slice_of(from), &oid));
	set.put = put;
	set.arg = &r.out;
	struct snmp_walk *w = snmp_walk_new(&set, &oid, 1);
	while (r.rc == 0 && snmp_walk_next(w, &q)) {
		assert_true(++r.requests < 100);
		stored_answer(s, q, &a);
		if (how != NULL)
			how(q, &a);
		r.rc = snmp_walk_answer(w, &a, &r.why);
	}
	r.circles = snmp_walk_circles(w);
	snmp_walk_free(&w);
	stored_free(&s);
	return r;
}

static void
expect(struct run r, const char *text)
{
	assert_int_equal(r.rc, 0);
	assert_string_equal(str_get(&r.out), text);
	str_free(&r.out);
}

static void
no_bulk(const struct snmp_request *q, struct snmp_answer *a)
{
	if (q->op == SNMP_BULK_OP && q->repetitions > 2)
		*a = (struct snmp_answer){.error = SNMP_TOO_BIG};
	else if (q->op == SNMP_BULK_OP)
		*a = (struct snmp_answer){.error = SNMP_SILENCE};
}

/* Always the same two OIDs in turn. */
static void
circles(const struct snmp_request *q, struct snmp_answer *a)
{
	static const uint32_t ids[] = {1, 3, 6, 1, 2, 1, 1, 1};

	(void)q;
	a->vars[0].oid.n = 9;
	memcpy(a->vars[0].oid.id, ids, sizeof(ids));
	a->vars[0].oid.id[8] = a->vars[0].oid.id[8] == 7 ? 8 : 7;
	a->vars[0].kind = SNMP_WORD;
	a->n = 1;
}

static void
broken(const struct snmp_request *q, struct snmp_answer *a)
{
	(void)q;
	*a = (struct snmp_answer){.error = SNMP_GEN_ERR};
}

static void
refusing(const struct snmp_request *q, struct snmp_answer *a)
{
	(void)q;
	*a = (struct snmp_answer){.error = SNMP_NOT_ALLOWED};
}

static void
silent(const struct snmp_request *q, struct snmp_answer *a)
{
	(void)q;
	*a = (struct snmp_answer){.error = SNMP_SILENCE};
}

static void
test_walks(void **state)
{
	static const char all[] = ".1.3.6.1.2.1.1.1.0 a\n.1.3.6.1.2.1.1.5.0 b\n"
				  ".1.3.6.1.4.1.9.1 c\n.1.3.111.1 d\n";
	struct oid skip;

	(void)state;
	oid_parse(SLICE(".1.3.6.1.6.3"), &skip);
	struct snmp_walk_settings set = {.skip = &skip};
	expect(walk(set, ".1", NULL), all);
	expect(walk(set, ".1", no_bulk), all);
	set.v1 = true;
	expect(walk(set, ".1", NULL), all);
	set = (struct snmp_walk_settings){0};
	expect(walk(set, ".1.3.6.1.4", NULL), ".1.3.6.1.4.1.9.1 c\n");
	expect(walk(set, ".1.3.6.1.2.1.1.5.0", NULL),
	    ".1.3.6.1.2.1.1.5.0 b\n"); /* a value, not a tree */
	expect(walk(set, ".1.3.6.1.9", NULL), "");
	set.exact = true;
	expect(walk(set, ".1.3.6.1.2.1.1.5.0", NULL), ".1.3.6.1.2.1.1.5.0 b\n");
}

static void
test_bad_devices(void **state)
{
	struct snmp_walk_settings set = {0};
	struct run r = walk(set, ".1.3.6.1.2.1", circles);

	(void)state;
	assert_int_equal(r.circles, 1);
	str_free(&r.out);
	r = walk(set, ".1.3.6.1.2.1", broken);
	assert_int_equal(r.rc, -1);
	assert_non_null(strstr(r.why.text, "error 5 (genErr)"));
	r = walk(set, ".1.3.6.1.2.1", refusing);
	assert_int_equal(r.rc, -1);
	assert_non_null(strstr(r.why.text, "authorizationError"));
	r = walk(set, ".1.3.6.1.2.1", silent);
	assert_int_equal(r.rc, -1);
	assert_string_equal(r.why.text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_lines_go_on),
	    cmocka_unit_test(test_written_is_read),
	    cmocka_unit_test(test_walks),
	    cmocka_unit_test(test_bad_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
