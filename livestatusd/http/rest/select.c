/* SPDX-License-Identifier: Apache-2.0
 *
 * Which hosts and services a request means: by name, by group, or by a query;
 * and commands for all of them. Names come from the mirror's answer, never from
 * the request, so nothing of a request reaches a command but cleaned text.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <stdlib.h>

void
rest_add_filter(
    struct str *lql, const char *column, const char *op, const char *value)
{
	str_addf(lql, "Filter: %s %s ", column, op);
	for (; *value != '\0'; value++)
		str_addc(lql, (unsigned char)*value < 0x20 ? ' ' : *value);
	str_addc(lql, '\n');
}

void
rest_add_part(struct str *lql, const char *column, const char *part)
{
	struct str pattern = {0};

	for (; *part != '\0'; part++) {
		if (strchr("\\^$.[]|()?*+{}", *part) != NULL)
			str_addc(&pattern, '\\');
		str_addc(&pattern, *part);
	}
	if (pattern.len > 0)
		rest_add_filter(lql, column, "~~", str_get(&pattern));
	str_free(&pattern);
}

void
rest_add_services(
    struct str *lql, const struct rest_call *call, const char *column)
{
	json_t *list = json_object_get(call->in, "service_descriptions"), *one;
	size_t i;

	json_array_foreach(list, i, one)
	    rest_add_filter(lql, column, "=", json_string_value(one));
	if (json_array_size(list) > 0)
		str_addf(lql, "Or: %zu\n", json_array_size(list));
}

bool
rest_is_service(const json_t *row)
{
	return json_string_length(json_array_get(row, 1)) > 0;
}

char *
rest_target(const json_t *row)
{
	const char *host = json_string_value(json_array_get(row, 0));

	return rest_is_service(row)
	    ? xasprintf(
		  "%s;%s", host, json_string_value(json_array_get(row, 1)))
	    : xstrdup(host);
}

/* Of services, by the fields that are there. */
static bool
is_of_services(const struct rest_call *call)
{
	const char *kind = rest_text(call, call->route->fields[0].name);

	if (strstr(call->route->path, "/service") != NULL)
		return true;
	return kind != NULL &&
	    (strncmp(kind, "service", 7) == 0 ||
		json_object_get(call->in, "service_descriptions") != NULL ||
		json_object_get(call->in, "service_description") != NULL);
}

json_t *
rest_select(struct http_request *r, const struct rest_call *call,
    const char *more_columns)
{
	bool services = is_of_services(call);
	const char *host = rest_text(call, "host_name");
	const char *hosts = rest_text(call, "hostgroup_name");
	const char *group = rest_text(call, "servicegroup_name");
	const char *service = rest_text(call, "service_description");
	struct str lql = {0};
	json_t *rows = NULL;

	str_addf(&lql, "Columns: %s %s\n",
	    services ? "host_name description" : "name", more_columns);
	if (host != NULL)
		rest_add_filter(
		    &lql, services ? "host_name" : "name", "=", host);
	if (hosts != NULL)
		rest_add_filter(
		    &lql, services ? "host_groups" : "groups", ">=", hosts);
	if (group != NULL)
		rest_add_filter(&lql, "groups", ">=", group);
	if (service != NULL)
		rest_add_filter(&lql, "description", "=", service);
	rest_add_services(&lql, call, "description");
	if (rest_add_query(r, call, services ? "services" : "hosts", &lql))
		rows = http_query(
		    r, services ? "services" : "hosts", str_get(&lql));
	str_free(&lql);
	if (!services) {
		size_t i;
		json_t *row;

		json_array_foreach(rows, i, row)
		    json_array_insert_new(row, 1, json_string(""));
	}
	return rows;
}

char *
rest_clean(const char *text, bool last)
{
	char *clean = xstrdup(text);

	for (char *p = clean; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
		else if (*p == ';' && !last)
			*p = ',';
	return clean;
}

/* Is the daemon away that would carry it out? */
static bool
is_away(struct http_request *r)
{
	struct http_moment m;

	r->h->source.moment(r->h->source.arg, &m);
	return strstr(r->path, "event_console") != NULL ? !m.eventd_up
							: !m.core_up;
}

static void
on_acted(struct http_request *r, const struct act_result *result, void *arg)
{
	(void)arg;
	if (r == NULL)
		return;
	if (result->open > 0) {
		r->retry_after = 10;
		rest_problem(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "The core has not answered; the commands may be carried "
		    "out later.",
		    NULL);
	} else if (result->refused > 0 && is_away(r)) {
		r->retry_after = 10;
		rest_problem(
		    r, MHD_HTTP_SERVICE_UNAVAILABLE, result->why, NULL);
	} else if (result->refused > 0 && result->refused == result->sent)
		rest_problem(
		    r, MHD_HTTP_UNPROCESSABLE_CONTENT, result->why, NULL);
	else
		rest_no_content(r);
}

void
rest_act(struct http_request *r, json_t *rows, char **lines, size_t n)
{
	bool failed = rows == NULL;

	json_decref(rows);
	if (!failed && n > 0 && n <= ACT_MAX) {
		act_start(r, lines, n, on_acted, NULL);
		return;
	}
	for (size_t i = 0; i < n; i++)
		free(lines[i]);
	free(lines);
	if (!failed)
		rest_problem(r, MHD_HTTP_UNPROCESSABLE_CONTENT,
		    n == 0
			? "Nothing was found that this fits."
			: "This fits more objects than one request may change.",
		    NULL);
}

void
rest_remove(struct http_request *r, json_t *rows, char **lines, size_t n)
{
	if (rows == NULL || n > 0) {
		rest_act(r, rows, lines, n);
		return;
	}
	json_decref(rows);
	free(lines);
	rest_no_content(r);
}
