/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts and services as they are.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <stdlib.h>

/* {column: value} of a row; takes neither. */
static json_t *
named(const json_t *names, const json_t *row)
{
	json_t *doc = json_object(), *name;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)names, i, name) json_object_set(
	    doc, json_string_value(name), json_array_get(row, i));
	return doc;
}

static json_t *
host_object(struct http_request *r, const json_t *names, const json_t *row)
{
	const char *name = json_string_value(json_array_get(row, 0));

	return rest_object(r, "host", name, name, named(names, row));
}

static json_t *
service_object(struct http_request *r, const json_t *names, const json_t *row)
{
	const char *host = json_string_value(json_array_get(row, 0));
	const char *name = json_string_value(json_array_get(row, 1));
	char *id = xasprintf("%s:%s", host, name);
	char *title = xasprintf("Service %s on host %s", name, host);
	json_t *doc = rest_object(r, "service", id, title, named(names, row));

	free(id);
	free(title);
	return doc;
}

/* Rows of a query; the first columns are the object's names. */
static json_t *
find(struct http_request *r, const struct rest_call *call, const char *table,
    const char *own, const char *if_absent, struct str *filters,
    json_t **names_r)
{
	struct str lql = {0}, all = {0};
	json_t *rows = NULL;

	if (rest_add_columns(r, call, if_absent, &lql, names_r)) {
		str_addf(&all, "Columns: %s%s%s", own,
		    str_get(&lql) + strlen("Columns:"), str_get(filters));
		rows = http_query(r, table, str_get(&all));
		if (rows == NULL)
			json_decref(*names_r);
	}
	str_free(&lql);
	str_free(&all);
	str_free(filters);
	return rows;
}

/* Takes the names of the object off the row. */
static json_t *
asked(json_t *row, size_t own)
{
	json_t *rest = json_array(), *value;
	size_t i;

	json_array_foreach(row, i, value) if (i >= own)
	    json_array_append(rest, value);
	return rest;
}

static json_t *
make_object(struct http_request *r, json_t *row, json_t *names, bool service)
{
	json_t *rest = asked(row, service ? 2 : 1), *doc, *extensions;

	doc = service ? service_object(r, names, row)
		      : host_object(r, names, row);
	extensions = named(names, rest);
	json_object_set_new(doc, "extensions", extensions);
	json_decref(rest);
	return doc;
}

static void
answer_list(struct http_request *r, json_t *rows, json_t *names, bool service)
{
	json_t *values = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	    json_array_append_new(values, make_object(r, row, names, service));
	rest_collection(r, service ? "service" : "host", values);
}

static void
answer_one(struct http_request *r, json_t *rows, json_t *names, bool service,
    const char *missing)
{
	if (json_array_size(rows) == 0)
		rest_problem(r, MHD_HTTP_NOT_FOUND, missing, NULL);
	else
		http_json(r, MHD_HTTP_OK,
		    make_object(r, json_array_get(rows, 0), names, service));
}

static void
add_sites(struct str *lql, const struct rest_call *call)
{
	json_t *sites = json_object_get(call->in, "sites"), *one;
	size_t i;

	if (json_array_size(sites) == 0)
		return;
	str_add(lql, "OnlySites:");
	json_array_foreach(sites, i, one)
	{
		char *clean = rest_clean(json_string_value(one), true);

		str_addf(lql, " %s", clean);
		free(clean);
	}
	str_addc(lql, '\n');
}

void
rest_hosts(struct http_request *r, const struct rest_call *call)
{
	struct str filters = {0};
	json_t *rows = NULL, *names;

	add_sites(&filters, call);
	if (rest_add_query(r, call, "hosts", &filters))
		rows = find(r, call, "hosts", "name", "name", &filters, &names);
	str_free(&filters);
	if (rows == NULL)
		return;
	answer_list(r, rows, names, false);
	json_decref(rows);
	json_decref(names);
}

void
rest_host(struct http_request *r, const struct rest_call *call)
{
	struct str filters = {0};
	json_t *rows, *names;

	rest_add_filter(&filters, "name", "=", call->names[0]);
	rows = find(r, call, "hosts", "name",
	    "name alias address state plugin_output last_check", &filters,
	    &names);
	if (rows == NULL)
		return;
	answer_one(r, rows, names, false, "There is no such host.");
	json_decref(rows);
	json_decref(names);
}

static void
services(struct http_request *r, const struct rest_call *call, const char *host)
{
	struct str filters = {0};
	json_t *rows = NULL, *names;

	add_sites(&filters, call);
	if (host != NULL)
		rest_add_filter(&filters, "host_name", "=", host);
	if (rest_add_query(r, call, "services", &filters))
		rows = find(r, call, "services", "host_name description",
		    "host_name description", &filters, &names);
	str_free(&filters);
	if (rows == NULL)
		return;
	answer_list(r, rows, names, true);
	json_decref(rows);
	json_decref(names);
}

void
rest_services(struct http_request *r, const struct rest_call *call)
{
	services(r, call, rest_text(call, "host_name"));
}

void
rest_services_of_host(struct http_request *r, const struct rest_call *call)
{
	services(r, call, call->names[0]);
}

void
rest_show_service(struct http_request *r, const struct rest_call *call)
{
	struct str filters = {0};
	json_t *rows, *names;

	rest_add_filter(&filters, "host_name", "=", call->names[0]);
	rest_add_filter(&filters, "description", "=",
	    rest_text(call, "service_description"));
	rows = find(r, call, "services", "host_name description",
	    "host_name description state plugin_output last_check", &filters,
	    &names);
	if (rows == NULL)
		return;
	answer_one(r, rows, names, true, "There is no such service.");
	json_decref(rows);
	json_decref(names);
}
