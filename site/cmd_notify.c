/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette notify: what the notifier did, would do, and is to do again.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "site/ask_daemon.h"
#include "site/cmd.h"
#include "site/notify.h"
#include "site/simulate/scenario.h"
#include "site/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 20000
/* `test --send` waits so long for the first try of each delivery. */
#define TEST_WAIT_MS    (INT64_C(70) * 1000)
#define FOLLOW_EVERY_US 50000

/* The answer as JSON, owned; NULL after a message. */
static json_t *
ask(const struct cmd_call *call, const char *question, json_t *args)
{
	char *dump = json_dumps(args, JSON_COMPACT);
	char *line = xasprintf("%s %s", question, dump);
	struct msg m = {
	    .id = MSG_QUERY, .query = {.id = 1, .text = slice_of(line)}};
	struct str text = {0};
	json_error_t bad;
	json_t *answer = NULL;
	struct err err;
	int rc = ask_daemon(call->site, "notifyd", &m, TIMEOUT_MS, &text, &err);

	if (rc == -1)
		cmd_fail("notify", "%s (does the site run? \"vedette status\")",
		    err.text);
	else if (rc == 0)
		cmd_fail("notify", "%s", str_get(&text));
	else if (strcmp(question, "key") == 0)
		answer = json_string(str_get(&text));
	else if ((answer = json_loads(str_get(&text), 0, &bad)) == NULL)
		cmd_fail("notify", "an answer that is no JSON: %s", bad.text);
	str_free(&text);
	free(line);
	free(dump);
	json_decref(args);
	return answer;
}

/* A whole number above 0 of an option; `none` without it. -1: it is not. */
static json_int_t
number(const struct cmd_call *call, const char *option, json_int_t none)
{
	const char *text = cmd_value(call, option);
	int64_t value;

	if (text == NULL)
		return none;
	if (!num_range(slice_of(text), 1, 1000000, &value)) {
		cmd_fail("notify", "--%s %s: a number from 1 was expected",
		    option, text);
		return -1;
	}
	return (json_int_t)value;
}

/* --at as wall seconds; 0: not given; -1: it is no time. */
static json_int_t
moment(const struct cmd_call *call)
{
	const char *option = cmd_flag(call, "at") ? "at" : "time";
	const char *text = cmd_value(call, option);
	int64_t at;

	if (text == NULL)
		return 0;
	if (num_range(slice_of(text), 1, INT64_C(1) << 40, &at) ||
	    sim_local_time(text, &at))
		return (json_int_t)at;
	cmd_fail("notify",
	    "--%s %s: a local time was expected (2026-03-02T08:00:00)", option,
	    text);
	return -1;
}

/* --from is the state before. */
static void
set_from(json_t *args, const struct cmd_call *call)
{
	const char *value = cmd_value(call, "from");

	if (value != NULL)
		json_object_set_new(args, "previous", json_string(value));
}

static void
set_text(json_t *args, const struct cmd_call *call, const char *option)
{
	const char *value = cmd_value(call, option);

	if (value != NULL)
		json_object_set_new(args, option, json_string(value));
}

/* --- status, list, show, key ----------------------------------------------
 */

static int
status(const struct cmd_call *call)
{
	json_t *answer = ask(call, "status", json_object());

	if (answer == NULL)
		return CMD_FAILED;
	if (cmd_flag(call, "json"))
		term_json(answer);
	else
		notify_print_status(answer);
	json_decref(answer);
	return 0;
}

static int
list(const struct cmd_call *call)
{
	json_t *args = json_object(), *answer;
	json_int_t last = number(call, "last", 20);

	if (last == -1) {
		json_decref(args);
		return CMD_FAILED;
	}
	json_object_set_new(args, "last", json_integer(last));
	json_object_set_new(
	    args, "failed", json_boolean(cmd_flag(call, "failed")));
	set_text(args, call, "host");
	set_text(args, call, "service");
	answer = ask(call, "list", args);
	if (answer == NULL)
		return CMD_FAILED;
	if (cmd_flag(call, "json"))
		term_json(answer);
	else
		notify_print_list(answer);
	json_decref(answer);
	return 0;
}

static int
show(const struct cmd_call *call)
{
	json_t *answer =
	    ask(call, "list", json_pack("{s:s}", "id", call->argv[1]));
	int code = 0;

	if (answer == NULL)
		return CMD_FAILED;
	if (json_array_size(answer) == 0)
		code = cmd_fail("notify",
		    "there is no notification %s (any more; \"vedette notify "
		    "list\")",
		    call->argv[1]);
	else if (cmd_flag(call, "json"))
		term_json(json_array_get(answer, 0));
	else
		notify_print_one(json_array_get(answer, 0));
	json_decref(answer);
	return code;
}

static int
key(const struct cmd_call *call)
{
	json_t *answer = ask(call, "key", json_object());

	if (answer == NULL)
		return CMD_FAILED;
	if (cmd_flag(call, "json")) {
		json_t *object = json_pack("{s:O}", "key", answer);

		term_json(object);
		json_decref(object);
	} else {
		printf("%s\n", json_string_value(answer));
	}
	json_decref(answer);
	return 0;
}

