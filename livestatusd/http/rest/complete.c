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

static void
add_rows(json_t *choices, const json_t *rows, bool label)
{
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
		add_choice(choices, label ? str_get(&both) : id,
		    label               ? str_get(&both)
			: title == NULL ? id
					: title);
		str_free(&both);
	}
}

/* Once each; of those that have `value` in them. */
static void
add_once(json_t *choices, json_t *seen, const json_t *name, const char *value,
    const char *front)
{
	const char *text = json_string_value(name);
	char *id;

	if (text == NULL || json_array_size(choices) >= CHOICES_MAX ||
	    json_object_get(seen, text) != NULL ||
	    (value != NULL && strcasestr(text, value) == NULL))
		return;
	json_object_set_new(seen, text, json_true());
	id = xasprintf("%s%s", front, text);
	add_choice(choices, id, text);
	free(id);
}

static void
answer(struct http_request *r, json_t *choices)
{
	http_json(r, MHD_HTTP_OK, json_pack("{s:o}", "choices", choices));
}

static int
by_name(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;

	return strcmp(json_string_value(json_array_get(*x, 0)),
	    json_string_value(json_array_get(*y, 0)));
}

/* Of services: each description once, counted, in no order. */
static void
on_distinct(struct http_request *r, json_t *rows, void *arg)
{
	size_t n = json_array_size(rows), i;
	json_t *choices, *row, **sorted;

	(void)arg;
	if (r == NULL || rows == NULL)
		return;
	choices = json_array();
	sorted = xcalloc(n + 1, sizeof(*sorted));
	json_array_foreach(rows, i, row) sorted[i] = row;
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (i = 0; i < n && i < CHOICES_MAX; i++)
		add_choice(choices,
		    json_string_value(json_array_get(sorted[i], 0)),
		    json_string_value(json_array_get(sorted[i], 0)));
	free(sorted);
	answer(r, choices);
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

static const json_t *
parameter(const struct rest_call *call, const char *name)
{
	return json_object_get(json_object_get(call->in, "parameters"), name);
}

/* {"context": {"host": {"host": NAME}, "siteopt": {"site": NAME}, ...}} */
static const char *
context_of(const struct rest_call *call, const char *kind, const char *name)
{
	const char *text = json_string_value(json_object_get(
	    json_object_get(parameter(call, "context"), kind), name));

	return text == NULL || text[0] == '\0' ? NULL : text;
}

static void
add_context(struct str *lql, const struct rest_call *call, bool services)
{
	const char *host = context_of(call, "host", "host");
	const char *service = context_of(call, "service", "service");
	const char *site = context_of(call, "siteopt", "site");
	char *clean;

	if (services && host != NULL)
		rest_add_filter(lql, "host_name", "=", host);
	if (services && service != NULL)
		rest_add_filter(lql, "description", "=", service);
	if (site == NULL)
		return;
	clean = rest_clean(site, true);
	str_addf(lql, "OnlySites: %s\n", clean);
	free(clean);
}

static void
complete_metrics(
    struct http_request *r, const struct rest_call *call, bool graphs)
{
	json_t *choices, *rows, *row, *name, *seen;
	struct str lql = {0};
	size_t i, k;

	str_add(&lql, "Columns: metrics\nFilter: metrics !=\nLimit: 5000\n");
	add_context(&lql, call, true);
	rows = http_query(r, "services", str_get(&lql));
	str_free(&lql);
	if (rows == NULL)
		return;
	choices = json_array();
	seen = json_object();
	json_array_foreach(rows, i, row) json_array_foreach(
	    json_array_get(row, 0), k, name) add_once(choices, seen, name,
	    rest_text(call, "value"), graphs ? "METRIC_" : "");
	json_decref(seen);
	json_decref(rows);
	answer(r, choices);
}

/* Groups of tags that hosts have, or the tags of parameters.group_id. */
static void
complete_tags(struct http_request *r, const struct rest_call *call, bool groups)
{
	const char *group = json_string_value(parameter(call, "group_id"));
	json_t *choices, *rows, *row, *name, *seen;
	struct str lql = {0};
	size_t i, k;

	str_add(&lql, "Columns: tag_names tag_values\nStats: name !=\n");
	add_context(&lql, call, false);
	rows = http_query(r, "hosts", str_get(&lql));
	str_free(&lql);
	if (rows == NULL)
		return;
	choices = json_array();
	seen = json_object();
	json_array_foreach(rows, i, row)
	    json_array_foreach(json_array_get(row, 0), k, name)
	{
		if (!groups &&
		    (group == NULL ||
			strcmp(json_string_value(name), group) != 0))
			continue;
		add_once(choices, seen,
		    groups ? name : json_array_get(json_array_get(row, 1), k),
		    rest_text(call, "value"), "");
	}
	json_decref(seen);
	json_decref(rows);
	answer(r, choices);
}

static void
complete_names(
    struct http_request *r, const struct rest_call *call, const struct kind *k)
{
	const char *value = rest_text(call, "value");
	bool services = strcmp(k->table, "services") == 0;
	json_t *choices, *rows;
	struct str lql = {0};

	str_addf(&lql, "Columns: %s\n", k->columns);
	if (services)
		str_addf(&lql, "Stats: %s !=\n", k->searched);
	else
		str_addf(&lql, "Sort: %s asc\nLimit: %d\n", k->searched,
		    CHOICES_MAX);
	rest_add_part(&lql, k->searched, value == NULL ? "" : value);
	add_context(&lql, call, services);
	if (services) {
		http_ask(r, k->table, str_get(&lql), on_distinct, NULL);
		str_free(&lql);
		return;
	}
	rows = http_query(r, k->table, str_get(&lql));
	str_free(&lql);
	if (rows == NULL)
		return;
	choices = json_array();
	add_rows(choices, rows, strcmp(k->id, "label") == 0);
	json_decref(rows);
	answer(r, choices);
}

/* Which names; of "allgroups" by parameters.group_type. */
static const struct kind *
find_kind(const struct rest_call *call)
{
	const char *type = json_string_value(parameter(call, "group_type"));
	char *id = type != NULL && strcmp(call->names[0], "allgroups") == 0
	    ? xasprintf("allgroups_%s", type)
	    : xstrdup(call->names[0]);
	const struct kind *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].id, id) == 0)
			found = &kinds[i];
	free(id);
	return found;
}

void
rest_complete(struct http_request *r, const struct rest_call *call)
{
	const char *id = call->names[0];
	const struct kind *k = find_kind(call);
	json_t *choices;

	if (k != NULL)
		complete_names(r, call, k);
	else if (strcmp(id, "sites") == 0) {
		choices = json_array();
		add_sites(r, choices);
		answer(r, choices);
	} else if (strcmp(id, "monitored_metrics") == 0 ||
	    strcmp(id, "available_graphs") == 0)
		complete_metrics(r, call, id[0] == 'a');
	else if (strcmp(id, "tag_groups") == 0 ||
	    strcmp(id, "tag_groups_opt") == 0)
		complete_tags(r, call, strcmp(id, "tag_groups") == 0);
	else
		rest_problem(r, MHD_HTTP_NOT_FOUND,
		    "There is no completion of that name.", NULL);
}
