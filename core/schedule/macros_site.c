/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros about groups, contacts, the time, and all objects together (MC-4).
 */
#include "core/schedule/macros_internal.h"

#include "common/mem.h"
#include "common/num.h"
#include "core/state/override.h"

#include <inttypes.h>
#include <time.h>

/* --- groups and contacts -------------------------------------------------- */

static const struct snap_group *
group_of(const struct macro_scope *s, struct slice name, char kind)
{
	const struct snapshot *snap = s->e->snap;
	uint32_t at = kind == 'h' ? snap_find_host_group(snap, name)
	    : kind == 's'         ? snap_find_service_group(snap, name)
				  : snap_find_contact_group(snap, name);

	if (at == SNAP_NONE)
		return NULL;
	return kind == 'h' ? &snap->host_groups[at]
	    : kind == 's'  ? &snap->service_groups[at]
			   : &snap->contact_groups[at];
}

/* Of the group named, or of the object's first one. */
static const struct snap_group *
which_group(const struct macro_scope *s, struct slice arg, char kind)
{
	const struct snapshot *snap = s->e->snap;
	const struct snap_object *o = &snap->objects[s->object];

	if (arg.len > 0 || kind == 'c')
		return group_of(s, arg, kind);
	if (kind == 'h')
		o = &snap->objects[o->host];
	else if (!o->is_service)
		return NULL;
	if (o->groups.n == 0)
		return NULL;
	return &(kind == 'h'
		? snap->host_groups
		: snap->service_groups)[snap_at(snap, o->groups, 0)];
}

static bool
add_group_text(struct str *out, const struct macro_scope *s, struct slice arg,
    char kind, char what)
{
	const struct snap_group *g = which_group(s, arg, kind);
	snap_str text;

	if (g == NULL)
		return false;
	text = what == 'a' ? (g->alias == 0 ? g->name : g->alias)
	    : what == 'n'  ? g->notes
	    : what == 'u'  ? g->notes_url
			   : g->action_url;
	str_add(out, snap_s(s->e->snap, text));
	return true;
}

static bool
add_members(
    struct str *out, const struct macro_scope *s, struct slice arg, char kind)
{
	const struct snapshot *snap = s->e->snap;
	const struct snap_group *g = which_group(s, arg, kind);

	if (g == NULL)
		return false;
	for (uint32_t i = 0; i < g->members.n; i++) {
		uint32_t m = snap_at(snap, g->members, i);

		if (i > 0)
			str_addc(out, ',');
		if (kind == 'c') {
			str_add(out, snap_s(snap, snap->contacts[m].name));
			continue;
		}
		if (kind == 's')
			str_addf(out, "%s,",
			    snap_s(snap,
				snap->objects[snap->objects[m].host].name));
		str_add(out, snap_s(snap, snap->objects[m].name));
	}
	return true;
}

#define GROUP_MACRO(fn, kind, what)                                            \
	static bool fn(                                                        \
	    struct str *out, const struct macro_scope *s, struct slice arg)    \
	{                                                                      \
		return add_group_text(out, s, arg, kind, what);                \
	}
#define MEMBERS_MACRO(fn, kind)                                                \
	static bool fn(                                                        \
	    struct str *out, const struct macro_scope *s, struct slice arg)    \
	{                                                                      \
		return add_members(out, s, arg, kind);                         \
	}
GROUP_MACRO(hostgroup_alias, 'h', 'a')
GROUP_MACRO(hostgroup_notes, 'h', 'n')
GROUP_MACRO(hostgroup_notes_url, 'h', 'u')
GROUP_MACRO(hostgroup_action_url, 'h', 'x')
GROUP_MACRO(servicegroup_alias, 's', 'a')
GROUP_MACRO(servicegroup_notes, 's', 'n')
GROUP_MACRO(servicegroup_notes_url, 's', 'u')
GROUP_MACRO(servicegroup_action_url, 's', 'x')
GROUP_MACRO(contactgroup_alias, 'c', 'a')
MEMBERS_MACRO(hostgroup_members, 'h')
MEMBERS_MACRO(servicegroup_members, 's')
MEMBERS_MACRO(contactgroup_members, 'c')

