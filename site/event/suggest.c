/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event suggest: rules for the messages that no rule fits.
 */
#include "common/mem.h"
#include "common/num.h"
#include "eventd/parse/syslog.h"
#include "site/event/event.h"
#include "site/event/status.h"
#include "site/term.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_DEFAULT 4
#define LEAST_DEFAULT 3

static const char question[] =
    "GET patterns\nColumns: pattern_application pattern_text pattern_regex "
    "pattern_hours pattern_sample pattern_hosts pattern_min_priority "
    "pattern_max_priority\nOutputFormat: json\n\n";

static const char *
text_of(const json_t *row, const char *key)
{
	const char *s = json_string_value(json_object_get(row, key));

	return s == NULL ? "" : s;
}

static int
number_of(const json_t *row, const char *key)
{
	return (int)json_integer_value(json_object_get(row, key));
}

static int64_t
recent(const json_t *row, int64_t hours)
{
	const json_t *list = json_object_get(row, "pattern_hours");
	int64_t sum = 0, n;

	for (size_t i = 0; i < json_array_size(list) && (int64_t)i < hours;
	     i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL && num_range(slice_of(s), 0, INT64_MAX / 32, &n))
			sum += n;
	}
	return sum;
}

/* --- one rule -------------------------------------------------------------
 */

/* "ifd_port_lost_carrier", made unique by a number. */
static char *
id_of(const json_t *row, size_t number)
{
	const char *parts[] = {
	    text_of(row, "pattern_application"), text_of(row, "pattern_text")};
	struct str id = {0};

	for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
		bool gap = id.len > 0;

		for (const char *c = parts[p]; *c != '\0' && id.len < 40; c++) {
			if (!isascii((unsigned char)*c) ||
			    !isalnum((unsigned char)*c)) {
				gap = id.len > 0;
				continue;
			}
			if (gap)
				str_addc(&id, '_');
			gap = false;
			str_addc(&id, (char)tolower((unsigned char)*c));
		}
	}
	str_addf(&id, "%s%zu", id.len > 0 ? "_" : "pattern_", number);
	return str_steal(&id);
}

/* For a plain scalar of a pattern: the application as it is. */
static char *
exactly(const char *text)
{
	struct str out = {0};

	str_addc(&out, '^');
	for (; *text != '\0'; text++) {
		if (strchr(".?*+^$|[](){}\\", *text) != NULL)
			str_addc(&out, '\\');
		str_addc(&out, *text);
	}
	str_addc(&out, '$');
	return str_steal(&out);
}

static json_t *
rule_of(const json_t *row, size_t number, int64_t count, int64_t hours)
{
	int from = number_of(row, "pattern_min_priority");
	int to = number_of(row, "pattern_max_priority");
	const char *application = text_of(row, "pattern_application");
	char *id = id_of(row, number), *app = exactly(application);
	char *about = xasprintf("%lld messages in %lld h, e.g. %s",
	    (long long)count, (long long)hours, text_of(row, "pattern_sample"));
	json_t *when = json_object(), *rule = json_object();

	json_object_set_new(rule, "id", json_string(id));
	json_object_set_new(rule, "description", json_string(about));
	if (application[0] != '\0')
		json_object_set_new(when, "application", json_string(app));
	json_object_set_new(
	    when, "text", json_string(text_of(row, "pattern_regex")));
	json_object_set_new(when, "priority",
	    json_pack("[s, s]", priority_name((uint8_t)from),
		priority_name((uint8_t)to)));
	json_object_set_new(rule, "when", when);
	/* Nothing worse than a notice: noise, unless somebody knows better. */
	if (from >= PRIORITY_NOTICE) {
		json_object_set_new(rule, "outcome", json_string("drop"));
	} else {
		json_object_set_new(rule, "state", json_string("syslog"));
		json_object_set_new(
		    rule, "count", json_pack("{s:i}", "count", 1));
	}
	free(about);
	free(app);
	free(id);
	return rule;
}

/* --- as YAML --------------------------------------------------------------
 */

/* A JSON string is a scalar of YAML, too. */
static void
print_scalar(const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	fputs(text, stdout);
	free(text);
}

static void
print_rule(const json_t *rule, const json_t *row, int64_t count, bool explain)
{
	const char *key;
	json_t *value;
	bool first = true;

	if (explain) {
		char *hosts =
		    json_dumps(json_object_get(row, "pattern_hosts"), 0);

		printf("      # pattern:  %s\n      # hosts:    %s\n"
		       "      # messages: %lld\n      # the last: %s\n",
		    text_of(row, "pattern_text"), hosts, (long long)count,
		    text_of(row, "pattern_sample"));
		free(hosts);
	}
	json_object_foreach((json_t *)rule, key, value)
	{
		printf("%s%s: ", first ? "      - " : "        ", key);
		first = false;
		if (!json_is_object(value)) {
			print_scalar(value);
		} else {
			char *flow = json_dumps(value, 0);

			fputs(flow, stdout);
			free(flow);
		}
		putchar('\n');
	}
}

struct proposal {
	json_t *row;
	int64_t count;
};

static int
by_count(const void *a, const void *b)
{
	const struct proposal *x = a, *y = b;

	return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static void
print_all(const struct cmd_call *call, const struct proposal *v, size_t n,
    int64_t hours)
{
	json_t *list = json_array();
	bool json = cmd_flag(call, "json");

	if (!json && n > 0)
		puts("event_rules:\n  - pack: suggested\n    rules:");
	for (size_t i = 0; i < n; i++) {
		json_t *rule = rule_of(v[i].row, i + 1, v[i].count, hours);

		if (!json) {
			print_rule(rule, v[i].row, v[i].count,
			    cmd_flag(call, "explain"));
			json_decref(rule);
			continue;
		}
		json_object_set_new(
		    v[i].row, "count", json_integer(v[i].count));
		json_object_set_new(v[i].row, "rule", rule);
		json_array_append(list, v[i].row);
	}
	if (json)
		term_json(list);
	json_decref(list);
}

static bool
number(const struct cmd_call *call, const char *key, int64_t max, int64_t *n)
{
	const char *value = cmd_value(call, key);

	return value == NULL || num_range(slice_of(value), 1, max, n);
}

int
event_suggest(const struct cmd_call *call, int argc, char **argv)
{
	int64_t hours = HOURS_DEFAULT, least = LEAST_DEFAULT;
	struct proposal *v;
	struct err err = {""};
	json_t *rows;
	size_t n = 0;

	(void)argv;
	if (argc != 0 || !number(call, "hours", 24, &hours) ||
	    !number(call, "least", 1000000000, &least))
		return cmd_fail("event suggest",
		    "it takes --hours 1 to 24 and --least N alone");
	rows = event_rows(call, question, &err);
	if (rows == NULL)
		return cmd_fail("event suggest", "%s", err.text);
	v = xcalloc(json_array_size(rows) + 1, sizeof(*v));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		int64_t count = recent(row, hours);

		if (count >= least)
			v[n++] = (struct proposal){row, count};
	}
	qsort(v, n, sizeof(*v), by_count);
	print_all(call, v, n, hours);
	if (n == 0 && !cmd_flag(call, "json"))
		fprintf(stderr,
		    "vedette: event suggest: in the last %lld h nothing came "
		    "%lld times that no rule fits\n",
		    (long long)hours, (long long)least);
	free(v);
	json_decref(rows);
	return 0;
}
