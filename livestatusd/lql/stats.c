/* SPDX-License-Identifier: Apache-2.0
 *
 * Stats: counts and aggregates, of all rows or for each combination of the
 * columns. Performance data is aggregated for each metric by itself.
 */
#include "common/log.h"
#include "common/mem.h"
#include "common/perfdata.h"
#include "livestatusd/lql/query.h"

#include <math.h>
#include <stdlib.h>

struct number { /* what every aggregate needs of a column */
	uint64_t n;
	double sum, min, max, inverse, mean, squares; /* Welford's */
	int64_t isum, imin, imax;
};

struct metric {
	struct slice name; /* borrows the mirror */
	struct number number;
};

struct cell { /* one Stats column of one group */
	uint64_t count;
	struct number number;
	struct metric *metrics;
	size_t n_metrics, cap_metrics;
};

struct group {
	struct row row;  /* any of its rows */
	size_t off, len; /* of the key in keys */
	struct cell *cells;
};

struct groups {
	struct group *v;
	size_t n, cap;
	uint32_t *hash; /* index + 1 into v; 0 empty; a power of two */
	size_t hash_size;
	struct str keys, key;
	size_t n_cells;
};

struct groups *
lql_groups_new(struct lql_query *q)
{
	struct groups *g = xnew(struct groups);
	struct row none;

	g->n_cells = q->n_stats;
	g->hash_size = 256;
	g->hash = xcalloc(g->hash_size, sizeof(*g->hash));
	memset(&none, 0xff, sizeof(none));
	if (q->n_columns == 0) { /* one row, whatever is found */
		ARRAY_GROW(g->v, g->n, g->cap);
		g->v[g->n++] = (struct group){
		    none, 0, 0, xcalloc(g->n_cells, sizeof(*g->v[0].cells))};
	}
	return g;
}

void
lql_groups_free(struct groups **gp)
{
	struct groups *g = *gp;

	if (g == NULL)
		return;
	*gp = NULL;
	for (size_t i = 0; i < g->n; i++) {
		for (size_t k = 0; k < g->n_cells; k++)
			free(g->v[i].cells[k].metrics);
		free(g->v[i].cells);
	}
	free(g->v);
	free(g->hash);
	str_free(&g->keys);
	str_free(&g->key);
	free(g);
}

static uint64_t
hash_bytes(struct slice s)
{
	uint64_t h = UINT64_C(1469598103934665603);

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.s[i]) * UINT64_C(1099511628211);
	return h ^ h >> 32;
}

static struct slice
group_key(const struct groups *g, size_t i)
{
	return (struct slice){g->keys.s + g->v[i].off, g->v[i].len};
}

/* The place of the key, or the empty one where it belongs. */
static size_t
place(const struct groups *g, struct slice key)
{
	size_t mask = g->hash_size - 1, i = hash_bytes(key) & mask;

	while (g->hash[i] != 0 && !slice_eq(group_key(g, g->hash[i] - 1), key))
		i = (i + 1) & mask;
	return i;
}

static void
grow_hash(struct groups *g)
{
	free(g->hash);
	g->hash_size *= 2;
	g->hash = xcalloc(g->hash_size, sizeof(*g->hash));
	for (size_t i = 0; i < g->n; i++)
		g->hash[place(g, group_key(g, i))] = (uint32_t)i + 1;
}

static struct group *
find_group(struct groups *g, struct lql_query *q, struct view *v,
    const struct row *row)
{
	size_t at;

	if (q->n_columns == 0)
		return &g->v[0];
	str_clear(&g->key);
	for (size_t i = 0; i < q->n_columns; i++)
		lql_row_key(q, v, &q->columns[i].ref, (struct slice){NULL, 0},
		    row, &g->key);
	at = place(g, str_slice(&g->key));
	if (g->hash[at] == 0) {
		if (g->n * 2 >= g->hash_size) {
			grow_hash(g);
			at = place(g, str_slice(&g->key));
		}
		ARRAY_GROW(g->v, g->n, g->cap);
		g->v[g->n] = (struct group){*row, g->keys.len, g->key.len,
		    xcalloc(g->n_cells, sizeof(*g->v[0].cells))};
		table_keep_row(q->table, v, &g->v[g->n].row);
		str_addn(&g->keys, g->key.s, g->key.len);
		g->hash[at] = (uint32_t)++g->n;
	}
	return &g->v[g->hash[at] - 1];
}

