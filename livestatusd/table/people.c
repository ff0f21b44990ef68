/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of contacts, contact groups and commands. Their index
 * is the one in the snapshot.
 */
#include "livestatusd/table/table.h"

#include <string.h>

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	(void)v;
	(void)c;
	return at;
}

static int64_t
contact_enabled(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror_contact *k = &v->m->contacts[at];

	return c->off == 0 ? k->host_notifications : k->service_notifications;
}

static int64_t
contact_modified(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror_contact *k = &v->m->contacts[at];

	(void)c;
	return k->modified | k->modified_host | k->modified_service;
}

static void
contact_modified_list(struct view *v, const struct column *c, uint32_t at)
{
	column_attributes_items(v, (uint32_t)contact_modified(v, c, at));
}

static void
contact_variables(struct view *v, const struct column *c, uint32_t at)
{
	column_variables(
	    v, &v->m->contacts[at].over, (struct snap_list){0, 0}, c->off);
}

static struct slice
contact_text(struct view *v, const struct column *c, uint32_t at)
{
	snap_str off;

	memcpy(
	    &off, (const char *)&v->snap->contacts[at] + c->off, sizeof(off));
	return slice_of(snap_s(v->snap, off));
}

static struct slice
contact_period(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t p = c->off == 0 ? v->m->contacts[at].host_period
				 : v->m->contacts[at].service_period;

	return slice_of(
	    p == SNAP_NONE ? "" : snap_s(v->snap, v->snap->periods[p].name));
}

static int64_t
contact_in_period(struct view *v, const struct column *c, uint32_t at)
{
	return times_is_in(v->m->times,
	    c->off == 0 ? v->m->contacts[at].host_period
			: v->m->contacts[at].service_period,
	    v->now);
}

static int64_t
contact_commands(struct view *v, const struct column *c, uint32_t at)
{
	const char *role = snap_s(v->snap, v->snap->contacts[at].role);

	(void)c;
	return strcmp(role, "guest") != 0 &&
	    strcmp(role, "agent_registration") != 0;
}

static void
contact_groups(struct view *v, const struct column *c, uint32_t at)
{
	const struct snapshot *s = v->snap;
	struct snap_list list = s->contacts[at].groups;

	(void)c;
	for (uint32_t i = 0; i < list.n; i++)
		items_string(&v->items,
		    slice_of(snap_s(
			s, s->contact_groups[snap_at(s, list, i)].name)));
}

static struct slice
group_text(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_group *g = &v->snap->contact_groups[at];

	return slice_of(
	    snap_s(v->snap, c->off == 1 && g->alias ? g->alias : g->name));
}

static void
group_members(struct view *v, const struct column *c, uint32_t at)
{
	const struct snapshot *s = v->snap;
	struct snap_list list = s->contact_groups[at].members;

	(void)c;
	for (uint32_t i = 0; i < list.n; i++)
		items_string(&v->items,
		    slice_of(snap_s(s, s->contacts[snap_at(s, list, i)].name)));
}

static struct slice
command_text(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_command *k = &v->snap->commands[at];

	return slice_of(snap_s(v->snap, c->off == 0 ? k->name : k->line));
}

/* clang-format off */
#define CONTACT(nm, member, h) \
	COL_STRING(nm, contact_text, offsetof(struct snap_contact, member), h)

static const struct column contact[] = {
	CONTACT("name", name, "login name"),
	CONTACT("alias", alias, "full name"),
	CONTACT("email", email, "mail address"),
	CONTACT("pager", pager, "pager or phone"),
	COL_EMPTY("address1", STRING, "further address; always empty"),
	COL_EMPTY("address2", STRING, "further address; always empty"),
	COL_EMPTY("address3", STRING, "further address; always empty"),
	COL_EMPTY("address4", STRING, "further address; always empty"),
	COL_EMPTY("address5", STRING, "further address; always empty"),
	COL_EMPTY("address6", STRING, "further address; always empty"),
	COL_STRING("host_notification_period", contact_period, 0, "time period of notifications; empty: always"),
	COL_STRING("service_notification_period", contact_period, 1, "time period of notifications; empty: always"),
	COL_INT("can_submit_commands", contact_commands, 0, "the role allows commands"),
	COL_INT("host_notifications_enabled", contact_enabled, 0, "notifications are on"),
	COL_INT("service_notifications_enabled", contact_enabled, 1, "notifications are on"),
	COL_INT("in_host_notification_period", contact_in_period, 0, "within the time period now"),
	COL_INT("in_service_notification_period", contact_in_period, 1, "within the time period now"),
	COL_LIST("custom_variable_names", contact_variables, 0, "names of custom variables"),
	COL_LIST("custom_variable_values", contact_variables, 1, "values of custom variables"),
	COL_DICT("custom_variables", contact_variables, 11, "name: value"),
	COL_EMPTY("tag_names", LIST, "tag groups; always empty"),
	COL_EMPTY("tag_values", LIST, "tags; always empty"),
	COL_EMPTY("tags", DICT, "tag group: tag; always empty"),
	COL_EMPTY("label_names", LIST, "names of labels; always empty"),
	COL_EMPTY("label_values", LIST, "values of labels; always empty"),
	COL_EMPTY("labels", DICT, "label: value; always empty"),
	COL_EMPTY("label_source_names", LIST, "names of labels; always empty"),
	COL_EMPTY("label_source_values", LIST, "where labels come from; always empty"),
	COL_EMPTY("label_sources", DICT, "label: where it comes from; always empty"),
	COL_INT("modified_attributes", contact_modified, 0, "bits of what commands have changed"),
	COL_LIST("modified_attributes_list", contact_modified_list, 0, "names of what commands have changed"),
	COL_LIST("groups", contact_groups, 0, "names of the contact groups"),
	COL_EMPTY("host_notification_commands", LIST, "always empty: rules decide"),
	COL_EMPTY("service_notification_commands", LIST, "always empty: rules decide"),
	COL_INT("id", number, 0, "number of the contact until the next activation"),
	{0}
};

static const struct column contactgroup[] = {
	COL_STRING("name", group_text, 0, "name of the group"),
	COL_STRING("alias", group_text, 1, "descriptive name"),
	COL_LIST("members", group_members, 0, "names of the contacts"),
	COL_INT("id", number, 0, "number of the group until the next activation"),
	{0}
};

static const struct column command[] = {
	COL_STRING("name", command_text, 0, "name of the command"),
	COL_STRING("line", command_text, 1, "command line"),
	COL_INT("id", number, 0, "number of the command until the next activation"),
	{0}
};
/* clang-format on */

const struct column_set columns_contact = {{contact, NULL}};
const struct column_set columns_contactgroup = {{contactgroup, NULL}};
const struct column_set columns_command = {{command, NULL}};
