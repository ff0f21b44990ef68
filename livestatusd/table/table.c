/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of tables and the names of their columns; see table.h.
 */
#include "livestatusd/table/table.h"

#include "common/mem.h"
#include "livestatusd/bi/bi.h"

#include <string.h>

/* clang-format off */
static const struct table hosts = {
	"hosts", TABLE_HOSTS, "host_", NULL, {
	{"", ENTITY_HOST, &columns_host}}};
static const struct table services = {
	"services", TABLE_SERVICES, "service_", NULL, {
	{"", ENTITY_SERVICE, &columns_service},
	{"host_", ENTITY_HOST, &columns_host}}};
static const struct table hostgroups = {
	"hostgroups", TABLE_HOSTGROUPS, "hostgroup_", NULL, {
	{"", ENTITY_GROUP, &columns_hostgroup}}};
static const struct table servicegroups = {
	"servicegroups", TABLE_SERVICEGROUPS, "servicegroup_", NULL, {
	{"", ENTITY_GROUP, &columns_servicegroup}}};
static const struct table hostsbygroup = {
	"hostsbygroup", TABLE_HOSTSBYGROUP, "host_", NULL, {
	{"", ENTITY_HOST, &columns_host},
	{"hostgroup_", ENTITY_GROUP, &columns_hostgroup}}};
static const struct table servicesbygroup = {
	"servicesbygroup", TABLE_SERVICESBYGROUP, "service_", NULL, {
	{"", ENTITY_SERVICE, &columns_service},
	{"host_", ENTITY_HOST, &columns_host},
	{"servicegroup_", ENTITY_GROUP, &columns_servicegroup}}};
static const struct table servicesbyhostgroup = {
	"servicesbyhostgroup", TABLE_SERVICESBYHOSTGROUP, "service_", NULL, {
	{"", ENTITY_SERVICE, &columns_service},
	{"host_", ENTITY_HOST, &columns_host},
	{"hostgroup_", ENTITY_GROUP, &columns_hostgroup}}};
static const struct table contacts = {
	"contacts", TABLE_CONTACTS, "contact_", NULL, {
	{"", ENTITY_CONTACT, &columns_contact}}};
static const struct table contactgroups = {
	"contactgroups", TABLE_CONTACTGROUPS, "contactgroup_", NULL, {
	{"", ENTITY_SELF, &columns_contactgroup}}};
static const struct table commands = {
	"commands", TABLE_COMMANDS, "command_", NULL, {
	{"", ENTITY_COMMAND, &columns_command}}};
static const struct table timeperiods = {
	"timeperiods", TABLE_TIMEPERIODS, "timeperiod_", NULL, {
	{"", ENTITY_SELF, &columns_timeperiod}}};
static const struct table downtimes = {
	"downtimes", TABLE_DOWNTIMES, "downtime_", NULL, {
	{"", ENTITY_SELF, &columns_downtime},
	{"host_", ENTITY_HOST, &columns_host},
	{"service_", ENTITY_SERVICE, &columns_service}}};
static const struct table comments = {
	"comments", TABLE_COMMENTS, "comment_", NULL, {
	{"", ENTITY_SELF, &columns_comment},
	{"host_", ENTITY_HOST, &columns_host},
	{"service_", ENTITY_SERVICE, &columns_service}}};
static const struct table logs = {
	"log", TABLE_LOG, "log_", "current_", {
	{"", ENTITY_SELF, &columns_log},
	{"current_host_", ENTITY_HOST, &columns_host},
	{"current_service_", ENTITY_SERVICE, &columns_service},
	{"current_contact_", ENTITY_CONTACT, &columns_contact},
	{"current_command_", ENTITY_COMMAND, &columns_command}}};
static const struct table statehist = {
	"statehist", TABLE_STATEHIST, "statehist_", "current_", {
	{"", ENTITY_SELF, &columns_statehist},
	{"current_host_", ENTITY_HOST, &columns_host},
	{"current_service_", ENTITY_SERVICE, &columns_service}}};
static const struct table aggregations = {
	"aggregations", TABLE_AGGREGATIONS, "aggregation_", NULL, {
	{"", ENTITY_SELF, &columns_aggregation}}};
static const struct table status = {
	"status", TABLE_STATUS, "status_", NULL, {
	{"", ENTITY_SELF, &columns_status}}};
static const struct table columns = {
	"columns", TABLE_COLUMNS, "column_", NULL, {
	{"", ENTITY_SELF, &columns_column}}};
static const struct table labels = {
	"labels", TABLE_LABELS, "label_", NULL, {
	{"", ENTITY_SELF, &columns_label}}};
static const struct table sites = {
	"sites", TABLE_SITES, "site_", NULL, {
	{"", ENTITY_SELF, &columns_site}}};
static const struct table crashreports = {
	"crashreports", TABLE_CRASHREPORTS, "crashreport_", NULL, {
	{"", ENTITY_SELF, &columns_crashreport}}};
static const struct table events = {
	"eventconsoleevents", TABLE_EVENTS, "eventconsoleevents_", NULL, {
	{"", ENTITY_SELF, &columns_event},
	{"host_", ENTITY_HOST, &columns_host}}};
