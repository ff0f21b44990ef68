/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts and services into the snapshot: resolved attributes become fields,
 * names become indexes, and what is not set gets its default
 * (core-semantics 1.2).
 */
#include "site/compile/objects.h"
#include "common/mem.h"
#include "site/compile/agents.h"
#include "site/compile/discovery.h"
#include "site/compile/rules.h"

#include <stdlib.h>

/* --- single values -------------------------------------------------------- */

static snap_str
text_of(struct model *m, json_t *const *values, enum attr a)
{
	return snapb_str(m->snap, json_string_value(values[a]));
}

static uint32_t
duration_of(json_t *const *values, enum attr a, uint32_t def)
{
	int64_t ms;

	if (!schema_duration_ms(values[a], &ms) || ms < 0 || ms > UINT32_MAX)
		return def;
	return (uint32_t)ms;
}

static double
real_of(json_t *const *values, enum attr a, double def)
{
	return json_is_number(values[a]) ? json_number_value(values[a]) : def;
}

static uint32_t
period_of(const struct model *m, json_t *const *values, enum attr a)
{
	const char *name = json_string_value(values[a]);

	return name == NULL ? SNAP_NONE : named_find(m, TABLE_PERIODS, name);
}

static uint32_t
flag_of(json_t *const *values, enum attr a, bool def, uint32_t flag)
{
	bool on = values[a] == NULL ? def : json_is_true(values[a]);

	return on ? flag : 0;
}

static uint32_t
events_of(const json_t *list, bool service)
{
	static const struct {
		char letter;
		uint32_t host, service;
	} letters[] = {{'r', SNAP_ON_RECOVERY, SNAP_ON_RECOVERY},
	    {'f', SNAP_ON_FLAPPING, SNAP_ON_FLAPPING},
	    {'s', SNAP_ON_DOWNTIME, SNAP_ON_DOWNTIME}, {'d', SNAP_ON_DOWN, 0},
	    {'u', SNAP_ON_UNREACH, SNAP_ON_UNKNOWN}, {'w', 0, SNAP_ON_WARN},
	    {'c', 0, SNAP_ON_CRIT}};
	uint32_t on = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		for (size_t k = 0; s != NULL && k < ARRAY_LEN(letters); k++) {
			if (letters[k].letter == s[0])
				on |= service ? letters[k].service
					      : letters[k].host;
		}
	}
	return on;
}

/* A bit for each state. */
static uint32_t
states_of(const json_t *list, bool service)
{
	const char *letters = service ? "owcu" : "odu";
	uint32_t states = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		const char *at =
		    s == NULL || s[0] == '\0' ? NULL : strchr(letters, s[0]);

		if (at != NULL)
			states |= 1u << (at - letters);
	}
	return states;
}

/* --- lists ---------------------------------------------------------------- */

static struct snap_list
list_of(struct model *m, enum table_id id, const json_t *names)
{
	struct indexes x = {0};
	struct snap_list list;

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *s = json_string_value(json_array_get(names, i));
		uint32_t index = s == NULL ? NONE : named_find(m, id, s);

		if (index != NONE)
			indexes_add(&x, index);
	}
	indexes_sort(&x);
	list = snapb_list(m->snap, x.items, x.n);
	indexes_free(&x);
	return list;
}

/* NAME, value, NAME, value, ... */
static struct snap_list
variables_of(struct model *m, const json_t *map)
{
	struct indexes x = {0};
	struct snap_list list;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)map, key, value)
	{
		const char *s = json_string_value(value);
		struct str name = {0};

		for (const char *p = key; *p != '\0'; p++)
			str_addc(&name,
			    *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p);
		indexes_add(&x, snapb_str(m->snap, str_get(&name)));
		indexes_add(&x, snapb_str(m->snap, s));
		str_free(&name);
	}
	list = snapb_list(m->snap, x.items, x.n);
	indexes_free(&x);
	return list;
}

