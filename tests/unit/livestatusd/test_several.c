/* SPDX-License-Identifier: Apache-2.0
 *
 * One query for several sites. The oracle: the fixture's objects are dealt out
 * to three sites by a condition that is slipped into what each of them is
 * asked; the merged answer must be, byte for byte, that of one site that has
 * all of them.
 */
#include "livestatusd/lql/several.h"
#include "tests/unit/livestatusd/fixture.h"

static const char *const sites[] = {"db1", "router", "web1"};

/* Behind the first line. */
static void
slip_in(struct str *request, const char *condition)
{
	const char *lf = strchr(str_get(request), '\n');
	struct str with = {0};

	str_addn(&with, request->s, (size_t)(lf - request->s) + 1);
	str_addf(&with, "%s\n", condition);
	str_add(&with, lf + 1);
	str_free(request);
	*request = with;
}

/* A site's answer without its header; false: it is a failure. */
static bool
ask_site(struct fixture *f, struct lql_several *s, const char *site,
    const char *condition, struct str *body)
{
	struct lql_asked to = {.site = site, .vedette = true};
	struct lql_env env = f->env;
	struct str request = {0}, answer = {0};
	bool ok;

	lql_several_ask(s, &to, &request);
	if (condition != NULL)
		slip_in(&request, condition);
	env.site = site;
	lql_run(f->m, &env, str_slice(&request), &answer);
	ok = strncmp(str_get(&answer), "200 ", 4) == 0;
	if (!ok)
		print_message("%s\n-> %s\n", request.s, answer.s);
	str_addn(body, answer.s + 16, answer.len - 16);
	str_free(&answer);
	str_free(&request);
	return ok;
}

/* The answer of all sites, in f->out. `by`: the column that deals out. */
static const char *
ask_all(struct fixture *f, const char *query, const char *by)
{
	struct lql_query *q = lql_parse(slice_of(query));
	struct lql_several *s = lql_several_new(q);

	for (size_t i = 0; i < ARRAY_LEN(sites) && !lql_several_is_wrong(s);
	     i++) {
		struct str body = {0}, condition = {0};

		str_addf(&condition, "Filter: %s = %s", by, sites[i]);
		assert_true(ask_site(f, s, sites[i],
		    by[0] == '\0' ? NULL : str_get(&condition), &body));
		lql_several_take(s, sites[i], &body);
		str_free(&condition);
	}
	str_clear(&f->out);
	lql_several_write(s, &f->out);
	lql_several_free(&s);
	lql_free(&q);
	return str_get(&f->out);
}

static void
same(struct fixture *f, const char *query, const char *by)
{
	struct str one = {0};

	lql_run(f->m, &f->env, slice_of(query), &one);
	if (strcmp(ask_all(f, query, by), str_get(&one)) != 0)
		fail_msg("%s\none site:\n%s\nseveral:\n%s", query,
		    str_get(&one), str_get(&f->out));
	str_free(&one);
}

static const char *const services[] = {
    "Columns: host_name description state\n",
    "Columns: description description state nope\nColumnHeaders: on\n",
    "Columns: description\nSort: state desc\nSort: description asc\n",
    "Columns: description\nSort: last_state_change desc\n",
    "Columns: description\nOrderBy: performance_data.fs_used desc\n",
    "Columns: description\nLimit: 3\n",
    "Columns: description\nLimit: 3\nOffset: 2\n",
    "Columns: description\nSort: state desc\nLimit: 2\nOffset: 1\n",
    "Columns: description\nLimit: 0\n",
    "Columns: description\nOffset: 50\n",
    "Columns: description\nFilter: state = 2\nFilter: state = 1\nOr: 2\n",
    "Columns: description\nFilter: state = 2\nNegate:\n",
    "Columns: description labels host_labels comments_with_info "
    "downtimes_with_info perf_data performance_data plugin_output "
    "long_plugin_output check_interval last_check groups\n",
    "Columns: description last_check\nLocaltime: 1700007200\n",
    "Columns: host_name description\nAuthUser: ann\n",
    "Columns: host_name description\nAuthUser: nobody\n",
    "Stats: state = 0\nStats: state > 0\nStats: description ~ Disk\n",
    "Stats: state = 0\nStats: state = 2\nStatsOr: 2\nStats: state = 0\n"
    "StatsNegate:\n",
    "Stats: sum state\nStats: min state\nStats: max state\nStats: avg "
    "state\nStats: std state\nStats: suminv state\nStats: avginv state\n",
    "Stats: sum execution_time\nStats: min execution_time\nStats: max "
    "execution_time\nStats: avg execution_time\nStats: std check_interval\n"
    "Stats: suminv check_interval\nStats: avginv check_interval\n",
    "Stats: max last_check\nStats: min last_check\nStats: sum last_check\n",
    "Stats: sum perf_data\nStats: min perf_data\nStats: max perf_data\n"
    "Stats: avg perf_data\nStats: std perf_data\nStats: suminv perf_data\n"
    "Stats: avginv perf_data\n",
    "Stats: sum description\nStats: avg description\n",
    "Stats: avg state\nFilter: state = 77\n",
    "Columns: state\nStats: state >= 0\nStats: avg execution_time\n",
    "Columns: description\nStats: max state\nStats: min state\n",
    "Columns: description state\nStats: state >= 0\nSort: state desc\n",
    "Columns: description\nStats: state >= 0\nLimit: 2\nOffset: 1\n",
    "StatsGroupBy: description\nStats: state >= 0\nColumnHeaders: on\n",
    "Columns: groups\nStats: state >= 0\n",
    "Columns: description\nStats: state >= 0\nFilter: state = 77\n",
    "Filter: description = CPU\n",
    "Filter: bogus = 1\n",
    "Nonsense: 1\n",
};

