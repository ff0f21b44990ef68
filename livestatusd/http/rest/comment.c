/* SPDX-License-Identifier: Apache-2.0
 *
 * Comments: writing, reading, removing.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <inttypes.h>
#include <stdlib.h>

#define COLUMNS                                                                \
	"id host_name service_description is_service author comment "          \
	"entry_time persistent"

static void
add(struct http_request *r, const struct rest_call *call)
{
	json_t *rows = rest_select(r, call, ""), *row;
	char *author = rest_clean(r->user, false);
	char *comment = rest_clean(rest_text(call, "comment"), true);
	char **lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
	{
		char *to = rest_target(row);

		lines[n++] = xasprintf("ADD_%s_COMMENT;%s;%d;%s;%s",
		    rest_is_service(row) ? "SVC" : "HOST", to,
		    rest_bool(call, "persistent", false), author, comment);
		free(to);
	}
	free(author);
	free(comment);
	rest_act(r, rows, lines, n);
}

void
rest_comment_hosts(struct http_request *r, const struct rest_call *call)
{
	add(r, call);
}

void
rest_comment_services(struct http_request *r, const struct rest_call *call)
{
	add(r, call);
}

/* --- reading -------------------------------------------------------------- */

static json_t *
comment_object(struct http_request *r, const json_t *row)
{
	char *id = xasprintf(
	    "%" PRId64, (int64_t)json_integer_value(json_array_get(row, 0)));
	bool is_service = json_integer_value(json_array_get(row, 3)) != 0;
	char *when =
	    rest_format_time(json_integer_value(json_array_get(row, 6)));
	json_t *doc = json_pack("{s:O, s:O, s:O, s:O, s:b, s:s, s:b, s:s}",
	    "host_name", json_array_get(row, 1), "id", json_array_get(row, 0),
	    "author", json_array_get(row, 4), "comment", json_array_get(row, 5),
	    "persistent", (int)json_integer_value(json_array_get(row, 7)) != 0,
	    "entry_time", when, "is_service", is_service, "site_id",
	    r->h->d->site);

	if (is_service)
		json_object_set(
		    doc, "service_description", json_array_get(row, 2));
	doc = rest_object(
	    r, "comment", id, json_string_value(json_array_get(row, 5)), doc);
	free(id);
	free(when);
	return doc;
}

/* `kind`: 0 of hosts, 1 of services, -1 both. NULL: the answer is made. */
static json_t *
find(struct http_request *r, const struct rest_call *call, int kind,
    const char *id)
{
	const char *host = rest_text(call, "host_name");
	const char *service = rest_text(call, "service_description");
	const char *site = rest_text(call, "site_id");
	struct str lql = {0};
	json_t *rows = NULL;

	str_add(&lql, "Columns: " COLUMNS "\n");
	if (kind >= 0)
		str_addf(&lql, "Filter: is_service = %d\n", kind);
	if (id != NULL)
		rest_add_filter(&lql, "id", "=", id);
	if (json_object_get(call->in, "comment_id") != NULL)
		str_addf(&lql, "Filter: id = %" PRId64 "\n",
		    rest_number(call, "comment_id", 0));
	if (site != NULL && strcmp(site, r->h->d->site) != 0)
		str_add(&lql, "Filter: id = 0\n");
	if (host != NULL)
		rest_add_filter(&lql, "host_name", "=", host);
	if (service != NULL)
		rest_add_filter(&lql, "service_description", "=", service);
	rest_add_services(&lql, call, "service_description");
	if (rest_add_query(r, call, "comments", &lql))
		rows = http_query(r, "comments", str_get(&lql));
	str_free(&lql);
	return rows;
}

static void
list(struct http_request *r, const struct rest_call *call, int kind)
{
	json_t *rows = find(r, call, kind, NULL), *values, *row;
	size_t i;

	if (rows == NULL)
		return;
	values = json_array();
	json_array_foreach(rows, i, row)
	    json_array_append_new(values, comment_object(r, row));
	rest_collection(r, "comment", values);
	json_decref(rows);
}

void
rest_comments(struct http_request *r, const struct rest_call *call)
{
	list(r, call, -1);
}

void
rest_comments_of_hosts(struct http_request *r, const struct rest_call *call)
{
	list(r, call, 0);
}

void
rest_comments_of_services(struct http_request *r, const struct rest_call *call)
{
	list(r, call, 1);
}

void
rest_comment(struct http_request *r, const struct rest_call *call)
{
	const char *id = call->names[0];
	json_t *rows;

	if (strspn(id, "0123456789") != strlen(id) || strlen(id) > 18) {
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such comment.", NULL);
		return;
	}
	rows = find(r, call, -1, id);
	if (rows != NULL && json_array_size(rows) == 0)
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such comment.", NULL);
	else if (rows != NULL)
		http_json(
		    r, MHD_HTTP_OK, comment_object(r, json_array_get(rows, 0)));
	json_decref(rows);
}

void
rest_comment_delete(struct http_request *r, const struct rest_call *call)
{
	json_t *rows = find(r, call, -1, NULL), *row;
	char **lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	size_t i, n = 0;

	json_array_foreach(rows, i, row) lines[n++] = xasprintf(
	    "DEL_%s_COMMENT;%" PRId64,
	    json_integer_value(json_array_get(row, 3)) != 0 ? "SVC" : "HOST",
	    (int64_t)json_integer_value(json_array_get(row, 0)));
	rest_remove(r, rows, lines, n);
}
