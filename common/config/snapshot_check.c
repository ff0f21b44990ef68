/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks a snapshot once at opening; see snapshot_check.h. The fields that
 * hold strings, lists and indexes are tables here, so that a new field is one
 * line.
 */
#include "common/config/snapshot_check.h"
#include "common/mem.h"

#include <math.h>
#include <stddef.h>

struct list_field {
	size_t at;
	enum list_of {
		OF_STRINGS, /* in pairs or threes: `group` of them */
		OF_HOSTS,
		OF_CONTACTS,
		OF_CONTACT_GROUPS,
		OF_GROUPS, /* host or service groups, by the object */
	} of;
	uint32_t group; /* OF_STRINGS: so many belong together */
	bool ascending;
};

#define AT(type, field) offsetof(struct type, field)

static const size_t object_strings[] = {AT(snap_object, name),
    AT(snap_object, alias), AT(snap_object, display_name),
    AT(snap_object, address), AT(snap_object, check_command),
    AT(snap_object, check_line), AT(snap_object, check_name),
    AT(snap_object, item), AT(snap_object, params), AT(snap_object, notes),
    AT(snap_object, notes_url), AT(snap_object, action_url),
    AT(snap_object, icon_image), AT(snap_object, folder),
    AT(snap_object, agent_command), AT(snap_object, agent_options),
    AT(snap_object, snmp), AT(snap_object, piggyback),
    AT(snap_object, event_handler), AT(snap_object, event_handler_line),
    AT(snap_object, alert_handler), AT(snap_object, alert_handler_line),
    AT(snap_object, downtimes), AT(snap_object, method_parameters)};
static const size_t object_periods[] = {AT(snap_object, check_period),
    AT(snap_object, notification_period), AT(snap_object, service_period),
    AT(snap_object, passive_period)};
static const struct list_field object_lists[] = {
    {AT(snap_object, parents), OF_HOSTS, 1, false},
    {AT(snap_object, contacts), OF_CONTACTS, 1, true},
    {AT(snap_object, contact_groups), OF_CONTACT_GROUPS, 1, true},
    {AT(snap_object, groups), OF_GROUPS, 1, true},
    {AT(snap_object, labels), OF_STRINGS, 3, false},
    {AT(snap_object, tags), OF_STRINGS, 2, false},
    {AT(snap_object, custom_variables), OF_STRINGS, 2, false},
    {AT(snap_object, nodes), OF_HOSTS, 1, true},
};
static const size_t contact_strings[] = {AT(snap_contact, name),
    AT(snap_contact, alias), AT(snap_contact, email), AT(snap_contact, pager),
    AT(snap_contact, role), AT(snap_contact, password_hash),
    AT(snap_contact, json)};
static const size_t group_strings[] = {AT(snap_group, name),
    AT(snap_group, alias), AT(snap_group, notes), AT(snap_group, notes_url),
    AT(snap_group, action_url)};
static const size_t period_strings[] = {
    AT(snap_period, name), AT(snap_period, alias), AT(snap_period, json)};
static const size_t command_strings[] = {
    AT(snap_command, name), AT(snap_command, line)};

static uint32_t
u32_at(const void *element, size_t at)
{
	uint32_t value;

	memcpy(&value, (const char *)element + at, sizeof(value));
	return value;
}

static bool
strings_ok(const struct snapshot *snap, const void *element,
    const size_t *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (u32_at(element, fields[i]) >= snap->n_string_bytes)
			return false;
	}
	return true;
}

static bool
list_ok(const struct snapshot *snap, struct snap_list list, uint32_t bound,
    bool ascending)
{
	if (list.off > snap->n_numbers || list.n > snap->n_numbers - list.off)
		return false;
	for (uint32_t i = 0; i < list.n; i++) {
		uint32_t value = snap_at(snap, list, i);

		if (value >= bound ||
		    (ascending && i > 0 && value <= snap_at(snap, list, i - 1)))
			return false;
	}
	return true;
}

