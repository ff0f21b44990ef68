/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers about Stats, and what headers of several files share: numbers and
 * bounds.
 */
#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/lql/query.h"

#include <stdlib.h>

/* A non-negative whole number, all of the argument. */
int
lql_take_number(struct slice arg, int64_t *number_r, struct err *err_r)
{
	if (num_range(arg, 0, INT64_MAX / 4, number_r))
		return 0;
	err_set(err_r, "expected a non-negative number, got '%.*s'",
	    (int)(arg.len < 100 ? arg.len : 100), arg.s);
	return -1;
}

int
lql_count_condition(struct lql_query *q, struct node *n, struct err *err_r)
{
	if (++q->n_conditions > QUERY_CONDITIONS) {
		err_set(err_r, "more than %u conditions", QUERY_CONDITIONS);
		return -1;
	}
	if (n->pattern != NULL && ++q->n_patterns > QUERY_PATTERNS) {
		err_set(err_r, "more than %u patterns", QUERY_PATTERNS);
		return -1;
	}
	if (n->kind == NODE_LEAF && n->known == NULL &&
	    (n->ref.column->flags & COLUMN_SHARED) &&
	    q->n_known++ < QUERY_PATTERNS) /* the others go the long way */
		n->known = xcalloc(KNOWN_STRINGS, sizeof(*n->known));
	return 0;
}

static struct stat *
new_stat(struct lql_query *q)
{
	ARRAY_GROW(q->stats, q->n_stats, q->cap_stats);
	q->stats[q->n_stats] = (struct stat){0};
	return &q->stats[q->n_stats++];
}

int
lql_h_stats(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	static const char *const names[] = {
	    "", "sum", "min", "max", "avg", "std", "suminv", "avginv"};
	struct slice rest = arg, word = {NULL, 0}, column;
	struct column_ref ref;
	struct node *n;

	(void)which;
	if (q->n_stats >= QUERY_COLUMNS) {
		err_set(err_r, "more than %u of them", QUERY_COLUMNS);
		return -1;
	}
	slice_word(&rest, &word);
	for (size_t i = 1; i < ARRAY_LEN(names); i++) {
		if (!slice_eqs(word, names[i]))
			continue;
		if (!slice_word(&rest, &column) || slice_trim(rest).len > 0 ||
		    !table_resolve(q->table, column, &ref)) {
			err_set(err_r, "'%s' wants one column of table '%s'",
			    names[i], q->table->name);
			return -1;
		}
		*new_stat(q) = (struct stat){(enum aggregate)i, NULL, ref};
		return 0;
	}
	n = lql_node_parse(q->table, arg, err_r);
	if (n == NULL)
		return -1;
	new_stat(q)->filter = n;
	return lql_count_condition(q, n, err_r);
}

/* which: 0 StatsAnd, 1 StatsOr, 2 StatsNegate */
int
lql_h_stats_combine(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	struct nodes s = {0};
	int64_t n = 1;
	int rc;

	if (which == 2 && arg.len > 0) {
		err_set(err_r, "an argument is not expected");
		return -1;
	}
	if (which != 2 && lql_take_number(arg, &n, err_r) != 0)
		return -1;
	if (n == 0 && q->n_stats >= QUERY_COLUMNS) {
		err_set(err_r, "more than %u of them", QUERY_COLUMNS);
		return -1;
	}
	if ((uint64_t)n > q->n_stats) {
		err_set(err_r, "cannot combine %lld, there are %zu",
		    (long long)n, q->n_stats);
		return -1;
	}
	for (size_t i = q->n_stats - (size_t)n; i < q->n_stats; i++) {
		if (q->stats[i].aggregate != AGGREGATE_COUNT) {
			err_set(err_r, "an aggregate cannot be combined");
			return -1;
		}
	}
	for (size_t i = q->n_stats - (size_t)n; i < q->n_stats; i++) {
		ARRAY_GROW(s.v, s.n, s.cap);
		s.v[s.n++] = q->stats[i].filter;
	}
	rc = lql_nodes_combine(&s, (size_t)n,
	    which == 0       ? NODE_AND
		: which == 1 ? NODE_OR
			     : NODE_NOT,
	    err_r);
	q->n_stats -= (size_t)n;
	new_stat(q)->filter = s.v[0]; /* of none: all rows, or none of them */
	free(s.v);
	return rc;
}
