/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts that were given another name: the snapshot's `renames`, one line
 * "GENERATION;TIME;OLD;NEW" each, oldest first. GENERATION is the one that
 * brought the new name, TIME (wall seconds) when that was compiled. Pure.
 */
#ifndef COMMON_CONFIG_RENAMES_H
#define COMMON_CONFIG_RENAMES_H

#include "common/str.h"

#include <stdint.h>

struct rename_entry { /* slices borrow the text */
	uint64_t generation;
	int64_t time;
	struct slice from, to;
};
struct renames {
	struct rename_entry *items;
	size_t n, cap;
};

/* Lines that are none are passed over. The caller frees. */
void renames_parse(struct slice text, struct renames *r);
void renames_free(struct renames *r);
/* Today's name of what `name` was in the configuration `generation`. */
struct slice renames_since(
    const struct renames *r, struct slice name, uint64_t generation);
/* Appends a line. */
void renames_add(struct str *text, uint64_t generation, int64_t time,
    struct slice from, struct slice to);

#endif