static uint32_t
bound_of(
    const struct snapshot *snap, const struct snap_object *o, enum list_of of)
{
	switch (of) {
	case OF_STRINGS:
		return snap->n_string_bytes;
	case OF_HOSTS:
		return snap->n_hosts;
	case OF_CONTACTS:
		return snap->n_contacts;
	case OF_CONTACT_GROUPS:
		return snap->n_contact_groups;
	case OF_GROUPS:
		return o->is_service ? snap->n_service_groups
				     : snap->n_host_groups;
	}
	return 0;
}

static bool
object_lists_ok(const struct snapshot *snap, const struct snap_object *o)
{
	for (size_t i = 0; i < ARRAY_LEN(object_lists); i++) {
		const struct list_field *f = &object_lists[i];
		struct snap_list list;

		memcpy(&list, (const char *)o + f->at, sizeof(list));
		if (list.n % f->group != 0 ||
		    !list_ok(
			snap, list, bound_of(snap, o, f->of), f->ascending))
			return false;
	}
	return true;
}

/* Hosts before services, each in order, and each host's range of services. */
static bool
object_place_ok(const struct snapshot *snap, uint32_t i)
{
	const struct snap_object *o = &snap->objects[i];
	const struct snap_object *before = i > 0 ? o - 1 : NULL;
	struct snap_list range = o->services;

	if (o->is_service != (i >= snap->n_hosts))
		return false;
	if (i == snap->n_hosts)
		before = NULL;
	if (before != NULL && before->host > o->host)
		return false;
	if (before != NULL && (!o->is_service || before->host == o->host) &&
	    strcmp(snap_s(snap, before->name), snap_s(snap, o->name)) >= 0)
		return false;
	if (!o->is_service)
		return o->host == i && range.off >= snap->n_hosts &&
		    range.off <= snap->n_objects &&
		    range.n <= snap->n_objects - range.off;
	if (o->host >= snap->n_hosts)
		return false;
	range = snap->objects[o->host].services;
	return i >= range.off && i - range.off < range.n;
}

static bool
object_ok(const struct snapshot *snap, uint32_t i)
{
	const struct snap_object *o = &snap->objects[i];

	if (!strings_ok(snap, o, object_strings, ARRAY_LEN(object_strings)) ||
	    !object_place_ok(snap, i) || !object_lists_ok(snap, o))
		return false;
	for (size_t p = 0; p < ARRAY_LEN(object_periods); p++) {
		uint32_t index = u32_at(o, object_periods[p]);

		if (index != SNAP_NONE && index >= snap->n_periods)
			return false;
	}
	if (o->collector != SNAP_NONE &&
	    (o->collector >= snap->n_objects ||
		snap->objects[o->collector].host != o->host))
		return false;
	if ((o->check == SNAP_CHECK_COLLECTED ||
		o->check == SNAP_CHECK_SERVICE) &&
	    o->collector == SNAP_NONE)
		return false;
	if (o->check == SNAP_CHECK_CLUSTER && o->nodes.n == 0)
		return false;
	if (o->check == SNAP_CHECK_CLUSTERED &&
	    (!o->is_service || snap->objects[o->host].nodes.n == 0 ||
		o->cluster_mode == SNAP_CLUSTER_NONE))
		return false;
	if (o->cluster_mode >= SNAP_CLUSTER_MODES)
		return false;
	return o->check < SNAP_CHECK_KINDS && o->agent <= SNAP_AGENT_PROGRAM &&
	    o->max_check_attempts >= 1 && isfinite(o->flap_low) &&
	    isfinite(o->flap_high) && isfinite(o->flap_decay) &&
	    isfinite(o->staleness);
}

/*
 * Hosts' ranges must hold exactly their services: each service lies in its
 * host's range, and the ranges together are no longer than the services.
 */
static bool
ranges_ok(const struct snapshot *snap)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < snap->n_hosts; i++)
		total += snap->objects[i].services.n;
	return total == snap->n_objects - snap->n_hosts;
}

static bool
groups_ok(const struct snapshot *snap, const struct snap_group *groups,
    uint32_t n, uint32_t bound)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!strings_ok(snap, &groups[i], group_strings,
			ARRAY_LEN(group_strings)) ||
		    !list_ok(snap, groups[i].members, bound, true))
			return false;
	}
	return true;
}

