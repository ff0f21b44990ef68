/* SPDX-License-Identifier: Apache-2.0
 *
 * Stats of several sites put together: counts and sums are added, averages
 * and deviations are made anew from the numbers of each site. Performance data
 * goes by metric.
 */
#include "livestatusd/lql/several_parts.h"

#include "common/mem.h"
#include "common/num.h"

#include <math.h>
#include <stdlib.h>

struct total { /* of one number */
	double n, sum, min, max, inverse;
	double mean, squares; /* of all so far: sum of squared distances */
	int64_t count, isum, imin, imax;
	bool any, endless; /* suminv of 0 */
};

struct metric {
	char *name;
	struct total total;
};

struct cell {
	struct total total;
	struct metric *metrics;
	size_t n, cap;
};

struct group {
	struct found first;
	size_t from, to; /* of found */
};

/* What a site says of one number. */
struct told {
	enum aggregate aggregate;
	double value, extra, extra2, n;
	int64_t i;
	bool is_null;
};

static void
add_moments(struct total *t, double n, double mean, double deviation)
{
	double delta = mean - t->mean, all = t->n + n;

	if (n <= 0)
		return;
	t->squares +=
	    deviation * deviation * n + delta * delta * t->n * n / all;
	t->mean += delta * n / all;
	t->n = all;
}