static const struct table event_history = {
	"eventconsolehistory", TABLE_EVENT_HISTORY, "eventconsolehistory_", NULL, {
	{"", ENTITY_SELF, &columns_event_history},
	{"host_", ENTITY_HOST, &columns_host}}};
static const struct table event_replication = {
	"eventconsolereplication", TABLE_EVENT_REPLICATION,
	"eventconsolereplication_", NULL, {
	{"", ENTITY_SELF, &columns_event_replication}}};
static const struct table event_rules = {
	"eventconsolerules", TABLE_EVENT_RULES, "eventconsolerules_", NULL, {
	{"", ENTITY_SELF, &columns_event_rule}}};
static const struct table event_status = {
	"eventconsolestatus", TABLE_EVENT_STATUS, "eventconsolestatus_", NULL, {
	{"", ENTITY_SELF, &columns_event_status}}};
static const struct table notifications = {
	"notifications", TABLE_NOTIFICATIONS, "notification_", NULL, {
	{"", ENTITY_SELF, &columns_notice},
	{"host_", ENTITY_HOST, &columns_host},
	{"service_", ENTITY_SERVICE, &columns_service}}};
static const struct table notice_rules = {
	"notification_rules", TABLE_NOTICE_RULES, "notification_rule_", NULL, {
	{"", ENTITY_SELF, &columns_notice_rule}}};
static const struct table explain = {
	"notification_explain", TABLE_EXPLAIN, "notification_explain_", NULL, {
	{"", ENTITY_SELF, &columns_explain},
	{"host_", ENTITY_HOST, &columns_host},
	{"service_", ENTITY_SERVICE, &columns_service}}};
static const struct join of_site = {"", ENTITY_SELF, &columns_of_site};
/* clang-format on */

const struct table *const table_all[] = {&aggregations, &columns, &commands,
    &comments, &contacts, &contactgroups, &crashreports, &downtimes, &events,
    &event_history, &event_replication, &event_rules, &event_status, &hosts,
    &hostgroups, &hostsbygroup, &labels, &logs, &explain, &notice_rules,
    &notifications, &servicegroups, &services, &servicesbygroup,
    &servicesbyhostgroup, &sites, &statehist, &status, &timeperiods};
const size_t table_count = ARRAY_LEN(table_all);

const struct table *
lql_table_find(struct slice name)
{
	for (size_t i = 0; i < table_count; i++)
		if (slice_eqs(name, table_all[i]->name))
			return table_all[i];
	return NULL;
}

static const struct column *
find_in(const struct column_set *set, struct slice name)
{
	for (int p = 0; p < 2; p++) {
		const struct column *c = set->parts[p];

		for (; c != NULL && c->name != NULL; c++)
			if (c->name[0] == name.s[0] && slice_eqs(name, c->name))
				return c;
	}
	return NULL;
}

static bool
find(const struct table *t, struct slice name, struct column_ref *ref_r)
{
	for (int j = 0; j < TABLE_JOINS && t->joins[j].set != NULL; j++) {
		const struct join *join = &t->joins[j];
		size_t n = strlen(join->prefix);
		struct slice rest = {name.s + n, name.len - n};

		if (name.len <= n || memcmp(name.s, join->prefix, n) != 0)
			continue;
		ref_r->column = find_in(join->set, rest);
		ref_r->join = join;
		if (ref_r->column != NULL)
			return true;
	}
	ref_r->join = &of_site;
	ref_r->column = find_in(&columns_of_site, name);
	return ref_r->column != NULL;
}

bool
table_resolve(
    const struct table *t, struct slice name, struct column_ref *ref_r)
{
	size_t n = strlen(t->own_prefix);
	char with[128];

	if (name.len == 0)
		return false;
	while (!find(t, name, ref_r)) {
		if (name.len <= n || memcmp(name.s, t->own_prefix, n) != 0)
			goto retry;
		name.s += n;
		name.len -= n;
	}
	return true;
retry:
	if (t->retry_prefix == NULL)
		return false;
	n = strlen(t->retry_prefix);
	if (n + name.len > sizeof(with))
		return false;
	memcpy(with, t->retry_prefix, n);
	memcpy(with + n, name.s, name.len);
	return find(t, (struct slice){with, n + name.len}, ref_r);
}

bool
table_column(const struct table *t, size_t i, struct column_ref *ref_r)
{
	for (int j = 0; j < TABLE_JOINS && t->joins[j].set != NULL; j++) {
		for (int p = 0; p < 2; p++) {
			const struct column *c = t->joins[j].set->parts[p];

			for (; c != NULL && c->name != NULL; c++) {
				if (i-- > 0)
					continue;
				*ref_r = (struct column_ref){c, &t->joins[j]};
				return true;
			}
		}
	}
	for (const struct column *c = columns_of_site.parts[0]; c->name != NULL;
	     c++) {
		if (i-- > 0)
			continue;
		*ref_r = (struct column_ref){c, &of_site};
		return true;
	}
	return false;
}

bool
table_column_is_site(const struct column_ref *ref)
{
	return ref->column != NULL && ref->column->source == SOURCE_SITE;
}

