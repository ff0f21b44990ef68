/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the bits of modified attributes.
 */
#include "common/mem.h"
#include "livestatusd/table/table.h"

#include <string.h>

static const char *const names[] = {"notifications_enabled",
    "active_checks_enabled", "passive_checks_enabled", "event_handler_enabled",
    "flap_detection_enabled", "failure_prediction_enabled",
    "performance_data_enabled", "obsessive_handler_enabled",
    "event_handler_command", "check_command", "normal_check_interval",
    "retry_check_interval", "max_check_attempts", "freshness_checks_enabled",
    "check_timeperiod", "custom_variable", "notification_timeperiod"};

void
column_attributes_items(struct view *v, uint32_t bits)
{
	for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
		if (bits & 1u << i)
			items_string(&v->items, slice_of(names[i]));
}

uint32_t
column_attributes_mask(struct slice name)
{
	for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_eqs(name, names[i]))
			return 1u << i;
	return 0;
}

/* `which` as for strings of object.c: 0 names, 1 values, 11 both. */
static void
add_variable(struct view *v, const char *name, const char *value, size_t which)
{
	if (which != 1)
		items_string(&v->items, slice_of(name));
	if (which != 0)
		items_string(&v->items, slice_of(value));
}

void
column_variables(struct view *v, const struct mirror_override *over,
    struct snap_list list, size_t which)
{
	const struct snapshot *s = v->snap;

	for (uint32_t i = 0; i + 1 < list.n; i += 2) {
		const char *name = snap_s(s, snap_at(s, list, i));
		const char *value = mirror_variable(over, name);

		add_variable(v, name,
		    value != NULL ? value : snap_s(s, snap_at(s, list, i + 1)),
		    which);
	}
	for (uint32_t i = 0; i < over->n; i++) {
		bool known = false;

		for (uint32_t k = 0; k + 1 < list.n; k += 2)
			known = known ||
			    strcmp(snap_s(s, snap_at(s, list, k)),
				over->variables[2 * i]) == 0;
		if (!known)
			add_variable(v, over->variables[2 * i],
			    over->variables[2 * i + 1], which);
	}
}