static int64_t
add_saturated(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static void
add_told(struct total *t, const struct told *x)
{
	switch (x->aggregate) {
	case AGGREGATE_COUNT:
		t->count = add_saturated(t->count, x->i);
		return;
	case AGGREGATE_SUM:
		t->sum += x->value;
		t->isum = add_saturated(t->isum, x->i);
		return;
	case AGGREGATE_MIN:
	case AGGREGATE_MAX:
		if (x->n <= 0)
			return; /* the 0 of no rows */
		if (!t->any || x->value < t->min)
			t->min = x->value;
		if (!t->any || x->value > t->max)
			t->max = x->value;
		if (!t->any || x->i < t->imin)
			t->imin = x->i;
		if (!t->any || x->i > t->imax)
			t->imax = x->i;
		t->any = true;
		return;
	case AGGREGATE_AVG:
		t->n += x->n;
		t->sum += x->extra;
		return;
	case AGGREGATE_STD:
		add_moments(t, x->n, x->extra, x->value);
		return;
	case AGGREGATE_SUMINV:
		t->endless = t->endless || x->is_null;
		t->inverse += x->value;
		return;
	case AGGREGATE_AVGINV:
		t->n += x->n;
		t->endless = t->endless || (x->is_null && x->n > 0);
		t->inverse += x->extra;
		return;
	}
}

static double
result(enum aggregate aggregate, const struct total *t)
{
	switch (aggregate) {
	case AGGREGATE_SUM:
		return t->sum;
	case AGGREGATE_MIN:
		return t->min;
	case AGGREGATE_MAX:
		return t->max;
	case AGGREGATE_AVG:
		return t->n > 0 ? t->sum / t->n : NAN;
	case AGGREGATE_STD:
		return t->n > 0 ? sqrt(t->squares / t->n) : NAN;
	case AGGREGATE_SUMINV:
		return t->endless ? INFINITY : t->inverse;
	case AGGREGATE_AVGINV:
		if (t->endless)
			return INFINITY;
		return t->n > 0 ? t->inverse / t->n : NAN;
	case AGGREGATE_COUNT:
		break;
	}
	return (double)t->count;
}

/* --- metrics -------------------------------------------------------------- */

/* The metric's number in "name=value name=value"; false: it has none. */
static bool
metric_of(struct slice text, struct slice name, double *value_r)
{
	struct slice word;

	while (slice_word(&text, &word))
		if (word.len > name.len && word.s[name.len] == '=' &&
		    memcmp(word.s, name.s, name.len) == 0)
			return num_double((struct slice){word.s + name.len + 1,
					      word.len - name.len - 1},
			    value_r);
	return false;
}

static struct total *
metric_total(struct cell *cell, struct slice name)
{
	for (size_t i = 0; i < cell->n; i++)
		if (slice_eqs(name, cell->metrics[i].name))
			return &cell->metrics[i].total;
	if (cell->n >= 10000)
		return NULL;
	ARRAY_GROW(cell->metrics, cell->n, cell->cap);
	cell->metrics[cell->n++] = (struct metric){.name = slice_dup(name)};
	return &cell->metrics[cell->n - 1].total;
}

static struct slice
text_of(const struct value *v)
{
	return v->kind == VALUE_STRING ? v->s : (struct slice){"", 0};
}

/*
 * How many rows have the metric is not told, but follows: a sum divided by its
 * average. Where both are 0 the number of all rows stands for it.
 */
static double
rows_of(double sum, double average, double all)
{
	double n = average == 0 ? all : round(sum / average);

	return n >= 1 && isfinite(n) ? n : all;
}

static void
add_metrics(struct cell *cell, enum aggregate aggregate,
    const struct value *values, size_t at, size_t extra, double all)
{
	struct slice text = text_of(&values[at]), word;

	while (slice_word(&text, &word)) {
		const char *equals = memchr(word.s, '=', word.len);
		struct told x = {.aggregate = aggregate, .n = 1};
		struct slice name = word;
		struct total *t;
		double sum = 0;

		if (equals == NULL)
			continue;
		name.len = (size_t)(equals - word.s);
		x.is_null = !metric_of(word, name, &x.value);
		if (aggregate == AGGREGATE_AVG ||
		    aggregate == AGGREGATE_AVGINV) {
			metric_of(text_of(&values[extra]), name, &x.extra);
			x.n = rows_of(x.extra, x.value, all);
		} else if (aggregate == AGGREGATE_STD) {
			metric_of(text_of(&values[extra]), name, &x.extra);
			metric_of(text_of(&values[extra + 1]), name, &sum);
			x.n = rows_of(sum, x.extra, all);
		}
		t = metric_total(cell, name);
		if (t != NULL)
			add_told(t, &x);
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct metric *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
write_metrics(struct cell *cell, enum aggregate aggregate, struct writer *w)
{
	struct str text = {0};

	if (cell->n > 1)
		qsort(cell->metrics, cell->n, sizeof(*cell->metrics), by_name);
	for (size_t i = 0; i < cell->n; i++)
		str_addf(&text, "%s%s=%.8f", i > 0 ? " " : "",
		    cell->metrics[i].name,
		    result(aggregate, &cell->metrics[i].total));
	lql_writer_string(w, str_slice(&text));
	str_free(&text);
}

/* --- cells ---------------------------------------------------------------- */

static bool
is_number(const struct stat *s)
{
	enum column_type t = s->ref.column->type;

	return t == COLUMN_INT || t == COLUMN_TIME || t == COLUMN_FLOAT;
}

static void
add_cell(struct lql_several *s, size_t i, struct cell *cell)
{
	const struct stat *stat = &s->q->stats[i];
	size_t at = s->n_columns + i, extra = s->cells[i];
	const struct value *v = &s->values[at];
	double rows =
	    s->count_at == 0 ? 1 : value_float(&s->values[s->count_at]);
	struct told x = {.aggregate = stat->aggregate,
	    .value = value_float(v),
	    .i = value_int(v),
	    .is_null = v->kind == VALUE_NULL,
	    .n = rows};

	if (stat->aggregate != AGGREGATE_COUNT &&
	    (stat->ref.column->flags & COLUMN_PERFDATA)) {
		add_metrics(cell, stat->aggregate, s->values, at, extra, rows);
		return;
	}
	if (stat->aggregate != AGGREGATE_COUNT && !is_number(stat))
		x.aggregate = AGGREGATE_COUNT;
	else if (stat->aggregate == AGGREGATE_AVG ||
	    stat->aggregate == AGGREGATE_STD ||
	    stat->aggregate == AGGREGATE_AVGINV)
		x.extra = value_float(&s->values[extra]);
	add_told(&cell->total, &x);
}

static void
write_cell(const struct stat *stat, struct cell *cell, struct writer *w)
{
	const struct total *t = &cell->total;

	if (stat->aggregate == AGGREGATE_COUNT) {
		lql_writer_int(w, t->count);
		return;
	}
	if (stat->ref.column->flags & COLUMN_PERFDATA) {
		write_metrics(cell, stat->aggregate, w);
		return;
	}
	if (!is_number(stat)) {
		lql_writer_int(w, t->count);
		return;
	}
	if (stat->ref.column->type != COLUMN_FLOAT) {
		if (stat->aggregate == AGGREGATE_SUM) {
			lql_writer_int(w, t->isum);
			return;
		}
		if (stat->aggregate == AGGREGATE_MIN ||
		    stat->aggregate == AGGREGATE_MAX) {
			lql_writer_int(w,
			    stat->aggregate == AGGREGATE_MIN ? t->imin
							     : t->imax);
			return;
		}
	}
	lql_writer_float(w, result(stat->aggregate, t));
}

static void
write_group(struct lql_several *s, const struct group *g, struct writer *w)
{
	const struct lql_query *q = s->q;
	struct cell *cells = xcalloc(q->n_stats, sizeof(*cells));

	lql_writer_row(w);
	for (size_t r = g->from; r < g->to; r++) {
		several_row(s, &s->found[r]);
		if (r == g->from)
			for (size_t c = 0; c < q->n_columns; c++)
				several_write_field(s,
				    &s->parts[s->found[r].part], &s->out[c], w);
		for (size_t i = 0; i < q->n_stats; i++)
			add_cell(s, i, &cells[i]);
	}
	for (size_t i = 0; i < q->n_stats; i++) {
		write_cell(&q->stats[i], &cells[i], w);
		for (size_t m = 0; m < cells[i].n; m++)
			free(cells[i].metrics[m].name);
		free(cells[i].metrics);
	}
	free(cells);
	lql_writer_row_end(w);
}

/* --- groups --------------------------------------------------------------- */

static int
by_order(const void *a, const void *b, void *arg)
{
	const struct group *x = a, *y = b;
	const char *keys = arg;
	size_t n = x->first.len < y->first.len ? x->first.len : y->first.len;
	int c =
	    n == 0 ? 0 : memcmp(keys + x->first.off, keys + y->first.off, n);

	if (c != 0)
		return c;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* Sort: new keys; groups with equal ones stay in the order of their own. */
static void
sort_groups(struct lql_several *s, struct group *groups, size_t n)
{
	struct str keys = {0};

	for (size_t g = 0; g < n; g++) {
		struct found *f = &groups[g].first;

		several_row(s, f);
		f->off = keys.len;
		for (size_t i = 0; i < s->n_order; i++) {
			const struct order *o = &s->order[i];
			size_t from = keys.len;

			several_key(
			    s, &s->parts[f->part], &o->field, o->key, &keys);
			if (o->descending)
				for (; from < keys.len; from++)
					keys.s[from] = (char)~keys.s[from];
		}
		f->len = keys.len - f->off;
	}
	if (n > 1)
		qsort_r(groups, n, sizeof(*groups), by_order, keys.s);
	str_free(&keys);
}

static bool
same_group(const struct lql_several *s, size_t a, size_t b)
{
	const struct found *x = &s->found[a], *y = &s->found[b];

	return x->len == y->len &&
	    (x->len == 0 ||
		memcmp(s->keys.s + x->off, s->keys.s + y->off, x->len) == 0);
}

void
several_fold(struct lql_several *s, struct writer *w)
{
	struct lql_query *q = s->q;
	struct group *groups = xcalloc(s->n_found + 1, sizeof(*groups));
	size_t n = 0, to;

	for (size_t i = 0; i < s->n_found; i++) {
		if (n == 0 || !same_group(s, groups[n - 1].from, i))
			groups[n++] = (struct group){s->found[i], i, i};
		groups[n - 1].to = i + 1;
	}
	if (s->n_order > 0)
		sort_groups(s, groups, n);
	s->total = to = n;
	if (q->limit != QUERY_NO_LIMIT && (uint64_t)(q->offset + q->limit) < n)
		to = (size_t)(q->offset + q->limit);
	for (size_t g = (size_t)q->offset; g < to; g++)
		write_group(s, &groups[g], w);
	free(groups);
}
