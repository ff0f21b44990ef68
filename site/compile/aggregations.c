/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks aggregations beyond their types and gathers them; livestatusd's bi/
 * computes them.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "site/compile/model.h"

#include <pcre2.h>

#define MAX_DEPTH 50

struct check {
	struct model *m;
	bool frozen;
	unsigned depth;
	json_t *way; /* of names that are being looked into, for cycles */
};

static void check_nodes(struct check *c, const json_t *list, struct place at);

static void
check_pattern(
    struct check *c, const json_t *node, const char *key, struct place at)
{
	const char *text = json_string_value(json_object_get(node, key));
	PCRE2_SIZE offset;
	PCRE2_UCHAR why[120];
	pcre2_code *re;
	int code;

	if (text == NULL || text[0] != '~')
		return;
	if (c->frozen)
		model_mistake(c->m, place_key(at, key),
		    "expected a name: a frozen aggregation names its hosts "
		    "and services, a pattern has no branches to keep");
	re = pcre2_compile((PCRE2_SPTR)(text + 1), PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_ANCHORED, &code, &offset, NULL);
	if (re == NULL) {
		pcre2_get_error_message(code, why, sizeof(why));
		model_mistake(c->m, place_key(at, key),
		    "expected a regular expression behind ~: %s at character "
		    "%zu",
		    (char *)why, offset + 2);
	}
	pcre2_code_free(re);
}

/* Hosts that are not there are left out (BI-1); people want to know. */
static void
check_host(struct check *c, const json_t *node, struct place at)
{
	const char *host = json_string_value(json_object_get(node, "host"));

	check_pattern(c, node, "host", at);
	check_pattern(c, node, "service", at);
	if (host != NULL && host[0] != '~' && !c->frozen &&
	    named_find(c->m, TABLE_HOSTS, host) == NONE)
		model_warn(c->m, place_key(at, "host"),
		    "there is no host %s; it is left out", host);
}

static void
check_function(struct check *c, const json_t *entry, struct place at)
{
	const json_t *f = json_object_get(entry, "function");
	const json_t *count = json_object_get(f, "count_ok");
	static const char *const limits[] = {"ok", "warn"};

	if (json_is_object(f) && json_object_size(f) != 1)
		model_mistake(c->m, place_key(at, "function"),
		    "expected one of worst, best and count_ok");
	for (int i = 0; i < 2; i++) {
		const char *text =
		    json_string_value(json_object_get(count, limits[i]));
		size_t digits = text == NULL ? 0 : strspn(text, "0123456789");

		if (text != NULL &&
		    (digits == 0 || digits > 3 || strcmp(text + digits, "%")))
			model_mistake(c->m,
			    place_key(place_key(place_key(at, "function"),
					  "count_ok"),
				limits[i]),
			    "expected a number or a percentage such as 60%%");
	}
}

static void
check_node(struct check *c, const json_t *node, struct place at)
{
	bool host = json_object_get(node, "host") != NULL;
	bool branch = json_object_get(node, "nodes") != NULL;
	const char *other =
	    json_string_value(json_object_get(node, "aggregation"));

	if (!json_is_object(node))
		return; /* a mistake already */
	if (host + branch + (other != NULL) != 1) {
		model_mistake(
		    c->m, at, "expected one of host, aggregation and nodes");
		return;
	}
	if (json_object_get(node, "service") != NULL && !host)
		model_mistake(
		    c->m, place_key(at, "service"), "expected host beside it");
	if (other != NULL)
		named_need(c->m, TABLE_AGGREGATIONS, other,
		    place_key(at, "aggregation"));
	if (host)
		check_host(c, node, at);
	if (!branch)
		return;
	check_function(c, node, at);
	check_nodes(c, json_object_get(node, "nodes"), place_key(at, "nodes"));
}

/* Below the first level the schema has let anything pass. */
static void
check_keys(struct check *c, const json_t *node, struct place at)
{
	const struct source *src = at.src;
	struct schema_way way[PLACE_MAX + 1];
	json_t *value = src->root;
	const struct schema_way *up = src->way;

	for (unsigned i = 0; i < at.n; i++) {
		way[i] = (struct schema_way){
		    up, value, at.steps[i].key, at.steps[i].index};
		up = &way[i];
		value = at.steps[i].key != NULL
		    ? json_object_get(value, at.steps[i].key)
		    : json_array_get(value, at.steps[i].index);
	}
	if (value == node)
		schema_check(
		    &keys_aggregation_node, src->doc, up, value, c->m->m);
}

static void
check_nodes(struct check *c, const json_t *list, struct place at)
{
	/* Messages name at most PLACE_MAX steps. */
	if (++c->depth > MAX_DEPTH) {
		model_mistake(c->m, at, "nested more than 50 deep");
		c->depth--;
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *node = json_array_get(list, i);

		if (c->depth > 1 && at.n + 1 < PLACE_MAX)
			check_keys(c, node, place_index(at, i));
		check_node(c, node, place_index(at, i));
	}
	c->depth--;
}

/* --- aggregations that contain themselves ----------------------------------
 */

static bool contains_itself(struct check *c, const char *name);

static bool
leads_back(struct check *c, const json_t *nodes)
{
	for (size_t i = 0; i < json_array_size(nodes); i++) {
		const json_t *node = json_array_get(nodes, i);
		const char *other =
		    json_string_value(json_object_get(node, "aggregation"));

		if (other != NULL && contains_itself(c, other))
			return true;
		if (leads_back(c, json_object_get(node, "nodes")))
			return true;
	}
	return false;
}

/* In c->way: true is on the way, false was looked into. */
static bool
contains_itself(struct check *c, const char *name)
{
	uint32_t at = named_find(c->m, TABLE_AGGREGATIONS, name);
	const json_t *known = json_object_get(c->way, name);
	bool found;

	if (at == NONE || known != NULL)
		return json_is_true(known);
	json_object_set_new(c->way, name, json_true());
	found = leads_back(c,
	    json_object_get(
		c->m->tables[TABLE_AGGREGATIONS].items[at].value, "nodes"));
	json_object_set_new(c->way, name, json_false());
	return found;
}

json_t *
aggregations_gather(struct model *m)
{
	const struct table *t = &m->tables[TABLE_AGGREGATIONS];
	json_t *all = model_keep(m, json_object());

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];
		struct place at =
		    place_key(place_of(e->src, "aggregations"), e->name);
		struct check c = {.m = m,
		    .frozen = json_is_true(json_object_get(e->value, "frozen")),
		    .way = json_object()};

		check_function(&c, e->value, at);
		check_nodes(&c, json_object_get(e->value, "nodes"),
		    place_key(at, "nodes"));
		if (contains_itself(&c, e->name))
			model_mistake(m, at,
			    "the aggregation contains itself, through others");
		json_decref(c.way);
		json_object_set(all, e->name, e->value);
	}
	return t->n == 0 ? NULL : all;
}
