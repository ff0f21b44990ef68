/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks values of attributes; see attr_check.h.
 */
#include "site/compile/attr_check.h"

#include "common/event_sum.h"
#include "site/compile/later.h"
#include "site/compile/notify.h"
#include "site/compile/snmp_check.h"

enum table_id
attr_table(enum attr attr, bool service)
{
	switch ((int)attr) {
	case ATTR_parents:
		return TABLE_HOSTS;
	case ATTR_site:
		return TABLE_COUNT;
	case ATTR_groups:
		return service ? TABLE_SERVICE_GROUPS : TABLE_HOST_GROUPS;
	case ATTR_contact_groups:
		return TABLE_CONTACT_GROUPS;
	case ATTR_contacts:
		return TABLE_CONTACTS;
	case ATTR_check_period:
	case ATTR_passive_period:
	case ATTR_notification_period:
	case ATTR_service_period:
		return TABLE_PERIODS;
	default:
		return TABLE_COUNT;
	}
}

static void
check_events(struct model *m, bool service, const json_t *list, struct place at)
{
	const char *allowed = service ? "wucrfs" : "durfs";

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		/* No such letter at all: said by the schema. */
		if (s != NULL && s[0] != '\0' && s[1] == '\0' &&
		    strchr("durfswc", s[0]) != NULL &&
		    strchr(allowed, s[0]) == NULL)
			model_mistake(m, place_index(at, i),
			    "expected %s, not \"%s\"",
			    service ? "w, u, c, r, f or s for a service"
				    : "d, u, r, f or s for a host",
			    s);
	}
}

static const json_t *
find_tag(const json_t *tags, const char *id, struct nearest *near)
{
	for (size_t i = 0; i < json_array_size(tags); i++) {
		const json_t *tag = json_array_get(tags, i);
		const char *have =
		    json_string_value(json_object_get(tag, "id"));

		if (have == NULL)
			continue;
		if (strcmp(have, id) == 0)
			return tag;
		nearest_try(near, have);
	}
	return NULL;
}

/* A tag of a group that is declared must be one of its tags; of the built-in
 * groups, that is only likely. */
static void
check_tags(struct model *m, json_t *tags, struct place at)
{
	const char *group;
	json_t *value;

	json_object_foreach(tags, group, value)
	{
		uint32_t index = named_find(m, TABLE_TAG_GROUPS, group);
		const char *id = json_string_value(value);
		struct nearest near = {.word = id};
		struct str hint = {0};

		if (index == NONE || id == NULL)
			continue;
		if (find_tag(json_object_get(
				 m->tables[TABLE_TAG_GROUPS].items[index].value,
				 "tags"),
			id, &near) == NULL) {
			nearest_hint(&near, &hint);
			if (m->tables[TABLE_TAG_GROUPS].items[index].src !=
			    NULL)
				model_mistake(m, place_key(at, group),
				    "the tag group %s has no tag %s%s", group,
				    id, str_get(&hint));
			else
				model_warn(m, place_key(at, group),
				    "the built-in tag group %s has no tag "
				    "%s%s",
				    group, id, str_get(&hint));
		}
		str_free(&hint);
	}
}

static void check_command(
    struct model *m, const char *command, struct place at);

static void
check_cluster(struct model *m, const json_t *cluster, struct place at)
{
	struct indexes unused = {0};

	named_need_list(m, TABLE_HOSTS, json_object_get(cluster, "nodes"),
	    place_key(at, "nodes"), &unused);
	indexes_free(&unused);
}

/* One of sites, or this one. */
static void
check_site(struct model *m, const char *site, struct place at)
{
	const char *own = m->root == NULL ? NULL : strrchr(m->root, '/');

	if (own == NULL || strcmp(own + 1, site) != 0)
		named_need(m, TABLE_SITES, site, at);
}

static void
check_stalking(
    struct model *m, bool service, const json_t *list, struct place at)
{
	const char *allowed = service ? "owuc" : "odu";

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL && s[0] != '\0' && s[1] == '\0' &&
		    strchr("oduwc", s[0]) != NULL &&
		    strchr(allowed, s[0]) == NULL)
			model_mistake(m, place_index(at, i),
			    "expected %s, not \"%s\"",
			    service ? "o, w, u or c for a service"
				    : "o, d or u for a host",
			    s);
	}
}

