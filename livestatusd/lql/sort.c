/* SPDX-License-Identifier: Apache-2.0
 *
 * Sort and OrderBy: rows are kept with a key of bytes whose order is the
 * order asked for.
 */
#include "common/mem.h"
#include "livestatusd/lql/query.h"

#include <stdlib.h>

struct sorted {
	struct row row;
	size_t off, len; /* of the key in keys */
	uint64_t number; /* ties stay in the table's order */
};

struct sorter {
	struct sorted *rows;
	size_t n, cap;
	struct str keys;
};

struct sorter *
lql_sorter_new(void)
{
	return xnew(struct sorter);
}

void
lql_sorter_free(struct sorter **sp)
{
	struct sorter *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	free(s->rows);
	str_free(&s->keys);
	free(s);
}

void
lql_sorter_add(struct sorter *s, struct lql_query *q, struct view *v,
    const struct row *row)
{
	size_t start = s->keys.len;

	for (size_t i = 0; i < q->n_sort; i++) {
		const struct sort_key *k = &q->sort[i];
		size_t from = s->keys.len;

		lql_row_key(q, v, &k->ref, k->key, row, &s->keys);
		if (k->descending)
			for (; from < s->keys.len; from++)
				s->keys.s[from] = (char)~s->keys.s[from];
	}
	ARRAY_GROW(s->rows, s->n, s->cap);
	s->rows[s->n] =
	    (struct sorted){*row, start, s->keys.len - start, (uint64_t)s->n};
	table_keep_row(q->table, v, &s->rows[s->n].row);
	s->n++;
}

static int
by_key(const void *a, const void *b, void *arg)
{
	const struct sorted *x = a, *y = b;
	const char *keys = arg;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = n == 0 ? 0 : memcmp(keys + x->off, keys + y->off, n);

	if (c != 0)
		return c;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

void
lql_sorter_write(
    struct sorter *s, struct lql_query *q, struct view *v, struct writer *w)
{
	size_t to = s->n;

	if (s->n > 1)
		qsort_r(s->rows, s->n, sizeof(*s->rows), by_key, s->keys.s);
	if (q->limit != QUERY_NO_LIMIT &&
	    (uint64_t)(q->offset + q->limit) < s->n)
		to = (size_t)(q->offset + q->limit);
	for (size_t i = (size_t)q->offset; i < to; i++) {
		lql_writer_row(w);
		lql_row_write(q, v, w, &s->rows[i].row);
		lql_writer_row_end(w);
	}
}

uint64_t
lql_sorter_count(const struct sorter *s)
{
	return s->n;
}
