/* SPDX-License-Identifier: Apache-2.0
 *
 * From a request to its route's handler, and the shape of answers; see rest.h.
 */
#include "livestatusd/http/rest/rest.h"

#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/http/rest/filter.h"

#include <stdio.h>
#include <stdlib.h>

/* Newer names of the same revision. */
static const char *const revisions[] = {
    "check_mk/api/1.0/", "check_mk/api/v1/", "check_mk/api/unstable/"};

static const char *
below(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(revisions); i++)
		if (strncmp(path, revisions[i], strlen(revisions[i])) == 0)
			return path + strlen(revisions[i]);
	return NULL;
}

bool
rest_is_path(const char *path)
{
	return strncmp(path, "check_mk/api/", 13) == 0;
}

void
rest_add_headers(struct http_request *r, struct MHD_Response *response)
{
	(void)r;
	MHD_add_response_header(
	    response, "X-Checkmk-Version", REST_CHECKMK_VERSION);
	MHD_add_response_header(response, "X-Checkmk-Edition", REST_EDITION);
	MHD_add_response_header(
	    response, "X-Vedette-Version", vedette_version());
}

static const char *
title_of(unsigned status)
{
	const char *phrase = MHD_get_reason_phrase_for(status);

	return phrase == NULL ? "Error" : phrase;
}

void
rest_problem(
    struct http_request *r, unsigned status, const char *detail, json_t *fields)
{
	size_t len = strnlen(detail, 1000);

	http_json(r, status,
	    json_pack("{s:s, s:i, s:s%, s:o*}", "title", title_of(status),
		"status", (int)status, "detail", detail, len, "fields",
		fields));
	r->type = "application/problem+json";
}

/* --- answers -------------------------------------------------------------- */

static json_t *
link_to(struct http_request *r, const char *rel, const char *method,
    const char *path)
{
	char *href = xasprintf("%s" REST_PATH "%s", r->h->prefix, path);
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s}", "domainType",
	    "link", "rel", rel, "href", href, "method", method, "type",
	    "application/json");

	free(href);
	return doc;
}

json_t *
rest_object(struct http_request *r, const char *type, const char *id,
    const char *title, json_t *extensions)
{
	char *path = xasprintf("objects/%s/%s", type, id);
	json_t *doc = json_pack("{s:[o], s:s, s:s, s:s, s:{}, s:o}", "links",
	    link_to(r, "self", "GET", path), "domainType", type, "id", id,
	    "title", title, "members", "extensions",
	    extensions == NULL ? json_object() : extensions);

	free(path);
	return doc;
}

void
rest_collection(struct http_request *r, const char *type, json_t *values)
{
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:[o], s:s, s:s, s:o, s:{}}", "links",
		link_to(r, "self", "GET", below(r->path)), "domainType", type,
		"id", type, "value", values, "extensions"));
}

void
rest_no_content(struct http_request *r)
{
	str_clear(&r->out);
	r->status = MHD_HTTP_NO_CONTENT;
}

/* --- what was given ------------------------------------------------------- */

const char *
rest_text(const struct rest_call *call, const char *name)
{
	return json_string_value(json_object_get(call->in, name));
}

bool
rest_bool(const struct rest_call *call, const char *name, bool if_absent)
{
	const json_t *value = json_object_get(call->in, name);

	return value == NULL ? if_absent : json_is_true(value);
}

int64_t
rest_number(const struct rest_call *call, const char *name, int64_t if_absent)
{
	const json_t *value = json_object_get(call->in, name);

	return value == NULL ? if_absent : json_integer_value(value);
}

bool
rest_add_columns(struct http_request *r, const struct rest_call *call,
    const char *if_absent, struct str *lql, json_t **names_r)
{
	json_t *list = json_object_get(call->in, "columns"), *one;
	struct slice rest = slice_of(if_absent), word;
	size_t i;

	*names_r = json_array();
	if (json_array_size(list) == 0) {
		while (slice_word(&rest, &word))
			json_array_append_new(
			    *names_r, json_stringn(word.s, word.len));
	} else
		json_array_extend(*names_r, list);
	str_add(lql, "Columns:");
	json_array_foreach(*names_r, i, one)
	{
		if (!filter_is_column(json_string_value(one))) {
			rest_problem(r, MHD_HTTP_BAD_REQUEST,
			    "These fields have problems: columns",
			    json_pack("{s:[s]}", "columns",
				"That is no name of a column."));
			json_decref(*names_r);
			return false;
		}
		str_addf(lql, " %s", json_string_value(one));
	}
	str_addc(lql, '\n');
	return true;
}

bool
rest_add_query(struct http_request *r, const struct rest_call *call,
    const char *default_table, struct str *lql)
{
	const json_t *query = json_object_get(call->in, "query");
	struct err err;

	/* Grafana asks for all by an empty one; nobody changes all by it. */
	if (query == NULL ||
	    (call->route->permission == NULL && json_object_size(query) == 0) ||
	    filter_to_lql(query, default_table, lql, &err) == 0)
		return true;
	rest_problem(r, MHD_HTTP_BAD_REQUEST,
	    "These fields have problems: query",
	    json_pack("{s:[s]}", "query", err.text));
	return false;
}

/* --- dispatch ------------------------------------------------------------- */

