/* SPDX-License-Identifier: Apache-2.0
 *
 * Choices for what a person has typed so far.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <stdlib.h>

#define CHOICES_MAX 200

static const struct kind {
	const char *id, *table, *columns; /* id, and maybe title */
	const char *searched;
} kinds[] = {
    {"monitored_hostname", "hosts", "name", "name"},
    {"monitored_hostname_allow_all", "hosts", "name", "name"},
    {"config_hostname", "hosts", "name", "name"},
    {"monitored_service_description", "services", "description", "description"},
    {"allgroups", "hostgroups", "name alias", "name"},
    {"allgroups_host", "hostgroups", "name alias", "name"},
    {"allgroups_service", "servicegroups", "name alias", "name"},
    {"allgroups_contact", "contactgroups", "name alias", "name"},
    {"label", "labels", "name value", "name"},
};

static void
add_choice(json_t *choices, const char *id, const char *title)
{
	json_array_append_new(
	    choices, json_pack("{s:s, s:s}", "id", id, "value", title));
}

/* The part of a name, taken literally whatever its case. */
static void
add_part(struct str *lql, const char *column, const char *part)
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

static void
add_rows(json_t *choices, const json_t *rows, bool label)
{
	const char *last = NULL;
	size_t i;
	json_t *row;

	json_array_foreach((json_t *)(uintptr_t)rows, i, row)
	{
		const char *id = json_string_value(json_array_get(row, 0));
		const char *title = json_string_value(json_array_get(row, 1));
		struct str both = {0};

		if (json_array_size(choices) >= CHOICES_MAX)
			break;
		if (label)
			str_addf(&both, "%s:%s", id, title);
		else if (last != NULL && strcmp(last, id) == 0)
			continue;
		last = id;
		add_choice(choices, label ? str_get(&both) : id,
		    label               ? str_get(&both)
			: title == NULL ? id
					: title);
		str_free(&both);
	}
}

/* Names of metrics, of what the context names; `front` goes before each id. */
static void
add_metrics(
    json_t *choices, const json_t *rows, const char *value, const char *front)
{
	json_t *seen = json_object(), *row, *name;
	size_t i, k;

	json_array_foreach((json_t *)(uintptr_t)rows, i, row)
	    json_array_foreach(json_array_get(row, 0), k, name)
	{
		const char *text = json_string_value(name);
		char *id;

		if (json_array_size(choices) >= CHOICES_MAX ||
		    json_object_get(seen, text) != NULL ||
		    (value != NULL && strcasestr(text, value) == NULL))
			continue;
		json_object_set_new(seen, text, json_true());
		id = xasprintf("%s%s", front, text);
		add_choice(choices, id, text);
		free(id);
	}
	json_decref(seen);
}

static void
add_sites(struct http_request *r, json_t *choices)
{
	const struct snapshot *snap = r->h->d->snapshot;
	json_t *sites = json_loads(snap_s(snap, snap->sites), 0, NULL), *site;
	const char *name;

	add_choice(choices, r->h->d->site, r->h->d->site);
	json_object_foreach(
	    sites, name, site) if (strcmp(name, r->h->d->site) != 0)
	    add_choice(choices, name, name);
	json_decref(sites);
}

static const char *
context_of(const struct rest_call *call, const char *kind)
{
	const json_t *context =
	    json_object_get(json_object_get(call->in, "parameters"), "context");

	return json_string_value(
	    json_object_get(json_object_get(context, kind), kind));
}

static bool
complete_metrics(struct http_request *r, const struct rest_call *call)
{
	bool graphs = strcmp(call->names[0], "available_graphs") == 0;
	json_t *choices, *rows;
	struct str lql = {0};

	if (!graphs && strcmp(call->names[0], "monitored_metrics") != 0)
		return false;
	str_add(&lql, "Columns: metrics\nFilter: metrics !=\nLimit: 5000\n");
	if (context_of(call, "host") != NULL)
		rest_add_filter(
		    &lql, "host_name", "=", context_of(call, "host"));
	if (context_of(call, "service") != NULL)
		rest_add_filter(
		    &lql, "description", "=", context_of(call, "service"));
	rows = http_query(r, "services", str_get(&lql));
	str_free(&lql);
	if (rows == NULL)
		return true;
	choices = json_array();
	add_metrics(
	    choices, rows, rest_text(call, "value"), graphs ? "METRIC_" : "");
	json_decref(rows);
	http_json(r, MHD_HTTP_OK, json_pack("{s:o}", "choices", choices));
	return true;
}

void
rest_complete(struct http_request *r, const struct rest_call *call)
{
	const char *value = rest_text(call, "value");
	json_t *choices, *rows;
	struct str lql = {0};
	size_t i = 0;

	if (complete_metrics(r, call))
		return;
	choices = json_array();
	if (strcmp(call->names[0], "sites") == 0) {
		add_sites(r, choices);
		http_json(
		    r, MHD_HTTP_OK, json_pack("{s:o}", "choices", choices));
		return;
	}
	while (i < ARRAY_LEN(kinds) && strcmp(kinds[i].id, call->names[0]) != 0)
		i++;
	if (i == ARRAY_LEN(kinds)) {
		json_decref(choices);
		rest_problem(r, MHD_HTTP_NOT_FOUND,
		    "There is no completion of that name.", NULL);
		return;
	}
	str_addf(&lql, "Columns: %s\nSort: %s asc\nLimit: 5000\n",
	    kinds[i].columns, kinds[i].searched);
	add_part(&lql, kinds[i].searched, value == NULL ? "" : value);
	if (strcmp(kinds[i].table, "services") == 0 &&
	    context_of(call, "host") != NULL)
		rest_add_filter(
		    &lql, "host_name", "=", context_of(call, "host"));
	rows = http_query(r, kinds[i].table, str_get(&lql));
	str_free(&lql);
	if (rows == NULL) {
		json_decref(choices);
		return;
	}
	add_rows(choices, rows, strcmp(kinds[i].id, "label") == 0);
	json_decref(rows);
	http_json(r, MHD_HTTP_OK, json_pack("{s:o}", "choices", choices));
}
