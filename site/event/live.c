/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event list, show, ack, archive: by the status socket of a running
 * event console.
 */
#include "common/mem.h"
#include "common/num.h"
#include "site/ask.h"
#include "site/audit.h"
#include "site/event/event.h"
#include "site/event/status.h"
#include "site/term.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMEOUT_MS 20000

static int
ask(const struct cmd_call *call, const char *question, struct str *answer,
    struct err *err_r)
{
	char *socket;
	int rc;

	if (call->site == NULL) {
		err_set(err_r, "whose? (say -s SITE)");
		return -1;
	}
	socket = xasprintf("%s/tmp/run/eventd/status", call->site->root);
	rc = ask_socket(socket, question, TIMEOUT_MS, answer, err_r);
	free(socket);
	if (rc == 0 && slice_starts(str_slice(answer), "ERROR: ")) {
		struct slice why =
		    slice_trim((struct slice){answer->s + 7, answer->len - 7});

		err_set(err_r, "%.*s", (int)why.len, why.s);
		return -1;
	}
	return rc;
}

/* Rows as objects; the keys are columns without their prefix event_. */
static json_t *
rows_of(const struct str *answer)
{
	json_t *table = json_loadb(
	    answer->s == NULL ? "" : answer->s, answer->len, 0, NULL);
	json_t *rows = json_array(), *names = json_array_get(table, 0);

	for (size_t i = 1; i < json_array_size(table); i++) {
		json_t *row = json_object();

		for (size_t c = 0; c < json_array_size(names); c++) {
			const char *name =
			    json_string_value(json_array_get(names, c));

			if (strncmp(name, "event_", 6) == 0)
				name += 6;
			json_object_set(row, name,
			    json_array_get(json_array_get(table, i), c));
		}
		json_array_append_new(rows, row);
	}
	json_decref(table);
	return rows;
}

json_t *
event_rows(const struct cmd_call *call, const char *question, struct err *err_r)
{
	struct str answer = {0};
	json_t *rows = NULL;

	if (ask(call, question, &answer, err_r) == 0)
		rows = rows_of(&answer);
	str_free(&answer);
	return rows;
}

static void
name_states(json_t *rows)
{
	static const char *const names[] = {"OK", "WARN", "CRIT", "UNKNOWN"};
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_int_t state =
		    json_integer_value(json_object_get(row, "state"));

		if (state >= 0 && state < 4)
			json_object_set_new(
			    row, "state", json_string(names[state]));
	}
}

int
event_list(const struct cmd_call *call, int argc, char **argv)
{
	static const char *const columns[] = {"id", "state", "phase", "host",
	    "application", "count", "rule_id", "text"};
	const char *host = cmd_value(call, "host");
	struct str question = {0};
	struct err err = {""};
	json_t *rows;

	(void)argv;
	if (argc != 0)
		return cmd_fail("event list", "it takes no arguments");
	if (host != NULL && strchr(host, '\n') != NULL)
		return cmd_fail("event list", "no host has such a name");
	str_add(&question,
	    "GET events\nColumns: event_id event_state event_phase event_host "
	    "event_application event_count event_rule_id event_text\n"
	    "Filter: event_phase in open ack\nOutputFormat: json\n");
	if (host != NULL)
		str_addf(&question, "Filter: event_host =~ %s\n", host);
	str_addc(&question, '\n');
	rows = event_rows(call, str_get(&question), &err);
	str_free(&question);
	if (rows == NULL)
		return cmd_fail("event list", "%s", err.text);
	if (!cmd_flag(call, "json"))
		name_states(rows);
	term_table(rows, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	json_decref(rows);
	return 0;
}

static void
print_fields(const json_t *row)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)row, key, value)
	{
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		if (json_is_string(value))
			printf("%-32s %s\n", key, json_string_value(value));
		else
			printf("%-32s %s\n", key, text);
		free(text);
	}
}

/* As people read them: times of the machine's zone, the state's name. */
static void
for_people(json_t *rows)
{
	static const char *const times[] = {"first", "last", "history_time"};
	json_t *row;
	size_t i;

	name_states(rows);
	json_array_foreach(rows, i, row)
	{
		for (size_t k = 0; k < ARRAY_LEN(times); k++) {
			const json_t *value = json_object_get(row, times[k]);
			time_t at = (time_t)json_number_value(value);
			char text[32];
			struct tm tm;

			if (value == NULL)
				continue;
			localtime_r(&at, &tm);
			strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
			json_object_set_new(row, times[k], json_string(text));
		}
	}
}