static struct snap_list
labels_of(struct model *m, const json_t *labels, const json_t *explicit,
    const json_t *found)
{
	struct indexes x = {0};
	struct snap_list list;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)labels, key, value)
	{
		const char *from = "ruleset";

		if (json_object_get(explicit, key) != NULL)
			from = "explicit";
		else if (json_object_get(found, key) == value)
			from = "discovered";
		indexes_add(&x, snapb_str(m->snap, key));
		indexes_add(&x, snapb_str(m->snap, json_string_value(value)));
		indexes_add(&x, snapb_str(m->snap, from));
	}
	list = snapb_list(m->snap, x.items, x.n);
	indexes_free(&x);
	return list;
}

/* --- what hosts and services have in common ------------------------------- */

static void
set_periods(const struct model *m, struct snap_object *o, json_t *const *values)
{
	o->check_period = period_of(m, values, ATTR_check_period);
	o->notification_period = period_of(m, values, ATTR_notification_period);
	o->service_period = period_of(m, values, ATTR_service_period);
	o->passive_period = period_of(m, values, ATTR_passive_period);
}

/* Durations in seconds. */
static snap_str
downtimes_of(struct model *m, json_t *list)
{
	json_t *all;
	snap_str off;

	if (json_array_size(list) == 0)
		return 0;
	all = json_deep_copy(list);
	for (size_t i = 0; i < json_array_size(all); i++) {
		json_t *one = json_array_get(all, i);
		int64_t ms;

		if (schema_duration_ms(json_object_get(one, "duration"), &ms))
			json_object_set_new(
			    one, "duration", json_integer(ms / 1000));
	}
	off = model_json(m, all);
	json_decref(all);
	return off;
}

static void
set_texts(struct model *m, struct snap_object *o, json_t *const *values)
{
	if (values[ATTR_alias] != NULL)
		o->alias = text_of(m, values, ATTR_alias);
	if (values[ATTR_display_name] != NULL)
		o->display_name = text_of(m, values, ATTR_display_name);
	o->notes = text_of(m, values, ATTR_notes);
	o->notes_url = text_of(m, values, ATTR_notes_url);
	o->action_url = text_of(m, values, ATTR_action_url);
	o->icon_image = text_of(m, values, ATTR_icon_image);
	o->downtimes = downtimes_of(m, values[ATTR_downtimes]);
	if (values[ATTR_event_handler] != NULL)
		check_command_line(m,
		    json_string_value(values[ATTR_event_handler]),
		    &o->event_handler, &o->event_handler_line);
	if (values[ATTR_alert_handler] != NULL)
		check_command_line(m,
		    json_string_value(values[ATTR_alert_handler]),
		    &o->alert_handler, &o->alert_handler_line);
	o->custom_variables = variables_of(m, values[ATTR_custom_variables]);
	o->method_parameters = model_json(m, values[ATTR_method_parameters]);
}