/* $CONTACTEMAIL:name$, $CONTACTEMAIL:group:separator$ */
static bool
add_contacts(
    struct str *out, const struct macro_scope *s, struct slice arg, char what)
{
	const struct snapshot *snap = s->e->snap;
	const char *colon = arg.len == 0 ? NULL : memchr(arg.s, ':', arg.len);
	struct slice first = arg, between = SLICE("");
	struct snap_list one = {0, 0};
	uint32_t contact, n = 1;

	if (colon != NULL) {
		first.len = (size_t)(colon - arg.s);
		between = (struct slice){colon + 1, arg.len - first.len - 1};
	}
	contact = colon == NULL ? snap_find_contact(snap, first) : SNAP_NONE;
	if (contact == SNAP_NONE) {
		const struct snap_group *g =
		    colon == NULL ? NULL : group_of(s, first, 'c');

		if (g == NULL)
			return false;
		one = g->members;
		n = one.n;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct snap_contact *c =
		    &snap->contacts[one.n == 0 ? contact
					       : snap_at(snap, one, i)];
		snap_str text = what == 'n' ? c->name
		    : what == 'a'           ? c->alias
		    : what == 'e'           ? c->email
					    : c->pager;

		if (i > 0)
			str_addslice(out, between);
		str_add(out, snap_s(snap, text));
	}
	return true;
}

#define CONTACT_MACRO(fn, what)                                                \
	static bool fn(                                                        \
	    struct str *out, const struct macro_scope *s, struct slice arg)    \
	{                                                                      \
		return add_contacts(out, s, arg, what);                        \
	}
CONTACT_MACRO(contact_name, 'n')
CONTACT_MACRO(contact_alias, 'a')
CONTACT_MACRO(contact_email, 'e')
CONTACT_MACRO(contact_pager, 'p')

static bool
contact_groups(struct str *out, const struct macro_scope *s, struct slice arg)
{
	const struct snapshot *snap = s->e->snap;
	uint32_t contact = snap_find_contact(snap, arg);

	if (contact == SNAP_NONE)
		return false;
	for (uint32_t i = 0; i < snap->contacts[contact].groups.n; i++) {
		if (i > 0)
			str_addc(out, ',');
		str_add(out,
		    snap_s(snap,
			snap
			    ->contact_groups[snap_at(
				snap, snap->contacts[contact].groups, i)]
			    .name));
	}
	return true;
}

/* --- the whole ------------------------------------------------------------ */

#define UNHANDLED 100

static bool
is_handled(const struct engine *e, uint32_t i)
{
	const struct checkable *o = &e->objects[i];
	const struct snap_object *c = &e->snap->objects[i];
	const struct checkable *h = &e->objects[c->host];

	return o->ack != ACK_NONE || o->downtime_depth > 0 ||
	    h->downtime_depth > 0 || (c->is_service && h->state != HOST_UP);
}

/* `state` -1: every problem; + UNHANDLED: those that nobody handles. */
static bool
add_total(
    struct str *out, const struct macro_scope *s, bool services, int state)
{
	const struct engine *e = s->e;
	bool unhandled = state >= UNHANDLED - 1;
	uint32_t from = services ? e->snap->n_hosts : 0, n = 0;
	uint32_t to = services ? e->snap->n_objects : e->snap->n_hosts;

	if (unhandled)
		state -= UNHANDLED;
	for (uint32_t i = from; i < to; i++) {
		uint8_t now = e->objects[i].state;

		if (state < 0 ? now == STATE_GOOD : now != state)
			continue;
		if (state == 0 && !(e->objects[i].flags & CHECKABLE_CHECKED))
			continue;
		n += !unhandled || !is_handled(e, i);
	}
	str_addf(out, "%u", n);
	return true;
}

#define TOTAL_MACRO(fn, services, state)                                       \
	static bool fn(                                                        \
	    struct str *out, const struct macro_scope *s, struct slice arg)    \
	{                                                                      \
		(void)arg;                                                     \
		return add_total(out, s, services, state);                     \
	}
