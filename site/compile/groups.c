/* SPDX-License-Identifier: Apache-2.0
 *
 * Host and service groups into the snapshot, with those objects that name
 * them.
 */
#include "common/mem.h"
#include "site/compile/model.h"

#include <stdlib.h>

static void
add_groups(
    struct model *m, enum table_id id, enum snapb_groups which, bool services)
{
	const struct table *t = &m->tables[id];
	struct indexes *members = xcalloc((size_t)t->n + 1, sizeof(*members));

	for (uint32_t i = 0; i < snapb_n_objects(m->snap); i++) {
		const struct snap_object *o = snapb_object(m->snap, i);
		const uint32_t *numbers = snapb_numbers(m->snap, o->groups);

		if ((o->is_service != 0) != services)
			continue;
		for (uint32_t k = 0; k < o->groups.n; k++)
			indexes_add(&members[numbers[k]], i);
	}
	for (uint32_t i = 0; i < t->n; i++) {
		const json_t *entry = t->items[i].value;
		struct snap_group *g = snapb_group_at(m->snap, which,
		    snapb_group(m->snap, which, t->items[i].name));
		const char *alias =
		    json_string_value(json_object_get(entry, "alias"));

		if (alias != NULL)
			g->alias = snapb_str(m->snap, alias);
		g->notes = snapb_str(m->snap,
		    json_string_value(json_object_get(entry, "notes")));
		g->notes_url = snapb_str(m->snap,
		    json_string_value(json_object_get(entry, "notes_url")));
		g->action_url = snapb_str(m->snap,
		    json_string_value(json_object_get(entry, "action_url")));
		g->members =
		    snapb_list(m->snap, members[i].items, members[i].n);
		indexes_free(&members[i]);
	}
	free(members);
}

void
objects_groups(struct model *m)
{
	add_groups(m, TABLE_HOST_GROUPS, SNAPB_HOST_GROUPS, false);
	add_groups(m, TABLE_SERVICE_GROUPS, SNAPB_SERVICE_GROUPS, true);
}
