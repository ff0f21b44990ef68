/* SPDX-License-Identifier: Apache-2.0
 *
 * Downtimes: setting, reading, changing, removing.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define COLUMNS                                                                \
	"id host_name service_description is_service author comment "          \
	"start_time end_time fixed duration recurring"

/* By core-semantics DT-14, without bit 0. */
static const struct {
	const char *name;
	int mode;
} recurrences[] = {
    {"fixed", 0},
    {"hour", 2},
    {"day", 4},
    {"week", 6},
    {"second_week", 8},
    {"fourth_week", 10},
    {"weekday_start", 12},
    {"weekday_end", 14},
    {"day_of_month", 16},
};

static int
mode_of(const struct rest_call *call)
{
	const char *recur = rest_text(call, "recur");
	size_t i = 0;

	if (recur == NULL)
		recur = "fixed";
	while (strcmp(recurrences[i].name, recur) != 0)
		i++;
	return recurrences[i].mode +
	    (rest_number(call, "duration", 0) > 0 ? 0 : 1);
}

static void
schedule(struct http_request *r, const struct rest_call *call)
{
	int64_t start = rest_number(call, "start_time", 0);
	int64_t end = rest_number(call, "end_time", 0);
	int64_t minutes = rest_number(call, "duration", 0);
	const char *text = rest_text(call, "comment");
	char *author, *comment, **lines;
	json_t *rows, *row;
	size_t i, n = 0;

	if (end <= start || minutes > 5256000) {
		rest_problem(r, MHD_HTTP_BAD_REQUEST,
		    "These fields have problems: end_time",
		    json_pack("{s:[s]}", "end_time",
			"The end has to be after the start."));
		return;
	}
	rows = rest_select(r, call, "");
	author = rest_clean(r->user, false);
	comment = rest_clean(
	    text == NULL || text[0] == '\0' ? "Downtime by the REST API" : text,
	    true);
	lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	json_array_foreach(rows, i, row)
	{
		char *to = rest_target(row);

		lines[n++] = xasprintf("SCHEDULE_%s_DOWNTIME;%s;%" PRId64
				       ";%" PRId64 ";%d;0;%" PRId64 ";%s;%s",
		    rest_is_service(row) ? "SVC" : "HOST", to, start, end,
		    mode_of(call), minutes * 60, author, comment);
		free(to);
	}
	free(author);
	free(comment);
	rest_act(r, rows, lines, n);
}

void
rest_downtime_hosts(struct http_request *r, const struct rest_call *call)
{
	schedule(r, call);
}

void
rest_downtime_services(struct http_request *r, const struct rest_call *call)
{
	schedule(r, call);
}

/* --- reading -------------------------------------------------------------- */

static const char *
recurrence(int64_t mode)
{
	for (size_t i = 0; i < ARRAY_LEN(recurrences); i++)
		if (recurrences[i].mode == (mode & ~INT64_C(1)))
			return recurrences[i].name;
	return "fixed";
}

static json_t *
mode_object(const json_t *row)
{
	if (json_integer_value(json_array_get(row, 8)) != 0)
		return json_pack("{s:s}", "type", "fixed");
	return json_pack("{s:s, s:I}", "type", "flexible", "duration_minutes",
	    json_integer_value(json_array_get(row, 9)) / 60);
}

static json_t *
downtime_object(struct http_request *r, const json_t *row)
{
	char *id = xasprintf(
	    "%" PRId64, (int64_t)json_integer_value(json_array_get(row, 0)));
	const char *host = json_string_value(json_array_get(row, 1));
	const char *service = json_string_value(json_array_get(row, 2));
	bool is_service = json_integer_value(json_array_get(row, 3)) != 0;
	char *start =
	    rest_format_time(json_integer_value(json_array_get(row, 6)));
	char *end =
	    rest_format_time(json_integer_value(json_array_get(row, 7)));
	/* Ansible takes what follows the colon (7.10). */
	char *title = xasprintf("Downtime for %s: %s",
	    is_service ? "service" : "host", is_service ? service : host);
	int64_t recurs = json_integer_value(json_array_get(row, 10));
	json_t *doc =
	    json_pack("{s:s, s:O, s:O, s:s, s:s, s:s, s:s, s:O, s:o, s:b}",
		"site_id", r->h->d->site, "host_name", json_array_get(row, 1),
		"author", json_array_get(row, 4), "start_time", start,
		"end_time", end, "recurring", recurs == 0 ? "no" : "yes",
		"recur", recurrence(recurs), "comment", json_array_get(row, 5),
		"mode", mode_object(row), "is_service", is_service);

	if (is_service)
		json_object_set(
		    doc, "service_description", json_array_get(row, 2));
	doc = rest_object(r, "downtime", id, title, doc);
	free(id);
	free(start);
	free(end);
	free(title);
	return doc;
}

/* Filters of the fields of any of the requests. */
static bool
add_filters(
    struct http_request *r, const struct rest_call *call, struct str *lql)
{
	const char *type = rest_text(call, "downtime_type"), *text;

