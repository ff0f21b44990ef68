/* SPDX-License-Identifier: Apache-2.0
 *
 * Data that one host sends for another: from the block of an agent output to
 * what is stored, and from what is stored to what is used. Pure; who keeps the
 * bytes and carries them is not its concern.
 */
#ifndef FETCHER_SECTIONS_PIGGYBACK_H
#define FETCHER_SECTIONS_PIGGYBACK_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Appends the name of the host that a header means: characters that host names
 * cannot have become "_". False, and nothing, if none is left.
 */
bool piggyback_name(struct slice written, struct str *out);

/*
 * Appends a block as it is to be kept: each header without cached() or
 * persist() gets cached(now, 1.5 * interval), `interval` being the seconds
 * between two fetches of the source.
 */
void piggyback_store(
    struct slice body, int64_t now, int64_t interval, struct str *out);

struct piggyback_rules {
	int64_t max_age;         /* seconds that data is used at all */
	int64_t validity;        /* that an abandoned block stays usable */
	uint32_t validity_state; /* shown meanwhile, 0 to 3 */
};

/* What is kept of one source for one target. */
struct piggyback_kept {
	struct slice source;
	int64_t stored_at;
	/* When the source was last fetched with piggyback; 0: it sends none. */
	int64_t source_at;
};

/*
 * Is the block to be used at `now`? Appends what is to be said of it in
 * Check_MK ("Successfully processed from source 'esx1'", or why it is not
 * used) and sets the state of that.
 */
bool piggyback_judge(const struct piggyback_kept *kept,
    const struct piggyback_rules *rules, int64_t now, uint32_t *state_r,
    struct str *text);

#endif
