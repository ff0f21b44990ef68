/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of an object one by one; see diff_fields.h.
 */
#include "site/diff_fields.h"

#include "common/mem.h"
#include "common/num.h"

#include <inttypes.h>
#include <stdlib.h>

enum kind {
	TEXT,
	SECRET, /* a text that is not shown */
	MS,     /* duration */
	COUNT,
	REAL,
	PERIOD,
	SWITCH, /* a bit of flags */
	EVENTS, /* notify_on */
	STATES, /* bits by state */
	CHECK,
	AGENT,
	CLUSTER,
	HOSTS, /* lists */
	CONTACTS,
	CONTACT_GROUPS,
	GROUPS, /* of its own kind */
	PAIRS,  /* name, value */
	TRIPLES /* name, value, source */
};

#define SIZE(member) sizeof(((const struct snap_object *)NULL)->member)
#define F(member, kind)                                                        \
	{                                                                      \
#member, kind, offsetof(struct snap_object, member),           \
		    SIZE(member), 0                                            \
	}
#define FLAG(name, bit)                                                        \
	{                                                                      \
		name, SWITCH, offsetof(struct snap_object, flags),             \
		    SIZE(flags), bit                                           \
	}
#define NAMED(name, member, kind)                                              \
	{                                                                      \
		name, kind, offsetof(struct snap_object, member),              \
		    SIZE(member), 0                                            \
	}

const struct diff_field diff_fields[] = {F(alias, TEXT), F(display_name, TEXT),
    F(address, TEXT), NAMED("family", family, COUNT), F(folder, TEXT),
    F(check, CHECK), F(check_port, COUNT), F(check_command, TEXT),
    F(check_line, SECRET), F(item, TEXT), F(params, TEXT),
    NAMED("agent", agent, AGENT), F(agent_port, COUNT),
    F(agent_command, SECRET), F(agent_options, SECRET), F(snmp, SECRET),
    NAMED("check_interval", check_interval_ms, MS),
    NAMED("retry_interval", retry_interval_ms, MS),
    F(max_check_attempts, COUNT), NAMED("timeout", timeout_ms, MS),
    F(check_period, PERIOD), F(passive_period, PERIOD),
    F(notification_period, PERIOD), F(service_period, PERIOD),
    NAMED("notification_interval", notification_interval_ms, MS),
    NAMED("first_notification_delay", first_notification_delay_ms, MS),
    NAMED("notification_events", notify_on, EVENTS),
    FLAG("notifications", SNAP_NOTIFICATIONS),
    FLAG("active_checks", SNAP_ACTIVE), FLAG("passive_checks", SNAP_PASSIVE),
    FLAG("flap_detection", SNAP_FLAP_DETECTION),
    FLAG("volatile", SNAP_VOLATILE),
    FLAG("event_handler_enabled", SNAP_EVENT_HANDLER),
    FLAG("freshness", SNAP_FRESHNESS),
    NAMED("freshness_threshold", freshness_ms, MS), F(flap_low, REAL),
    F(flap_high, REAL), F(flap_decay, REAL), F(staleness, REAL),
    F(stalking, STATES), F(event_handler, TEXT),
    NAMED("event_handler_line", event_handler_line, SECRET),
    F(alert_handler, TEXT),
    NAMED("alert_handler_line", alert_handler_line, SECRET), F(downtimes, TEXT),
    F(method_parameters, TEXT), F(parents, HOSTS), F(nodes, HOSTS),
    F(cluster_mode, CLUSTER), F(groups, GROUPS),
    F(contact_groups, CONTACT_GROUPS), F(contacts, CONTACTS),
    F(labels, TRIPLES), F(tags, PAIRS), F(custom_variables, PAIRS),
    F(notes, TEXT), F(notes_url, TEXT), F(action_url, TEXT),
    F(icon_image, TEXT)};
const size_t diff_n_fields = ARRAY_LEN(diff_fields);

static uint32_t
u32_of(const struct diff_field *f, const struct snap_object *o)
{
	uint32_t n;

	memcpy(&n, (const char *)o + f->at, sizeof(n));
	return f->kind == SWITCH ? n & f->bit : n;
}

static double
real_of(const struct diff_field *f, const struct snap_object *o)
{
	double d;

	memcpy(&d, (const char *)o + f->at, sizeof(d));
	return d;
}

static struct snap_list
list_of(const struct diff_field *f, const struct snap_object *o)
{
	struct snap_list list;

	memcpy(&list, (const char *)o + f->at, sizeof(list));
	return list;
}

static const char *
period_name(const struct snapshot *snap, uint32_t period)
{
	return period == SNAP_NONE ? "24X7"
				   : snap_s(snap, snap->periods[period].name);
}

/* --- members of lists ----------------------------------------------------- */

static const char *
host_name(const struct snapshot *snap, uint32_t index)
{
	return snap_s(snap, snap->objects[index].name);
}

const char *
diff_contact_name(const struct snapshot *snap, uint32_t index)
{
	return snap_s(snap, snap->contacts[index].name);
}

static const char *
contact_group_name(const struct snapshot *snap, uint32_t index)
{
	return snap_s(snap, snap->contact_groups[index].name);
}

static const char *
host_group_name(const struct snapshot *snap, uint32_t index)
{
	return snap_s(snap, snap->host_groups[index].name);
}

static const char *
service_group_name(const struct snapshot *snap, uint32_t index)
{
	return snap_s(snap, snap->service_groups[index].name);
}

typedef const char *name_fn(const struct snapshot *snap, uint32_t index);

static const char *
string_at(const struct snapshot *snap, uint32_t off)
{
	return snap_s(snap, off);
}

