/* SPDX-License-Identifier: Apache-2.0
 *
 * Permissions of roles, and the contacts that have them; see rights.h.
 */
#include "livestatusd/http/rights.h"

#include "common/config/permissions.def"
#include "common/mem.h"

#include <stdlib.h>

static const struct {
	const char *name, *help;
} permissions[] = {
#define PERMISSION(name, roles, help) {name, help},
    PERMISSIONS(PERMISSION)
#undef PERMISSION
};
_Static_assert(ARRAY_LEN(permissions) <= 64, "a bit each");

struct rights {
	const struct snapshot *snap;
	struct role {
		char *name;
		uint64_t may;
	} * roles;
	size_t n;
};

uint64_t
permission_bit(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(permissions); i++)
		if (strcmp(permissions[i].name, name) == 0)
			return UINT64_C(1) << i;
	return 0;
}

const char *
permission_name(unsigned i, const char **help_r)
{
	if (i >= ARRAY_LEN(permissions))
		return NULL;
	if (help_r != NULL)
		*help_r = permissions[i].help;
	return permissions[i].name;
}

static void
add_role(struct rights *p, const char *name, const json_t *role)
{
	const json_t *list = json_object_get(role, "permissions");
	struct role *r = &p->roles[p->n++];
	size_t i;
	json_t *one;

	r->name = xstrdup(name);
	json_array_foreach((json_t *)(uintptr_t)list, i,
	    one) if (json_is_string(one)) r->may |=
	    permission_bit(json_string_value(one));
}

struct rights *
rights_new(const struct snapshot *snap)
{
	struct rights *p = xnew(struct rights);
	json_t *roles = json_loads(snap_s(snap, snap->roles), 0, NULL);
	const char *name;
	json_t *role;

	p->snap = snap;
	p->roles = xcalloc(json_object_size(roles) + 1, sizeof(*p->roles));
	json_object_foreach(roles, name, role) add_role(p, name, role);
	json_decref(roles);
	return p;
}

void
rights_free(struct rights **pp)
{
	struct rights *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->roles[i].name);
	free(p->roles);
	free(p);
}

uint64_t
rights_of_role(const struct rights *p, const char *role)
{
	for (size_t r = 0; r < p->n; r++)
		if (strcmp(p->roles[r].name, role) == 0)
			return p->roles[r].may;
	return 0;
}

bool
rights_find(const struct rights *p, struct slice name, struct person *person_r)
{
	uint32_t i = snap_find_contact(p->snap, name);
	const struct snap_contact *c;
	json_t *entry;

	if (i == SNAP_NONE)
		return false;
	c = &p->snap->contacts[i];
	*person_r = (struct person){
	    .name = snap_s(p->snap, c->name),
	    .alias = snap_s(p->snap, c->alias),
	    .role = snap_s(p->snap, c->role),
	    .hash = snap_s(p->snap, c->password_hash),
	};
	entry = json_loads(snap_s(p->snap, c->json), 0, NULL);
	person_r->automation =
	    json_is_true(json_object_get(entry, "automation"));
	person_r->disabled =
	    json_is_true(json_object_get(entry, "disable_login"));
	json_decref(entry);
	/* crypt(3) never makes a hash that begins with "!": it is locked. */
	if (person_r->hash[0] == '!')
		person_r->disabled = true;
	person_r->may = rights_of_role(p, person_r->role);
	return true;
}
