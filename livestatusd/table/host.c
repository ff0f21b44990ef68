/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of hosts that services do not have. Their index is the object's
 * number.
 */
#include "livestatusd/table/table.h"

#include <string.h>

enum {
	COUNTS_HOST = 1
};

static int64_t
count(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t n;

	if (v->counts_of != COUNTS_HOST || v->counts_at != at) {
		v->counts = (struct counts){0};
		v->counts_of = COUNTS_HOST;
		v->counts_at = at;
		view_count_services_of(v, at, &v->counts);
	}
	memcpy(&n, (const char *)&v->counts + c->off, sizeof(n));
	return n;
}

static int64_t
total_services(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return v->snap->objects[at].services.n;
}

static void
services(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror *m = v->m;
	struct snap_list s = v->snap->objects[at].services;
	struct items *it = &v->items;

	for (uint32_t i = s.off; i < s.off + s.n; i++) {
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
		items_int(it, mirror_get(m, i, state));
		items_int(it, mirror_get(m, i, checked));
		if (c->off >= 2)
			items_string(it, mirror_output(m, i));
		if (c->off >= 3) {
			items_int(it, mirror_get(m, i, hard_state));
			items_int(it, mirror_get(m, i, attempt));
			items_int(it, mirror_get(m, i, max_attempts));
			items_int(it, mirror_get(m, i, downtime_depth));
			items_int(it, mirror_get(m, i, acknowledged));
			items_int(it,
			    (mirror_get(m, i, flags) &
				MSG_CHECKABLE_IN_SERVICE_PERIOD) != 0);
		}
		items_close(it);
	}
}

static void
parents(struct view *v, const struct column *c, uint32_t at)
{
	const struct snapshot *s = v->snap;
	struct snap_list list = s->objects[at].parents;

	(void)c;
	for (uint32_t i = 0; i < list.n; i++)
		items_string(&v->items,
		    slice_of(snap_s(s, s->objects[snap_at(s, list, i)].name)));
}

static void
children(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror *m = v->m;

	(void)c;
	for (uint32_t i = m->child_from[at]; i < m->child_from[at + 1]; i++)
		items_string(&v->items,
		    slice_of(snap_s(
			v->snap, v->snap->objects[m->children[i]].name)));
}

static struct slice
alias(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = &v->snap->objects[at];

	(void)c;
	return slice_of(snap_s(v->snap, o->alias ? o->alias : o->name));
}

/* clang-format off */
#define COUNT(nm, member, h) \
	COL_INT(nm, count, offsetof(struct counts, member), h)

static const struct column own[] = {
	COL_NAME("name", "name of the host"),
	COL_STRING("alias", alias, 0, "descriptive name"),
	COL_CONFIG("address", address, "address or DNS name"),
	COL_EMPTY("statusmap_image", STRING, "image on a status map; always empty"),
	COL_TIME("last_time_up", last_time_0, "last seen UP"),
	COL_TIME("last_time_down", last_time_1, "last seen DOWN"),
	COL_TIME("last_time_unreachable", last_time_2, "last seen UNREACH"),
	COL_EMPTY("obsess_over_host", INT, "always 0"),
	COL_EMPTY("x_3d", FLOAT, "coordinate; always 0"),
	COL_EMPTY("y_3d", FLOAT, "coordinate; always 0"),
	COL_EMPTY("z_3d", FLOAT, "coordinate; always 0"),
	COL_INT("total_services", total_services, 0, "services, whoever may see them"),
	COUNT("num_services", n, "services"),
	COUNT("num_services_ok", state[0], "services that are OK"),
	COUNT("num_services_warn", state[1], "services that are WARN"),
	COUNT("num_services_crit", state[2], "services that are CRIT"),
	COUNT("num_services_unknown", state[3], "services that are UNKNOWN"),
	COUNT("num_services_pending", pending, "services without a result"),
	COUNT("num_services_handled_problems", handled, "problems that are acknowledged, in downtime with or without their host, or of a host that is not UP"),
	COUNT("num_services_unhandled_problems", unhandled, "other problems"),
	COUNT("num_services_hard_ok", hard[0], "services whose last hard state is OK"),
	COUNT("num_services_hard_warn", hard[1], "... is WARN"),
	COUNT("num_services_hard_crit", hard[2], "... is CRIT"),
	COUNT("num_services_hard_unknown", hard[3], "... is UNKNOWN"),
	COUNT("worst_service_state", worst, "worst state of a service: OK < WARN < UNKNOWN < CRIT"),
	COUNT("worst_service_hard_state", worst_hard, "worst hard state of a service"),
	COL_LIST("services", services, 0, "descriptions of the services"),
	COL_LIST("services_with_state", services, 1, "description, state, has_been_checked of each"),
	COL_LIST("services_with_info", services, 2, "and plugin_output"),
	COL_LIST("services_with_fullstate", services, 3, "and last_hard_state, current_attempt, max_check_attempts, scheduled_downtime_depth, acknowledged, service_period_active"),
	COL_LIST("parents", parents, 0, "names of the parents"),
	COL_LIST("childs", children, 0, "names of the children"),
	COL_CONFIG("filename", folder, "folder of the host in the configuration"),
	COL_EMPTY("mk_inventory_last", TIME, "last inventory; always 0"),
	COL_EMPTY("mk_inventory", BLOB, "inventory; always empty"),
	COL_EMPTY("mk_inventory_gz", BLOB, "inventory, compressed; always empty"),
	COL_EMPTY("structured_status", BLOB, "status data of the inventory; always empty"),
	COL_EMPTY("mk_logwatch_files", LIST, "names of log files with problems; always empty"),
	{.name = "mk_logwatch_file", .type = COLUMN_BLOB, .source = SOURCE_EMPTY, .flags = COLUMN_DYNAMIC,
	    .help = "content of a log file; as mk_logwatch_file:TITLE:HOST/FILE; always empty"},
	COL_EMPTY("smartping_timeout", INT, "always 0"),
	{0}
};
/* clang-format on */

const struct column_set columns_host = {{own, columns_object}};
