/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is monitored: the hosts of the table with their attributes resolved,
 * their labels from all sources, and their parents without circles.
 */
#include "common/mem.h"
#include "site/compile/attr_check.h"
#include "site/compile/rules.h"

#include <stdlib.h>

/* --- places --------------------------------------------------------------- */

struct place
host_place(const struct model *m, const struct host *h, enum attr attr)
{
	const char *name = keys_attrs[attr].name;
	const struct folder *f = &m->folders[h->folder];

	if (json_object_get(h->own, name) != NULL)
		return place_key(
		    place_key(place_of(h->src, "hosts"), h->name), name);
	for (; f != NULL; f = f->up == NONE ? NULL : &m->folders[f->up]) {
		if (f->src != NULL &&
		    json_object_get(f->src->root, name) != NULL)
			return place_of(f->src, name);
	}
	return place_key(place_of(h->src, "hosts"), h->name);
}

const char *
host_agent_kind(const struct host *h)
{
	const json_t *agent = h->values[ATTR_agent];
	const char *kind = json_string_value(json_object_get(agent, "kind"));

	return kind == NULL ? "none" : kind;
}

/* --- found labels --------------------------------------------------------- */

static void
take_found(struct model *m)
{
	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *s = m->sources[i];
		json_t *labels = json_object_get(s->root, "host_labels");
		uint32_t index;

		if (s->kind != SOURCE_DISCOVERED)
			continue;
		index = named_find(m, TABLE_HOSTS, s->host);
		if (index == NONE)
			model_warn(m, (struct place){.src = s},
			    "there is no host %s: its discovered services are "
			    "passed over",
			    s->host);
		if (index != NONE && json_is_object(labels))
			m->hosts[index].found_labels = labels;
		if (index != NONE)
			m->hosts[index].found_ignored =
			    json_object_get(s->root, "ignored");
	}
}

/* --- parents -------------------------------------------------------------- */

enum mark {
	NEW,
	OPEN,
	DONE
};

struct circle {
	struct model *m;
	enum mark *marks;
	uint32_t *stack;
	uint32_t n;
};

static void
tell_circle(struct circle *c, uint32_t host)
{
	struct str text = {0};
	uint32_t from = c->n;

	while (from > 0 && c->stack[from - 1] != host)
		from--;
	for (uint32_t i = from == 0 ? 0 : from - 1; i < c->n; i++)
		str_addf(&text, "%s -> ", c->m->hosts[c->stack[i]].name);
	str_add(&text, c->m->hosts[host].name);
	model_mistake(c->m, host_place(c->m, &c->m->hosts[host], ATTR_parents),
	    "parents in a circle: %s", str_get(&text));
	str_free(&text);
}

/* A chain of parents is as deep as the network: recursion is bounded. */
static void
visit(struct circle *c, uint32_t host)
{
	const json_t *parents = c->m->hosts[host].values[ATTR_parents];

	if (c->marks[host] == DONE || c->n >= 10000)
		return;
	if (c->marks[host] == OPEN) {
		tell_circle(c, host);
		return;
	}
	c->marks[host] = OPEN;
	c->stack[c->n++] = host;
	for (size_t i = 0; i < json_array_size(parents); i++) {
		const char *name =
		    json_string_value(json_array_get(parents, i));
		uint32_t parent =
		    name == NULL ? NONE : named_find(c->m, TABLE_HOSTS, name);

		if (parent != NONE)
			visit(c, parent);
	}
	c->n--;
	c->marks[host] = DONE;
}

static void
check_parents(struct model *m)
{
	uint32_t n = m->tables[TABLE_HOSTS].n;
	struct circle c = {.m = m};

	c.marks = xcalloc((size_t)n + 1, sizeof(c.marks[0]));
	c.stack = xcalloc((size_t)n + 1, sizeof(c.stack[0]));
	for (uint32_t i = 0; i < n; i++)
		visit(&c, i);
	free(c.marks);
	free(c.stack);
}

/* --- all ------------------------------------------------------------------ */

static void
check_own(struct model *m, const struct host *h)
{
	struct place at = place_key(place_of(h->src, "hosts"), h->name);
	const char *key;
	json_t *value;

	json_object_foreach(h->own, key, value)
	{
		enum attr attr = keys_attr(key);

		if (attr != ATTR_COUNT)
			attr_check(m, attr, false, value, place_key(at, key));
	}
}

/* Nodes are no clusters themselves and belong to the same site. */
static void
check_nodes(struct model *m, struct host *h)
{
	json_t *nodes = json_object_get(h->values[ATTR_cluster], "nodes");
	struct place at = place_key(host_place(m, h, ATTR_cluster), "nodes");

	if (!json_is_array(nodes))
		return;
	h->nodes = nodes;
	for (size_t i = 0; i < json_array_size(nodes); i++) {
		const char *name = json_string_value(json_array_get(nodes, i));
		uint32_t index =
		    name == NULL ? NONE : named_find(m, TABLE_HOSTS, name);
		struct host *node = index == NONE ? NULL : &m->hosts[index];

		if (node == NULL)
			continue;
		if (node->values[ATTR_cluster] != NULL)
			model_mistake(m, place_index(at, i),
			    "%s is a cluster itself: a node is an ordinary "
			    "host",
			    name);
		else if (node->number == NONE && h->number != NONE)
			model_warn(m, place_index(at, i),
			    "%s is not monitored here", name);
		node->is_node = true;
	}
	/* CL-3 */
	if (h->values[ATTR_parents] == NULL)
		h->values[ATTR_parents] = nodes;
}

static void
check_flapping(struct model *m, const struct host *h)
{
	const json_t *low = h->values[ATTR_flap_low];
	const json_t *high = h->values[ATTR_flap_high];
	double from = low == NULL ? 3 : json_number_value(low);
	double to = high == NULL ? 5 : json_number_value(high);

	if (from >= to)
		model_mistake(m,
		    host_place(
			m, h, low == NULL ? ATTR_flap_high : ATTR_flap_low),
		    "flap_low %.15g must be less than flap_high %.15g", from,
		    to);
}

void
hosts_resolve(struct model *m)
{
	struct table *t = &m->tables[TABLE_HOSTS];

	for (uint32_t i = 0; i < t->n; i++) {
		check_own(m, &m->hosts[i]);
		attrs_own_of_host(m, &m->hosts[i]);
	}
	for (uint32_t i = 0; i < t->n; i++)
		m->hosts[i].number =
		    tags_leave_out(m, &m->hosts[i]) ? NONE : m->n_monitored++;
	rulesets_know_tags(m);
	for (uint32_t i = 0; i < t->n; i++)
		attrs_labels_of_host(m, &m->hosts[i]);
	rulesets_know_labels(m);
	for (uint32_t i = 0; i < t->n; i++) {
		attrs_rest_of_host(m, &m->hosts[i]);
		check_flapping(m, &m->hosts[i]);
	}
	for (uint32_t i = 0; i < t->n; i++)
		check_nodes(m, &m->hosts[i]);
	check_parents(m);
	m->report->hosts = m->n_monitored;
}

void
hosts_list(struct model *m)
{
	struct table *t = &m->tables[TABLE_HOSTS];

	m->hosts = xcalloc((size_t)t->n + 1, sizeof(m->hosts[0]));
	for (uint32_t i = 0; i < t->n; i++) {
		struct host *h = &m->hosts[i];

		h->name = t->items[i].name;
		h->src = t->items[i].src;
		h->folder = h->src->folder;
		h->own = t->items[i].value;
	}
	take_found(m);
}

void
hosts_free(struct model *m)
{
	free(m->hosts);
}
