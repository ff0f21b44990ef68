/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks the status port, prints lines for people or objects; see
 * event_search.h.
 */
#include "site/event_search.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "site/ask.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT   100
#define WAIT_MS 40000 /* a query takes 30 s at most */

static const char columns[] =
    "history_time history_what history_who event_id event_host "
    "event_application event_state event_text";

static void
add_word(struct str *to, const char *word)
{
	str_add(to, "Filter: event_text ~~ ");
	for (; *word != '\0'; word++) {
		if (strchr(".?*+^$|[](){}\\", *word) != NULL)
			str_addc(to, '\\');
		str_addc(to, *word == '\n' ? ' ' : *word);
	}
	str_addc(to, '\n');
}

void
event_search_request(struct str *to, char **words, int n, const char *host,
    int64_t since, int64_t limit)
{
	str_addf(to, "GET history\nColumns: %s\nOutputFormat: json\n", columns);
	for (int i = 0; i < n; i++)
		add_word(to, words[i]);
	if (host != NULL)
		str_addf(to, "Filter: event_host = %s\n", host);
	if (since > 0)
		str_addf(to, "Filter: history_time >= %" PRId64 "\n", since);
	str_addf(to, "Limit: %" PRId64 "\n\n", limit);
}

static void
print_line(const json_t *row)
{
	static const char *const states[] = {"OK", "WARN", "CRIT", "UNKNOWN"};
	time_t at = (time_t)json_number_value(json_array_get(row, 0));
	const char *who = json_string_value(json_array_get(row, 2));
	char when[32];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s  %-12s %8" JSON_INTEGER_FORMAT "  %-7s %s %s%s%s", when,
	    json_string_value(json_array_get(row, 1)),
	    json_integer_value(json_array_get(row, 3)),
	    states[json_integer_value(json_array_get(row, 6)) & 3],
	    json_string_value(json_array_get(row, 4)),
	    json_string_value(json_array_get(row, 5)),
	    json_string_length(json_array_get(row, 5)) > 0 ? ": " : "",
	    json_string_value(json_array_get(row, 7)));
	if (who != NULL && who[0] != '\0')
		printf("  (%s)", who);
	putchar('\n');
}

static void
print_object(const json_t *names, const json_t *row)
{
	json_t *object = json_object();
	char *text;

	for (size_t i = 0; i < json_array_size(names); i++)
		json_object_set(object,
		    json_string_value(json_array_get(names, i)),
		    json_array_get(row, i));
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

static int
print_answer(struct slice answer, bool as_json)
{
	json_t *rows = json_loadb(answer.s, answer.len, 0, NULL);

	if (rows == NULL) {
		if (slice_starts(answer, "ERROR: "))
			answer = (struct slice){answer.s + 7, answer.len - 7};
		answer = slice_trim(answer);
		return cmd_fail(
		    "event search", "%.*s", (int)answer.len, answer.s);
	}
	for (size_t i = 1; i < json_array_size(rows); i++) {
		if (as_json)
			print_object(
			    json_array_get(rows, 0), json_array_get(rows, i));
		else
			print_line(json_array_get(rows, i));
	}
	json_decref(rows);
	return 0;
}

int
event_search(const struct cmd_call *call)
{
	const char *since = cmd_value(call, "since");
	const char *limit = cmd_value(call, "limit");
	int64_t ms = 0, n = LIMIT, from = 0;
	struct str request = {0}, answer = {0};
	struct err err;
	char *path;
	int rc;

	if (call->site == NULL)
		return cmd_fail("event search", "which site? (say -s SITE)");
	if (since != NULL && !num_duration_ms(slice_of(since), &ms))
		return cmd_fail("event search",
		    "--since %s: a duration like 12h or 30d is expected",
		    since);
	if (limit != NULL && !num_range(slice_of(limit), 1, 10000000, &n))
		return cmd_fail(
		    "event search", "--limit %s: a number is expected", limit);
	if (since != NULL)
		from = clock_wall() / NS_PER_S - ms / 1000;
	event_search_request(&request, call->argv + 1, call->argc - 1,
	    cmd_value(call, "host"), from, n);
	path = xasprintf("%s/tmp/run/eventd/status", call->site->root);
	rc = ask_socket(path, str_get(&request), WAIT_MS, &answer, &err);
	free(path);
	rc = rc != 0 ? cmd_fail("event search", "%s", err.text)
		     : print_answer(str_slice(&answer), cmd_flag(call, "json"));
	str_free(&request);
	str_free(&answer);
	return rc;
}