static void
add_double(struct number *a, double x)
{
	double delta = x - a->mean;

	a->min = a->n == 0 || x < a->min ? x : a->min;
	a->max = a->n == 0 || x > a->max ? x : a->max;
	a->n++;
	a->sum += x;
	a->mean += delta / (double)a->n;
	a->squares += delta * (x - a->mean);
	if (x != 0)
		a->inverse += 1 / x;
	else
		a->inverse = INFINITY;
}

static void
add_int(struct number *a, int64_t x)
{
	a->imin = a->n == 0 || x < a->imin ? x : a->imin;
	a->imax = a->n == 0 || x > a->imax ? x : a->imax;
	if (__builtin_add_overflow(a->isum, x, &a->isum))
		a->isum = x < 0 ? INT64_MIN : INT64_MAX;
	add_double(a, (double)x);
}

static void
add_metrics(struct cell *cell, struct slice perfdata)
{
	struct slice name;
	double value;
	size_t i;

	while (perfdata_next(&perfdata, &name, &value)) {
		for (i = 0; i < cell->n_metrics; i++)
			if (slice_eq(cell->metrics[i].name, name))
				break;
		if (i == cell->n_metrics) {
			if (i >= 10000)
				continue;
			ARRAY_GROW(
			    cell->metrics, cell->n_metrics, cell->cap_metrics);
			cell->metrics[cell->n_metrics++] =
			    (struct metric){.name = name};
		}
		add_double(&cell->metrics[i].number, value);
	}
}

static void
add_cell(struct lql_query *q, struct view *v, const struct stat *s,
    struct cell *cell, const struct row *row)
{
	const struct column *c = s->ref.column;
	uint32_t at = row->at[s->ref.join->entity];

	cell->count++;
	if (c->type == COLUMN_INT)
		add_int(&cell->number, column_int(v, c, at));
	else if (c->type == COLUMN_TIME)
		add_int(&cell->number, column_int(v, c, at) + q->shift);
	else if (c->type == COLUMN_FLOAT)
		add_double(&cell->number, column_float(v, c, at));
	else if (c->flags & COLUMN_PERFDATA)
		add_metrics(cell, column_string(v, c, at));
}

static void
row_of(struct block *b, uint32_t i, struct row *row)
{
	for (int e = 0; e < ENTITIES; e++)
		row->at[e] = b->at[e][i];
}

/* Without groups a count is a number of ones. */
static uint64_t
count_rows(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *mask, bool all)
{
	uint8_t hit[BLOCK_ROWS];

	if (all && b->dense && n->kind == NODE_LEAF && lql_leaf_is_number(n))
		return lql_leaf_count(v, n, b->first, b->n);
	lql_node_eval(q, v, n, b, mask, hit);
	return lql_mask_count(hit, b->n);
}

/* One Stats of each group. */
static void
add_to_groups(struct groups *g, struct lql_query *q, struct view *v,
    struct block *b, const uint8_t *mask, size_t k)
{
	const struct stat *s = &q->stats[k];
	bool count = s->aggregate == AGGREGATE_COUNT;
	uint8_t hit[BLOCK_ROWS];
	struct row row;

	if (count)
		lql_node_eval(q, v, s->filter, b, mask, hit);
	block_fill(b);
	for (uint32_t i = 0; i < b->n; i++) {
		struct group *of;

		if (!mask[i])
			continue;
		row_of(b, i, &row);
		of = find_group(g, q, v, &row);
		if (!count)
			add_cell(q, v, s, &of->cells[k], &row);
		else
			of->cells[k].count += hit[i];
	}
}

void
lql_groups_add(struct groups *g, struct lql_query *q, struct view *v,
    struct block *b, const uint8_t *mask, bool all)
{
	for (size_t k = 0; k < q->n_stats; k++) {
		const struct stat *s = &q->stats[k];

		if (s->aggregate == AGGREGATE_COUNT && q->n_columns == 0)
			g->v[0].cells[k].count +=
			    count_rows(q, v, s->filter, b, mask, all);
		else
			add_to_groups(g, q, v, b, mask, k);
	}
}

static double
result(enum aggregate aggregate, const struct number *a)
{
	double n = (double)a->n;

	switch (aggregate) {
	case AGGREGATE_SUM:
		return a->sum;
	case AGGREGATE_MIN:
		return a->min;
	case AGGREGATE_MAX:
		return a->max;
	case AGGREGATE_AVG:
		return a->n == 0 ? NAN : a->sum / n;
	case AGGREGATE_STD: /* of the whole population */
		return a->n == 0 ? NAN : sqrt(a->squares / n);
	case AGGREGATE_SUMINV:
		return a->inverse;
	case AGGREGATE_AVGINV:
		return a->n == 0 ? NAN : a->inverse / n;
	case AGGREGATE_COUNT:
		break;
	}
	return n;
}