static const char *const formats[] = {"", "OutputFormat: json\n",
    "OutputFormat: wrapped_json\n",
    "OutputFormat: wrapped_json\nColumnHeaders: on\n",
    "OutputFormat: python3\n", "OutputFormat: CSV\n", "Separators: 10 1 2 3\n",
    "OutputFormat: json\nResponseHeader: fixed16\n"};

static void
test_services(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		for (size_t k = 0; k < ARRAY_LEN(formats); k++) {
			struct str q = {0};

			/* All columns: `site` differs. */
			if (strcmp(services[i],
				"Filter: description = CPU\n") == 0)
				continue;
			str_addf(
			    &q, "GET services\n%s%s", services[i], formats[k]);
			same(*state, str_get(&q), "host_name");
			str_free(&q);
		}
	}
}

static void
test_other_tables(void **state)
{
	static const struct {
		const char *query, *by;
	} t[] = {
	    {"GET hosts\nColumns: name state num_services services_with_state "
	     "alias address custom_variables\nOutputFormat: json\n",
		"name"},
	    {"GET hosts\nStats: state = 0\nStats: avg num_services\n", "name"},
	    {"GET hosts\nColumns: state\nStats: sum num_services\n", "name"},
	    {"GET hostsbygroup\nColumns: hostgroup_name name\n", "host_name"},
	    {"GET servicesbyhostgroup\nColumns: hostgroup_name host_name "
	     "description\n",
		"host_name"},
	    {"GET servicesbygroup\nColumns: servicegroup_name host_name "
	     "description\n",
		"host_name"},
	    {"GET downtimes\nColumns: id host_name author comment\n",
		"host_name"},
	    {"GET comments\nColumns: id comment\nOutputFormat: json\n",
		"host_name"},
	    {"GET log\nColumns: time lineno type message host_name\nFilter: "
	     "host_name != gone\nFilter: host_name != \nLimit: 2\n",
		"host_name"},
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		same(*state, t[i].query, t[i].by);
}

static void
test_name_of_the_site(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
	    ask_all(f, "GET hosts\nColumns: site name\n", "name"),
	    "db1;db1\nrouter;router\nweb1;web1\n");
	assert_string_equal(
	    ask_all(f, "GET hosts\nColumns: peer_key\n", "name"),
	    "db1\nrouter\nweb1\n");
	assert_string_equal(ask_all(f,
				"GET hosts\nColumns: name\nFilter: site = db1\n"
				"Filter: site ~ ^web\nOr: 2\n",
				"name"),
	    "db1\nweb1\n");
	assert_string_equal(
	    ask_all(f, "GET hosts\nColumns: name\nFilter: site != db1\n", ""),
	    "db1\ndb1\nrouter\nrouter\nweb1\nweb1\n");
	assert_string_equal(ask_all(f,
				"GET services\nColumns: site\n"
				"Stats: state = 0\nStats: site = web1\n",
				"host_name"),
	    "db1;1;0\nweb1;2;4\n");
	assert_string_equal(ask_all(f,
				"GET hosts\nColumns: name site\n"
				"Sort: site desc\nSort: name\nLimit: 2\n",
				"name"),
	    "web1;web1\nrouter;router\n");
	assert_string_equal(
	    ask_all(f, "GET status\nColumns: site num_hosts\n", ""),
	    "db1;3\nrouter;3\nweb1;3\n");
	/* One site alone has the column too. */
	f->env.site = "here";
	assert_answer(
	    f, "GET hosts\nColumns: site name\nLimit: 1\n", "here;db1\n");
	assert_answer(
	    f, "GET services\nColumns: site\nStats: state = 0\n", "here;3\n");
	assert_answer(
	    f, "GET hosts\nColumns: name\nFilter: site = there\n", "");
	f->env.site = NULL;
}

/* Each site says all of its labels; a pair is there once. */
static void
test_labels(void **state)
{
	struct str one = {0};

	lql_run(((struct fixture *)*state)->m, &((struct fixture *)*state)->env,
	    SLICE("GET labels\nColumns: name value\n"), &one);
	assert_true(one.len > 0);
	assert_string_equal(
	    ask_all(*state, "GET labels\nColumns: name value\n", ""),
	    str_get(&one));
	str_free(&one);
}