/* Fills in what stands in braces; false: another path. */
static bool
matches(
    const struct rest_route *route, const char *path, struct rest_call *call)
{
	const char *want = route->path;
	unsigned n = 0;

	while (*want != '\0') {
		const char *end = path + strcspn(path, "/");

		if (*want != '{') {
			if (*want++ != *path++)
				return false;
			continue;
		}
		if (end == path)
			return false;
		/* A request's last wish may hold slashes, as services do. */
		want = strchr(want, '}') + 1;
		free(call->names[n]);
		call->names[n++] = xstrndup(path, (size_t)(end - path));
		path = end;
	}
	return *path == '\0';
}

static enum MHD_Result
add_argument(
    void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
	json_t *in = arg, *old = json_object_get(in, key), *list;

	(void)kind;
	if (key[0] == '\0')
		return MHD_YES; /* "a=1&&b=2" */
	if (value == NULL)
		value = "";
	if (old == NULL) {
		json_object_set_new(in, key, json_string(value));
		return MHD_YES;
	}
	list = json_is_array(old) ? json_incref(old) : json_pack("[O]", old);
	json_array_append_new(list, json_string(value));
	json_object_set_new(in, key, list);
	return MHD_YES;
}

static bool
is_json(struct http_request *r)
{
	const char *type = http_header(r, MHD_HTTP_HEADER_CONTENT_TYPE);

	return type != NULL && strncasecmp(type, "application/json", 16) == 0 &&
	    strchr("; ", type[16]) != NULL;
}

/* What the request says, or NULL and the answer is a failure. */
static json_t *
read_input(struct http_request *r)
{
	json_t *in = json_object();
	json_error_t at;

	if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0) {
		MHD_get_connection_values(
		    r->connection, MHD_GET_ARGUMENT_KIND, add_argument, in);
		return in;
	}
	if (r->body.len == 0)
		return in;
	json_decref(in);
	if (!is_json(r)) {
		rest_problem(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
		    "The header Content-Type: application/json is expected.",
		    NULL);
		return NULL;
	}
	in = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, &at);
	if (json_is_object(in))
		return in;
	json_decref(in);
	if (in == NULL) {
		char *text = xasprintf("The body is not JSON: line %d, "
				       "column %d: %s",
		    at.line, at.column, at.text);

		rest_problem(r, MHD_HTTP_BAD_REQUEST, text, NULL);
		free(text);
	} else
		rest_problem(r, MHD_HTTP_BAD_REQUEST,
		    "The body should be a JSON object.", NULL);
	return NULL;
}

static void
complain_of_fields(struct http_request *r, json_t *mistakes)
{
	struct str names = {0};
	const char *name;
	json_t *value;

	str_add(&names, "These fields have problems:");
	json_object_foreach(mistakes, name, value) str_addf(
	    &names, "%s %s", names.s[names.len - 1] == ':' ? "" : ",", name);
	rest_problem(r, MHD_HTTP_BAD_REQUEST, str_get(&names), mistakes);
	str_free(&names);
}

static void
call_route(struct http_request *r, struct rest_call *call)
{
	const struct rest_route *route = call->route;
	json_t *mistakes;

	if (route->permission != NULL && !http_may(r, route->permission)) {
		rest_problem(r, MHD_HTTP_FORBIDDEN,
		    "You do not have the permission for this.",
		    json_pack("{s:[s]}", "permission", route->permission));
		return;
	}
	call->in = read_input(r);
	if (call->in == NULL)
		return;
	call->now = clock_wall() / NS_PER_S;
	if (rest_check_fields(route->fields, call->in, &mistakes))
		route->handle(r, call);
	else
		complain_of_fields(r, mistakes);
	json_decref(call->in);
}

static bool
accepts_json(struct http_request *r)
{
	const char *accept = http_header(r, MHD_HTTP_HEADER_ACCEPT);

	return accept == NULL || strstr(accept, "*/*") != NULL ||
	    strstr(accept, "application/") != NULL;
}

bool
rest_handle_open(struct http_request *r)
{
	const char *path = below(r->path);

	if (path == NULL ||
	    strcmp(path,
		"domain-types/internal/actions/discover-receiver/invoke") != 0)
		return false;
	if (strcmp(r->method, "GET") != 0) {
		rest_problem(
		    r, MHD_HTTP_METHOD_NOT_ALLOWED, "GET is expected.", NULL);
		return true;
	}
	str_addf(&r->out, "%u", r->h->d->settings->receiver.port);
	r->status = MHD_HTTP_OK;
	return true;
}

void
rest_handle(struct http_request *r)
{
	struct rest_call call = {0};
	const char *path = below(r->path);
	bool known = false;

	if (!accepts_json(r)) {
		rest_problem(r, MHD_HTTP_NOT_ACCEPTABLE,
		    "Answers are application/json.", NULL);
		return;
	}
	for (call.route = rest_routes; path != NULL && call.route->path != NULL;
	     call.route++) {
		if (!matches(call.route, path, &call))
			continue;
		known = true;
		if (strcmp(call.route->method, r->method) != 0)
			continue;
		call_route(r, &call);
		break;
	}
	if (path == NULL || (call.route->path == NULL && !known))
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such end point.", NULL);
	else if (call.route->path == NULL)
		rest_problem(r, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "This end point has other methods.", NULL);
	for (size_t i = 0; i < REST_NAMES; i++)
		free(call.names[i]);
}
