/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole state as one object; see replicate.h.
 */
#include "eventd/status/replicate.h"

#include "common/num.h"
#include "eventd/status/query.h"

#include <jansson.h>

struct writer {
	struct str *out;
	enum query_format format;
};

static void
put_string(struct writer *w, struct slice s)
{
	struct cell c = {.type = CELL_STR, .s = s};

	cell_format(w->out, &c, w->format);
}

/* `first`: no member stands before it. */
static void
put_key(struct writer *w, bool first, struct slice key)
{
	if (!first)
		str_add(w->out, ", ");
	put_string(w, key);
	str_add(w->out, ": ");
}

/* --- what is JSON --------------------------------------------------------- */

static void
put_json(struct writer *w, const json_t *v)
{
	struct cell c = {.type = CELL_NULL};
	const char *key;
	json_t *member;
	bool first = true;

	switch (json_typeof(v)) {
	case JSON_OBJECT:
		str_addc(w->out, '{');
		json_object_foreach((json_t *)(uintptr_t)v, key, member)
		{
			put_key(w, first, slice_of(key));
			put_json(w, member);
			first = false;
		}
		str_addc(w->out, '}');
		return;
	case JSON_ARRAY:
		str_addc(w->out, '[');
		for (size_t i = 0; i < json_array_size(v); i++) {
			if (i > 0)
				str_add(w->out, ", ");
			put_json(w, json_array_get(v, i));
		}
		str_addc(w->out, ']');
		return;
	case JSON_STRING:
		put_string(w,
		    (struct slice){
			json_string_value(v), json_string_length(v)});
		return;
	case JSON_INTEGER:
		c.type = CELL_INT;
		c.i = json_integer_value(v);
		break;
	case JSON_REAL:
		c.type = CELL_FLOAT;
		c.f = json_real_value(v);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		c.type = CELL_BOOL;
		c.i = json_is_true(v);
		break;
	case JSON_NULL:
		break;
	}
	cell_format(w->out, &c, w->format);
}

static void
put_text(struct writer *w, const char *name, struct slice text)
{
	json_t *doc = json_loadb(text.s, text.len, 0, NULL);

	put_key(w, false, slice_of(name));
	if (doc == NULL)
		str_add(w->out, w->format == FORMAT_JSON ? "null" : "None");
	else
		put_json(w, doc);
	json_decref(doc);
}

/* --- the state ------------------------------------------------------------ */

static void
put_event(struct writer *w, const struct event *ev)
{
	const struct row row = {.event = ev};
	const struct column *col = query_columns(QUERY_EVENTS);

	str_addc(w->out, '{');
	for (size_t i = 0; col[i].name != NULL; i++) {
		struct cell c = {.type = col[i].type};

		put_key(w, i == 0, slice_of(col[i].name + strlen("event_")));
		col[i].get(&row, col[i].index, &c);
		cell_format(w->out, &c, w->format);
	}
	str_addc(w->out, '}');
}

static void
put_status(struct writer *w, const struct engine *e)
{
	bool first = true;

	put_key(w, true, SLICE("status"));
	str_addc(w->out, '{');
	put_key(w, true, SLICE("next_event_id"));
	str_addf(w->out, "%llu", (unsigned long long)e->next_id);
	put_key(w, false, SLICE("events"));
	str_addc(w->out, '[');
	for (const struct event *ev = e->index.first; ev != NULL;
	     ev = ev->all.next) {
		str_add(w->out, first ? "" : ",\n");
		put_event(w, ev);
		first = false;
	}
	str_addc(w->out, ']');
	put_key(w, false, SLICE("rule_stats"));
	str_addc(w->out, '{');
	for (size_t i = 0; i < e->rules->n; i++) {
		put_key(w, i == 0, slice_of(e->rules->rules[i]->id));
		str_addf(w->out, "%llu",
		    (unsigned long long)e->rules->rules[i]->hits);
	}
	str_addc(w->out, '}');
	put_key(w, false, SLICE("interval_starts"));
	str_addc(w->out, '{');
	for (size_t i = 0; i < e->n_watches; i++) {
		put_key(w, i == 0, slice_of(e->watches[i].rule->id));
		str_addf(w->out, "%lld",
		    (long long)(e->watches[i].from_us / 1000000));
	}
	str_add(w->out, "}}");
}

/* --- the request ---------------------------------------------------------- */

static int
parse(struct slice request, int64_t *epoch_r, enum query_format *format_r,
    struct err *err_r)
{
	struct slice line, name, value;

	slice_next(&request, '\n', &line);
	line = slice_trim(line);
	slice_word(&line, &name);
	if (!slice_word(&line, &value) ||
	    !num_range(value, 0, INT64_C(9000000000000), epoch_r)) {
		err_set(err_r,
		    "REPLICATE takes the time of your last configuration, in "
		    "seconds since 1970, or 0");
		return -1;
	}
	*format_r = FORMAT_PYTHON;
	while (request.len > 0 && slice_next(&request, '\n', &line)) {
		slice_next(&line, ':', &name);
		value = slice_trim(line);
		if (!slice_eqs(slice_trim(name), "OutputFormat"))
			continue;
		if (slice_eqs(value, "json")) {
			*format_r = FORMAT_JSON;
		} else if (!slice_eqs(value, "python")) {
			err_set(err_r, "REPLICATE answers in python or json");
			return -1;
		}
	}
	return 0;
}

int
status_replicate(struct slice request, const struct engine *e,
    const struct replicate_config *c, struct str *out, struct err *err_r)
{
	struct writer w = {.out = out};
	int64_t epoch;

	if (parse(request, &epoch, &w.format, err_r) != 0)
		return -1;
	str_addc(out, '{');
	put_status(&w, e);
	if (epoch < c->loaded_us / 1000000) {
		put_text(&w, "rules", c->rules);
		put_text(&w, "actions", c->actions);
	}
	str_add(out, "}\n");
	return 0;
}
