/* SPDX-License-Identifier: Apache-2.0
 *
 * Says of each attribute of a host or service which value holds and where it
 * was written: at the object, in a folder, in a rule, by discovery, or nowhere
 * (the default); and what was written farther away and so does not hold.
 */
#include "site/compile/explain.h"
#include "common/config/params.h"
#include "common/mem.h"
#include "site/compile/rules.h"

#include <stdlib.h>

/* One place that says something of an attribute, the nearest first. */
struct saying {
	json_t *value; /* borrowed */
	const char *source;
	struct place at;
	const char *text; /* a rule's description, or NULL */
};

struct sayings {
	struct saying *items;
	size_t n, cap;
};

struct explain {
	struct model *m;
	json_t *rows;
	struct sayings said; /* of the present attribute */
};

static void
say(struct explain *x, json_t *value, const char *source, struct place at)
{
	if (value == NULL || json_is_null(value))
		return;
	ARRAY_GROW(x->said.items, x->said.n, x->said.cap);
	x->said.items[x->said.n++] = (struct saying){value, source, at, NULL};
}

static void
say_rules(
    struct explain *x, struct ruleset *set, const struct rules_target *target)
{
	struct rules_hit hit;
	size_t from = 0;

	while (set != NULL && rules_next(x->m, set, target, &from, &hit)) {
		say(x, hit.value, "rule", hit.at);
		x->said.items[x->said.n - 1].text =
		    json_string_value(json_object_get(hit.rule, "description"));
	}
}

/* --- rows ----------------------------------------------------------------- */

static json_t *
place_json(const struct explain *x, const struct saying *s, json_t *value)
{
	struct str where = {0};
	json_t *row;

	model_where(x->m, s->at, &where);
	row = json_pack("{s:O, s:s, s:o}", "value", value, "source", s->source,
	    "where",
	    where.len == 0 ? json_null() : json_string(str_get(&where)));
	if (s->text != NULL)
		json_object_set_new(row, "rule", json_string(s->text));
	str_free(&where);
	return row;
}

/* `hidden`: an array, taken over. */
static void
add_row(struct explain *x, const char *attribute, json_t *row, json_t *hidden)
{
	json_object_set_new(row, "attribute", json_string(attribute));
	json_object_set_new(row, "overridden", hidden);
	json_array_append_new(x->rows, row);
}

static void
add_default(struct explain *x, const char *attribute, const char *def)
{
	add_row(x, attribute,
	    json_pack("{s:s, s:s, s:n}", "value", def == NULL ? "" : def,
		"source", "default", "where"),
	    json_array());
}

/* The first one's value holds. */
static void
first_row(struct explain *x, const char *attribute)
{
	const struct saying *s = x->said.items;
	json_t *hidden = json_array();

	for (size_t i = 1; i < x->said.n; i++)
		json_array_append_new(hidden, place_json(x, &s[i], s[i].value));
	add_row(x, attribute, place_json(x, &s[0], s[0].value), hidden);
}

/* A value for a time period holds while no nearer rule has the key; what holds
 * else is its default. */
static json_t *
split_timed(struct explain *x, const char *attribute, struct saying *s)
{
	json_t *periods = json_object_get(s->value, "periods");
	size_t i;
	json_t *one;

	json_array_foreach(periods, i, one)
	{
		const char *period =
		    json_string_value(json_object_get(one, "period"));
		const char *key;
		json_t *value;

		json_object_foreach(json_object_get(one, "value"), key, value)
		{
			char *name = xasprintf(
			    "%s.%s during %s", attribute, key, period);

			add_row(x, name, place_json(x, s, value), json_array());
			free(name);
		}
	}
	return json_object_get(s->value, "default");
}

/* Each key has the first one's value that has it. */
static void
key_rows(struct explain *x, const char *attribute)
{
	json_t *done = json_object();

	for (size_t i = 0; i < x->said.n; i++) {
		struct saying *s = &x->said.items[i];

		if (params_is_timed(s->value))
			s->value = split_timed(x, attribute, s);
	}
	for (size_t i = 0; i < x->said.n; i++) {
		const struct saying *s = &x->said.items[i];
		const char *key;
		json_t *value;

		json_object_foreach(s->value, key, value)
		{
			json_t *hidden;
			char *name;

			if (json_object_get(done, key) != NULL)
				continue;
			json_object_set_new(done, key, json_true());
			hidden = json_array();
			for (size_t k = i + 1; k < x->said.n; k++) {
				const struct saying *far = &x->said.items[k];
				json_t *other =
				    json_object_get(far->value, key);

				if (other != NULL)
					json_array_append_new(
					    hidden, place_json(x, far, other));
			}
			name = xasprintf("%s.%s", attribute, key);
			add_row(x, name, place_json(x, s, value), hidden);
			free(name);
		}
	}
	json_decref(done);
}

/* All of them hold together. */
static void
all_rows(struct explain *x, const char *attribute)
{
	for (size_t i = 0; i < x->said.n; i++) {
		const struct saying *s = &x->said.items[i];

		add_row(x, attribute, place_json(x, s, s->value), json_array());
	}
}

