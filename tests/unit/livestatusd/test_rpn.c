/* SPDX-License-Identifier: Apache-2.0
 *
 * The column rrddata: what it may be called with, the steps that metrics are
 * brought to, rrdtool's operators, and the way through a query.
 */
#include "livestatusd/table/rpn.h"
#include "tests/unit/livestatusd/fixture.h"

#include <math.h>
#include <stdio.h>

/* "one": 1, 2, 3, ... a minute; "five": 10, 20, ... in five minutes. */
static bool
fake(void *arg, struct slice metric, const char *function, int64_t from,
    int64_t until, struct rrd_series *s)
{
	bool five = slice_eqs(metric, "five");

	if (arg != NULL)
		str_addf(arg, "%.*s %s %lld %lld;", (int)metric.len, metric.s,
		    function, (long long)from, (long long)until);
	if (!five && !slice_eqs(metric, "one"))
		return false;
	s->step = five ? 300 : 60;
	s->start = from / s->step * s->step;
	for (int64_t t = s->start; t < until; t += s->step) {
		ARRAY_GROW(s->values, s->n, s->cap);
		s->values[s->n++] =
		    (five ? 10.0 : 1.0) * (double)((t - 6000) / s->step + 1);
	}
	return true;
}

static char *
evaluate(const char *call, struct str *asked)
{
	struct rpn *r = rpn_parse(slice_of(call));
	struct items items = {0};
	struct str out = {0};

	if (r == NULL)
		return xstrdup("wrong");
	rpn_evaluate(r, 20000, fake, asked, &items);
	for (size_t i = 0; i < items.n; i++) {
		if (items.v[i].kind == ITEM_INT)
			str_addf(&out, "%lld ", (long long)items.v[i].i);
		else if (isnan(items.v[i].f))
			str_add(&out, "- ");
		else
			str_addf(&out, "%g ", items.v[i].f);
	}
	free(items.v);
	rpn_free(&r);
	return out.s;
}

static void
expect(const char *call, const char *want)
{
	char *got = evaluate(call, NULL);

	if (strcmp(got, want) != 0)
		fail_msg("%s\ngives %s\nnot   %s", call, got, want);
	free(got);
}

static void
calls(void **state)
{
	static const char *const wrong[] = {"", "one", "one:1:2", "one:x:2:1",
	    "one:6000:6000:60", "one:7000:6000:60", "one:-1:6000:60", ":1:2:1",
	    "one,one:1:2:1", "+:1:2:1", "one,+:1:2:1", "one,POP:1:2:1",
	    "one,,ABS:1:2:1", "one:1:2:1:0", "one:1:2:1:20001", "one:1:2:1:5:6",
	    "one,3,AVG:1:2:1", "one,one,AVG:1:2:1", "0,AVG:1:2:1",
	    "one:1:99999999999999:1"};
	struct str many = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		expect(wrong[i], "wrong");
	for (unsigned i = 0; i < RPN_WORDS / 2; i++)
		str_add(&many, i == 0 ? "one,ABS" : ",ABS,ABS");
	str_add(&many, ",ABS:1:2:1");
	expect(str_get(&many), "wrong");
	str_free(&many);
}

static void
steps(void **state)
{
	struct str asked = {0};
	char *got;

	(void)state;
	expect("one:6000:6300:60", "6000 6300 60 1 2 3 4 5 ");
	/* The range encloses what was asked for. */
	expect("one:6010:6110:60", "6000 6120 60 1 2 ");
	/* A longer step: the greatest, the mean. */
	expect("one:6000:6240:120", "6000 6240 120 2 4 ");
	expect("one.average:6000:6240:120", "6000 6240 120 1.5 3.5 ");
	expect("one.min:6000:6240:120", "6000 6240 120 1 3 ");
	/* A multiple of what is kept. */
	expect("one:6000:6240:90", "6000 6240 120 2 4 ");
	/* Not more points than that. */
	expect("one:6000:6600:60:2", "6000 6600 300 5 10 ");
	/* Metrics of different steps. */
	expect("one,five,+:6000:6600:60", "6000 6600 300 15 30 ");
	/* Nothing is kept of one of them. */
	expect("one,none,+:6000:6600:60", "0 0 0 ");
	got = evaluate("one,five.average,+:6010:6590:60", &asked);
	assert_string_equal(
	    str_get(&asked), "one MAX 6000 6600;five AVERAGE 6000 6600;");
	free(got);
	str_free(&asked);
}

