/* SPDX-License-Identifier: Apache-2.0
 *
 * A heap of what is due; see due.h.
 */
#include "notifyd/due.h"

#include "common/mem.h"

#include <stdbool.h>

static bool
due_before(const struct due *a, const struct due *b)
{
	return a->next_ms != b->next_ms ? a->next_ms < b->next_ms
					: a->row < b->row;
}

void
due_put(struct due_heap *q, struct due due)
{
	size_t at;

	ARRAY_GROW(q->v, q->n, q->cap);
	for (at = q->n++; at > 0; at = (at - 1) / 2) {
		if (!due_before(&due, &q->v[(at - 1) / 2]))
			break;
		q->v[at] = q->v[(at - 1) / 2];
	}
	q->v[at] = due;
}

struct due
due_take(struct due_heap *q)
{
	struct due top = q->v[0], last = q->v[--q->n];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= q->n)
			break;
		if (child + 1 < q->n &&
		    due_before(&q->v[child + 1], &q->v[child]))
			child++;
		if (!due_before(&q->v[child], &last))
			break;
		q->v[at] = q->v[child];
		at = child;
	}
	if (q->n > 0)
		q->v[at] = last;
	return top;
}
