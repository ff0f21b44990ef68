/* SPDX-License-Identifier: Apache-2.0
 *
 * What was found on a host beside what is monitored there. Pure.
 */
#ifndef FETCHER_DISCOVER_DIFF_H
#define FETCHER_DISCOVER_DIFF_H

#include "fetcher/discover.h"
#include "fetcher/discover_plan.h"

/* A monitored service. Services are the same if check and item are. */
struct discover_known {
	struct slice check, item;
	uint32_t sum; /* discover_sum() of what is remembered of it */
};

struct discover_row {
	enum discover_state state;
	const struct discovered *found; /* NULL: vanished */
	size_t known;                   /* index; SIZE_MAX: not monitored */
};

struct discover_diff { /* {0} is empty */
	/* Found ones in order of finding, then the vanished ones. What is
	 * written by hand is left out. */
	struct discover_row *rows;
	size_t n, cap;
	size_t counts[DISCOVER_STATES];
	json_t *new_labels; /* host labels that are new or other; an object */
	size_t n_gone_labels;
};

/* Borrows from all three until discover_diff_free(). */
void discover_diff(struct discover_diff *diff, const struct discovery *found,
    const struct discover_known *known, size_t n_known,
    const struct discover_plan *plan);
void discover_diff_free(struct discover_diff *diff);

#endif