static bool
contacts_ok(const struct snapshot *snap)
{
	for (uint32_t i = 0; i < snap->n_contacts; i++) {
		const struct snap_contact *c = &snap->contacts[i];

		if (!strings_ok(
			snap, c, contact_strings, ARRAY_LEN(contact_strings)) ||
		    (c->notification_period != SNAP_NONE &&
			c->notification_period >= snap->n_periods) ||
		    !list_ok(snap, c->groups, snap->n_contact_groups, true))
			return false;
	}
	return true;
}

static bool
rest_ok(const struct snapshot *snap)
{
	for (uint32_t i = 0; i < snap->n_periods; i++) {
		if (!strings_ok(snap, &snap->periods[i], period_strings,
			ARRAY_LEN(period_strings)))
			return false;
	}
	for (uint32_t i = 0; i < snap->n_commands; i++) {
		if (!strings_ok(snap, &snap->commands[i], command_strings,
			ARRAY_LEN(command_strings)))
			return false;
	}
	return snap->notification_rules < snap->n_string_bytes &&
	    snap->event_rules < snap->n_string_bytes &&
	    snap->event_actions < snap->n_string_bytes &&
	    snap->roles < snap->n_string_bytes &&
	    snap->sites < snap->n_string_bytes &&
	    snap->renames < snap->n_string_bytes &&
	    snap->aggregations < snap->n_string_bytes;
}

/* The table's name is the first field of its elements. */
static bool
in_order(
    const struct snapshot *snap, const void *table, size_t size, uint32_t n)
{
	const char *element = table;

	for (uint32_t i = 1; i < n; i++, element += size) {
		if (strcmp(snap_s(snap, u32_at(element, 0)),
			snap_s(snap, u32_at(element + size, 0))) >= 0)
			return false;
	}
	return true;
}

static bool
tables_in_order(const struct snapshot *snap)
{
	size_t group = sizeof(struct snap_group);

	return in_order(snap, snap->contacts, sizeof(struct snap_contact),
		   snap->n_contacts) &&
	    in_order(
		snap, snap->contact_groups, group, snap->n_contact_groups) &&
	    in_order(snap, snap->host_groups, group, snap->n_host_groups) &&
	    in_order(
		snap, snap->service_groups, group, snap->n_service_groups) &&
	    in_order(snap, snap->periods, sizeof(struct snap_period),
		snap->n_periods) &&
	    in_order(snap, snap->commands, sizeof(struct snap_command),
		snap->n_commands);
}

int
snapshot_check(const struct snapshot *snap, struct err *err_r)
{
	const char *wrong = NULL;

	if (snap->n_string_bytes == 0 || snap->strings[0] != '\0' ||
	    snap->strings[snap->n_string_bytes - 1] != '\0')
		wrong = "strings";
	for (uint32_t i = 0; wrong == NULL && i < snap->n_objects; i++) {
		if (!object_ok(snap, i)) {
			err_set(err_r, "object %u is wrong or out of order", i);
			return -1;
		}
	}
	if (wrong == NULL && !ranges_ok(snap))
		wrong = "hosts' services";
	else if (wrong == NULL && !contacts_ok(snap))
		wrong = "contacts";
	else if (wrong == NULL &&
	    !groups_ok(snap, snap->contact_groups, snap->n_contact_groups,
		snap->n_contacts))
		wrong = "contact groups";
	else if (wrong == NULL &&
	    (!groups_ok(snap, snap->host_groups, snap->n_host_groups,
		 snap->n_objects) ||
		!groups_ok(snap, snap->service_groups, snap->n_service_groups,
		    snap->n_objects)))
		wrong = "groups";
	else if (wrong == NULL && !rest_ok(snap))
		wrong = "periods, commands or rules";
	else if (wrong == NULL && !tables_in_order(snap))
		wrong = "order of a table";
	if (wrong == NULL)
		return 0;
	err_set(err_r, "damaged: %s", wrong);
	return -1;
}
