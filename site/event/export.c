/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event export: the archive as lines of tab separated values, the
 * oldest first (event-console.md 18.1). Asked for in spans of time, so that no
 * answer is too large however long the archive is.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "site/ask.h"
#include "site/event/event.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 40000 /* a query takes 30 s at most */
#define DAY_S   INT64_C(86400)
#define SPAN_S  (32 * DAY_S)   /* at most in one question */
#define AGE_S   (3660 * DAY_S) /* further back nobody looks */

static const char columns[] =
    "history_time history_what history_who history_addinfo event_id "
    "event_count event_text event_first event_last event_comment event_sl "
    "event_host event_contact event_application event_pid event_priority "
    "event_facility event_rule_id event_state event_phase event_owner "
    "event_match_groups event_contact_groups event_ipaddress event_orig_host "
    "event_contact_groups_precedence event_core_host event_host_in_downtime "
    "event_match_groups_syslog_application";

/* What separates is no part of a value. */
static void
put_text(const char *s)
{
	for (; *s != '\0'; s++)
		putchar((unsigned char)*s < ' ' ? ' ' : *s);
}

static void
put_real(double d)
{
	char text[64];
	size_t n;

	snprintf(text, sizeof(text), "%.6f", d);
	for (n = strlen(text); text[n - 1] == '0' && text[n - 2] != '.'; n--)
		text[n - 1] = '\0';
	fputs(text, stdout);
}

static void
put_value(const json_t *v)
{
	if (json_is_string(v)) {
		put_text(json_string_value(v));
	} else if (json_is_integer(v)) {
		printf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (json_is_real(v)) {
		put_real(json_real_value(v));
	} else if (json_is_boolean(v)) {
		putchar(json_is_true(v) ? '1' : '0');
	} else if (json_is_array(v)) {
		/* Also before the first, so that none is not one empty one. */
		for (size_t i = 0; i < json_array_size(v); i++) {
			putchar(1);
			put_text(json_string_value(json_array_get(v, i)));
		}
	} else {
		putchar(2);
	}
}

static void
put_rows(const json_t *rows)
{
	/* The first row has the names; the newest comes first. */
	for (size_t i = json_array_size(rows); i-- > 1;) {
		const json_t *row = json_array_get(rows, i);

		for (size_t k = 0; k < json_array_size(row); k++) {
			if (k > 0)
				putchar('\t');
			put_value(json_array_get(row, k));
		}
		putchar('\n');
	}
}

/* Lines from `from` on, before `until`, in seconds; NULL with a reason. */
static json_t *
ask(const struct cmd_call *call, int64_t from, int64_t until, struct err *err_r)
{
	char *path = xasprintf("%s/tmp/run/eventd/status", call->site->root);
	const char *host = cmd_value(call, "host");
	struct str request = {0}, answer = {0};
	json_t *rows = NULL;

	str_addf(&request,
	    "GET history\nColumns: %s\nOutputFormat: json\n"
	    "Filter: history_time >= %lld\nFilter: history_time < %lld\n",
	    columns, (long long)from, (long long)until);
	if (host != NULL)
		str_addf(&request, "Filter: event_host = %s\n", host);
	str_addc(&request, '\n');
	if (ask_socket(path, str_get(&request), WAIT_MS, &answer, err_r) == 0) {
		rows = json_loadb(answer.s, answer.len, 0, NULL);
		if (rows == NULL)
			err_set(err_r, "%s", str_get(&answer));
	}
	str_free(&request);
	str_free(&answer);
	free(path);
	return rows;
}

int
event_export(const struct cmd_call *call, int argc, char **argv)
{
	const char *since = cmd_value(call, "since");
	int64_t now = clock_wall() / NS_PER_S, span = DAY_S, ms = 0;
	int64_t at = now - AGE_S;
	struct err err;

	(void)argc;
	(void)argv;
	if (call->site == NULL)
		return cmd_fail("event export", "which site? (say -s SITE)");
	if (since != NULL && !num_duration_ms(slice_of(since), &ms))
		return cmd_fail("event export",
		    "--since %s: a duration like 12h or 30d is expected",
		    since);
	if (since != NULL)
		at = now - ms / 1000;
	while (at <= now) {
		json_t *rows = ask(call, at, at + span, &err);

		if (rows == NULL && span > 1 &&
		    strstr(err.text, "MiB") != NULL) {
			span /= 2;
			continue;
		}
		if (rows == NULL)
			return cmd_fail("event export", "%s", err.text);
		put_rows(rows);
		at += span;
		if (json_array_size(rows) < 10000 && span < SPAN_S)
			span *= 2;
		json_decref(rows);
	}
	return 0;
}