static name_fn *
names_of(int kind, bool is_service)
{
	switch (kind) {
	case HOSTS:
		return host_name;
	case CONTACTS:
		return diff_contact_name;
	case CONTACT_GROUPS:
		return contact_group_name;
	case GROUPS:
		return is_service ? service_group_name : host_group_name;
	default:
		return string_at;
	}
}

bool
diff_same_members(const struct snapshot *a, struct snap_list x,
    const struct snapshot *b, struct snap_list y, name_fn *name)
{
	if (x.n != y.n)
		return false;
	for (uint32_t i = 0; i < x.n; i++)
		if (strcmp(name(a, snap_at(a, x, i)),
			name(b, snap_at(b, y, i))) != 0)
			return false;
	return true;
}

bool
diff_field_same(const struct diff_field *f, const struct snapshot *a,
    const struct snap_object *x, const struct snapshot *b,
    const struct snap_object *y)
{
	uint32_t m, n;

	switch (f->kind) {
	case TEXT:
	case SECRET:
		return strcmp(snap_s(a, u32_of(f, x)),
			   snap_s(b, u32_of(f, y))) == 0;
	case REAL:
		return !(real_of(f, x) < real_of(f, y)) &&
		    !(real_of(f, x) > real_of(f, y));
	case PERIOD:
		m = u32_of(f, x);
		n = u32_of(f, y);
		if ((m == SNAP_NONE) != (n == SNAP_NONE))
			return false;
		return m == SNAP_NONE ||
		    strcmp(period_name(a, m), period_name(b, n)) == 0;
	case HOSTS:
	case CONTACTS:
	case CONTACT_GROUPS:
	case GROUPS:
	case PAIRS:
	case TRIPLES:
		return diff_same_members(a, list_of(f, x), b, list_of(f, y),
		    names_of(f->kind, x->is_service));
	default:
		return u32_of(f, x) == u32_of(f, y);
	}
}

/* --- in words ------------------------------------------------------------- */

static void
add_list(struct str *to, const struct diff_field *f,
    const struct snapshot *snap, const struct snap_object *o)
{
	struct snap_list list = list_of(f, o);
	name_fn *name = names_of(f->kind, o->is_service);
	uint32_t step = f->kind == PAIRS ? 2 : f->kind == TRIPLES ? 3 : 1;

	for (uint32_t i = 0; i + step <= list.n; i += step) {
		if (i > 0)
			str_add(to, ", ");
		str_add(to, name(snap, snap_at(snap, list, i)));
		if (step > 1)
			str_addf(
			    to, ": %s", name(snap, snap_at(snap, list, i + 1)));
	}
}

static void
add_events(struct str *to, uint32_t on, bool is_service)
{
	static const struct {
		uint32_t bit;
		const char *host, *service;
	} events[] = {
	    {SNAP_ON_DOWN, "d", ""},
	    {SNAP_ON_UNREACH, "u", ""},
	    {SNAP_ON_UNKNOWN, "", "u"},
	    {SNAP_ON_WARN, "", "w"},
	    {SNAP_ON_CRIT, "", "c"},
	    {SNAP_ON_RECOVERY, "r", "r"},
	    {SNAP_ON_FLAPPING, "f", "f"},
	    {SNAP_ON_DOWNTIME, "s", "s"},
	};

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (on & events[i].bit)
			str_add(to,
			    is_service ? events[i].service : events[i].host);
}

static void
add_states(struct str *to, uint32_t bits)
{
	for (unsigned i = 0; i < 4; i++)
		if (bits & 1u << i)
			str_addf(to, "%s%u", to->len > 0 ? " " : "", i);
}

static const char *
word_of(int kind, uint32_t n)
{
	static const char *const checks[SNAP_CHECK_KINDS] = {"passive", "ping",
	    "tcp", "command", "agent", "snmp", "collected", "service",
	    "always_up", "cluster", "clustered"};
	static const char *const agents[] = {"none", "tcp", "push", "program"};
	static const char *const modes[SNAP_CLUSTER_MODES] = {
	    "none", "best", "worst", "failover"};
	const char *word = NULL;

	if (kind == CHECK && n < ARRAY_LEN(checks))
		word = checks[n];
	else if (kind == AGENT && n < ARRAY_LEN(agents))
		word = agents[n];
	else if (kind == CLUSTER && n < ARRAY_LEN(modes))
		word = modes[n];
	return word != NULL ? word : "another";
}

char *
diff_field_text(const struct diff_field *f, const struct snapshot *snap,
    const struct snap_object *o)
{
	struct str text = {0};

	switch (f->kind) {
	case TEXT:
		str_add(&text, snap_s(snap, u32_of(f, o)));
		break;
	case SECRET:
		return NULL;
	case MS:
		num_duration_add(&text, (int64_t)u32_of(f, o));
		break;
	case COUNT:
		str_addf(&text, "%" PRIu32, u32_of(f, o));
		break;
	case REAL:
		str_addf(&text, "%g", real_of(f, o));
		break;
	case PERIOD:
		str_add(&text, period_name(snap, u32_of(f, o)));
		break;
	case SWITCH:
		str_add(&text, u32_of(f, o) != 0 ? "on" : "off");
		break;
	case EVENTS:
		add_events(&text, u32_of(f, o), o->is_service);
		break;
	case STATES:
		add_states(&text, u32_of(f, o));
		break;
	case CHECK:
	case AGENT:
	case CLUSTER:
		str_add(&text, word_of(f->kind, u32_of(f, o)));
		break;
	default:
		add_list(&text, f, snap, o);
		break;
	}
	return str_steal(&text);
}

const char *
diff_field_name(const struct diff_field *f)
{
	return f->name;
}
