/* SPDX-License-Identifier: Apache-2.0
 *
 * console/list: rows of a table for the console's pages, sorted and filtered
 * before they are cut, with the exact number of all that fit. The body is
 * {table, columns: [...], query: {...}, sort: ["-state", "name"], offset,
 * limit}; the answer {columns, rows, total, now}.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/rest/filter.h"

#include <inttypes.h>
#include <stdlib.h>

#define LIMIT_MAX     10000
#define LIMIT_DEFAULT 500
#define COLUMNS_MAX   60
#define SORT_MAX      8

/* What people may look at; who is not an administrator sees their part. */
static const struct {
	const char *name;
	const char *permission; /* or NULL */
	const char *counted;    /* a column that each row has */
} tables[] = {
    {"hosts", NULL, "name"},
    {"services", NULL, "description"},
    {"hostgroups", NULL, "name"},
    {"servicegroups", NULL, "name"},
    {"contactgroups", NULL, "name"},
    {"contacts", NULL, "name"},
    {"timeperiods", NULL, "name"},
    {"downtimes", NULL, "id"},
    {"comments", NULL, "id"},
    {"log", NULL, "time"},
    {"statehist", NULL, "time"},
    {"aggregations", NULL, NULL},
    {"eventconsoleevents", NULL, "event_id"},
    {"eventconsolehistory", NULL, "event_id"},
    {"eventconsolerules", NULL, "rule_id"},
    {"sites", NULL, NULL},
    {"status", "general.server_side_requests", NULL},
    {"commands", "general.server_side_requests", "name"},
};

struct list {
	char *table;
	char *rest;    /* columns, filters, order */
	char *filters; /* to count with; NULL: all rows are in the answer */
	char *counted;
	json_t *columns;
	json_t *rows;
};

static void
list_free(struct list *l)
{
	free(l->table);
	free(l->rest);
	free(l->filters);
	free(l->counted);
	json_decref(l->columns);
	json_decref(l->rows);
	free(l);
}

/* --- the answer ----------------------------------------------------------- */

static void
answer(struct http_request *r, struct list *l, int64_t total)
{
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:O, s:O, s:I, s:I}", "columns", l->columns, "rows",
		l->rows, "total", (json_int_t)total, "now",
		(json_int_t)(clock_wall() / NS_PER_S)));
	list_free(l);
}

static void
on_count(struct http_request *r, json_t *rows, void *arg)
{
	struct list *l = arg;

	if (r == NULL || rows == NULL)
		list_free(l);
	else
		answer(r, l,
		    (int64_t)json_number_value(
			json_array_get(json_array_get(rows, 0), 0)));
}

static void
on_rows(struct http_request *r, json_t *rows, void *arg)
{
	struct list *l = arg;
	char *count;

	if (r == NULL || rows == NULL) {
		list_free(l);
		return;
	}
	l->rows = json_incref(rows);
	if (l->filters == NULL || l->counted == NULL) {
		answer(r, l, (int64_t)json_array_size(rows));
		return;
	}
	count = xasprintf("%sStats: %s !=\n", l->filters, l->counted);
	http_ask(r, l->table, count, on_count, l);
	free(count);
}

/* --- the request ---------------------------------------------------------- */

static int
add_columns(const json_t *list, struct str *lql, struct err *err_r)
{
	size_t i;
	json_t *one;

	str_add(lql, "Columns:");
	json_array_foreach((json_t *)(uintptr_t)list, i, one)
	{
		if (!filter_is_column(json_string_value(one)) ||
		    i >= COLUMNS_MAX) {
			err_set(err_r, "columns: expected names");
			return -1;
		}
		str_addf(lql, " %s", json_string_value(one));
	}
	str_addc(lql, '\n');
	if (json_array_size(list) == 0) {
		err_set(err_r, "columns: expected a list of names");
		return -1;
	}
	return 0;
}

static int
add_order(const json_t *list, struct str *lql, struct err *err_r)
{
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)(uintptr_t)list, i, one)
	{
		const char *name = json_string_value(one);
		bool down = name != NULL && name[0] == '-';

		if (!filter_is_column(down ? name + 1 : name) ||
		    i >= SORT_MAX) {
			err_set(err_r, "sort: expected columns");
			return -1;
		}
		str_addf(
		    lql, "Sort: %s %s\n", name + down, down ? "desc" : "asc");
	}
	return 0;
}

/* -1 with a reason; 0 if absent. */
static int64_t
number(const json_t *doc, const char *name, int64_t max, struct err *err_r)
{
	const json_t *value = json_object_get(doc, name);

	if (value == NULL)
		return 0;
	if (json_is_integer(value) && json_integer_value(value) >= 0 &&
	    json_integer_value(value) <= max)
		return json_integer_value(value);
	err_set(err_r, "%s: expected a number up to %" PRId64, name, max);
	return -1;
}

static int
add_table(
    struct http_request *r, const char *name, struct list *l, struct err *err_r)
{
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(tables); i++) {
		if (strcmp(tables[i].name, name) != 0)
			continue;
		if (!view_may_see(r, name) ||
		    (tables[i].permission != NULL &&
			!http_may(r, tables[i].permission))) {
			err_set(err_r, "table: you may not look at that");
			return -1;
		}
		l->table = xstrdup(name);
		if (tables[i].counted != NULL)
			l->counted = xstrdup(tables[i].counted);
		return 0;
	}
	err_set(err_r, "table: there is no such table");
	return -1;
}

static int
parse(struct http_request *r, const json_t *doc, struct list *l,
    struct err *err_r)
{
	const json_t *query = json_object_get(doc, "query");
	struct str lql = {0}, filters = {0};
	int64_t limit, offset;
	int rc = -1;

	limit = number(doc, "limit", LIMIT_MAX, err_r);
	offset = number(doc, "offset", INT32_MAX, err_r);
	l->columns = json_incref(json_object_get(doc, "columns"));
	if (limit >= 0 && offset >= 0 &&
	    add_table(r, json_string_value(json_object_get(doc, "table")), l,
		err_r) == 0 &&
	    add_columns(l->columns, &lql, err_r) == 0 &&
	    (query == NULL ||
		filter_to_lql(query, l->table, &filters, err_r) == 0) &&
	    add_order(json_object_get(doc, "sort"), &lql, err_r) == 0) {
		str_addslice(&lql, str_slice(&filters));
		str_addf(&lql, "Limit: %" PRId64 "\n",
		    limit == 0 ? LIMIT_DEFAULT : limit);
		if (offset > 0)
			str_addf(&lql, "Offset: %" PRId64 "\n", offset);
		l->rest = str_steal(&lql);
		l->filters = str_steal(&filters);
		rc = 0;
	}
	str_free(&lql);
	str_free(&filters);
	return rc;
}

void
list_handle(struct http_request *r)
{
	json_t *doc = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	struct list *l = xnew(struct list);
	struct err err;

	if (!json_is_object(doc)) {
		http_fail(r, MHD_HTTP_BAD_REQUEST, "The body should be JSON.");
		list_free(l);
	} else if (parse(r, doc, l, &err) == -1) {
		http_fail(r, MHD_HTTP_BAD_REQUEST, err.text);
		list_free(l);
	} else
		http_ask(r, l->table, l->rest, on_rows, l);
	json_decref(doc);
}
