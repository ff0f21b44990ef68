/* SPDX-License-Identifier: Apache-2.0
 *
 * States that controllers of disks give as words, and what they mean by
 * themselves or by the parameter `states`. Pure.
 */
#ifndef FETCHER_CHECKS_RAID_WORDS_H
#define FETCHER_CHECKS_RAID_WORDS_H

#include "fetcher/checks/out.h"
#include "fetcher/sections/lines.h"

struct raid_word {
	const char *word; /* NULL: all others, ends the table */
	uint32_t state;
};

/* The only parameter of such a check. */
extern const struct check_param raid_params[];

/* "LABELWORD", by raid_params, else by the table. */
void raid_say(const struct check_context *c, struct check_out *out,
    const char *label, struct slice word, const struct raid_word *words);

/*
 * LSI's "NAME_KEY 3" and further down "STATE_KEY Okay(OKY)": the next pair
 * from line `*at` on; the state ends before "(". False: no further pair.
 */
bool raid_next_pair(const struct section_lines *s, size_t *at,
    const char *name_key, const char *state_key, struct slice *name_r,
    struct slice *state_r);

#endif
