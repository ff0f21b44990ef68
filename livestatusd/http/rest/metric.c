/* SPDX-License-Identifier: Apache-2.0
 *
 * The history of a metric, as graphs of other programs ask for it. There are no
 * predefined graphs beyond one for each metric: METRIC_name, or the name.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"
#include "livestatusd/http/series.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define COLOR "#0b6bcb"

static bool
read_range(const struct rest_call *call, int64_t *from_r, int64_t *until_r)
{
	const json_t *range = json_object_get(call->in, "time_range");
	const char *start = json_string_value(json_object_get(range, "start"));
	const char *end = json_string_value(json_object_get(range, "end"));

	return start != NULL && end != NULL && rest_parse_time(start, from_r) &&
	    rest_parse_time(end, until_r) && *from_r >= 0 && *from_r < *until_r;
}

static const char *
function_of(const struct rest_call *call)
{
	const char *reduce = rest_text(call, "reduce");

	return reduce == NULL || strcmp(reduce, "max") == 0 ? "MAX" : "AVERAGE";
}

/* The answer's time_range is what the values are of. */
static void
answer(struct http_request *r, struct series *s, void *arg)
{
	const struct rrd_series *f = &s->found[0];
	json_t *points = json_array(), *metrics = json_array();
	char *start, *end;

	(void)arg;
	if (r == NULL) {
		json_decref(points);
		json_decref(metrics);
		series_free(s);
		return;
	}
	for (size_t i = 0; i < f->n; i++)
		json_array_append_new(points,
		    isfinite(f->values[i]) ? json_real(f->values[i])
					   : json_null());
	start = rest_format_time(f->n > 0 ? f->start : s->from);
	end = rest_format_time(
	    f->n > 0 ? f->start + (int64_t)f->n * f->step : s->until);
	if (f->n > 0)
		json_array_append_new(metrics,
		    json_pack("{s:s, s:s, s:s, s:o}", "color", COLOR,
			"line_type", "area", "title", s->metrics[0],
			"data_points", points));
	else
		json_decref(points);
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:{s:s, s:s}, s:I, s:o}", "time_range", "start", start,
		"end", end, "step", (json_int_t)(f->step > 0 ? f->step : 60),
		"metrics", metrics));
	free(start);
	free(end);
	series_free(s);
}

void
rest_metric(struct http_request *r, const struct rest_call *call)
{
	bool graph = strcmp(rest_text(call, "type"), "predefined_graph") == 0;
	const char *name = rest_text(call, graph ? "graph_id" : "metric_id");
	const char *service = rest_text(call, "service_description");
	struct series *s;
	int64_t from, until;

	if (!read_range(call, &from, &until)) {
		rest_problem(r, MHD_HTTP_BAD_REQUEST, "These fields are wrong.",
		    json_pack("{s:[s]}", "time_range",
			"Expected {start, end}, both ISO 8601, start first."));
		return;
	}
	if (graph && strncmp(name, "METRIC_", 7) == 0)
		name += 7;
	s = xnew(struct series);
	*s = (struct series){.host = xstrdup(rest_text(call, "host_name")),
	    .from = from,
	    .until = until,
	    .function = function_of(call)};
	/* The host's own metrics are known as this service to clients. */
	s->service = xstrdup(strcmp(service, "_HOST_") == 0 ? "" : service);
	s->metrics = xcalloc(1, sizeof(*s->metrics));
	s->metrics[s->n++] = xstrdup(name);
	series_begin(r, s, answer, NULL);
}
