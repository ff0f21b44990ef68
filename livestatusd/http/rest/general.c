/* SPDX-License-Identifier: Apache-2.0
 *
 * The site, its people and the other sites, as far as clients ask for them.
 */
#include "common/mem.h"
#include "livestatusd/http/people/who.h"
#include "livestatusd/http/rest/rest.h"

#include <stdlib.h>

void
rest_version(struct http_request *r, const struct rest_call *call)
{
	(void)call;
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:s}, s:s, s:b}", "site",
		r->h->d->site, "group", "", "rest_api", "revision", "0",
		"versions", "checkmk", REST_CHECKMK_VERSION, "vedette",
		vedette_version(), "edition", REST_EDITION, "demo", 0));
}

/* --- people --------------------------------------------------------------- */

static json_t *
names_of(const struct snapshot *snap, const struct snap_list *list,
    const struct snap_group *groups)
{
	json_t *names = json_array();

	for (uint32_t i = 0; i < list->n; i++)
		json_array_append_new(names,
		    json_string(snap_s(
			snap, groups[snap->numbers[list->off + i]].name)));
	return names;
}

static json_t *
user_object(struct http_request *r, const struct snap_contact *c)
{
	const struct snapshot *snap = r->h->d->snapshot;
	const char *name = snap_s(snap, c->name);
	struct person p = {.hash = ""};

	who_find(r->h, name, &p);
	return rest_object(r, "user_config", name, snap_s(snap, c->alias),
	    json_pack("{s:s, s:{s:s}, s:s, s:[s], s:o, s:b, s:{}, s:{s:s*}}",
		"fullname", snap_s(snap, c->alias), "contact_options", "email",
		snap_s(snap, c->email), "pager_address", snap_s(snap, c->pager),
		"roles", snap_s(snap, c->role), "contactgroups",
		names_of(snap, &c->groups, snap->contact_groups),
		"disable_login", snap_s(snap, c->password_hash)[0] == '\0',
		"disable_notifications", "auth_option", "auth_type",
		p.automation            ? "automation"
		    : p.hash[0] != '\0' ? "password"
					: NULL));
}

/* Of a person whom only the directory knows. */
static void
directory_user(struct http_request *r, const char *name)
{
	struct person p;
	json_t *groups;

	if (!who_find(r->h, name, &p) || !p.directory) {
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such user.", NULL);
		return;
	}
	groups = p.groups == NULL ? json_array() : json_deep_copy(p.groups);
	http_json(r, MHD_HTTP_OK,
	    rest_object(r, "user_config", name, p.alias,
		json_pack("{s:s, s:{s:s}, s:s, s:[s], s:o, s:b, s:{}, s:{s:s}}",
		    "fullname", p.alias, "contact_options", "email", "",
		    "pager_address", "", "roles", p.role, "contactgroups",
		    groups, "disable_login", 0, "disable_notifications",
		    "auth_option", "auth_type", "password")));
}

/* One's own is always shown: Grafana asks for it to test its login. */
void
rest_user(struct http_request *r, const struct rest_call *call)
{
	const struct snapshot *snap = r->h->d->snapshot;
	uint32_t i;

	if (strcmp(call->names[0], r->user) != 0 &&
	    !http_may(r, "wato.users")) {
		rest_problem(r, MHD_HTTP_FORBIDDEN,
		    "You do not have the permission for this.", NULL);
		return;
	}
	i = snap_find_contact(snap, slice_of(call->names[0]));
	if (i == SNAP_NONE)
		directory_user(r, call->names[0]);
	else
		http_json(r, MHD_HTTP_OK, user_object(r, &snap->contacts[i]));
}

void
rest_users(struct http_request *r, const struct rest_call *call)
{
	const struct snapshot *snap = r->h->d->snapshot;
	json_t *values = json_array();

	(void)call;
	for (uint32_t i = 0; i < snap->n_contacts; i++)
		json_array_append_new(
		    values, user_object(r, &snap->contacts[i]));
	rest_collection(r, "user_config", values);
}

/* --- sites ---------------------------------------------------------------- */

static json_t *
site_object(struct http_request *r, const char *name, const json_t *site)
{
	const char *alias = json_string_value(json_object_get(site, "alias"));
	json_t *address = json_object_get(site, "address");

	if (alias == NULL)
		alias = name;
	return rest_object(r, "site_connection", name, alias,
	    json_pack("{s:{s:s, s:s}, s:{s:O*}}", "basic_settings", "alias",
		alias, "site_id", name, "status_connection", "address",
		address));
}

void
rest_sites(struct http_request *r, const struct rest_call *call)
{
	const struct snapshot *snap = r->h->d->snapshot;
	json_t *sites = json_loads(snap_s(snap, snap->sites), 0, NULL), *site;
	json_t *values = json_array();
	const char *name;

	(void)call;
	json_array_append_new(values, site_object(r, r->h->d->site, NULL));
	json_object_foreach(
	    sites, name, site) if (strcmp(name, r->h->d->site) != 0)
	    json_array_append_new(values, site_object(r, name, site));
	json_decref(sites);
	rest_collection(r, "site_connection", values);
}

void
rest_site(struct http_request *r, const struct rest_call *call)
{
	const struct snapshot *snap = r->h->d->snapshot;
	json_t *sites = json_loads(snap_s(snap, snap->sites), 0, NULL);
	json_t *site = json_object_get(sites, call->names[0]);

	if (site == NULL && strcmp(call->names[0], r->h->d->site) != 0)
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such site.", NULL);
	else
		http_json(r, MHD_HTTP_OK, site_object(r, call->names[0], site));
	json_decref(sites);
}