/* The fields of the event; as it was at its end if it is archived. */
static void
print_event(const struct cmd_call *call, json_t *event, uint64_t id)
{
	struct str question = {0};
	json_t *last = NULL;
	struct err err;

	if (json_array_size(event) == 0) {
		puts("It is archived; at its end it was:");
		str_addf(&question,
		    "GET history\nFilter: event_id = %llu\nLimit: 1\n"
		    "OutputFormat: json\n\n",
		    (unsigned long long)id);
		event = last = event_rows(call, str_get(&question), &err);
		str_free(&question);
	}
	for_people(event);
	print_fields(json_array_get(event, 0));
	json_decref(last);
}

int
event_show(const struct cmd_call *call, int argc, char **argv)
{
	static const char *const columns[] = {
	    "history_time", "history_what", "history_who", "history_addinfo"};
	struct str question = {0};
	struct err err = {""};
	json_t *event, *history = NULL;
	uint64_t id;

	if (argc != 1 || !num_u64(slice_of(argv[0]), &id))
		return cmd_fail(
		    "event show", "the ID of one event is expected");
	str_addf(&question,
	    "GET events\nFilter: event_id = %llu\nOutputFormat: json\n\n",
	    (unsigned long long)id);
	event = event_rows(call, str_get(&question), &err);
	str_clear(&question);
	str_addf(&question,
	    "GET history\nColumns: history_time history_what history_who "
	    "history_addinfo\nFilter: event_id = %llu\nOutputFormat: json\n\n",
	    (unsigned long long)id);
	if (event != NULL)
		history = event_rows(call, str_get(&question), &err);
	str_free(&question);
	if (history == NULL) {
		json_decref(event);
		return cmd_fail("event show", "%s", err.text);
	}
	if (json_array_size(event) == 0 && json_array_size(history) == 0) {
		json_decref(event);
		json_decref(history);
		return cmd_fail("event show", "there is no event %llu",
		    (unsigned long long)id);
	}
	if (cmd_flag(call, "json")) {
		json_t *both = json_pack("{s:O?, s:O}", "event",
		    json_array_get(event, 0), "history", history);

		term_json(both);
		json_decref(both);
	} else {
		print_event(call, event, id);
		putchar('\n');
		for_people(history);
		term_table(history, columns, ARRAY_LEN(columns), false);
	}
	json_decref(event);
	json_decref(history);
	return 0;
}

int
event_send(const struct cmd_call *call, const char *what, json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	struct str question = {0}, answer = {0};
	struct err err = {""};
	int code = 0;

	str_addf(&question, "COMMAND %s\n\n", text);
	if (ask(call, str_get(&question), &answer, &err) != 0)
		code = cmd_fail(what, "%s", err.text);
	str_free(&question);
	str_free(&answer);
	free(text);
	json_decref(request);
	return code;
}

/* "1,2,3"; false: one is no number. */
static bool
join_ids(int argc, char **argv, struct str *to)
{
	for (int i = 0; i < argc; i++) {
		uint64_t id;

		if (!num_u64(slice_of(argv[i]), &id))
			return false;
		str_addf(
		    to, "%s%llu", i > 0 ? "," : "", (unsigned long long)id);
	}
	return argc > 0;
}

int
event_ack(const struct cmd_call *call, int argc, char **argv)
{
	const char *comment = cmd_value(call, "comment");
	struct str ids = {0};
	int code;

	if (join_ids(argc, argv, &ids))
		code = event_send(call, "event ack",
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name",
			"UPDATE", "ids", str_get(&ids), "user", audit_who(),
			"ack", "1", "comment", comment == NULL ? "" : comment,
			"contact", ""));
	else
		code = cmd_fail("event ack", "IDs of events are expected");
	str_free(&ids);
	return code;
}

int
event_archive(const struct cmd_call *call, int argc, char **argv)
{
	struct str ids = {0};
	int code;

	if (join_ids(argc, argv, &ids))
		code = event_send(call, "event archive",
		    json_pack("{s:s, s:s, s:s}", "name", "DELETE", "ids",
			str_get(&ids), "user", audit_who()));
	else
		code = cmd_fail("event archive", "IDs of events are expected");
	str_free(&ids);
	return code;
}
