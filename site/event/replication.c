/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event replication, switch, key: two event consoles, a master and its
 * fallback.
 */
#include "common/mem.h"
#include "site/event/event.h"
#include "site/event/status.h"
#include "site/term.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const columns[] = {"role", "slavemode", "state", "last_sync",
    "success", "held", "held_lost", "behind", "key"};

/* The row of the status, its keys without their prefix; NULL with a reason. */
static json_t *
look(const struct cmd_call *call, struct err *err_r)
{
	struct str question = {0};
	json_t *rows, *row = NULL;

	str_add(&question, "GET status\nColumns:");
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		str_addf(&question, " status_replication_%s", columns[i]);
	str_add(&question, "\nOutputFormat: json\n\n");
	rows = event_rows(call, str_get(&question), err_r);
	str_free(&question);
	if (rows == NULL)
		return NULL;
	row = json_object();
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		char *key = xasprintf("status_replication_%s", columns[i]);

		json_object_set(row, columns[i],
		    json_object_get(json_array_get(rows, 0), key));
		free(key);
	}
	json_decref(rows);
	return row;
}

static const char *
text_of(const json_t *row, const char *key)
{
	const char *s = json_string_value(json_object_get(row, key));

	return s == NULL ? "" : s;
}

static void
print(const json_t *row)
{
	double last = json_number_value(json_object_get(row, "last_sync"));
	const char *mode = text_of(row, "slavemode");
	time_t at = (time_t)last;
	char when[40] = "never";
	struct tm tm;

	if (last > 0 && localtime_r(&at, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	printf("role       %s\n", text_of(row, "role"));
	printf("state      %s\n", text_of(row, "state"));
	if (mode[0] != '\0')
		printf("mode       %s\nlast sync  %s\n", mode, when);
	printf("key        %s\n", text_of(row, "key"));
}

int
event_replication(const struct cmd_call *call, int argc, char **argv)
{
	struct err err = {""};
	json_t *row;

	(void)argv;
	if (argc != 0)
		return cmd_fail("event replication", "it takes no arguments");
	row = look(call, &err);
	if (row == NULL)
		return cmd_fail("event replication", "%s", err.text);
	if (cmd_flag(call, "json"))
		term_json(row);
	else
		print(row);
	json_decref(row);
	return 0;
}

int
event_switch(const struct cmd_call *call, int argc, char **argv)
{
	if (argc != 1)
		return cmd_fail("event switch", "sync or takeover is expected");
	return event_send(call, "event switch",
	    json_pack("{s:s, s:s}", "name", "SWITCHMODE", "mode", argv[0]));
}

int
event_key(const struct cmd_call *call, int argc, char **argv)
{
	struct err err = {""};
	json_t *row;

	(void)argv;
	if (argc != 0)
		return cmd_fail("event key", "it takes no arguments");
	row = look(call, &err);
	if (row == NULL)
		return cmd_fail("event key", "%s", err.text);
	puts(text_of(row, "key"));
	json_decref(row);
	return 0;
}
