/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of statehist by object, and availability as JSON; see report.h.
 */
#include "livestatusd/availability/report.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of the columns of AVAIL_COLUMNS. */
enum {
	HOST,
	SERVICE,
	FROM,
	UNTIL,
	STATE,
	HOST_DOWN,
	IN_DOWNTIME,
	IN_HOST_DOWNTIME,
	IS_FLAPPING,
	IN_SERVICE_PERIOD
};

static int64_t
number(const json_t *row, size_t column)
{
	return json_integer_value(json_array_get(row, column));
}

static const char *
text(const json_t *row, size_t column)
{
	return json_string_value(json_array_get(row, column));
}

static void
add_span(struct avail_object *o, const json_t *row)
{
	ARRAY_GROW(o->spans, o->n, o->cap);
	o->spans[o->n++] = (struct avail_span){
	    .from = number(row, FROM),
	    .until = number(row, UNTIL),
	    .state = (int8_t)number(row, STATE),
	    .host_down = number(row, HOST_DOWN) != 0,
	    .in_downtime = number(row, IN_DOWNTIME) != 0,
	    .in_host_downtime = number(row, IN_HOST_DOWNTIME) != 0,
	    .is_flapping = number(row, IS_FLAPPING) != 0,
	    .in_service_period = number(row, IN_SERVICE_PERIOD) != 0,
	};
}

static int
by_name(const void *a, const void *b)
{
	const struct avail_object *x = a, *y = b;
	int c = strcmp(x->host, y->host);

	return c != 0 ? c : strcmp(x->service, y->service);
}

/* Spans of an object come in order, but those of others lie between. */
struct avail_object *
avail_gather(const json_t *rows, size_t *n_r)
{
	json_t *numbers = json_object(), *row;
	struct avail_object *objects = NULL;
	size_t i, n = 0, cap = 0;

	json_array_foreach(rows, i, row)
	{
		char *key =
		    xasprintf("%s;%s", text(row, HOST), text(row, SERVICE));
		const json_t *at = json_object_get(numbers, key);
		size_t k = at == NULL ? n : (size_t)json_integer_value(at);

		if (at == NULL) {
			ARRAY_GROW(objects, n, cap);
			objects[n++] =
			    (struct avail_object){.host = text(row, HOST),
				.service = text(row, SERVICE)};
			json_object_set_new(
			    numbers, key, json_integer((json_int_t)k));
		}
		add_span(&objects[k], row);
		free(key);
	}
	json_decref(numbers);
	if (n > 1)
		qsort(objects, n, sizeof(*objects), by_name);
	*n_r = n;
	return objects;
}

static json_t *
phases_json(const struct avail *a, bool of_host)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->n_phases; i++) {
		const struct avail_phase *p = &a->phases[i];

		json_array_append_new(list,
		    json_pack("{s:I,s:I,s:s}", "from", (json_int_t)p->from,
			"until", (json_int_t)p->until, "bucket",
			avail_bucket_name(p->bucket, of_host)));
	}
	return list;
}

json_t *
avail_json(const struct avail_options *options, const struct avail_object *o,
    const struct avail *a, bool of_host, bool timeline)
{
	json_t *seconds = json_object(), *percent = json_object(), *all;

	for (int i = 0; i < AVAIL_BUCKETS; i++) {
		enum avail_bucket b = (enum avail_bucket)i;
		const char *name = avail_bucket_name(b, of_host);

		if (of_host && (b == AVAIL_HOST_DOWN || b == AVAIL_STATE + 3))
			continue;
		json_object_set_new(
		    seconds, name, json_integer((json_int_t)a->seconds[b]));
		if (avail_in_base(options, b))
			json_object_set_new(
			    percent, name, json_real(avail_percent(a, b)));
	}
	all = json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:o,s:o}", "host", o->host,
	    "service", o->service, "window", (json_int_t)a->window, "base",
	    (json_int_t)a->base, "outages", (json_int_t)a->outages,
	    "longest_outage", (json_int_t)a->longest_outage, "seconds", seconds,
	    "percent", percent);
	if (timeline)
		json_object_set_new(all, "phases", phases_json(a, of_host));
	return all;
}

void
avail_objects_free(struct avail_object *objects, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(objects[i].spans);
	free(objects);
}