/* --- explain, test, resend ------------------------------------------------
 */

static int
explain_stored(
    const struct cmd_call *call, const char *host, const char *service)
{
	json_t *args = json_object(), *answer;
	json_int_t last = number(call, "last", 1), at = moment(call);
	json_int_t n = number(call, "number", 0);

	if (last == -1 || at == -1 || n == -1) {
		json_decref(args);
		return CMD_FAILED;
	}
	json_object_set_new(args, "last", json_integer(last));
	json_object_set_new(args, "number", json_integer(n));
	if (at > 0)
		json_object_set_new(args, "time", json_integer(at));
	json_object_set_new(args, "host", json_string(host));
	json_object_set_new(args, "service", json_string(service));
	set_text(args, call, "id");
	set_text(args, call, "state");
	set_text(args, call, "type");
	set_from(args, call);
	answer = ask(call, "explain", args);
	if (answer == NULL)
		return CMD_FAILED;
	if (json_array_size(answer) == 0 && cmd_flag(call, "id")) {
		json_decref(answer);
		return cmd_fail("notify",
		    "there is no notification %s (any more; \"vedette notify "
		    "list\")",
		    cmd_value(call, "id"));
	}
	notify_print_explained(answer, cmd_flag(call, "json"));
	json_decref(answer);
	return 0;
}

/* As it stands now, whether somebody was told or not. */
static int
explain_now(const struct cmd_call *call, const char *host, const char *service)
{
	const char *state = cmd_value(call, "state");
	struct notify_object o;
	json_t *args, *answer, *all, *held;
	json_int_t at = moment(call), n = number(call, "number", 0);
	struct err err;

	if (at == -1 || n == -1)
		return CMD_FAILED;
	if (notify_object_read(call->site, host, service, &o, &err) == -1)
		return cmd_fail("notify", "%s", err.text);
	args = json_pack("{s:s, s:s*, s:s, s:s, s:i}", "host", host, "service",
	    service, "state", state != NULL ? state : o.state, "output",
	    o.output, "number", n > 0 ? (int)n : o.number);
	if (at > 0)
		json_object_set_new(args, "time", json_integer(at));
	set_text(args, call, "type");
	set_from(args, call);
	held = notify_held_by(call->site, host, service, args, &err);
	if (held == NULL) {
		json_decref(args);
		notify_object_clear(&o);
		return cmd_fail("notify", "%s", err.text);
	}
	answer = ask(call, "test", args);
	if (answer != NULL) {
		json_object_set_new(answer, "id", json_null());
		json_object_set(answer, "suppressed_by", held);
		if (json_array_size(held) > 0)
			json_object_set(
			    answer, "suppressed", json_array_get(held, 0));
		all = json_pack("[o]", answer);
		if (!cmd_flag(call, "json"))
			notify_print_object(&o, host, service);
		notify_print_explained(all, cmd_flag(call, "json"));
		json_decref(all);
	}
	json_decref(held);
	notify_object_clear(&o);
	return answer == NULL ? CMD_FAILED : 0;
}

static int
explain(const struct cmd_call *call)
{
	const char *host = cmd_value(call, "host");
	const char *service = cmd_value(call, "service");

	if (call->argc > 1)
		host = call->argv[1];
	if (call->argc > 2)
		service = call->argv[2];
	if (cmd_flag(call, "last") || cmd_flag(call, "id"))
		return explain_stored(call, host == NULL ? "" : host,
		    service == NULL ? "" : service);
	if (host == NULL)
		return cmd_fail("notify",
		    "explain what? (HOST [SERVICE], --id ID or --last N)");
	return explain_now(call, host, service);
}

/* Each delivery of the notice has had a try. */
static bool
is_tried(const json_t *notice)
{
	const json_t *deliveries = json_object_get(notice, "deliveries"), *d;
	size_t i;

	json_array_foreach(deliveries, i, d)
	{
		if (json_is_null(json_object_get(d, "code")))
			return false;
	}
	return true;
}

/* Waits for the first try of what was sent and tells how it ended. */
static int
follow(const struct cmd_call *call, const json_t *ids)
{
	const char *id = json_string_value(json_array_get(ids, 0));
	int64_t until = clock_mono() + TEST_WAIT_MS * NS_PER_MS;
	json_t *answer = NULL;
	int code = 0;

	while (id != NULL) {
		json_decref(answer);
		answer = ask(call, "list", json_pack("{s:s}", "id", id));
		if (answer == NULL)
			return CMD_FAILED;
		if (is_tried(json_array_get(answer, 0)) ||
		    clock_mono() >= until)
			break;
		usleep(FOLLOW_EVERY_US);
	}
	if (id != NULL && !cmd_flag(call, "json"))
		code = notify_print_outcome(json_array_get(answer, 0));
	json_decref(answer);
	return code;
}

