/* SPDX-License-Identifier: Apache-2.0
 *
 * Which object of the new configuration is which of the old one: a merge of
 * the two sorted tables, O(n); a host that was renamed in between is the one
 * that had the old name. Pure.
 */
#ifndef CORE_CONFIG_MATCH_H
#define CORE_CONFIG_MATCH_H

#include "common/config/snapshot.h"

struct match {            /* SNAP_NONE: there is none */
	uint32_t *old_of; /* by new number */
	uint32_t *new_of; /* by old number */
	uint32_t n_old, n_new;
};

void match_make(
    struct match *m, const struct snapshot *old, const struct snapshot *new);
void match_free(struct match *m);

#endif