uint32_t
table_sees_want(const struct table *t)
{
	(void)t;
	return 1u << ENTITY_HOST | 1u << ENTITY_SERVICE | 1u << ENTITY_GROUP |
	    1u << ENTITY_SELF;
}

bool
table_sees(const struct table *t, struct view *v, const struct row *row)
{
	uint32_t host = row->at[ENTITY_HOST];
	uint32_t service = row->at[ENTITY_SERVICE];
	uint32_t group = row->at[ENTITY_GROUP];

	if (!v->restricted)
		return true;
	switch (t->kind) {
	case TABLE_HOSTS:
		return view_sees(v, host);
	case TABLE_SERVICES:
		return view_sees(v, service);
	case TABLE_DOWNTIMES:
	case TABLE_COMMENTS:
		return view_sees(v, service != SNAP_NONE ? service : host);
	case TABLE_HOSTGROUPS:
		return view_sees_group(v, group, false);
	case TABLE_SERVICEGROUPS:
		return view_sees_group(v, group, true);
	case TABLE_HOSTSBYGROUP:
		return view_sees(v, host) && view_sees_group(v, group, false);
	case TABLE_SERVICESBYHOSTGROUP:
		return view_sees(v, service) &&
		    view_sees_group(v, group, false);
	case TABLE_SERVICESBYGROUP:
		return view_sees(v, service) && view_sees_group(v, group, true);
	case TABLE_STATEHIST:
		if (view_span(v, row->at[ENTITY_SELF])->service.len > 0)
			return service != SNAP_NONE && view_sees(v, service);
		return host != SNAP_NONE && view_sees(v, host);
	case TABLE_LOG:
		if (service != SNAP_NONE)
			return view_sees(v, service);
		return table_log_is_seen(v, row->at[ENTITY_SELF], host);
	case TABLE_AGGREGATIONS:
		return table_aggregation_is_seen(v, row->at[ENTITY_SELF]);
	case TABLE_EVENTS:
	case TABLE_EVENT_HISTORY:
		return table_event_is_seen(v, row->at[ENTITY_SELF], host);
	case TABLE_NOTIFICATIONS:
	case TABLE_EXPLAIN:
		return table_notice_is_seen(
		    v, row->at[ENTITY_SELF], host, service);
	case TABLE_EVENT_RULES:
	case TABLE_EVENT_STATUS:
	case TABLE_EVENT_REPLICATION:
	case TABLE_NOTICE_RULES:
	case TABLE_CONTACTS:
	case TABLE_CONTACTGROUPS:
	case TABLE_COMMANDS:
	case TABLE_TIMEPERIODS:
	case TABLE_STATUS:
	case TABLE_COLUMNS:
	case TABLE_SITES:
	case TABLE_CRASHREPORTS:
	case TABLE_LABELS: /* were collected as seen */
		break;
	}
	return true;
}

/* "host;description", or "host description" with the first blank. */
static uint32_t
find_service(const struct snapshot *s, struct slice name)
{
	const char *at = memchr(name.s, ';', name.len);
	struct slice host = name, description;
	uint32_t h;

	if (at == NULL)
		at = memchr(name.s, ' ', name.len);
	if (at == NULL)
		return SNAP_NONE;
	host.len = (size_t)(at - name.s);
	description = (struct slice){at + 1, name.len - host.len - 1};
	h = snap_find_host(s, slice_trim(host));
	if (h == SNAP_NONE)
		return SNAP_NONE;
	return snap_find_service(s, h, slice_trim(description));
}

int
table_object(const struct table *t, const struct view *v, struct slice name,
    struct row *row_r)
{
	const struct snapshot *s = v->snap;
	enum entity e;
	uint32_t at;

	memset(row_r, 0xff, sizeof(*row_r));
	if (t->kind == TABLE_HOSTS) {
		e = ENTITY_HOST;
		at = snap_find_host(s, name);
	} else if (t->kind == TABLE_SERVICES) {
		e = ENTITY_SERVICE;
		at = find_service(s, name);
		if (at != SNAP_NONE)
			row_r->at[ENTITY_HOST] = s->objects[at].host;
	} else if (t->kind == TABLE_HOSTGROUPS) {
		e = ENTITY_GROUP;
		at = snap_find_host_group(s, name);
	} else if (t->kind == TABLE_SERVICEGROUPS) {
		e = ENTITY_GROUP;
		at = snap_find_service_group(s, name);
	} else if (t->kind == TABLE_CONTACTS) {
		e = ENTITY_CONTACT;
		at = snap_find_contact(s, name);
	} else if (t->kind == TABLE_CONTACTGROUPS) {
		e = ENTITY_SELF;
		at = snap_find_contact_group(s, name);
	} else if (t->kind == TABLE_AGGREGATIONS) {
		e = ENTITY_SELF;
		at = bi_find(v->m->bi, name);
	} else if (t->kind == TABLE_STATUS) {
		e = ENTITY_SELF;
		at = 0;
	} else {
		return -1;
	}
	row_r->at[e] = at;
	return at != SNAP_NONE;
}
