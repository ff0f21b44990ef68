/* SPDX-License-Identifier: Apache-2.0
 *
 * console/graph: the history of an object's metrics. The body is {host,
 * service, metrics: [...], from, until, function}; service "" is the host
 * itself, without metrics all that it has, function is average or max. The
 * answer is {from, until, series: [{metric, start, step, values: [...]}]}: the
 * first value is of start + step, null is unknown.
 */
#include "common/mem.h"
#include "livestatusd/http/series.h"

#include <inttypes.h>
#include <stdlib.h>

static void
add_text(struct str *out, const char *text)
{
	json_t *value = json_string(text);
	char *dump = json_dumps(value, JSON_ENCODE_ANY);

	str_add(out, dump == NULL ? "\"\"" : dump);
	free(dump);
	json_decref(value);
}

static void
answer(struct http_request *r, struct series *s, void *arg)
{
	(void)arg;
	if (r == NULL) {
		series_free(s);
		return;
	}
	str_addf(&r->out,
	    "{\"from\":%" PRId64 ",\"until\":%" PRId64 ",\"series\":[", s->from,
	    s->until);
	for (size_t i = 0; i < s->n; i++) {
		str_add(&r->out, i == 0 ? "{\"metric\":" : ",{\"metric\":");
		add_text(&r->out, s->metrics[i]);
		str_addf(&r->out,
		    ",\"start\":%" PRId64 ",\"step\":%" PRId64 ",\"values\":",
		    s->found[i].start, s->found[i].step);
		series_put(&r->out, &s->found[i]);
		str_addc(&r->out, '}');
	}
	str_add(&r->out, "]}");
	r->status = MHD_HTTP_OK;
	series_free(s);
}

static void
read_metrics(struct series *s, const json_t *list)
{
	size_t i;
	json_t *one;

	s->metrics = xcalloc(SERIES_METRICS, sizeof(*s->metrics));
	json_array_foreach((json_t *)(uintptr_t)list, i,
	    one) if (json_is_string(one) && s->n < SERIES_METRICS)
	    s->metrics[s->n++] = xstrdup(json_string_value(one));
	if (s->n == 0) {
		free(s->metrics);
		s->metrics = NULL;
	}
}

void
graph_handle(struct http_request *r)
{
	const char *host = NULL, *service = "", *function = "average";
	json_int_t from = 0, until = 0;
	json_t *metrics = NULL;
	json_t *doc = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	struct series *s;

	if (json_unpack(doc, "{s:s, s?s, s?o, s:I, s:I, s?s}", "host", &host,
		"service", &service, "metrics", &metrics, "from", &from,
		"until", &until, "function", &function) == -1 ||
	    from < 0 || until <= from ||
	    (strcmp(function, "average") != 0 && strcmp(function, "max") != 0))
		http_fail(r, MHD_HTTP_BAD_REQUEST,
		    "Expected host, service, from and until (seconds since "
		    "1970), and maybe metrics and function (average, max).");
	else {
		s = xnew(struct series);
		*s = (struct series){.host = xstrdup(host),
		    .service = xstrdup(service),
		    .from = from,
		    .until = until,
		    .function = function[0] == 'm' ? "MAX" : "AVERAGE"};
		read_metrics(s, metrics);
		series_begin(r, s, answer, NULL);
	}
	json_decref(doc);
}