static void
add_attr(struct explain *x, enum attr a)
{
	const struct attr_def *def = &keys_attrs[a];

	if (x->said.n == 0)
		add_default(x, def->name, def->def);
	else if (def->eval == EVAL_KEYS || a == ATTR_tags)
		key_rows(x, def->name);
	else if (def->eval == EVAL_ALL)
		all_rows(x, def->name);
	else
		first_row(x, def->name);
	x->said.n = 0;
}

/* --- hosts ---------------------------------------------------------------- */

/* The own value and those of folders; of a list that does not add up over
 * folders, the nearest alone. */
static void
say_host(struct explain *x, const struct host *h, enum attr a)
{
	struct model *m = x->m;
	const char *name = keys_attrs[a].name;
	bool nearest =
	    keys_attrs[a].eval == EVAL_ALL && a != ATTR_contact_groups;

	say(x, json_object_get(h->own, name), "host",
	    place_key(place_key(place_of(h->src, "hosts"), h->name), name));
	for (uint32_t f = h->folder; f != NONE; f = m->folders[f].up) {
		const struct source *src = m->folders[f].src;

		if (src != NULL && !(nearest && x->said.n > 0))
			say(x, json_object_get(src->root, name), "folder",
			    place_of(src, name));
	}
}

static void
explain_host(struct explain *x, uint32_t host)
{
	struct model *m = x->m;
	const struct host *h = &m->hosts[host];
	struct rules_target target = {.host = host};

	for (unsigned a = 0; a < ATTR_COUNT; a++) {
		if ((keys_attrs[a].who & ATTR_HOST) == 0)
			continue;
		say_host(x, h, (enum attr)a);
		say_rules(x, rules_of_attr(m, (enum attr)a, false), &target);
		if (a == ATTR_labels)
			say(x, h->found_labels, "discovered",
			    (struct place){0});
		if (a == ATTR_tags)
			say(x, h->values[a], "default", (struct place){0});
		add_attr(x, (enum attr)a);
	}
}

/* --- services ------------------------------------------------------------- */

/* Who has neither groups nor contacts of his own has his host's. */
static void
say_inherited(struct explain *x, const struct service *s, enum attr a,
    json_t *const *values)
{
	const struct host *h = &x->m->hosts[s->host];

	if (a != ATTR_contact_groups && a != ATTR_contacts)
		return;
	if (json_array_size(values[ATTR_contact_groups]) > 0 ||
	    json_array_size(values[ATTR_contacts]) > 0)
		return;
	x->said.n = 0;
	if (json_array_size(h->values[a]) > 0)
		say(x, h->values[a], "its host", host_place(x->m, h, a));
}

static void
explain_params(struct explain *x, const struct service *s,
    const struct rules_target *target)
{
	json_t *check = json_object_get(s->own, "check");
	const char *name = json_string_value(json_object_get(check, "check"));
	json_t *params = json_object_get(check, "params");
	struct place at = service_place(s, "check");
	bool found = s->origin == SERVICE_FOUND;

	if (name == NULL)
		return;
	if (!found)
		say(x, params, "service", place_key(at, "params"));
	say_rules(x, rules_of_check(x->m, name), target);
	if (found)
		say(x, params, "discovered", place_key(at, "params"));
	say(x, model_keep(x->m, checks_defaults(name)), "default",
	    (struct place){0});
	key_rows(x, "params");
	x->said.n = 0;
}

static void
explain_service(struct explain *x, const struct service *s)
{
	struct model *m = x->m;
	const json_t *check = json_object_get(s->own, "check");
	bool found = s->origin == SERVICE_FOUND;
	json_t *values[ATTR_COUNT];
	struct rules_target target = {
	    .host = s->host,
	    .description = s->description,
	    .description_id = rules_text_id(m, s->description),
	    .item = json_string_value(json_object_get(check, "item")),
	};

	attrs_of_service(m, s, values);
	target.labels = values[ATTR_labels];
	say(x, json_object_get(s->own, "check"),
	    found ? "discovered" : "service", service_place(s, "check"));
	add_attr(x, ATTR_check);
	explain_params(x, s, &target);
	for (unsigned a = 0; a < ATTR_COUNT; a++) {
		const char *name = keys_attrs[a].name;

		if ((keys_attrs[a].who & ATTR_SERVICE) == 0)
			continue;
		if (!found)
			say(x, json_object_get(s->own, name), "service",
			    service_place(s, name));
		say_rules(x, rules_of_attr(m, (enum attr)a, true), &target);
		if (found && a == ATTR_labels)
			say(x, json_object_get(s->own, name), "discovered",
			    service_place(s, name));
		say_inherited(x, s, (enum attr)a, values);
		add_attr(x, (enum attr)a);
	}
}

json_t *
explain_object(
    struct model *m, const char *host, const char *service, struct err *err_r)
{
	struct explain x = {.m = m, .rows = json_array()};
	uint32_t h = named_find(m, TABLE_HOSTS, host), s = NONE;

	if (h == NONE) {
		err_set(err_r, "there is no host %s", host);
	} else if (service == NULL) {
		explain_host(&x, h);
	} else {
		s = service_find(m, h, service);
		if (s == NONE)
			err_set(err_r, "the host %s has no service %s", host,
			    service);
		else
			explain_service(&x, &m->services[s]);
	}
	free(x.said.items);
	if (h != NONE && (service == NULL || s != NONE))
		return x.rows;
	json_decref(x.rows);
	return NULL;
}
