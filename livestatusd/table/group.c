/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of host groups and service groups. Their index is the group's in
 * the snapshot.
 */
#include "livestatusd/table/table.h"

#include <string.h>

enum {
	COUNTS_HG_HOSTS = 2,
	COUNTS_HG_SERVICES,
	COUNTS_SG_SERVICES
};

static const struct snap_group *
host_group(const struct view *v, uint32_t at)
{
	return &v->snap->host_groups[at];
}

static const struct snap_group *
service_group(const struct view *v, uint32_t at)
{
	return &v->snap->service_groups[at];
}

/* The column's `mask` says what is counted. */
static int64_t
count(struct view *v, const struct column *c, uint32_t at)
{
	struct counts *n = &v->counts;
	uint32_t value;

	if (v->counts_of != (int)c->mask || v->counts_at != at) {
		*n = (struct counts){0};
		v->counts_of = (int)c->mask;
		v->counts_at = at;
		if (c->mask == COUNTS_HG_HOSTS)
			view_count_hosts(v, host_group(v, at), n);
		else if (c->mask == COUNTS_HG_SERVICES)
			view_count_group_services(
			    v, host_group(v, at), true, n);
		else
			view_count_group_services(
			    v, service_group(v, at), false, n);
	}
	memcpy(&value, (const char *)n + c->off, sizeof(value));
	return value;
}

/* `mask`: 0 host groups, 1 service groups; `off` the member of snap_group. */
static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_group *g =
	    c->mask == 0 ? host_group(v, at) : service_group(v, at);
	snap_str off;

	memcpy(&off, (const char *)g + c->off, sizeof(off));
	if (off == 0 && c->off == offsetof(struct snap_group, alias))
		off = g->name;
	return slice_of(snap_s(v->snap, off));
}

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	(void)v;
	(void)c;
	return at;
}

static void
host_members(struct view *v, const struct column *c, uint32_t at)
{
	struct snap_list list = host_group(v, at)->members;
	struct items *it = &v->items;

	for (uint32_t k = 0; k < list.n; k++) {
		uint32_t i = snap_at(v->snap, list, k);
		struct slice name =
		    slice_of(snap_s(v->snap, v->snap->objects[i].name));

		if (!view_sees(v, i))
			continue;
		if (c->off == 0) {
			items_string(it, name);
			continue;
		}
		items_open(it);
		items_string(it, name);
		items_int(it, mirror_get(v->m, i, state));
		items_int(it, mirror_get(v->m, i, checked));
		items_close(it);
	}
}

static void
service_members(struct view *v, const struct column *c, uint32_t at)
{
	const struct snapshot *s = v->snap;
	struct snap_list list = service_group(v, at)->members;
	struct items *it = &v->items;

	for (uint32_t k = 0; k < list.n; k++) {
		uint32_t i = snap_at(s, list, k);
		const struct snap_object *o = &s->objects[i];

		if (!view_sees(v, i))
			continue;
		items_open(it);
		items_string(it, slice_of(snap_s(s, s->objects[o->host].name)));
		items_string(it, slice_of(snap_s(s, o->name)));
		if (c->off == 1) {
			items_int(it, mirror_get(v->m, i, state));
			items_int(it, mirror_get(v->m, i, checked));
		}
		items_close(it);
	}
}

/* clang-format off */
#define TEXT(nm, which, member, h)                                             \
	{.name = nm, .type = COLUMN_STRING, .source = SOURCE_GET,              \
	    .get.s = text, .mask = which,                                      \
	    .off = offsetof(struct snap_group, member), .help = h}
#define COUNT(nm, what, member, h)                                             \
	{.name = nm, .type = COLUMN_INT, .source = SOURCE_GET, .get.i = count, \
	    .mask = what, .off = offsetof(struct counts, member), .help = h}
#define HOSTS(nm, member, h)    COUNT("num_hosts" nm, COUNTS_HG_HOSTS, member, h)
#define SERVICES(nm, what, member, h) COUNT("num_services" nm, what, member, h)
#define ALL_SERVICES(what)                                                     \
	SERVICES("", what, n, "services"),                                     \
	SERVICES("_ok", what, state[0], "services that are OK"),               \
	SERVICES("_warn", what, state[1], "services that are WARN"),           \
	SERVICES("_crit", what, state[2], "services that are CRIT"),           \
	SERVICES("_unknown", what, state[3], "services that are UNKNOWN"),     \
	SERVICES("_pending", what, pending, "services without a result"),      \
	SERVICES("_handled_problems", what, handled,                           \
	    "problems that are acknowledged, in downtime with or without their host, or of a host that is not UP"), \
	SERVICES("_unhandled_problems", what, unhandled, "other problems"),    \
	SERVICES("_hard_ok", what, hard[0], "services whose last hard state is OK"), \
	SERVICES("_hard_warn", what, hard[1], "... is WARN"),                  \
	SERVICES("_hard_crit", what, hard[2], "... is CRIT"),                  \
	SERVICES("_hard_unknown", what, hard[3], "... is UNKNOWN"),            \
	COUNT("worst_service_state", what, worst,                              \
	    "worst state of a service: OK < WARN < UNKNOWN < CRIT"),           \
	COUNT("worst_service_hard_state", what, worst_hard,                    \
	    "worst hard state of a service")

static const struct column hostgroup[] = {
	TEXT("name", 0, name, "name of the group"),
	TEXT("alias", 0, alias, "descriptive name"),
	TEXT("notes", 0, notes, "free text"),
	TEXT("notes_url", 0, notes_url, "link to documentation"),
	TEXT("action_url", 0, action_url, "link to an action"),
	COL_INT("id", number, 0, "number of the group until the next activation"),
	COL_LIST("members", host_members, 0, "names of the hosts"),
	COL_LIST("members_with_state", host_members, 1, "name, state, has_been_checked of each"),
	HOSTS("", n, "hosts"),
	HOSTS("_up", state[0], "hosts that are UP"),
	HOSTS("_down", state[1], "hosts that are DOWN"),
	HOSTS("_unreach", state[2], "hosts that are UNREACH"),
	HOSTS("_pending", pending, "hosts without a result"),
	HOSTS("_handled_problems", handled, "problems that are acknowledged or in downtime"),
	HOSTS("_unhandled_problems", unhandled, "other problems"),
	COUNT("worst_host_state", COUNTS_HG_HOSTS, worst, "worst state of a host: UP < UNREACH < DOWN"),
	ALL_SERVICES(COUNTS_HG_SERVICES),
	{0}
};

static const struct column servicegroup[] = {
	TEXT("name", 1, name, "name of the group"),
	TEXT("alias", 1, alias, "descriptive name"),
	TEXT("notes", 1, notes, "free text"),
	TEXT("notes_url", 1, notes_url, "link to documentation"),
	TEXT("action_url", 1, action_url, "link to an action"),
	COL_INT("id", number, 0, "number of the group until the next activation"),
	{.name = "members", .type = COLUMN_LIST, .source = SOURCE_GET, .get.l = service_members,
	    .flags = COLUMN_PAIRS, .help = "host, description of each service"},
	{.name = "members_with_state", .type = COLUMN_LIST, .source = SOURCE_GET, .get.l = service_members, .off = 1,
	    .flags = COLUMN_PAIRS, .help = "host, description, state, has_been_checked of each"},
	ALL_SERVICES(COUNTS_SG_SERVICES),
	{0}
};
/* clang-format on */

const struct column_set columns_hostgroup = {{hostgroup, NULL}};
const struct column_set columns_servicegroup = {{servicegroup, NULL}};
