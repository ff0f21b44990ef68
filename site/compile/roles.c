/* SPDX-License-Identifier: Apache-2.0
 *
 * Roles of people, built-in and own, with their permissions resolved along
 * based_on; and the other sites.
 */
#include "common/config/permissions.def"
#include "common/mem.h"
#include "site/compile/model.h"

#include <stdlib.h>

static const struct {
	const char *name, *roles;
} permissions[] = {
#define PERMISSION(name, roles, help) {name, roles},
    PERMISSIONS(PERMISSION)
#undef PERMISSION
};

static const struct {
	const char *name, *alias;
	char letter;
} builtin[] = {
    {"admin", "Administrator", 'A'},
    {"agent_registration", "Agent registration", 'R'},
    {"guest", "Guest", 'G'},
    {"no_permissions", "No permissions", '-'},
    {"user", "Normal user", 'U'},
};

#define MAX_CHAIN 20

void
roles_add_builtin(struct model *m)
{
	for (size_t i = 0; i < ARRAY_LEN(builtin); i++)
		table_add(&m->tables[TABLE_ROLES], builtin[i].name, NULL, NULL);
}

static size_t
builtin_of(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_LEN(builtin) && strcmp(builtin[i].name, name) != 0)
		i++;
	return i;
}

/* Along based_on to who says something of it; a built-in role says all. */
static bool
may(const struct model *m, uint32_t role, size_t permission)
{
	for (unsigned depth = 0; role != NONE && depth < MAX_CHAIN; depth++) {
		const struct entry *e = &m->tables[TABLE_ROLES].items[role];
		const json_t *said =
		    json_object_get(json_object_get(e->value, "permissions"),
			permissions[permission].name);
		const char *up;

		if (e->src == NULL)
			return strchr(permissions[permission].roles,
				   builtin[builtin_of(e->name)].letter) != NULL;
		if (json_is_boolean(said))
			return json_is_true(said);
		up = json_string_value(json_object_get(e->value, "based_on"));
		role = named_find(
		    m, TABLE_ROLES, up == NULL ? "no_permissions" : up);
	}
	return false;
}

static void
check_role(struct model *m, const struct entry *e)
{
	struct place at = place_key(place_of(e->src, "roles"), e->name);
	const json_t *said = json_object_get(e->value, "permissions");
	const char *up =
	    json_string_value(json_object_get(e->value, "based_on"));
	const char *key;
	json_t *value;
	unsigned depth = 0;

	json_object_foreach((json_t *)(uintptr_t)said, key, value)
	{
		struct nearest near = {.word = key};
		struct str hint = {0};
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(permissions); i++) {
			known |= strcmp(permissions[i].name, key) == 0;
			nearest_try(&near, permissions[i].name);
		}
		nearest_hint(&near, &hint);
		if (!known)
			model_mistake_key(m,
			    place_key(place_key(at, "permissions"), key),
			    "there is no permission %s%s", key, str_get(&hint));
		str_free(&hint);
	}
	if (up == NULL)
		return;
	named_need(m, TABLE_ROLES, up, place_key(at, "based_on"));
	for (; up != NULL && depth < MAX_CHAIN; depth++) {
		uint32_t next = named_find(m, TABLE_ROLES, up);

		up = next == NONE
		    ? NULL
		    : json_string_value(json_object_get(
			  m->tables[TABLE_ROLES].items[next].value,
			  "based_on"));
	}
	if (depth == MAX_CHAIN)
		model_mistake(m, place_key(at, "based_on"),
		    "the role %s is based on itself, perhaps through others",
		    e->name);
}

json_t *
roles_gather(struct model *m)
{
	const struct table *t = &m->tables[TABLE_ROLES];
	json_t *all = model_keep(m, json_object());

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];
		json_t *alias = json_object_get(e->value, "alias");
		json_t *up = json_object_get(e->value, "based_on");
		json_t *list = json_array();

		if (e->src != NULL)
			check_role(m, e);
		for (size_t p = 0; p < ARRAY_LEN(permissions); p++) {
			if (may(m, i, p))
				json_array_append_new(
				    list, json_string(permissions[p].name));
		}
		json_object_set_new(all, e->name,
		    json_pack("{s:o, s:O?, s:b, s:o}", "alias",
			e->src == NULL
			    ? json_string(builtin[builtin_of(e->name)].alias)
			    : json_is_string(alias) ? json_incref(alias)
						    : json_string(e->name),
			"based_on", up, "builtin", e->src == NULL,
			"permissions", list));
	}
	return all;
}

/* --- sites ---------------------------------------------------------------- */

bool
roles_own_site(const struct model *m, const char *name)
{
	const char *own = m->root == NULL ? NULL : strrchr(m->root, '/');

	return own != NULL && strcmp(own + 1, name) == 0;
}

static void
check_site(struct model *m, const struct entry *e)
{
	struct place at = place_key(place_of(e->src, "sites"), e->name);
	const json_t *status = json_object_get(e->value, "status_host");
	const char *of = json_string_value(json_object_get(status, "site"));
	const char *host = json_string_value(json_object_get(status, "host"));
	const char *address =
	    json_string_value(json_object_get(e->value, "address"));
	const char *colon = address == NULL ? NULL : strrchr(address, ':');

	if (address != NULL && address[0] != '/' &&
	    (colon == NULL || colon == address || colon[1] == '\0' ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1)))
		model_mistake(m, place_key(at, "address"),
		    "expected HOST:PORT or the path of a socket, not \"%s\"",
		    address);
	else if (json_is_false(json_object_get(e->value, "tls")) &&
	    address != NULL && address[0] != '/' &&
	    strncmp(address, "127.", 4) != 0 &&
	    strncmp(address, "[::1]:", 6) != 0 &&
	    strncmp(address, "localhost:", 10) != 0)
		model_mistake(m, place_key(at, "tls"),
		    "without TLS only loopback addresses are asked, not %s",
		    address);
	if (of != NULL && !roles_own_site(m, of))
		named_need(m, TABLE_SITES, of,
		    place_key(place_key(at, "status_host"), "site"));
	if (host != NULL)
		named_need(m, TABLE_HOSTS, host,
		    place_key(place_key(at, "status_host"), "host"));
}

json_t *
sites_gather(struct model *m)
{
	const struct table *t = &m->tables[TABLE_SITES];
	json_t *all = model_keep(m, json_object());

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];

		check_site(m, e);
		json_object_set_new(all, e->name,
		    json_is_object(e->value) ? json_incref(e->value)
					     : json_object());
	}
	return t->n == 0 ? NULL : all;
}
