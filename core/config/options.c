/* SPDX-License-Identifier: Apache-2.0
 *
 * From settings to the engine's; see options.h.
 */
#include "core/config/options.h"

#include <stdio.h>

static const char *
text(const char *s)
{
	return s == NULL ? "" : s;
}

struct engine_settings
options_of(const struct settings *s)
{
	struct engine_settings to = {
	    .notify_unreachable = s->notify_unreachable,
	    .drop_late_recovery = !s->notify_late_recovery,
	    .drop_missed_end = !s->notify_missed_downtime_end,
	    .log_suppressed = s->history_suppressed,
	    .log_passive = s->history_passive_results,
	    .handlers = {
		text(s->event_handler_hosts), text(s->event_handler_services)}};
	char key[16];

	for (int i = 0; i < ENGINE_USERS; i++) {
		snprintf(key, sizeof(key), "%d", i + 1);
		to.users[i] =
		    json_string_value(json_object_get(s->user_macros, key));
	}
	return to;
}
