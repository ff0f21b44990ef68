/* SPDX-License-Identifier: Apache-2.0
 *
 * What else people do with hosts and services by a command: run a check now,
 * switch something, enter a result, notify. Not in the peer's API; the console
 * uses them, and so may scripts.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <inttypes.h>
#include <stdlib.h>

/* {host or service} in a command's name is HOST or SVC. */
static const struct action {
	const char *name;
	const char *before, *after; /* around HOST or SVC */
} actions[] = {
    {"reschedule", "SCHEDULE_FORCED_", "_CHECK"},
    {"enable_notifications", "ENABLE_", "_NOTIFICATIONS"},
    {"disable_notifications", "DISABLE_", "_NOTIFICATIONS"},
    {"enable_active_checks", "ENABLE_", "_CHECK"},
    {"disable_active_checks", "DISABLE_", "_CHECK"},
    {"enable_passive_checks", "ENABLE_PASSIVE_", "_CHECKS"},
    {"disable_passive_checks", "DISABLE_PASSIVE_", "_CHECKS"},
    {"enable_flap_detection", "ENABLE_", "_FLAP_DETECTION"},
    {"disable_flap_detection", "DISABLE_", "_FLAP_DETECTION"},
    {"enter_result", "PROCESS_", "_CHECK_RESULT"},
    {"notify", "SEND_CUSTOM_", "_NOTIFICATION"},
};

static const struct action *
action_of(const struct rest_call *call)
{
	const char *name = strstr(call->route->path, "/actions/") + 9;
	size_t i = 0;

	while (strncmp(actions[i].name, name, strlen(actions[i].name)) != 0 ||
	    name[strlen(actions[i].name)] != '/')
		i++;
	return &actions[i];
}

/* What follows the object's name. */
static char *
arguments(struct http_request *r, const struct rest_call *call)
{
	const char *output = rest_text(call, "output");
	const char *comment = rest_text(call, "comment");
	const char *perfdata = rest_text(call, "performance_data");
	char *one = NULL, *two = NULL, *all;

	if (output != NULL) {
		one = rest_clean(output, true);
		two = rest_clean(perfdata == NULL ? "" : perfdata, true);
		all = xasprintf(";%" PRId64 ";%s%s%s",
		    rest_number(call, "state", 0), one,
		    two[0] == '\0' ? "" : "|", two);
	} else if (comment != NULL) {
		one = rest_clean(r->user, false);
		two = rest_clean(comment, true);
		all = xasprintf(";%d;%s;%s",
		    (rest_bool(call, "broadcast", false) ? 1 : 0) |
			(rest_bool(call, "forced", false) ? 2 : 0),
		    one, two);
	} else if (strcmp(action_of(call)->name, "reschedule") == 0)
		all = xasprintf(";%" PRId64, call->now);
	else
		all = xstrdup("");
	free(one);
	free(two);
	return all;
}

/* The names of one kind of switch have no rule. */
static const char *
noun(const struct action *a, bool service)
{
	bool passive_result = strcmp(a->name, "enter_result") == 0;

	if (!service)
		return "HOST";
	return passive_result ? "SERVICE" : "SVC";
}

void
rest_action(struct http_request *r, const struct rest_call *call)
{
	const struct action *a = action_of(call);
	json_t *rows = rest_select(r, call, ""), *row;
	char **lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	char *more = arguments(r, call);
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
	{
		char *to = rest_target(row);

		lines[n++] = xasprintf("%s%s%s;%s%s", a->before,
		    noun(a, rest_is_service(row)), a->after, to, more);
		free(to);
	}
	free(more);
	rest_act(r, rows, lines, n);
}
