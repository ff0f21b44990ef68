/* SPDX-License-Identifier: Apache-2.0
 *
 * Contacts and contact groups. A contact is in the groups that it names and
 * in those that name it.
 */
#include "common/mem.h"
#include "site/compile/notify.h"
#include "site/compile/objects.h"

#include <stdlib.h>

/* --- members -------------------------------------------------------------- */

/* By group: contacts' indexes. */
static void
gather_members(struct model *m, struct indexes *members)
{
	const struct table *contacts = &m->tables[TABLE_CONTACTS];
	const struct table *groups = &m->tables[TABLE_CONTACT_GROUPS];

	for (uint32_t c = 0; c < contacts->n; c++) {
		const struct entry *e = &contacts->items[c];
		struct indexes own = {0};

		named_need_list(m, TABLE_CONTACT_GROUPS,
		    json_object_get(e->value, "contact_groups"),
		    place_key(place_key(place_of(e->src, "contacts"), e->name),
			"contact_groups"),
		    &own);
		for (uint32_t i = 0; i < own.n; i++)
			indexes_add(&members[own.items[i]], c);
		indexes_free(&own);
	}
	for (uint32_t g = 0; g < groups->n; g++) {
		const struct entry *e = &groups->items[g];

		named_need_list(m, TABLE_CONTACTS,
		    json_object_get(e->value, "members"),
		    place_key(
			place_key(place_of(e->src, "contact_groups"), e->name),
			"members"),
		    &members[g]);
		indexes_sort(&members[g]);
	}
}

void
people_collect(struct model *m)
{
	m->members = xcalloc((size_t)m->tables[TABLE_CONTACT_GROUPS].n + 1,
	    sizeof(m->members[0]));
	gather_members(m, m->members);
	/* To be a member is no use of a group. */
	for (uint32_t i = 0; i < m->tables[TABLE_CONTACT_GROUPS].n; i++)
		m->tables[TABLE_CONTACT_GROUPS].items[i].used = false;
}

void
people_free(struct model *m)
{
	for (uint32_t i = 0;
	     m->members != NULL && i < m->tables[TABLE_CONTACT_GROUPS].n; i++)
		indexes_free(&m->members[i]);
	free(m->members);
}

void
people_of_groups(struct model *m, const json_t *groups, struct indexes *to)
{
	for (size_t i = 0; i < json_array_size(groups); i++) {
		const char *name = json_string_value(json_array_get(groups, i));
		uint32_t g = name == NULL
		    ? NONE
		    : named_find(m, TABLE_CONTACT_GROUPS, name);

		for (uint32_t k = 0; g != NONE && k < m->members[g].n; k++)
			indexes_add(to, m->members[g].items[k]);
	}
}

/* --- into the snapshot ---------------------------------------------------- */

static snap_str
text(struct model *m, const json_t *entry, const char *key)
{
	return snapb_str(
	    m->snap, json_string_value(json_object_get(entry, key)));
}

static void
add_contact(struct model *m, uint32_t index)
{
	const struct entry *e = &m->tables[TABLE_CONTACTS].items[index];
	struct place at = place_key(place_of(e->src, "contacts"), e->name);
	const char *period =
	    json_string_value(json_object_get(e->value, "notification_period"));
	struct snap_contact *c =
	    snapb_contact_at(m->snap, snapb_contact(m->snap, e->name));
	const char *role = json_string_value(json_object_get(e->value, "role"));
	struct indexes groups = {0};

	if (json_object_get(e->value, "alias") != NULL)
		c->alias = text(m, e->value, "alias");
	c->email = text(m, e->value, "email");
	c->pager = text(m, e->value, "pager");
	if (role != NULL)
		named_need(m, TABLE_ROLES, role, place_key(at, "role"));
	if (role != NULL)
		c->role = text(m, e->value, "role");
	c->password_hash = text(m, e->value, "password_hash");
	if (period != NULL)
		c->notification_period = named_need(m, TABLE_PERIODS, period,
		    place_key(at, "notification_period"));
	notify_check_gathering(m, json_object_get(e->value, "quiet_hours"),
	    place_key(at, "quiet_hours"));
	for (uint32_t g = 0; g < m->tables[TABLE_CONTACT_GROUPS].n; g++) {
		for (uint32_t k = 0; k < m->members[g].n; k++) {
			if (m->members[g].items[k] == index)
				indexes_add(&groups, g);
		}
	}
	c->groups = snapb_list(m->snap, groups.items, groups.n);
	c->json = json_is_object(e->value) ? model_json(m, e->value)
					   : snapb_str(m->snap, "{}");
	notify_check_rules(m, json_object_get(e->value, "notification_rules"),
	    place_key(at, "notification_rules"), true);
	indexes_free(&groups);
}

void
people_add(struct model *m)
{
	const struct table *groups = &m->tables[TABLE_CONTACT_GROUPS];

	for (uint32_t i = 0; i < m->tables[TABLE_CONTACTS].n; i++)
		add_contact(m, i);
	for (uint32_t i = 0; i < groups->n; i++) {
		const struct entry *e = &groups->items[i];
		struct snap_group *g =
		    snapb_group_at(m->snap, SNAPB_CONTACT_GROUPS,
			snapb_group(m->snap, SNAPB_CONTACT_GROUPS, e->name));

		if (json_object_get(e->value, "alias") != NULL)
			g->alias = text(m, e->value, "alias");
		g->members =
		    snapb_list(m->snap, m->members[i].items, m->members[i].n);
	}
	m->report->contacts = m->tables[TABLE_CONTACTS].n;
}