TOTAL_MACRO(hosts_up, false, 0)
TOTAL_MACRO(hosts_down, false, 1)
TOTAL_MACRO(hosts_unreachable, false, 2)
TOTAL_MACRO(hosts_down_unhandled, false, UNHANDLED + 1)
TOTAL_MACRO(hosts_unreachable_unhandled, false, UNHANDLED + 2)
TOTAL_MACRO(host_problems, false, -1)
TOTAL_MACRO(host_problems_unhandled, false, UNHANDLED - 1)
TOTAL_MACRO(services_ok, true, 0)
TOTAL_MACRO(services_warning, true, 1)
TOTAL_MACRO(services_critical, true, 2)
TOTAL_MACRO(services_unknown, true, 3)
TOTAL_MACRO(services_warning_unhandled, true, UNHANDLED + 1)
TOTAL_MACRO(services_critical_unhandled, true, UNHANDLED + 2)
TOTAL_MACRO(services_unknown_unhandled, true, UNHANDLED + 3)
TOTAL_MACRO(service_problems, true, -1)
TOTAL_MACRO(service_problems_unhandled, true, UNHANDLED - 1)

/* --- time ----------------------------------------------------------------- */

static struct tm
local(const struct macro_scope *s)
{
	time_t at = (time_t)s->now;
	struct tm tm = {0};

	localtime_r(&at, &tm);
	return tm;
}

/* One format a macro: strftime() wants them as literals. */
#define TIME_MACRO(fn, format)                                                 \
	static bool fn(                                                        \
	    struct str *out, const struct macro_scope *s, struct slice arg)    \
	{                                                                      \
		struct tm tm = local(s);                                       \
		char text[100];                                                \
                                                                               \
		(void)arg;                                                     \
		strftime(text, sizeof(text), format, &tm);                     \
		str_add(out, text);                                            \
		return true;                                                   \
	}
TIME_MACRO(long_date, "%a %b %e %H:%M:%S %Z %Y")
TIME_MACRO(short_date, "%Y-%m-%d %H:%M:%S")
TIME_MACRO(date, "%Y-%m-%d")
TIME_MACRO(clock_time, "%H:%M:%S")

static bool
epoch(struct str *out, const struct macro_scope *s, struct slice arg)
{
	(void)arg;
	str_addf(out, "%" PRId64, s->now);
	return true;
}

static bool
started(struct str *out, const struct macro_scope *s, struct slice arg)
{
	(void)arg;
	str_addf(out, "%" PRId64, s->e->started);
	return true;
}

/* PERIOD or PERIOD:TIME */
static bool
read_period(const struct macro_scope *s, struct slice arg, uint32_t *period_r,
    int64_t *at_r)
{
	const char *colon = arg.len == 0 ? NULL : memchr(arg.s, ':', arg.len);
	struct slice name = arg;

	*at_r = s->now;
	if (colon != NULL) {
		struct slice at;

		name.len = (size_t)(colon - arg.s);
		at = (struct slice){colon + 1, arg.len - name.len - 1};
		if (!num_range(at, 0, INT64_C(1) << 40, at_r))
			return false;
	}
	*period_r = snap_find_period(s->e->snap, name);
	return *period_r != SNAP_NONE;
}

static bool
is_valid(struct str *out, const struct macro_scope *s, struct slice arg)
{
	uint32_t period;
	int64_t at;

	if (!read_period(s, arg, &period, &at))
		return false;
	str_addc(out, period_is_in(s->e->periods, period, at) ? '1' : '0');
	return true;
}

static bool
next_valid(struct str *out, const struct macro_scope *s, struct slice arg)
{
	uint32_t period;
	int64_t at;

	if (!read_period(s, arg, &period, &at))
		return false;
	at = period_next_in(s->e->periods, period, at);
	str_addf(out, "%" PRId64, at == INT64_MAX ? 0 : at);
	return true;
}

