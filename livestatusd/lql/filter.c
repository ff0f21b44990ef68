/* SPDX-License-Identifier: Apache-2.0
 *
 * And, Or and Negate over blocks of rows. A condition is asked only for rows
 * that the others have left open.
 */
#include "livestatusd/lql/query.h"

static void
eval_or(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *in, uint8_t *out)
{
	uint8_t open[BLOCK_ROWS], hit[BLOCK_ROWS];

	memcpy(open, in, b->n);
	memset(out, 0, b->n);
	for (size_t k = 0; k < n->n; k++) {
		lql_node_eval(q, v, n->kids[k], b, open, hit);
		for (uint32_t i = 0; i < b->n; i++) {
			out[i] |= hit[i];
			open[i] &= (uint8_t)!hit[i];
		}
	}
}

static void
eval_not(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *in, uint8_t *out)
{
	uint8_t hit[BLOCK_ROWS];

	lql_node_eval(q, v, n->kids[0], b, in, hit);
	for (uint32_t i = 0; i < b->n; i++)
		out[i] = in[i] & (uint8_t)!hit[i];
}

static void
eval_and(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *in, uint8_t *out)
{
	uint8_t open[BLOCK_ROWS];

	memcpy(out, in, b->n);
	for (size_t k = 0; k < n->n; k++) {
		memcpy(open, out, b->n);
		if (memchr(open, 1, b->n) == NULL)
			return;
		lql_node_eval(q, v, n->kids[k], b, open, out);
	}
}

void
lql_node_eval(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *in, uint8_t *out)
{
	switch (n->kind) {
	case NODE_LEAF:
		lql_leaf_eval(q, v, n, b, in, out);
		break;
	case NODE_AND:
		eval_and(q, v, n, b, in, out);
		break;
	case NODE_OR:
		eval_or(q, v, n, b, in, out);
		break;
	case NODE_NOT:
		eval_not(q, v, n, b, in, out);
		break;
	}
}
