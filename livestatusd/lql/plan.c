/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows need not be looked at, found through And, Or and Negate: names of
 * hosts and groups. For the history see plan_past.c.
 */
#include "common/mem.h"
#include "livestatusd/lql/query.h"

#include <stdlib.h>

struct ranges { /* of object numbers; `all`: nothing is known */
	bool all;
	struct range *v;
	size_t n, cap;
};

static void
add_range(struct ranges *r, uint32_t from, uint32_t to)
{
	if (from >= to)
		return;
	ARRAY_GROW(r->v, r->n, r->cap);
	r->v[r->n++] = (struct range){from, to};
}

/* A host's rows: itself, or its services. */
static void
add_host(struct ranges *r, const struct scan *s, uint32_t host)
{
	struct snap_list of;

	if (host == SNAP_NONE)
		return;
	of = s->view->snap->objects[host].services;
	if (s->table->kind == TABLE_HOSTS)
		add_range(r, host, host + 1);
	else
		add_range(r, of.off, of.off + of.n);
}

static struct ranges
leaf_ranges(const struct scan *s, const struct node *n)
{
	const struct snapshot *snap = s->view->snap;
	const struct column_set *set = n->ref.join->set;
	struct ranges r = {0};
	uint32_t g;

	if (set == &columns_host && n->op == OP_EQUAL && !n->negate &&
	    strcmp(n->ref.column->name, "name") == 0) {
		add_host(&r, s, snap_find_host(snap, n->value));
		return r;
	}
	if (strcmp(n->ref.column->name, "groups") != 0 ||
	    (n->op == OP_AT_LEAST) == n->negate ||
	    (n->op != OP_AT_LEAST && n->op != OP_LESS)) {
		r.all = true;
		return r;
	}
	if (set == &columns_host) {
		g = snap_find_host_group(snap, n->value);
		for (uint32_t i = 0;
		     g != SNAP_NONE && i < snap->host_groups[g].members.n; i++)
			add_host(&r, s,
			    snap_at(snap, snap->host_groups[g].members, i));
	} else {
		g = snap_find_service_group(snap, n->value);
		for (uint32_t i = 0;
		     g != SNAP_NONE && i < snap->service_groups[g].members.n;
		     i++) {
			uint32_t at =
			    snap_at(snap, snap->service_groups[g].members, i);

			add_range(&r, at, at + 1);
		}
	}
	return r;
}

static uint64_t
size_of(const struct ranges *r)
{
	uint64_t sum = 0;

	if (r->all)
		return UINT64_MAX;
	for (size_t i = 0; i < r->n; i++)
		sum += r->v[i].to - r->v[i].from;
	return sum;
}