/* The check must be set before: intervals and switches depend on it. */
static void
set_steering(struct snap_object *o, json_t *const *values)
{
	bool ping_host = !o->is_service && o->check == SNAP_CHECK_PING;
	bool runs = o->check == SNAP_CHECK_PING || o->check == SNAP_CHECK_TCP ||
	    o->check == SNAP_CHECK_COMMAND || o->check == SNAP_CHECK_AGENT ||
	    o->check == SNAP_CHECK_SNMP || o->check == SNAP_CHECK_ALWAYS_UP ||
	    o->check == SNAP_CHECK_CLUSTER;
	uint32_t timeout = o->check == SNAP_CHECK_PING && ping_host     ? 16000
	    : o->check == SNAP_CHECK_PING || o->check == SNAP_CHECK_TCP ? 10000
									: 60000;

	o->check_interval_ms =
	    duration_of(values, ATTR_check_interval, ping_host ? 6000 : 60000);
	o->retry_interval_ms = duration_of(values, ATTR_retry_interval,
	    ping_host && o->check_interval_ms < 60000 ? o->check_interval_ms
						      : 60000);
	o->max_check_attempts = json_is_integer(values[ATTR_max_check_attempts])
	    ? (uint32_t)json_integer_value(values[ATTR_max_check_attempts])
	    : 1;
	o->timeout_ms = duration_of(values, ATTR_timeout, timeout);
	o->notification_interval_ms =
	    duration_of(values, ATTR_notification_interval, 0);
	o->first_notification_delay_ms =
	    duration_of(values, ATTR_first_notification_delay, 0);
	if (json_is_array(values[ATTR_notification_events]))
		o->notify_on = events_of(
		    values[ATTR_notification_events], o->is_service != 0);
	o->stalking = states_of(values[ATTR_stalking], o->is_service != 0);
	o->freshness_ms = duration_of(values, ATTR_freshness_threshold, 0);
	o->flags = flag_of(values, ATTR_active_checks, runs, SNAP_ACTIVE) |
	    flag_of(values, ATTR_passive_checks, true, SNAP_PASSIVE) |
	    flag_of(values, ATTR_notifications, true, SNAP_NOTIFICATIONS) |
	    flag_of(values, ATTR_flap_detection, true, SNAP_FLAP_DETECTION) |
	    flag_of(values, ATTR_volatile, false, SNAP_VOLATILE) |
	    (json_is_false(values[ATTR_inprocess]) ? SNAP_NO_INPROCESS : 0) |
	    flag_of(values, ATTR_freshness, false, SNAP_FRESHNESS) |
	    SNAP_EVENT_HANDLER;
	if (!runs)
		o->flags &= ~SNAP_ACTIVE;
	o->flap_low = real_of(values, ATTR_flap_low, 3);
	o->flap_high = real_of(values, ATTR_flap_high, 5);
	o->flap_decay = real_of(values, ATTR_flap_decay, 0.1);
	o->staleness = real_of(values, ATTR_staleness, 1.5);
}

/* Members of contact groups, and contacts named by the object. */
static void
set_contacts(struct model *m, struct snap_object *o, json_t *const *values)
{
	struct indexes x = {0};

	o->contact_groups =
	    list_of(m, TABLE_CONTACT_GROUPS, values[ATTR_contact_groups]);
	people_of_groups(m, values[ATTR_contact_groups], &x);
	for (size_t i = 0; i < json_array_size(values[ATTR_contacts]); i++) {
		const char *s =
		    json_string_value(json_array_get(values[ATTR_contacts], i));
		uint32_t index =
		    s == NULL ? NONE : named_find(m, TABLE_CONTACTS, s);

		if (index != NONE)
			indexes_add(&x, index);
	}
	indexes_sort(&x);
	o->contacts = snapb_list(m->snap, x.items, x.n);
	indexes_free(&x);
}

/* {tcp: N}, {command: LINE}, ping, passive: the same for both. */
static void
set_check(struct model *m, struct snap_object *o, const json_t *check)
{
	const char *word = json_string_value(check);
	const char *command =
	    json_string_value(json_object_get(check, "command"));
	const json_t *tcp = json_object_get(check, "tcp");

	o->check = SNAP_CHECK_PASSIVE;
	if (word != NULL && strcmp(word, "ping") == 0) {
		o->check = SNAP_CHECK_PING;
		o->check_command = snapb_str(m->snap, "check-ping");
	} else if (word != NULL && strcmp(word, "always_up") == 0) {
		o->check = SNAP_CHECK_ALWAYS_UP;
		o->check_command = snapb_str(m->snap, "always_up");
	} else if (command != NULL) {
		o->check = SNAP_CHECK_COMMAND;
		check_command_line(
		    m, command, &o->check_command, &o->check_line);
	} else if (tcp != NULL) {
		struct str text = {0};

		o->check = SNAP_CHECK_TCP;
		o->check_port = (uint32_t)json_integer_value(tcp);
		str_addf(&text, "check-tcp!%u", o->check_port);
		o->check_command = snapb_str(m->snap, str_get(&text));
		str_free(&text);
	}
}

