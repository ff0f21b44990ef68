/* SPDX-License-Identifier: Apache-2.0
 *
 * See influx.h: what is asked, and what comes back.
 */
#include "common/influx.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/web.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define POINTS 1000

int64_t
influx_step(int64_t from, int64_t until)
{
	int64_t step = (until - from) / POINTS;

	return step < 60 ? 60 : (step + 59) / 60 * 60;
}

void
influx_query(struct str *to, const struct influx_conf *c, const char *host,
    const char *service, char *const *metrics, size_t n, bool max, int64_t from,
    int64_t until)
{
	int64_t step = influx_step(from, until);
	struct str query = {0}, names = {0}, plain = {0};

	for (size_t i = 0; i < n; i++) {
		str_clear(&plain);
		influx_plain(&plain, slice_of(metrics[i]));
		if (i > 0)
			str_addc(&names, '|');
		for (size_t k = 0; k < plain.len; k++) {
			if (strchr(".+*?()|[]{}^$", plain.s[k]) != NULL)
				str_add(&names, "\\\\"); /* one, in a text */
			else if (plain.s[k] == '"')
				str_addc(&names, '\\');
			str_addc(&names, plain.s[k]);
		}
	}
	/* The database may have made one name of measurement and field. */
	str_addf(&query, "%s({__name__=~\"%s(_value)?\"%s",
	    max ? "max_over_time" : "avg_over_time", c->measurement,
	    c->matchers);
	influx_match(&query, "host", slice_of(host));
	influx_match(&query, "service", slice_of(service));
	str_addf(
	    &query, ",metric=~\"%s\"}[%" PRId64 "s])", str_get(&names), step);
	str_add(to, "query=");
	web_escape(to, str_slice(&query));
	str_addf(to, "&start=%" PRId64 "&end=%" PRId64 "&step=%" PRId64,
	    from - from % step + step, until - until % step + step, step);
	str_free(&query);
	str_free(&names);
	str_free(&plain);
}

/* --- the answer ----------------------------------------------------------- */

/* Where the points of from..until are: `n` of them, the first at start + step.
 */
struct grid {
	int64_t start, step;
	size_t n;
};

static struct grid
grid_of(int64_t from, int64_t until)
{
	int64_t step = influx_step(from, until), start = from - from % step;

	return (struct grid){
	    start, step, (size_t)((until - until % step - start) / step + 1)};
}

/* [[time, "value"], ...]; times that are not on the grid are left out. */
static void
read_values(const struct grid *g, const json_t *pairs, struct rrd_series *s)
{
	size_t i;
	const json_t *pair;

	s->start = g->start;
	s->step = g->step;
	s->n = s->cap = g->n;
	s->values = xcalloc(g->n, sizeof(*s->values));
	for (i = 0; i < s->n; i++)
		s->values[i] = NAN;
	json_array_foreach(pairs, i, pair)
	{
		const char *text = json_string_value(json_array_get(pair, 1));
		double at = json_number_value(json_array_get(pair, 0));
		double n = (at - (double)g->start) / (double)g->step - 1, value;

		if (text != NULL && num_double(slice_of(text), &value) &&
		    n >= 0 && n < (double)g->n)
			s->values[(size_t)n] = value;
	}
}

static void
read_series(const struct grid *g, const json_t *one, char *const *metrics,
    size_t n, struct rrd_series *found)
{
	const char *name = json_string_value(
	    json_object_get(json_object_get(one, "metric"), "metric"));
	struct str plain = {0};

	for (size_t i = 0; name != NULL && i < n; i++) {
		str_clear(&plain);
		influx_plain(&plain, slice_of(metrics[i]));
		if (found[i].n == 0 && strcmp(str_get(&plain), name) == 0)
			read_values(
			    g, json_object_get(one, "values"), &found[i]);
	}
	str_free(&plain);
}

int
influx_answer(struct slice answer, char *const *metrics, size_t n, int64_t from,
    int64_t until, struct rrd_series *found, struct err *err_r)
{
	json_t *doc = json_loadb(answer.s, answer.len, 0, NULL), *one;
	const json_t *result =
	    json_object_get(json_object_get(doc, "data"), "result");
	const char *why = json_string_value(json_object_get(doc, "error"));
	struct grid g = grid_of(from, until);
	int rc = json_is_array(result) && why == NULL ? 0 : -1;
	size_t i;

	if (rc == -1)
		err_set(err_r, "%.200s",
		    why != NULL ? why : "that is no answer of query_range");
	else
		json_array_foreach(result, i, one)
		    read_series(&g, one, metrics, n, found);
	json_decref(doc);
	return rc;
}