static int
test(const struct cmd_call *call)
{
	static const char *const texts[] = {
	    "host", "service", "state", "method", "type", "output"};
	json_t *args = json_object(), *answer, *all;
	json_int_t at = moment(call), n = number(call, "number", 1);
	int code = 0;

	if (at == -1 || n == -1 || !cmd_flag(call, "host") ||
	    !cmd_flag(call, "state")) {
		json_decref(args);
		return at == -1 || n == -1
		    ? CMD_FAILED
		    : cmd_fail("notify",
			  "test needs --host H and --state STATE (and perhaps "
			  "--service S)");
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		set_text(args, call, texts[i]);
	set_from(args, call);
	json_object_set_new(args, "number", json_integer(n));
	if (at > 0)
		json_object_set_new(args, "time", json_integer(at));
	if (cmd_flag(call, "send"))
		json_object_set_new(args, "send", json_true());
	answer = ask(call, "test", args);
	if (answer == NULL)
		return CMD_FAILED;
	if (cmd_flag(call, "send")) {
		notify_print_sent(answer, cmd_flag(call, "json"));
		code = follow(call, answer);
	} else {
		all = json_pack("[O]", answer);
		notify_print_explained(all, cmd_flag(call, "json"));
		json_decref(all);
	}
	json_decref(answer);
	return code;
}

static int
resend(const struct cmd_call *call)
{
	json_int_t last = number(call, "last", 0);
	json_t *args, *answer;

	if (last == -1)
		return CMD_FAILED;
	if ((call->argc > 1) == (last > 0))
		return cmd_fail("notify", "resend what? (ID, or --last N)");
	args = call->argc > 1 ? json_pack("{s:s}", "id", call->argv[1])
			      : json_pack("{s:I}", "last", last);
	answer = ask(call, "resend", args);
	if (answer == NULL)
		return CMD_FAILED;
	notify_print_sent(answer, cmd_flag(call, "json"));
	json_decref(answer);
	return 0;
}

static int
rules(const struct cmd_call *call)
{
	json_t *rows = notify_rules(call->site);
	static const char *const columns[] = {
	    "number", "id", "method", "what", "when", "description"};

	if (rows == NULL)
		return CMD_FAILED;
	if (json_array_size(rows) == 0 && !cmd_flag(call, "json"))
		puts("There are no notification rules.");
	else
		term_table(
		    rows, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	json_decref(rows);
	return 0;
}

static const struct part {
	const char *name;
	int min, max; /* arguments behind it */
	int (*run)(const struct cmd_call *call);
} parts[] = {{"status", 0, 0, status}, {"list", 0, 0, list},
    {"show", 1, 1, show}, {"explain", 0, 2, explain}, {"test", 0, 0, test},
    {"resend", 0, 1, resend}, {"rules", 0, 0, rules}, {"key", 0, 0, key}};

static int
run(const struct cmd_call *call)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const struct part *p = &parts[i];

		if (strcmp(p->name, call->argv[0]) != 0)
			continue;
		if (call->argc - 1 < p->min || call->argc - 1 > p->max)
			return cmd_fail("notify",
			    "%s takes %d to %d arguments (\"vedette notify "
			    "--help\")",
			    p->name, p->min, p->max);
		return p->run(call);
	}
	return cmd_fail("notify",
	    "\"%s\" is unknown; say status, list, show, explain, test, resend, "
	    "rules or key",
	    call->argv[0]);
}

static const struct cmd_option options[] = {
    {"last", 0, "N", "list, explain, resend: the last N notifications"},
    {"failed", 0, NULL, "list: those with a delivery that was given up"},
    {"id", 0, "ID", "explain: the notification of that id"},
    {"host", 0, "H", "list, explain, test: the host"},
    {"service", 0, "S", "list, explain, test: the service"},
    {"state", 0, "STATE", "explain, test: OK WARN CRIT UNKNOWN, UP DOWN ..."},
    {"type", 0, "TYPE", "explain, test: PROBLEM, RECOVERY, DOWNTIMESTART ..."},
    {"from", 0, "STATE", "explain, test: the state before"},
    {"number", 0, "N", "explain, test: number of the notification"},
    {"output", 0, "TEXT", "test: output of the check"},
    {"at", 0, "TIME", "explain, test: local time (2026-03-02T08:00:00)"},
    {"time", 0, "TIME", "the same as --at"},
    {"method", 0, "M", "test: by this method only"},
    {"send", 0, NULL, "test: really send it"}, {"json", 0, NULL, "print JSON"},
    {0}};

const struct cmd cmd_notify = {
    .name = "notify",
    .args = "status | list | show ID | explain HOST [SERVICE] | test | "
	    "resend ID | rules | key",
    .summary = "ask the notifier what it did and would do",
    .details =
	"status   the spool, other sites, counters\n"
	"list     notifications and what became of them, newest first\n"
	"show     one of them with its whole context\n"
	"explain  who would be told of the object as it is now, by each rule,\n"
	"         and what holds a notification back; with --last N: the same\n"
	"         for notifications that were sent\n"
	"test     an artificial notification (--host, --state); it is sent\n"
	"         with --send only\n"
	"resend   ID, or --last N: again, by the rules of today\n"
	"rules    the rules in their order, as the files stand now\n"
	"key      this site's public key, for other sites",
    .scope = CMD_SITE_OPTION,
    .min_args = 1,
    .max_args = 3,
    .options = options,
    .run = run,
};
