/* SPDX-License-Identifier: Apache-2.0
 *
 * States of aggregations, by their titles, as Checkmk's special agent for them
 * and other programs ask for them.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <stdlib.h>

#define COLUMNS                                                                \
	"alias name state hosts in_downtime acknowledged in_service_period "   \
	"problems"

/* Is a list that was given without any of these names? */
static bool
is_left_out(const struct rest_call *call, const char *title, const char *name)
{
	json_t *names = json_object_get(call->in, "filter_names"), *one;
	size_t i;

	/* Aggregations are in no groups here: who asks for one means none. */
	if (json_array_size(json_object_get(call->in, "filter_groups")) > 0)
		return true;
	json_array_foreach(
	    names, i, one) if (strcmp(json_string_value(one), title) == 0 ||
	    strcmp(json_string_value(one), name) == 0) return false;
	return json_array_size(names) > 0;
}

/* [state, {output}] of each leaf that is not OK. */
static json_t *
infos_of(const json_t *problems)
{
	json_t *infos = json_array(), *leaf;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)problems, i, leaf)
	{
		const char *host = json_string_value(json_array_get(leaf, 0));
		const char *service =
		    json_string_value(json_array_get(leaf, 1));
		char *text = service[0] == '\0'
		    ? xasprintf("%s", host)
		    : xasprintf("%s/%s", host, service);

		json_array_append_new(infos,
		    json_pack(
			"[O, {s:s}]", json_array_get(leaf, 3), "output", text));
		free(text);
	}
	return infos;
}

static bool
is_true(const json_t *row, size_t at)
{
	return json_integer_value(json_array_get(row, at)) != 0;
}

void
rest_aggregation_states(struct http_request *r, const struct rest_call *call)
{
	json_t *rows = http_query(r, "aggregations", "Columns: " COLUMNS "\n");
	json_t *states = json_object(), *missing = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *title = json_string_value(json_array_get(row, 0));
		const char *name = json_string_value(json_array_get(row, 1));
		json_t *state = json_array_get(row, 2);

		if (title[0] == '\0')
			title = name;
		if (is_left_out(call, title, name))
			continue;
		if (json_integer_value(state) < 0) { /* PENDING */
			json_array_append_new(missing, json_string(title));
			continue;
		}
		json_object_set_new(states, title,
		    json_pack("{s:O, s:s, s:O, s:b, s:b, s:b, s:o}", "state",
			state, "output", "", "hosts", json_array_get(row, 3),
			"in_downtime", is_true(row, 4), "acknowledged",
			is_true(row, 5), "in_service_period", is_true(row, 6),
			"infos", infos_of(json_array_get(row, 7))));
	}
	if (rows == NULL) {
		json_decref(states);
		json_decref(missing);
		return;
	}
	json_decref(rows);
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:o, s:[], s:o}", "aggregations", states,
		"missing_sites", "missing_aggr", missing));
}
