/* SPDX-License-Identifier: Apache-2.0
 *
 * What is due when: a heap by time, then by row. Pure.
 */
#ifndef NOTIFYD_DUE_H
#define NOTIFYD_DUE_H

#include <stddef.h>
#include <stdint.h>

struct due {
	int64_t next_ms; /* of the wall clock */
	int64_t row;     /* of a delivery; negative: a bulk's id */
};

struct due_heap {      /* {0} is empty; free(v) at the end */
	struct due *v; /* v[0] is the first */
	size_t n, cap;
};

void due_put(struct due_heap *heap, struct due due);
/* The first one; there must be one. */
struct due due_take(struct due_heap *heap);

#endif