static void
some_fail(
    struct fixture *f, const char *query, const char *body, const char *answer)
{
	struct lql_query *q = lql_parse(slice_of(query));
	struct lql_several *s = lql_several_new(q);
	struct str take = {0};

	if (body != NULL) {
		str_add(&take, body);
		lql_several_take(s, "a", &take);
	}
	lql_several_fail(s, "b", LQL_NO_BACKEND, "no \"answer\"\n");
	lql_several_fail(s, "c", LQL_BAD, "what?\n");
	str_clear(&f->out);
	lql_several_write(s, &f->out);
	assert_string_equal(str_get(&f->out), answer);
	lql_several_free(&s);
	lql_free(&q);
}

static void
test_failures(void **state)
{
	struct fixture *f = *state;
	static const char *const wrong[] = {"", "[", "x", "[[]", "[[1],]",
	    "[[1]] x", "[[1][2]]", "[[\"a]]", "[[nul]]", "[[1e999]]",
	    "[[\"\\x\"]]", "[[\"\\u12\"]]", "[[[[[[[1]]]]]]]", "{}",
	    "{\"data\":1}", "[[{\"a\"}]]", "[[-]]", "[1]"};

	some_fail(f, "GET hosts\nColumns: name\n", "[[\"x\"]]\n", "x\n");
	some_fail(f, "GET hosts\nColumns: name\nOutputFormat: wrapped_json\n",
	    "{\"columns\":[\"a\",\"b\"],\"data\":[[\"x\"]],\"total_count\":5}",
	    "{\"data\":[[\"x\"]],\"failed\":{\"b\":\"no "
	    "\\u0022answer\\u0022\\u000a\",\"c\":\"what?\\u000a\"},"
	    "\"total_count\":5}\n");
	some_fail(
	    f, "GET hosts\nColumns: name\n", NULL, "site b: no \"answer\"\n");
	some_fail(f, "GET hosts\nResponseHeader: fixed16\n", NULL,
	    "502          20\nsite b: no \"answer\"\n");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		some_fail(f, "GET hosts\nColumns: name\n", wrong[i],
		    "site b: no \"answer\"\n");
	/* Other programs' answers: texts of any kind, fewer and more fields. */
	some_fail(f,
	    "GET hosts\nColumns: name state labels groups\n"
	    "OutputFormat: json\n",
	    " [ [\"\xc3\xa4\\ud83d\\ude00\\ud83d\xff\\/\\n\", true, {\"k\" : "
	    "\"v\"}, [\"g\",[1,2.5,null]], 7],\n [\"b\", 1.50] ] \n",
	    "[[\"b\",1.5,null,null],\n[\"\\u00e4\\ud83d\\ude00\\ufffd"
	    "\\ufffd/\\u000a\",1,{\"k\":\"v\"},[\"g\",[1,2.5,null]]]]\n");
}

static void
test_request(void **state)
{
	struct lql_query *q = lql_parse(
	    SLICE("GET hosts\nColumns: alias\nFilter: site = a\n"
		  "WaitCondition: site = b\nWaitObject: x\nAuthUser: ann\n"
		  "Sort: state\nLimit: 5\nOffset: 2\nOnlySites: a b\n"
		  "Localtime: 5\nOutputFormat: csv\nKeepAlive: off\n"));
	struct lql_several *s = lql_several_new(q);
	struct lql_asked to = {.site = "a", .vedette = true, .wait = true};
	struct str text = {0};

	(void)state;
	assert_true(slice_eqs(lql_only_sites(q), "a b"));
	assert_true(lql_waits(q));
	lql_several_ask(s, &to, &text);
	assert_string_equal(str_get(&text),
	    "GET hosts\nAnd: 0\nWaitConditionOr: 0\nWaitObject: x\n"
	    "AuthUser: ann\nSort: state\nLocaltime: 5\n"
	    "Columns: alias state name\nLimit: 7\nOnlySites: .\n"
	    "OutputFormat: json\nColumnHeaders: off\nKeepAlive: on\n"
	    "ResponseHeader: fixed16\n\n");
	str_clear(&text);
	to = (struct lql_asked){.site = "c"};
	lql_several_ask(s, &to, &text);
	assert_string_equal(str_get(&text),
	    "GET hosts\nOr: 0\nAuthUser: ann\nSort: state\nLocaltime: 5\n"
	    "Columns: alias state name\nLimit: 7\n"
	    "OutputFormat: json\nColumnHeaders: off\nKeepAlive: on\n"
	    "ResponseHeader: fixed16\n\n");
	str_free(&text);
	lql_several_free(&s);
	lql_free(&q);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_services),
	    T(test_other_tables),
	    T(test_name_of_the_site),
	    T(test_labels),
	    T(test_failures),
	    T(test_request),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
