/* SPDX-License-Identifier: Apache-2.0
 *
 * What Tab offers while a Livestatus request is typed.
 */
#include "common/mem.h"
#include "site/query_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char hosts[] = "GET hosts\n";

static bool
offers(const struct query_words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i], word) == 0)
			return true;
	return false;
}

static void
test_words(void **state)
{
	static const struct {
		const char *request, *line;
		size_t typed;
		const char *end, *has, *lacks;
	} t[] = {
	    {"", "", 0, " ", "GET", "Filter"},
	    {"", "C", 1, " ", "COMMAND", "GET"},
	    {"", "GET ho", 2, "", "hostsbygroup", "services"},
	    {"", "GET ", 0, "", "eventconsoleevents", "Columns"},
	    {hosts, "", 0, ": ", "WaitTrigger", "GET"},
	    {hosts, "Fi", 2, ": ", "Filter", "Columns"},
	    {hosts, "Columns: name al", 2, " ", "alias", "name"},
	    {hosts, "Columns:al", 2, " ", "alias", "name"},
	    {hosts, "Filter: num_services_h", 14, " ", "num_services_hard_ok",
		"num_services"},
	    {"GET services\nColumns: state\n", "Filter: host_al", 7, " ",
		"host_alias", "host_name"},
	    {hosts, "Stats: av", 2, " ", "avginv", "alias"},
	    {hosts, "Stats: avg lat", 3, " ", "latency", "avg"},
	    {hosts, "OutputFormat: js", 2, " ", "json", "csv"},
	    {hosts, "WaitTrigger: ", 0, " ", "downtime", "name"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct query_words w;

		query_words(slice_of(t[i].request), slice_of(t[i].line), &w);
		if (!offers(&w, t[i].has) || offers(&w, t[i].lacks))
			fail_msg("%s: %zu words", t[i].line, w.n);
		assert_int_equal(w.typed, t[i].typed);
		assert_string_equal(w.end, t[i].end);
		for (size_t k = 0; k < w.n; k++) {
			assert_true(strlen(w.v[k]) >= w.typed);
			if (k > 0)
				assert_true(strcmp(w.v[k - 1], w.v[k]) < 0);
		}
		query_words_free(&w);
	}
}

/* Every text gives words, or none. */
static void
test_nothing_fits(void **state)
{
	static const char *const t[][2] = {
	    {"GET nosuch\n", "Columns: n"},
	    {"COMMAND [1] X\n", "Fi"},
	    {"\n", "Columns: n"},
	    {"GET\n", "Columns: n"},
	    {hosts, "Filter: name = na"},
	    {hosts, "Nonsense: na"},
	    {hosts, ":"},
	    {hosts, "Limit: 1"},
	    {"", "XYZ"},
	    {"", "GET hosts x"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct query_words w;

		query_words(slice_of(t[i][0]), slice_of(t[i][1]), &w);
		if (w.n != 0)
			fail_msg("%s: %s", t[i][1], w.v[0]);
		assert_int_equal(query_words_common(&w), 0);
		query_words_free(&w);
	}
}

static void
test_common(void **state)
{
	struct query_words w;

	(void)state;
	query_words(slice_of(hosts), slice_of("Filter: num_services_ha"), &w);
	assert_true(w.n > 1);
	assert_int_equal(query_words_common(&w), strlen("num_services_ha"));
	query_words_free(&w);
	query_words(slice_of(hosts), slice_of("Filter: num_"), &w);
	assert_int_equal(query_words_common(&w), strlen("num_services"));
	query_words_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_nothing_fits),
	    cmocka_unit_test(test_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
