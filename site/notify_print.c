/* SPDX-License-Identifier: Apache-2.0
 *
 * The notifier's answers as tables for people.
 */
#include "site/notify.h"

#include "common/mem.h"
#include "site/cmd.h"
#include "site/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

static void
add_time(json_t *row, const char *key, double seconds)
{
	time_t at = (time_t)seconds;
	char text[40];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	json_object_set_new(row, key, json_string(text));
}

static json_t *
object_text(const json_t *notice)
{
	const char *service = text_of(notice, "service");

	if (service[0] == '\0')
		return json_string(text_of(notice, "host"));
	return json_sprintf("%s / %s", text_of(notice, "host"), service);
}

void
notify_print_status(const json_t *status)
{
	static const char *const peers[] = {"name", "type", "state", "since",
	    "sent", "received", "pending", "reason"};
	static const char *const counters[] = {"counter", "value"};
	const json_t *spool = json_object_get(status, "spool");
	const json_t *other = json_object_get(status, "peers"), *value;
	json_t *rows = json_array();
	const char *trouble = text_of(spool, "trouble"), *key;
	const json_t *health = json_object_get(status, "health");
	bool well = json_integer_value(json_object_get(health, "state")) == 0;

	printf("%s%s%s\n\n", well ? "" : term_red(), text_of(health, "output"),
	    well ? "" : term_plain());
	if (trouble[0] != '\0')
		printf("%sThe disk refuses: %s%s\n\n", term_red(), trouble,
		    term_plain());
	json_object_foreach((json_t *)spool, key,
	    value) if (json_is_integer(value)) json_array_append_new(rows,
	    json_pack("{s:o, s:O}", "counter", json_sprintf("spool %s", key),
		"value", value));
	json_object_foreach((json_t *)json_object_get(status, "counters"), key,
	    value) json_array_append_new(rows,
	    json_pack("{s:s, s:O}", "counter", key, "value", value));
	term_table(rows, counters, ARRAY_LEN(counters), false);
	if (json_array_size(other) > 0) {
		json_t *list = json_deep_copy(other), *peer;
		size_t i;

		json_array_foreach(list, i, peer) add_time(peer, "since",
		    json_number_value(json_object_get(peer, "since")));
		putchar('\n');
		term_table(list, peers, ARRAY_LEN(peers), false);
		json_decref(list);
	}
	json_decref(rows);
}

/* "waiting", or when and with what it leaves. */
static json_t *
state_json(const json_t *d)
{
	const char *state = text_of(d, "state");
	const json_t *bulk = json_object_get(d, "bulk");
	const json_t *next = json_object_get(d, "next");
	time_t at = (time_t)json_integer_value(next);
	struct str text = {0};
	char when[40];
	struct tm tm;
	json_t *value;

	str_add(&text, state);
	if (json_is_integer(bulk))
		str_addf(
		    &text, " (bulk %lld)", (long long)json_integer_value(bulk));
	if (json_is_integer(next) && strcmp(state, "waiting") == 0) {
		localtime_r(&at, &tm);
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
		str_addf(&text, " until %s", when);
	}
	value = json_string(str_get(&text));
	str_free(&text);
	return value;
}

static void
add_deliveries(json_t *rows, const json_t *notice)
{
	const json_t *list = json_object_get(notice, "deliveries"), *d;
	size_t i;

	json_array_foreach(list, i, d)
	{
		json_t *row = json_pack("{s:s, s:s, s:o, s:O, s:s, s:s}",
		    "contact", text_of(d, "contact"), "method",
		    text_of(d, "method"), "result", state_json(d), "tries",
		    json_object_get(d, "tries"), "rule", text_of(d, "rule"),
		    "text", text_of(d, "text"));

		json_array_append_new(rows, row);
	}
}

/* "central taken": another site has the rules. */
static void
add_forward(struct str *told, const json_t *notice)
{
	const json_t *forward = json_object_get(notice, "forward");
	const char *to = text_of(forward, "to");

	if (json_is_object(forward))
		str_addf(told, "%s%s: %s", told->len > 0 ? ", " : "",
		    to[0] == '\0' ? "another site" : to,
		    text_of(forward, "state"));
}

void
notify_print_list(const json_t *list)
{
	static const char *const columns[] = {
	    "time", "what", "object", "told", "id"};
	json_t *rows = json_array();
	const json_t *n;
	size_t i;

	json_array_foreach(list, i, n)
	{
		const json_t *all = json_object_get(n, "deliveries"), *d;
		json_t *row = json_object();
		struct str told = {0};
		size_t k;

		json_array_foreach(all, k, d) str_addf(&told, "%s%s/%s %s",
		    k > 0 ? ", " : "", text_of(d, "contact"),
		    text_of(d, "method"), text_of(d, "state"));
		add_time(
		    row, "time", json_number_value(json_object_get(n, "time")));
		json_object_set_new(
		    row, "what", json_string(text_of(n, "what")));
		json_object_set_new(row, "object", object_text(n));
		add_forward(&told, n);
		json_object_set_new(row, "told",
		    json_string(told.len == 0 ? "nobody" : str_get(&told)));
		json_object_set_new(row, "id", json_string(text_of(n, "id")));
		json_array_append_new(rows, row);
		str_free(&told);
	}
	if (json_array_size(rows) == 0)
		puts("There are no notifications.");
	else
		term_table(rows, columns, ARRAY_LEN(columns), false);
	json_decref(rows);
}