/* --- hosts ---------------------------------------------------------------- */

/* The host takes over the state of one of its services. */
static void
set_service_check(struct model *m, struct snap_object *o, const struct host *h)
{
	const json_t *check = h->values[ATTR_check];
	const char *name = json_string_value(json_object_get(check, "service"));
	uint32_t index;
	struct str text = {0};

	if (name == NULL)
		return;
	index = service_find(m, (uint32_t)(h - m->hosts), name);
	if (index == NONE) {
		model_mistake(m, host_place(m, h, ATTR_check),
		    "the host %s has no service %s", h->name, name);
		return;
	}
	o->check = SNAP_CHECK_SERVICE;
	o->collector = m->n_monitored + index;
	str_addf(&text, "check-service!%s", name);
	o->check_command = snapb_str(m->snap, str_get(&text));
	str_free(&text);
}

/* Those that are monitored. */
static struct snap_list
hosts_of(struct model *m, const json_t *names)
{
	struct indexes x = {0};
	struct snap_list list;

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *s = json_string_value(json_array_get(names, i));
		uint32_t index =
		    s == NULL ? NONE : named_find(m, TABLE_HOSTS, s);

		if (index != NONE && m->hosts[index].number != NONE)
			indexes_add(&x, m->hosts[index].number);
	}
	indexes_sort(&x);
	list = snapb_list(m->snap, x.items, x.n);
	indexes_free(&x);
	return list;
}

void
objects_hosts(struct model *m)
{
	json_t *ping = model_keep(m, json_string("ping"));

	for (uint32_t i = 0; i < m->tables[TABLE_HOSTS].n; i++) {
		const struct host *h = &m->hosts[i];
		json_t *const *values = h->values;
		const char *family = json_string_value(values[ATTR_family]);
		struct snap_object *o;

		if (h->number == NONE)
			continue;
		o = snapb_object(m->snap, snapb_host(m->snap, h->name));
		set_texts(m, o, values);
		if (values[ATTR_address] != NULL)
			o->address = text_of(m, values, ATTR_address);
		else if (h->resolved != NULL)
			o->address = snapb_str(m->snap, h->resolved);
		o->family = family == NULL || strcmp(family, "any") == 0
		    ? 0
		    : (uint32_t)(family[0] - '0');
		o->folder = snapb_str(m->snap, m->folders[h->folder].path);
		set_check(m, o,
		    values[ATTR_check] == NULL ? ping : values[ATTR_check]);
		if (h->nodes != NULL && values[ATTR_check] == NULL) {
			o->check = SNAP_CHECK_CLUSTER;
			o->check_command = snapb_str(m->snap, "check-cluster");
		}
		set_service_check(m, o, h);
		agents_set(m, o, h);
		o->snmp = agents_snmp(m, h);
		o->piggyback = model_json(m, values[ATTR_piggyback]);
		set_periods(m, o, values);
		set_steering(o, values);
		set_contacts(m, o, values);
		o->parents = hosts_of(m, values[ATTR_parents]);
		o->nodes = hosts_of(m, h->nodes);
		o->groups = list_of(m, TABLE_HOST_GROUPS, values[ATTR_groups]);
		o->labels = labels_of(m, values[ATTR_labels],
		    h->explicit_labels, h->found_labels);
		o->tags = tags_list(m, h);
	}
}

/* --- services ------------------------------------------------------------- */

/* A service fed by another one of its host. */
static void
set_collected(struct model *m, struct snap_object *o, const struct service *s)
{
	const json_t *own = json_object_get(s->own, "check");
	const char *name = json_string_value(json_object_get(own, "collector"));
	uint32_t index;

	if (name == NULL)
		return;
	index = service_find(m, s->host, name);
	if (index == NONE || strcmp(name, s->description) == 0) {
		model_mistake(m,
		    place_key(service_place(s, "check"), "collector"),
		    "the host %s has no %sservice %s", m->hosts[s->host].name,
		    index == NONE ? "" : "other ", name);
		return;
	}
	o->check = SNAP_CHECK_COLLECTED;
	o->collector = m->n_monitored + index;
	judge_set(m, o, s, json_string_value(json_object_get(own, "check")));
}

