/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: data that one host sends for another: names, what is stored, how
 * long it counts, and its evaluation; lines of local checks that are broken.
 */
#include "tests/unit/fetcher/check_table.h"

#include "fetcher/sections/parsed.h"
#include "fetcher/sections/piggyback.h"

static void
test_names(void **state)
{
	struct str out = {0};
	(void)state;
	assert_true(piggyback_name(SLICE(" vm 1/a.example.com "), &out));
	assert_string_equal(str_get(&out), "vm_1_a.example.com");
	str_clear(&out);
	assert_false(piggyback_name(SLICE("  "), &out));
	str_free(&out);
}

static void
test_store(void **state)
{
	struct str out = {0};
	(void)state;
	piggyback_store(SLICE("<<<uptime>>>\n12 13\n<<<df:sep(9)>>>\r\n"
			      "<<<job:cached(1,2)>>>\n<<<x:persist(3)>>>\n"
			      "<<<>>>\n<<<y"),
	    1000, 60, &out);
	assert_string_equal(str_get(&out),
	    "<<<uptime:cached(1000,90)>>>\n12 13\n"
	    "<<<df:sep(9):cached(1000,90)>>>\n<<<job:cached(1,2)>>>\n"
	    "<<<x:persist(3)>>>\n<<<>>>\n<<<y\n");
	str_free(&out);
}

static void
test_times(void **state)
{
	const struct piggyback_rules rules = {
	    .max_age = 3600, .validity = 120, .validity_state = 1};
	static const struct {
		int64_t stored, source, now;
		bool used;
		uint32_t state;
		const char *text;
	} cases[] = {
	    {1000, 1000, 1060, true, 0,
		"Successfully processed from source 'esx1'"},
	    {1000, 1060, 1060, true, 1,
		"Piggyback data from source 'esx1' not updated (still valid "
		"for 60 s)"},
	    {1000, 0, 1121, false, 0,
		"Piggyback data from source 'esx1' not updated, not used"},
	    {1000, 1000, 4601, false, 0,
		"Piggyback data from source 'esx1' is outdated: 3601 s old, at "
		"most 3600 s"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct piggyback_kept kept = {
		    SLICE("esx1"), cases[i].stored, cases[i].source};
		struct str text = {0};
		uint32_t got;
		assert_int_equal(
		    piggyback_judge(&kept, &rules, cases[i].now, &got, &text),
		    cases[i].used);
		assert_int_equal(got, cases[i].state);
		assert_string_equal(str_get(&text), cases[i].text);
		str_free(&text);
	}
}

/* Own output, `source` from another host; two results or one. */
static void
evaluate(struct evaluate_input *in, struct slice source, struct str *results,
    struct msg_job_result *own, struct msg_job_result *uptime)
{
	struct str items = {0};
	struct msg_job_item i = {.check = SLICE("uptime")};
	msg_job_item_put(&items, &i);
	struct msg_job job = {.host = SLICE("vm1"), .items = str_slice(&items)};
	const struct evaluate_source s = {source, 0, SLICE("from esx1")};
	in->job = &job;
	in->now_us = 1060 * 1000000LL;
	in->sources = &s;
	in->n_sources = 1;
	evaluate_agent(in, results);
	struct slice list = str_slice(results);
	assert_true(msg_job_result_next(&list, own));
	assert_true(msg_job_result_next(&list, uptime));
	str_free(&items);
}

static void
test_evaluate(void **state)
{
	struct str results = {0};
	struct msg_job_result own, uptime;
	(void)state;
	/* The agent is away: others' data still counts. */
	struct evaluate_input away = {.failure = "No route to host"};
	evaluate(&away, SLICE("<<<uptime:cached(1000,90)>>>\n60 0\n"), &results,
	    &own, &uptime);
	assert_int_equal(own.state, 2);
	row_same("own", own.output,
	    "[piggyback] from esx1, [agent] No route to host(!!), execution "
	    "time 0.00 sec");
	assert_int_equal(uptime.state, 0);
	assert_int_equal(uptime.cached_at, 1000);
	assert_int_equal(uptime.cache_interval, 90);
	str_clear(&results);
	struct evaluate_input none = {.no_agent = true};
	evaluate(&none, SLICE("<<<uptime>>>\n60 0\n"), &results, &own, &uptime);
	assert_int_equal(own.state, 0);
	row_same("own", own.output,
	    "[piggyback] from esx1, execution time 0.00 sec");
	str_free(&results);
}

static void
test_discover(void **state)
{
	struct discovery d = {0};
	const struct slice piggyback = SLICE("<<<uptime>>>\n60 0\n");
	struct discovery_input in = {
	    .host = SLICE("vm1"), .piggyback = &piggyback, .n_piggyback = 1};
	(void)state;
	assert_true(discover_host(&in, &d));
	assert_int_equal(d.n, 1);
	assert_string_equal(d.services[0].check->name, "uptime");
	discovery_free(&d);
}

static void
test_bad_local_lines(void **state)
{
	static const char output[] =
	    "<<<local:sep(0)>>>\nhello\n0 Good - fine\n1 x\n";
	struct msg_job job = {.host = SLICE("h")};
	struct evaluate_input in = {.job = &job, .output = SLICE(output)};
	struct str results = {0};
	struct msg_job_result own;
	(void)state;
	evaluate_agent(&in, &results);
	struct slice list = str_slice(&results);
	assert_true(msg_job_result_next(&list, &own));
	row_same("details", own.long_output,
	    "2 lines of local checks not understood, the first is: hello");
	str_free(&results);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_store),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_evaluate),
	    cmocka_unit_test(test_discover),
	    cmocka_unit_test(test_bad_local_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