void
notify_print_one(const json_t *notice)
{
	static const char *const columns[] = {
	    "contact", "method", "result", "tries", "rule", "text"};
	json_t *rows = json_array();
	struct str forward = {0};
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)json_object_get(notice, "context"), key,
	    value) printf("%s=%s\n", key, json_string_value(value));
	putchar('\n');
	add_deliveries(rows, notice);
	add_forward(&forward, notice);
	if (forward.len > 0)
		printf("The rules of another site decide: %s\n\n",
		    str_get(&forward));
	str_free(&forward);
	if (json_array_size(rows) == 0)
		puts("Nobody was told.");
	else
		term_table(rows, columns, ARRAY_LEN(columns), false);
	json_decref(rows);
}

void
notify_print_object(
    const struct notify_object *o, const char *host, const char *service)
{
	const char *slash = service == NULL ? "" : " / ";

	if (o->good)
		printf("%s%s%s is well. If it were %s:\n", host, slash,
		    service == NULL ? "" : service, o->state);
	else
		printf("%s%s%s is %s (%s): %s\n", host, slash,
		    service == NULL ? "" : service, o->state,
		    o->hard ? "hard" : "soft", o->output);
}

/* "Notifications go to central, whose rules decide." */
static void
print_forward(const json_t *one)
{
	const json_t *targets = json_object_get(one, "forward_to");
	size_t n = json_array_size(targets);

	if (n == 0)
		return;
	printf("Notifications go to");
	for (size_t i = 0; i < n; i++)
		printf("%s %s", i > 0 ? " or" : "",
		    json_string_value(json_array_get(targets, i)));
	puts(json_is_true(json_object_get(one, "local"))
		? ", and the rules of this site hold, too."
		: "; the rules there decide. Those of this site would say:");
}

static void
print_held(const json_t *words)
{
	const json_t *word;
	size_t i;

	if (json_array_size(words) == 0)
		return;
	printf("%sHeld back by the core: ", term_yellow());
	json_array_foreach(words, i, word)
	    printf("%s%s", i > 0 ? "; " : "", json_string_value(word));
	printf("%s\n", term_plain());
}

static void
print_explained(const json_t *one)
{
	static const char *const rules[] = {"id", "match", "reason"};
	static const char *const plan[] = {"contact", "method", "rule", "why"};
	static const char *const contacts[] = {"contact", "method", "reason"};
	const json_t *told = json_object_get(one, "plan");
	const json_t *skipped = json_object_get(one, "contacts");
	const json_t *held = json_object_get(one, "suppressed_by");
	json_t *object = object_text(one);

	printf("%s%s %s%s\n", term_bold(), json_string_value(object),
	    text_of(one, "what"), term_plain());
	json_decref(object);
	print_held(held);
	print_forward(one);
	if (json_array_size(json_object_get(one, "rules")) > 0) {
		putchar('\n');
		term_table(json_object_get(one, "rules"), rules,
		    ARRAY_LEN(rules), false);
	}
	putchar('\n');
	if (json_array_size(told) == 0)
		puts("Nobody is told.");
	else
		term_table(told, plan, ARRAY_LEN(plan), false);
	if (json_array_size(skipped) > 0) {
		puts("\nNot told:");
		term_table(skipped, contacts, ARRAY_LEN(contacts), false);
	}
}

void
notify_print_explained(const json_t *list, bool as_json)
{
	const json_t *one;
	size_t i;

	if (as_json) {
		term_json(list);
		return;
	}
	if (json_array_size(list) == 0)
		puts("There are no notifications.");
	json_array_foreach(list, i, one)
	{
		if (i > 0)
			putchar('\n');
		print_explained(one);
	}
}

void
notify_print_sent(const json_t *ids, bool as_json)
{
	const json_t *id;
	size_t i;

	if (as_json) {
		term_json(ids);
		return;
	}
	json_array_foreach(ids, i, id)
	    printf("sent as %s (\"vedette notify show %s\")\n",
		json_string_value(id), json_string_value(id));
}

int
notify_print_outcome(const json_t *notice)
{
	const json_t *list = json_object_get(notice, "deliveries"), *d;
	int failed = 0;
	size_t i;

	if (json_array_size(list) == 0) {
		printf(
		    "nobody is told (\"vedette notify explain\" says why)\n");
		return CMD_FAILED;
	}
	json_array_foreach(list, i, d)
	{
		const char *state =
		    json_string_value(json_object_get(d, "state"));
		bool done = strcmp(state, "done") == 0;

		printf("%s by %s: %s%s%s\n",
		    json_string_value(json_object_get(d, "contact")),
		    json_string_value(json_object_get(d, "method")),
		    done ? "done" : state,
		    json_string_length(json_object_get(d, "text")) > 0 ? ": "
								       : "",
		    json_string_value(json_object_get(d, "text")));
		failed += !done;
	}
	return failed == 0 ? 0 : CMD_FAILED;
}