static void
set_automatic(struct model *m, struct snap_object *o, const struct host *h)
{
	if (o->check == SNAP_CHECK_COMMAND)
		return;
	o->params = discovery_plan(m, (uint32_t)(h - m->hosts));
	if (o->check == SNAP_CHECK_COLLECTED)
		return;
	o->check = strcmp(host_agent_kind(h), "push") == 0 ? SNAP_CHECK_PASSIVE
							   : SNAP_CHECK_AGENT;
	o->check_command = snapb_str(m->snap, "check_mk");
}

/* A node's service that its cluster has instead (CL-2). */
static void
set_clustered(struct model *m, struct snap_object *o, const struct service *s)
{
	const json_t *own = json_object_get(s->own, "check");
	const char *check = json_string_value(json_object_get(own, "check"));
	struct ruleset *set = rules_of_extra(m, EXTRA_CLUSTER_MODE);
	struct rules_target target = {
	    .host = s->host,
	    .description = s->description,
	    .description_id = rules_text_id(m, s->description),
	    .item = json_string_value(json_object_get(own, "item")),
	};
	const char *mode = NULL;

	o->check = SNAP_CHECK_CLUSTERED;
	judge_set(m, o, s, check);
	if (set != NULL)
		mode = json_string_value(rules_apply(m, set, &target, NULL));
	o->cluster_mode = mode == NULL || strcmp(mode, "worst") == 0
	    ? SNAP_CLUSTER_WORST
	    : strcmp(mode, "best") == 0 ? SNAP_CLUSTER_BEST
					: SNAP_CLUSTER_FAILOVER;
}

/* The events of its host. */
static void
set_events(struct model *m, struct snap_object *o, const struct service *s)
{
	char *line = event_check_line(m, s, json_object_get(s->own, "check"));

	if (line != NULL) {
		o->check = SNAP_CHECK_COMMAND;
		o->check_command = snapb_str(m->snap, EVENT_CHECK);
		o->check_line = snapb_str(m->snap, line);
		free(line);
	}
	event_check_watch(m, o, &m->hosts[s->host]);
}

void
objects_services(struct model *m)
{
	json_t *values[ATTR_COUNT];

	for (uint32_t i = 0; i < m->n_services; i++) {
		const struct service *s = &m->services[i];
		const struct host *h = &m->hosts[s->host];
		struct snap_object *o = snapb_object(
		    m->snap, snapb_service(m->snap, h->number, s->description));

		attrs_of_service(m, s, values);
		set_texts(m, o, values);
		set_check(m, o, json_object_get(s->own, "check"));
		set_events(m, o, s);
		if (s->node != NONE)
			set_clustered(m, o, s);
		else
			set_collected(m, o, s);
		if (s->origin == SERVICE_AUTOMATIC)
			set_automatic(m, o, h);
		set_periods(m, o, values);
		set_steering(o, values);
		if (json_array_size(values[ATTR_contact_groups]) == 0 &&
		    json_array_size(values[ATTR_contacts]) == 0) {
			values[ATTR_contact_groups] =
			    h->values[ATTR_contact_groups];
			values[ATTR_contacts] = h->values[ATTR_contacts];
		}
		set_contacts(m, o, values);
		o->groups =
		    list_of(m, TABLE_SERVICE_GROUPS, values[ATTR_groups]);
		o->labels = labels_of(m, values[ATTR_labels],
		    s->origin == SERVICE_FOUND
			? NULL
			: json_object_get(s->own, "labels"),
		    s->origin == SERVICE_FOUND
			? json_object_get(s->own, "labels")
			: NULL);
	}
}