/* clang-format off */
const struct macro_site macros_site[] = {
    {"HOSTGROUPALIAS", hostgroup_alias, "title; :GROUP, else the first one"},
    {"HOSTGROUPMEMBERS", hostgroup_members, "hosts, with commas; :GROUP"},
    {"HOSTGROUPNOTES", hostgroup_notes, "notes; :GROUP"},
    {"HOSTGROUPNOTESURL", hostgroup_notes_url, "notes_url; :GROUP"},
    {"HOSTGROUPACTIONURL", hostgroup_action_url, "action_url; :GROUP"},
    {"SERVICEGROUPALIAS", servicegroup_alias, "title; :GROUP, else the first one"},
    {"SERVICEGROUPMEMBERS", servicegroup_members, "host,service,...; :GROUP"},
    {"SERVICEGROUPNOTES", servicegroup_notes, "notes; :GROUP"},
    {"SERVICEGROUPNOTESURL", servicegroup_notes_url, "notes_url; :GROUP"},
    {"SERVICEGROUPACTIONURL", servicegroup_action_url, "action_url; :GROUP"},
    {"CONTACTGROUPALIAS", contactgroup_alias, "title; :GROUP"},
    {"CONTACTGROUPMEMBERS", contactgroup_members, "contacts, with commas; :GROUP"},
    {"CONTACTNAME", contact_name, "login name; :CONTACT or :GROUP:SEPARATOR"},
    {"CONTACTALIAS", contact_alias, "full name; the same"},
    {"CONTACTEMAIL", contact_email, "mail address; the same"},
    {"CONTACTPAGER", contact_pager, "pager; the same"},
    {"CONTACTGROUPNAMES", contact_groups, "groups, with commas; :CONTACT"},
    {"TOTALHOSTSUP", hosts_up, "hosts that are UP"},
    {"TOTALHOSTSDOWN", hosts_down, "hosts that are DOWN"},
    {"TOTALHOSTSUNREACHABLE", hosts_unreachable, "hosts that are UNREACH"},
    {"TOTALHOSTSDOWNUNHANDLED", hosts_down_unhandled, "not acknowledged, no downtime"},
    {"TOTALHOSTSUNREACHABLEUNHANDLED", hosts_unreachable_unhandled, "the same"},
    {"TOTALHOSTPROBLEMS", host_problems, "hosts that are not UP"},
    {"TOTALHOSTPROBLEMSUNHANDLED", host_problems_unhandled, "that nobody handles"},
    {"TOTALSERVICESOK", services_ok, "services that are OK"},
    {"TOTALSERVICESWARNING", services_warning, "in WARN"},
    {"TOTALSERVICESCRITICAL", services_critical, "in CRIT"},
    {"TOTALSERVICESUNKNOWN", services_unknown, "in UNKNOWN"},
    {"TOTALSERVICESWARNINGUNHANDLED", services_warning_unhandled, "that nobody handles"},
    {"TOTALSERVICESCRITICALUNHANDLED", services_critical_unhandled, "the same"},
    {"TOTALSERVICESUNKNOWNUNHANDLED", services_unknown_unhandled, "the same"},
    {"TOTALSERVICEPROBLEMS", service_problems, "services that are not OK"},
    {"TOTALSERVICEPROBLEMSUNHANDLED", service_problems_unhandled, "that nobody handles"},
    {"LONGDATETIME", long_date, "now, in words"},
    {"SHORTDATETIME", short_date, "now, 2026-03-02 08:00:00"},
    {"DATE", date, "today"},
    {"TIME", clock_time, "now, 08:00:00"},
    {"TIMET", epoch, "now, seconds since 1970"},
    {"ISVALIDTIME", is_valid, "1: within; :PERIOD or :PERIOD:SECONDS"},
    {"NEXTVALIDTIME", next_valid, "when it begins; the same"},
    {"PROCESSSTARTTIME", started, "when the core was started"},
    {"EVENTSTARTTIME", started, "the same"},
};
/* clang-format on */
const size_t macros_n_site = ARRAY_LEN(macros_site);