static void
operators(void **state)
{
	static const struct {
		const char *list, *value; /* "one" is 2 */
	} rows[] = {
	    {"one,3,+", "5"},
	    {"one,3,-", "-1"},
	    {"one,3,*", "6"},
	    {"one,4,/", "0.5"},
	    {"7,one,%", "1"},
	    {"one,0,/", "inf"},
	    {"UNKN,one,ADDNAN", "2"},
	    {"UNKN,one,+", "-"},
	    {"UNKN,one,MAX", "-"},
	    {"UNKN,one,MAXNAN", "2"},
	    {"UNKN,one,MINNAN", "2"},
	    {"one,5,MIN", "2"},
	    {"one,5,MAX", "5"},
	    {"one,1,3,LIMIT", "2"},
	    {"one,3,4,LIMIT", "-"},
	    {"one,1,GT,8,9,IF", "8"},
	    {"one,1,LT,8,9,IF", "9"},
	    {"UNKN,8,9,IF", "9"},
	    {"one,2,GE", "1"},
	    {"one,2,LE", "1"},
	    {"one,2,EQ", "1"},
	    {"one,2,NE", "0"},
	    {"UNKN,2,EQ", "-"},
	    {"UNKN,UN", "1"},
	    {"INF,ISINF", "1"},
	    {"NEGINF", "-inf"},
	    {"one,DUP,*", "4"},
	    {"one,9,EXC,-", "7"},
	    {"one,9,POP", "2"},
	    {"one,3,POW", "8"},
	    {"4,SQRT", "2"},
	    {"-4.5,ABS,FLOOR", "4"},
	    {"4.4,CEIL", "5"},
	    {"4.6,ROUND", "5"},
	    {"0,COS,0,SIN,+", "1"},
	    {"0,EXP,LOG", "0"},
	    {"180,DEG2RAD,RAD2DEG", "180"},
	    {"0,ATAN,0,1,ATAN2,+", "0"},
	    {"1,one,UNKN,3,3,AVG,+", "3.5"},
	    {"UNKN,UNKN,2,AVG", "-"},
	    {"TIME", "6120"},
	    {"NOW", "20000"},
	    {"one.max,one.average,-", "0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *call = xasprintf("%s:6060:6120:60", rows[i].list);
		char *want = xasprintf("6060 6120 60 %s ", rows[i].value);

		expect(call, want);
		free(call);
		free(want);
	}
}

struct site_source {
	struct metric_source source; /* first */
	struct str asked;
};

static bool
of_site(struct metric_source *src, struct slice host, struct slice service,
    struct slice metric, const char *function, int64_t from, int64_t until,
    struct rrd_series *s)
{
	struct site_source *ss = (struct site_source *)src;

	str_addf(&ss->asked, "%.*s/%.*s;", (int)host.len, host.s,
	    (int)service.len, service.s);
	return fake(NULL, metric, function, from, until, s);
}

static void
in_a_query(void **state)
{
	struct site_source ss = {.source.fetch = of_site};
	struct fixture *f = *state;
	static const char one[] =
	    "GET services\nColumns: description rrddata:m1:one:6000:6120:60\n"
	    "Filter: description = HTTP\n";
	struct str text = {0};
	struct lql_query *q;

	assert_answer(f, one, "HTTP;0,0,0\n"); /* there is nobody to ask */
	f->env.metrics = &ss.source;
	f->env.now_ns = 20000 * NS_PER_S;
	assert_answer(f, one, "HTTP;6000,6120,60,1,2\n");
	assert_string_equal(str_get(&ss.asked), "web1/HTTP;");
	str_clear(&ss.asked);
	str_add(&text, one);
	str_add(&text, "OutputFormat: json\nColumnHeaders: on\n");
	assert_answer(f, str_get(&text),
	    "[[\"description\",\"m1\"],\n"
	    "[\"HTTP\",[6000,6120,60,1,2]]]\n");
	str_clear(&ss.asked);
	/* A host's own; what cannot be computed is null. */
	assert_answer(f,
	    "GET hosts\nColumns: rrddata:m:one,0,GT,UNKN,one,IF:6000:6060:60\n"
	    "Filter: name = db1\nOutputFormat: json\n",
	    "[[[6000,6060,60,null]]]\n");
	assert_string_equal(str_get(&ss.asked), "db1/;db1/;");
	str_clear(&ss.asked);
	assert_answer(f,
	    "GET services\nColumns: host_rrddata:m:one:6000:6060:60 "
	    "description\n"
	    "Filter: description = HTTP\nSort: description\n",
	    "6000,6060,60,1;HTTP\n");
	assert_string_equal(str_get(&ss.asked), "web1/;");
	/* A wrong call is a column of nulls, whose title is as asked. */
	assert_answer(f,
	    "GET hosts\nColumns: name rrddata:m:+:6000:6060:60\n"
	    "Filter: name = db1\nOutputFormat: json\nColumnHeaders: on\n",
	    "[[\"name\",\"m\"],\n[\"db1\",null]]\n");
	assert_answer(
	    f, "GET hosts\nColumns: rrddata\nFilter: name = db1\n", "0,0,0\n");
	/* Such a query is never answered at once, on the loop. */
	q = lql_parse(slice_of(one));
	assert_true(lql_reads_metrics(q));
	assert_false(lql_is_cheap(q, f->m));
	lql_free(&q);
	str_free(&text);
	str_free(&ss.asked);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(calls),
	    cmocka_unit_test(steps),
	    cmocka_unit_test(operators),
	    cmocka_unit_test(in_a_query),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
