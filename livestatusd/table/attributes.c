/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the bits of modified attributes.
 */
#include "common/mem.h"
#include "livestatusd/table/table.h"

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
