/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of business aggregations (core-semantics section 20). Their index is
 * that of the mirror's list.
 */
#include "livestatusd/bi/bi.h"
#include "livestatusd/table/table.h"

#include <stdlib.h>

enum {
	STATE,
	IN_DOWNTIME,
	ACKNOWLEDGED,
	IN_SERVICE_PERIOD,
	NUM_OBJECTS
};

static int64_t
count_objects(const struct view *v, uint32_t at)
{
	uint32_t n;

	free(bi_objects(v->m->bi, at, &n));
	return n;
}

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	struct bi_result r = bi_result(v->m->bi, at);

	switch (c->off) {
	case STATE:
		return r.state;
	case IN_DOWNTIME:
		return r.in_downtime;
	case ACKNOWLEDGED:
		return r.acknowledged;
	case IN_SERVICE_PERIOD:
		return !r.out_of_service;
	default:
		return count_objects(v, at);
	}
}

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	struct bi_result r = bi_result(v->m->bi, at);

	return slice_of(c->off == 0 ? r.name : r.title);
}

static struct slice
name_of(const struct view *v, uint32_t object)
{
	return slice_of(snap_s(v->snap, v->snap->objects[object].name));
}

/* mask 0: hosts, those of services included; 1: pairs of host and service */
static void
objects(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t n, last = SNAP_NONE;
	uint32_t *list = bi_objects(v->m->bi, at, &n);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t host = v->snap->objects[list[i]].host;

		if (c->mask == 1 && list[i] != host) {
			items_open(&v->items);
			items_string(&v->items, name_of(v, host));
			items_string(&v->items, name_of(v, list[i]));
			items_close(&v->items);
		} else if (c->mask == 0 && host != last) {
			bool known = false;

			for (size_t k = 0; k < v->items.n && !known; k++)
				known =
				    slice_eq(v->items.v[k].s, name_of(v, host));
			if (!known)
				items_string(&v->items, name_of(v, host));
			last = host;
		}
	}
	free(list);
}

struct nodes {
	struct view *v;
	bool problems; /* leaves that are not OK alone */
};

static void
add_node(void *arg, uint32_t number_in_tree, const struct bi_node *n)
{
	struct nodes *of = arg;
	struct view *v = of->v;
	struct items *to = &v->items;
	struct slice host = slice_of(n->host), service = slice_of(n->service);

	(void)number_in_tree;
	if (n->object != SNAP_NONE) {
		const struct snap_object *o = &v->snap->objects[n->object];

		host = name_of(v, o->host);
		service = o->is_service ? name_of(v, n->object) : SLICE("");
	}
	if (of->problems && (n->function != NULL || n->state <= 0))
		return;
	items_open(to);
	if (!of->problems) {
		items_int(to, n->depth);
		items_string(to, slice_of(n->text));
		items_string(
		    to, slice_of(n->function == NULL ? "" : n->function));
	}
	items_string(to, host);
	items_string(to, service);
	items_string(to,
	    n->aggregation == SNAP_NONE
		? SLICE("")
		: slice_of(bi_result(v->m->bi, n->aggregation).name));
	items_int(to, n->state);
	items_int(to, n->in_downtime);
	items_int(to, n->acknowledged);
	items_close(to);
}

static void
nodes(struct view *v, const struct column *c, uint32_t at)
{
	struct nodes of = {v, c->off == 1};

	bi_walk(v->m->bi, at, add_node, &of);
}

bool
table_aggregation_is_seen(const struct view *v, uint32_t at)
{
	uint32_t n, i;
	uint32_t *list = bi_objects(v->m->bi, at, &n);

	for (i = 0; i < n; i++)
		if (!view_sees(v, list[i]))
			break;
	free(list);
	return i == n && n > 0;
}

/* clang-format off */
static const struct column aggregation_columns[] = {
	COL_STRING("name", text, 0, "its name"),
	COL_STRING("alias", text, 1, "title for people"),
	COL_INT("state", number, STATE, "0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN, -1 PENDING"),
	COL_INT("in_downtime", number, IN_DOWNTIME, "1: so much is in downtime that it counts as down for that"),
	COL_INT("acknowledged", number, ACKNOWLEDGED, "1: what is wrong is acknowledged"),
	COL_INT("in_service_period", number, IN_SERVICE_PERIOD, "0: so much is out of its service period"),
	COL_INT("num_objects", number, NUM_OBJECTS, "hosts and services below"),
	COL_LIST("hosts", objects, 0, "hosts below, those of services included"),
	{
		.name = "services", .type = COLUMN_LIST, .source = SOURCE_GET,
		.mask = 1, .flags = COLUMN_PAIRS, .get.l = objects,
		.help = "services below: host, description"
	},
	COL_LIST("nodes", nodes, 0, "the tree, parents first: depth, title, function, host, service, aggregation, state, in_downtime, acknowledged"),
	COL_LIST("problems", nodes, 1, "leaves that are not OK: host, service, aggregation, state, in_downtime, acknowledged"),
	{0}
};
/* clang-format on */

const struct column_set columns_aggregation = {{aggregation_columns, NULL}};
