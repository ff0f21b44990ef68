/* SPDX-License-Identifier: Apache-2.0
 *
 * A parsed query: its end, and what whoever carries it out asks about it.
 */
#include "livestatusd/lql/query.h"

#include <stdlib.h>

void
lql_free(struct lql_query **qp)
{
	struct lql_query *q = *qp;

	if (q == NULL)
		return;
	*qp = NULL;
	lql_nodes_free(&q->filter);
	lql_nodes_free(&q->wait);
	for (size_t i = 0; i < q->n_stats; i++)
		lql_node_free(&q->stats[i].filter);
	free(q->stats);
	free(q->auth_groups);
	for (size_t i = 0; i < q->n_columns; i++)
		rpn_free(&q->columns[i].call);
	free(q->columns);
	free(q->sort);
	events_free(&q->events);
	free(q->text);
	free(q);
}

#define PATTERN_BYTES 16384u /* compiled, with what is remembered of it */

size_t
lql_weight(const struct lql_query *q)
{
	return sizeof(*q) + q->text_len +
	    q->n_conditions * (sizeof(struct node) + sizeof(struct node *)) +
	    (q->n_patterns + q->n_known) * (size_t)PATTERN_BYTES +
	    q->n_columns * sizeof(*q->columns) + q->n_stats * sizeof(*q->stats);
}

bool
lql_keeps_alive(const struct lql_query *q)
{
	return q->keepalive && !q->no_method;
}

bool
lql_reads_log(const struct lql_query *q)
{
	return q->table != NULL &&
	    (q->table->kind == TABLE_LOG || q->table->kind == TABLE_STATEHIST);
}

bool
lql_reads_metrics(const struct lql_query *q)
{
	for (size_t i = 0; i < q->n_columns; i++)
		if (q->columns[i].call != NULL)
			return q->n_stats == 0 && !lql_reads_log(q);
	return false;
}

void
lql_refuse(struct lql_query *q, enum lql_code code, const char *why)
{
	lql_query_fail(q, code, "%s", why);
}

struct slice
lql_only_sites(const struct lql_query *q)
{
	return q->sites;
}

bool
lql_has_header(const struct lql_query *q)
{
	return q->fixed16;
}

int64_t
lql_wait_timeout_ms(const struct lql_query *q)
{
	return q->wait_timeout_ms;
}