static void
check_agent(struct model *m, const json_t *agent, struct place at)
{
	const char *kind = json_string_value(json_object_get(agent, "kind"));
	bool program = kind != NULL && strcmp(kind, "program") == 0;

	if (kind == NULL)
		return;
	if (program && json_object_get(agent, "command") == NULL)
		model_mistake(m, at, "kind program needs the key command");
	if (!program && json_object_get(agent, "command") != NULL)
		model_mistake_key(m, place_key(at, "command"),
		    "goes with kind program alone");
	if (strcmp(kind, "tcp") != 0 && json_object_get(agent, "port") != NULL)
		model_mistake_key(
		    m, place_key(at, "port"), "goes with kind tcp alone");
}

/* "NAME!args" needs the command NAME; a line with blanks is a line. */
static void
check_command(struct model *m, const char *command, struct place at)
{
	size_t n = strcspn(command, "! ");
	struct str name = {0};

	str_addn(&name, command, n);
	if (n == 0)
		model_mistake(m, at, "expected a command line");
	else if (command[n] == '!')
		named_need(m, TABLE_COMMANDS, str_get(&name), at);
	str_free(&name);
}

static void
check_check(struct model *m, const json_t *check, struct place at)
{
	static const char *const ways[] = {
	    "tcp", "command", "service", EVENT_CHECK, "collector", NULL};
	const char *command =
	    json_string_value(json_object_get(check, "command"));
	unsigned n = 0;

	if (!json_is_object(check))
		return;
	for (size_t i = 0; ways[i] != NULL; i++)
		n += json_object_get(check, ways[i]) != NULL;
	if (n == 0)
		model_mistake(m, at,
		    "expected one of the keys tcp, command, "
		    "service, " EVENT_CHECK ", collector");
	if (n > 1)
		model_mistake(m, at,
		    "only one of the keys tcp, command, service, " EVENT_CHECK
		    ", collector goes");
	for (size_t i = 0; i < 3; i++) {
		static const char *const with[] = {"check", "item", "params"};

		if (json_object_get(check, with[i]) != NULL &&
		    json_object_get(check, "collector") == NULL)
			model_mistake_key(m, place_key(at, with[i]),
			    "goes with the key collector alone");
	}
	if (command != NULL)
		check_command(m, command, place_key(at, "command"));
}

static void
check_methods(struct model *m, const json_t *methods, struct place at)
{
	const char *name;
	json_t *unused;

	json_object_foreach((json_t *)(uintptr_t)methods, name, unused)
	    notify_check_parameters(m, name, place_key(at, name));
}

void
attr_check(struct model *m, enum attr attr, bool service, json_t *value,
    struct place at)
{
	enum table_id table = attr_table(attr, service);

	if (table != TABLE_COUNT && json_is_string(value))
		named_need(m, table, json_string_value(value), at);
	if (table != TABLE_COUNT && json_is_array(value)) {
		struct indexes unused = {0};

		named_need_list(m, table, value, at, &unused);
		indexes_free(&unused);
	}
	switch ((int)attr) {
	case ATTR_notification_events:
		check_events(m, service, value, at);
		break;
	case ATTR_stalking:
		check_stalking(m, service, value, at);
		break;
	case ATTR_cluster:
		check_cluster(m, value, at);
		break;
	case ATTR_site:
		if (json_is_string(value))
			check_site(m, json_string_value(value), at);
		break;
	case ATTR_event_handler:
	case ATTR_alert_handler:
		if (json_is_string(value))
			check_command(m, json_string_value(value), at);
		break;
	case ATTR_tags:
		check_tags(m, value, at);
		break;
	case ATTR_method_parameters:
		check_methods(m, value, at);
		break;
	case ATTR_agent:
		check_agent(m, value, at);
		break;
	case ATTR_snmp:
		snmp_check(m, value, at);
		break;
	case ATTR_snmp_options:
		snmp_check_options(m, value, at);
		break;
	case ATTR_snmp_fetch_interval:
		snmp_check_intervals(m, value, at);
		break;
	case ATTR_check:
		check_check(m, value, at);
		break;
	default:
		break;
	}
	later_warn_attr(m, attr, value, at);
}