static int
by_from(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Ascending, without overlaps. */
static void
tidy(struct ranges *r)
{
	size_t n = 0;

	if (r->n < 2)
		return;
	qsort(r->v, r->n, sizeof(*r->v), by_from);
	for (size_t i = 1; i < r->n; i++) {
		if (r->v[i].from > r->v[n].to)
			r->v[++n] = r->v[i];
		else if (r->v[i].to > r->v[n].to)
			r->v[n].to = r->v[i].to;
	}
	r->n = n + 1;
}

static void
drop(struct ranges *r)
{
	free(r->v);
	*r = (struct ranges){0};
}

/* All rows that can fit are in the result. */
static struct ranges
node_ranges(const struct scan *s, const struct node *n)
{
	struct ranges best = {.all = true}, one;

	if (n == NULL || n->kind == NODE_NOT)
		return best;
	if (n->kind == NODE_LEAF)
		return leaf_ranges(s, n);
	if (n->kind == NODE_OR)
		best.all = false;
	for (size_t i = 0; i < n->n; i++) {
		one = node_ranges(s, n->kids[i]);
		if (n->kind == NODE_AND) {
			if (size_of(&one) < size_of(&best)) {
				struct ranges worse = best;

				best = one;
				one = worse;
			}
		} else if (one.all) {
			drop(&best);
			drop(&one);
			best.all = true;
			return best;
		} else {
			for (size_t k = 0; k < one.n; k++)
				add_range(&best, one.v[k].from, one.v[k].to);
		}
		drop(&one);
	}
	return best;
}

void
lql_plan_scan(struct lql_query *q, struct scan *s, struct range **ranges_r)
{
	const struct node *filter = lql_nodes_all(&q->filter);
	enum table_kind kind = s->table->kind;
	struct ranges r;

	*ranges_r = NULL;
	if (filter == NULL)
		return;
	if (kind != TABLE_HOSTS && kind != TABLE_SERVICES)
		return;
	r = node_ranges(s, filter);
	if (r.all)
		return;
	tidy(&r);
	if (r.v == NULL) /* no row can fit */
		r.v = xcalloc(1, sizeof(*r.v));
	s->ranges = *ranges_r = r.v;
	s->n_ranges = r.n;
}

#define CHEAP_FIELDS 4000u /* looked at or written */
#define CHEAP_SITE   1000u /* objects, where visibility is asked */

/* Rows that a comparison of numbers looks at in the time of one field. */
#define CHEAP_COMPARED 150u

static bool
has_pattern(const struct node *n)
{
	if (n == NULL)
		return false;
	if (n->kind == NODE_LEAF)
		return n->pattern != NULL;
	for (size_t i = 0; i < n->n; i++)
		if (has_pattern(n->kids[i]))
			return true;
	return false;
}

/* Hosts or services that the filter leaves; a host counts with its services. */
static uint64_t
count_objects(struct lql_query *q, const struct mirror *m)
{
	struct view v = {.m = m, .snap = m->snap};
	struct range *ranges;
	struct scan s;
	uint64_t n = 0;

	table_scan_init(&s, q->table, &v);
	lql_plan_scan(q, &s, &ranges);
	if (ranges == NULL)
		return m->snap->n_objects;
	for (size_t i = 0; i < s.n_ranges && n <= CHEAP_FIELDS; i++) {
		n += ranges[i].to - ranges[i].from;
		for (uint32_t h = ranges[i].from;
		     h < ranges[i].to && h < m->snap->n_hosts; h++)
			n += m->snap->objects[h].services.n;
	}
	free(ranges);
	return n;
}

static uint64_t
count_rows(struct lql_query *q, const struct mirror *m)
{
	enum table_kind kind = q->table->kind;

	if (kind == TABLE_STATUS)
		return 1;
	if (kind == TABLE_HOSTS || kind == TABLE_SERVICES)
		return count_objects(q, m);
	if (kind == TABLE_CONTACTS || kind == TABLE_CONTACTGROUPS)
		return m->snap->n_contacts;
	if (kind == TABLE_COMMANDS)
		return m->snap->n_commands;
	if (kind == TABLE_TIMEPERIODS)
		return m->snap->n_periods;
	return UINT64_MAX;
}

/* How many conditions; UINT64_MAX if one is not on a number in the pages. */
static uint64_t
count_numbers(const struct node *n)
{
	uint64_t sum = 0;

	if (n == NULL)
		return 0;
	if (n->kind == NODE_LEAF)
		return lql_leaf_is_number(n) ? 1 : UINT64_MAX;
	for (size_t i = 0; i < n->n; i++) {
		uint64_t one = count_numbers(n->kids[i]);

		if (one == UINT64_MAX)
			return one;
		sum += one;
	}
	return sum;
}

/* Only counts rows, and by numbers: these are compared many at a time. */
static bool
is_quick_count(struct lql_query *q, const struct mirror *m)
{
	uint64_t n = count_numbers(lql_nodes_all(&q->filter)), one;
	uint64_t rows = q->table->kind == TABLE_HOSTS
	    ? m->snap->n_hosts
	    : m->snap->n_objects - m->snap->n_hosts;

	if (q->n_stats == 0 || q->n_columns > 0 || q->auth || n == UINT64_MAX ||
	    (q->table->kind != TABLE_HOSTS && q->table->kind != TABLE_SERVICES))
		return false;
	for (size_t i = 0; i < q->n_stats; i++) {
		if (q->stats[i].aggregate != AGGREGATE_COUNT)
			return false;
		one = count_numbers(q->stats[i].filter);
		if (one == UINT64_MAX)
			return false;
		n += one;
	}
	return rows * n <= CHEAP_FIELDS * CHEAP_COMPARED;
}

bool
lql_is_cheap(struct lql_query *q, const struct mirror *m)
{
	size_t fields = 1 + q->n_columns + q->n_sort + q->n_stats;
	const struct node *filter = lql_nodes_all(&q->filter);
	bool pattern = has_pattern(filter);

	if (q->code != LQL_OK || q->table == NULL)
		return true;
	if (lql_reads_metrics(q) ||
	    (q->auth && m->snap->n_objects > CHEAP_SITE))
		return false;
	for (size_t i = 0; i < q->n_stats; i++)
		pattern = pattern || has_pattern(q->stats[i].filter);
	if (is_quick_count(q, m))
		return true;
	return !pattern && fields < CHEAP_FIELDS &&
	    count_rows(q, m) <= CHEAP_FIELDS / fields;
}
