/* SPDX-License-Identifier: Apache-2.0
 *
 * Warns of what is alone: groups that nobody is in or that nothing names,
 * periods and conditions that nothing names, hosts that no contact is told of.
 * One line for all such hosts, as there may be thousands.
 */
#include "site/compile/model.h"

#define NAMES_SHOWN 5

static void
warn_groups(struct model *m, enum table_id id, enum snapb_groups which,
    const char *members)
{
	const struct table *t = &m->tables[id];

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];

		if (snapb_group_at(m->snap, which, i)->members.n == 0)
			model_warn(m,
			    place_key(place_of(e->src, t->key), e->name),
			    "no %s is in the %s %s", members, t->what, e->name);
	}
}

static void
warn_hosts(struct model *m)
{
	uint32_t n_hosts = m->tables[TABLE_HOSTS].n, alone = 0;
	struct str names = {0};

	for (uint32_t i = 0; i < n_hosts; i++) {
		if (m->hosts[i].number == NONE)
			continue;
		if (snapb_object(m->snap, m->hosts[i].number)->contacts.n > 0)
			continue;
		if (alone < NAMES_SHOWN)
			str_addf(&names, "%s%s", alone == 0 ? "" : ", ",
			    m->hosts[i].name);
		alone++;
	}
	/* Where no host has contacts, they are not meant to. */
	if (alone > 0 && alone < n_hosts)
		model_warn(m, (struct place){0},
		    "%u host%s no contact, so nobody is told of %s: %s%s",
		    alone, alone == 1 ? " has" : "s have",
		    alone == 1 ? "it" : "them", str_get(&names),
		    alone > NAMES_SHOWN ? ", ..." : "");
	str_free(&names);
}

/* Administrators answer for the site, not for hosts: a fresh site has such a
 * group. */
static bool
of_admins(const struct model *m, enum table_id id, uint32_t group)
{
	const struct indexes *of;

	if (id != TABLE_CONTACT_GROUPS)
		return false;
	of = &m->members[group];
	for (uint32_t i = 0; i < of->n; i++) {
		const json_t *contact =
		    m->tables[TABLE_CONTACTS].items[of->items[i]].value;
		const char *role =
		    json_string_value(json_object_get(contact, "role"));

		if (role == NULL || strcmp(role, "admin") != 0)
			return false;
	}
	return of->n > 0;
}

/* What somebody declared and nothing names. */
static void
warn_unused(struct model *m, enum table_id id)
{
	const struct table *t = &m->tables[id];
	bool any = id != TABLE_CONTACT_GROUPS;

	/* Where no contact group is used, they are not meant to be. */
	for (uint32_t i = 0; i < t->n; i++)
		any |= t->items[i].used;
	for (uint32_t i = 0; any && i < t->n; i++) {
		const struct entry *e = &t->items[i];
		struct place at = place_key(place_of(e->src, t->key), e->name);

		if (e->src == NULL || e->used || of_admins(m, id, i))
			continue;
		if (id == TABLE_CONTACT_GROUPS)
			model_warn(
			    m, at, "nothing has the contact group %s", e->name);
		else if (id == TABLE_PERIODS)
			model_warn(
			    m, at, "nothing uses the time period %s", e->name);
		else
			model_warn(
			    m, at, "no rule uses the condition %s", e->name);
	}
}

static void
warn_contact_groups(struct model *m)
{
	const struct table *t = &m->tables[TABLE_CONTACT_GROUPS];

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];

		if (e->used && m->members[i].n == 0)
			model_warn(m,
			    place_key(place_of(e->src, t->key), e->name),
			    "no contact is in the contact group %s", e->name);
	}
}

void
objects_warn(struct model *m)
{
	warn_unused(m, TABLE_CONTACT_GROUPS);
	warn_unused(m, TABLE_PERIODS);
	warn_unused(m, TABLE_CONDITIONS);
	warn_unused(m, TABLE_PARAMETERS);
	warn_unused(m, TABLE_ESCALATIONS);
	warn_contact_groups(m);
	warn_groups(m, TABLE_HOST_GROUPS, SNAPB_HOST_GROUPS, "host");
	warn_groups(m, TABLE_SERVICE_GROUPS, SNAPB_SERVICE_GROUPS, "service");
	if (m->n_sources > 0 && m->tables[TABLE_CONTACTS].n > 0)
		warn_hosts(m);
}