	rest_add_services(lql, call, "service_description");
	text = rest_text(call, "service_description");
	if (text != NULL) /* of a list: a part will do */
		rest_add_part(lql, "service_description", text);
	text = rest_text(call, "host_name");
	if (text != NULL)
		rest_add_filter(lql, "host_name", "=", text);
	text = rest_text(call, "hostgroup_name");
	if (text != NULL) {
		rest_add_filter(lql, "host_groups", ">=", text);
		str_add(lql, "Filter: is_service = 0\n");
	}
	text = rest_text(call, "servicegroup_name");
	if (text != NULL)
		rest_add_filter(lql, "service_groups", ">=", text);
	if (type != NULL && strcmp(type, "both") != 0)
		str_addf(lql, "Filter: is_service = %d\n",
		    strcmp(type, "service") == 0);
	if (json_object_get(call->in, "downtime_id") != NULL)
		str_addf(lql, "Filter: id = %" PRId64 "\n",
		    rest_number(call, "downtime_id", 0));
	return rest_add_query(r, call, "downtimes", lql);
}

/* NULL: the answer is a failure. */
static json_t *
find(struct http_request *r, const struct rest_call *call)
{
	const char *site = rest_text(call, "site_id");
	struct str lql = {0};
	json_t *rows = NULL;

	str_add(&lql, "Columns: " COLUMNS "\n");
	if (site != NULL && strcmp(site, r->h->d->site) != 0)
		str_add(&lql, "Filter: id = 0\n");
	if (add_filters(r, call, &lql))
		rows = http_query(r, "downtimes", str_get(&lql));
	str_free(&lql);
	return rows;
}

void
rest_downtimes(struct http_request *r, const struct rest_call *call)
{
	json_t *rows = find(r, call), *values = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	    json_array_append_new(values, downtime_object(r, row));
	if (rows != NULL)
		rest_collection(r, "downtime", values);
	else
		json_decref(values);
	json_decref(rows);
}

void
rest_downtime(struct http_request *r, const struct rest_call *call)
{
	char *end, *clean = rest_clean(call->names[0], true);
	int64_t id = strtoll(clean, &end, 10);
	json_t *rows = NULL;

	if (end == clean || *end != '\0' || id <= 0)
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such downtime.", NULL);
	else {
		json_object_set_new(call->in, "downtime_id", json_integer(id));
		rows = find(r, call);
	}
	free(clean);
	if (rows == NULL)
		return;
	if (json_array_size(rows) == 0)
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such downtime.", NULL);
	else
		http_json(r, MHD_HTTP_OK,
		    downtime_object(r, json_array_get(rows, 0)));
	json_decref(rows);
}

/* --- removing and changing ------------------------------------------------ */

static const char *
kind_of(const json_t *row)
{
	return json_integer_value(json_array_get(row, 3)) != 0 ? "SVC" : "HOST";
}

void
rest_downtime_delete(struct http_request *r, const struct rest_call *call)
{
	json_t *rows = find(r, call), *row;
	char **lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	size_t i, n = 0;

	json_array_foreach(rows, i, row) lines[n++] =
	    xasprintf("DEL_%s_DOWNTIME;%" PRId64, kind_of(row),
		(int64_t)json_integer_value(json_array_get(row, 0)));
	rest_remove(r, rows, lines, n);
}

/*
 * The new end: a time, minutes more than now, or {"modify_type": "absolute" or
 * "relative", "value": ...}. 0: it stays. -1: it is none of these.
 */
static int64_t
new_end(const json_t *value, const json_t *row)
{
	const char *type =
	    json_string_value(json_object_get(value, "modify_type"));
	int64_t seconds;

	if (json_is_object(value))
		value = json_object_get(value, "value");
	if (value == NULL)
		return type == NULL ? 0 : -1;
	if (json_is_string(value))
		return rest_parse_time(json_string_value(value), &seconds)
		    ? seconds
		    : -1;
	if (json_is_integer(value) && json_integer_value(value) > -5256000 &&
	    json_integer_value(value) < 5256000)
		return json_integer_value(json_array_get(row, 7)) +
		    json_integer_value(value) * 60;
	return -1;
}

void
rest_downtime_modify(struct http_request *r, const struct rest_call *call)
{
	const json_t *value = json_object_get(call->in, "end_time");
	const char *text = rest_text(call, "comment");
	char *comment = rest_clean(text == NULL ? "" : text, true);
	json_t *rows = find(r, call), *row;
	char **lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	char *author = rest_clean(r->user, false);
	size_t i, n = 0;
	bool bad = value == NULL && text == NULL;

	json_array_foreach(rows, i, row)
	{
		int64_t end = value == NULL ? 0 : new_end(value, row);
		char at[24] = "";

		bad |= end == -1;
		if (end > 0)
			snprintf(at, sizeof(at), "%" PRId64, end);
		lines[n++] = xasprintf(
		    "MODIFY_%s_DOWNTIME;%" PRId64 ";;%s;;;;%s;%s", kind_of(row),
		    (int64_t)json_integer_value(json_array_get(row, 0)), at,
		    author, comment);
	}
	free(comment);
	free(author);
	if (rows != NULL && bad) {
		for (i = 0; i < n; i++)
			free(lines[i]);
		free(lines);
		json_decref(rows);
		rest_problem(r, MHD_HTTP_BAD_REQUEST,
		    "These fields have problems: end_time",
		    json_pack("{s:[s]}", "end_time",
			"Expected a time, minutes, or a comment alone."));
	} else
		rest_act(r, rows, lines, n);
}
