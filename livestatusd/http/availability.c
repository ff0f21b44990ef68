/* SPDX-License-Identifier: Apache-2.0
 *
 * console/availability: how long hosts and services were in which state. The
 * body is {from, until, query: {...}, downtimes, downtime_ok, service_period,
 * flapping, host_down, with_unmonitored, count_as: "warn=ok,...", short}; the
 * query is one of the table statehist. The answer is {from, until, rows: [...],
 * now}, rows as avail_json() makes them, with their phases.
 */
#include "livestatusd/availability/report.h"

#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/rest/filter.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_TIME_S 15

struct report {
	struct avail_options options;
	int64_t from, until; /* wall seconds */
};

static bool
flag(const json_t *doc, const char *name, bool otherwise)
{
	const json_t *value = json_object_get(doc, name);

	return value == NULL ? otherwise : json_is_true(value);
}

static int
read_groups(const json_t *doc, struct avail_options *o, struct err *err_r)
{
	const char *text = json_string_value(json_object_get(doc, "count_as"));
	struct slice rest = slice_of(text == NULL ? "" : text), word;

	while (slice_next(&rest, ',', &word))
		if (word.len > 0 && !avail_set_group(o, word)) {
			err_set(err_r, "count_as: write warn=ok,unreach=down");
			return -1;
		}
	return 0;
}

static int
read_options(const json_t *doc, struct report *p, struct err *err_r)
{
	struct avail_options *o = &p->options;

	avail_defaults(o);
	p->from = json_integer_value(json_object_get(doc, "from"));
	p->until = json_integer_value(json_object_get(doc, "until"));
	o->downtime_ok = flag(doc, "downtime_ok", o->downtime_ok);
	o->flapping = flag(doc, "flapping", o->flapping);
	o->host_down = flag(doc, "host_down", o->host_down);
	o->with_unmonitored =
	    flag(doc, "with_unmonitored", o->with_unmonitored);
	o->short_s = json_integer_value(json_object_get(doc, "short"));
	if (p->from <= 0 || p->until <= p->from || o->short_s < 0) {
		err_set(err_r, "The range of time is empty.");
		return -1;
	}
	if (!avail_rule_named(
		json_string_value(json_object_get(doc, "downtimes")),
		&o->downtimes) ||
	    !avail_rule_named(
		json_string_value(json_object_get(doc, "service_period")),
		&o->service_period)) {
		err_set(err_r,
		    "downtimes, service_period: write honour, exclude or "
		    "ignore");
		return -1;
	}
	return read_groups(doc, o, err_r);
}

static json_t *
tell(const struct report *p, const json_t *rows)
{
	size_t n;
	struct avail_object *objects = avail_gather(rows, &n);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		bool of_host = objects[i].service[0] == '\0';
		struct avail a = {0};

		avail_compute(
		    &a, &p->options, of_host, objects[i].spans, objects[i].n);
		json_array_append_new(list,
		    avail_json(&p->options, &objects[i], &a, of_host, true));
		avail_free(&a);
	}
	avail_objects_free(objects, n);
	return list;
}

static void
on_rows(struct http_request *r, json_t *rows, void *arg)
{
	struct report *p = arg;

	if (r != NULL && rows != NULL && json_array_size(rows) > AVAIL_ROWS_MAX)
		http_fail(r, MHD_HTTP_UNPROCESSABLE_CONTENT,
		    "That is too much history for one page: ask for a shorter "
		    "range, or for fewer objects.");
	else if (r != NULL && rows != NULL)
		http_json(r, MHD_HTTP_OK,
		    json_pack("{s:I, s:I, s:o, s:I}", "from",
			(json_int_t)p->from, "until", (json_int_t)p->until,
			"rows", tell(p, rows), "now",
			(json_int_t)(clock_wall() / NS_PER_S)));
	free(p);
}

void
availability_handle(struct http_request *r)
{
	json_t *doc = json_loadb(
	    str_get(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *query = json_object_get(doc, "query");
	struct report *p = xnew(struct report);
	struct str lql = {0};
	struct err err = {{0}};

	err_set(&err, "The body should be a JSON object.");
	str_addf(&lql, "Columns: " AVAIL_COLUMNS "\n");
	if (!json_is_object(doc) || read_options(doc, p, &err) == -1 ||
	    (query != NULL &&
		filter_to_lql(query, "statehist", &lql, &err) == -1)) {
		http_fail(r, MHD_HTTP_BAD_REQUEST, err.text);
		free(p);
	} else {
		str_addf(&lql,
		    "Filter: time >= %" PRId64 "\nFilter: time < %" PRId64
		    "\nLimit: %d\nTimelimit: %d\n",
		    p->from, p->until, AVAIL_ROWS_MAX + 1, MAX_TIME_S);
		http_ask(r, "statehist", str_get(&lql), on_rows, p);
	}
	str_free(&lql);
	json_decref(doc);
}