static int
by_name(const void *a, const void *b)
{
	const struct metric *x = a, *y = b;
	size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
	int c = memcmp(x->name.s, y->name.s, n);

	if (c != 0)
		return c;
	return x->name.len < y->name.len ? -1 : x->name.len > y->name.len;
}

static void
write_metrics(struct cell *cell, enum aggregate aggregate, struct writer *w)
{
	struct str text = {0};

	if (cell->n_metrics > 1)
		qsort(cell->metrics, cell->n_metrics, sizeof(*cell->metrics),
		    by_name);
	for (size_t i = 0; i < cell->n_metrics; i++) {
		const struct metric *m = &cell->metrics[i];

		str_addf(&text, "%s%.*s=%.8f", i > 0 ? " " : "",
		    (int)m->name.len, m->name.s, result(aggregate, &m->number));
	}
	lql_writer_string(w, str_slice(&text));
	str_free(&text);
}

static void
write_cell(const struct stat *s, struct cell *cell, struct writer *w)
{
	const struct number *a = &cell->number;
	const struct column *c = s->ref.column;

	if (s->aggregate == AGGREGATE_COUNT) {
		lql_writer_int(w, (int64_t)cell->count);
		return;
	}
	if (c->flags & COLUMN_PERFDATA) {
		write_metrics(cell, s->aggregate, w);
		return;
	}
	if (c->type == COLUMN_INT || c->type == COLUMN_TIME) {
		if (s->aggregate == AGGREGATE_SUM) {
			lql_writer_int(w, a->isum);
			return;
		}
		if (s->aggregate == AGGREGATE_MIN ||
		    s->aggregate == AGGREGATE_MAX) {
			lql_writer_int(w,
			    s->aggregate == AGGREGATE_MIN ? a->imin : a->imax);
			return;
		}
	} else if (c->type != COLUMN_FLOAT) {
		lql_writer_int(w, (int64_t)cell->count);
		return;
	}
	lql_writer_float(w, result(s->aggregate, a));
}

static int
by_group(const void *a, const void *b, void *arg)
{
	const struct groups *g = arg;
	struct slice x = group_key(g, *(const uint32_t *)a);
	struct slice y = group_key(g, *(const uint32_t *)b);
	size_t n = x.len < y.len ? x.len : y.len;
	int c = n == 0 ? 0 : memcmp(x.s, y.s, n);

	if (c != 0)
		return c;
	return x.len < y.len ? -1 : x.len > y.len;
}

/* Sort by group columns: the groups get new keys, their own behind. */
static void
sort_keys(struct groups *g, struct lql_query *q, struct view *v)
{
	struct str keys = {0};

	for (size_t i = 0; i < g->n; i++) {
		size_t start = keys.len;

		for (size_t k = 0; k < q->n_sort; k++) {
			const struct sort_key *s = &q->sort[k];
			size_t from = keys.len;

			lql_row_key(q, v, &s->ref, s->key, &g->v[i].row, &keys);
			if (s->descending)
				for (; from < keys.len; from++)
					keys.s[from] = (char)~keys.s[from];
		}
		str_addslice(&keys, group_key(g, i)); /* still the old one */
		g->v[i].off = start;
		g->v[i].len = keys.len - start;
	}
	str_free(&g->keys);
	g->keys = keys;
}

void
lql_groups_write(
    struct groups *g, struct lql_query *q, struct view *v, struct writer *w)
{
	uint32_t *order = xcalloc(g->n + 1, sizeof(*order));
	size_t to = g->n;

	for (size_t i = 0; i < g->n; i++)
		order[i] = (uint32_t)i;
	if (q->n_sort > 0 && q->n_columns > 0)
		sort_keys(g, q, v);
	if (g->n > 1)
		qsort_r(order, g->n, sizeof(*order), by_group, g);
	if (q->limit != QUERY_NO_LIMIT &&
	    (uint64_t)(q->offset + q->limit) < g->n)
		to = (size_t)(q->offset + q->limit);
	for (size_t i = (size_t)q->offset; i < to; i++) {
		struct group *of = &g->v[order[i]];

		lql_writer_row(w);
		lql_row_write(q, v, w, &of->row);
		for (size_t k = 0; k < q->n_stats; k++)
			write_cell(&q->stats[k], &of->cells[k], w);
		lql_writer_row_end(w);
	}
	free(order);
}

uint64_t
lql_groups_count(const struct groups *g)
{
	return g->n;
}
