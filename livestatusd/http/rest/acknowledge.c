/* SPDX-License-Identifier: Apache-2.0
 *
 * Acknowledging problems, and taking that back.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <inttypes.h>
#include <stdlib.h>

/* One object by its name is told why not; of many, problems are meant. */
static bool
is_by_name(const struct rest_call *call)
{
	const char *kind = rest_text(call, "acknowledge_type");

	return strcmp(kind, "host") == 0 || strcmp(kind, "service") == 0;
}

static void
acknowledge(struct http_request *r, const struct rest_call *call)
{
	json_t *rows = rest_select(r, call, "state"), *row;
	char *comment = rest_clean(rest_text(call, "comment"), true);
	char *author = rest_clean(r->user, false), **lines;
	int64_t end = rest_number(call, "expire_on", 0);
	size_t i, n = 0;

	lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	json_array_foreach(rows, i, row)
	{
		char *to, *when;

		if (!is_by_name(call) &&
		    json_integer_value(json_array_get(row, 2)) == 0)
			continue;
		to = rest_target(row);
		when = end > 0 ? xasprintf("%" PRId64 ";", end) : xstrdup("");
		lines[n++] =
		    xasprintf("ACKNOWLEDGE_%s_PROBLEM%s;%s;%d;%d;%d;%s%s;%s",
			rest_is_service(row) ? "SVC" : "HOST",
			end > 0 ? "_EXPIRE" : "", to,
			rest_bool(call, "sticky", true) ? 2 : 1,
			rest_bool(call, "notify", true),
			rest_bool(call, "persistent", false), when, author,
			comment);
		free(to);
		free(when);
	}
	free(comment);
	free(author);
	rest_act(r, rows, lines, n);
}

void
rest_acknowledge_hosts(struct http_request *r, const struct rest_call *call)
{
	acknowledge(r, call);
}

void
rest_acknowledge_services(struct http_request *r, const struct rest_call *call)
{
	acknowledge(r, call);
}

void
rest_unacknowledge(struct http_request *r, const struct rest_call *call)
{
	json_t *rows = rest_select(r, call, "acknowledged"), *row;
	char **lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
	{
		char *to;

		if (json_integer_value(json_array_get(row, 2)) == 0)
			continue;
		to = rest_target(row);
		lines[n++] = xasprintf("REMOVE_%s_ACKNOWLEDGEMENT;%s",
		    rest_is_service(row) ? "SVC" : "HOST", to);
		free(to);
	}
	rest_act(r, rows, lines, n);
}
