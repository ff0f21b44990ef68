/* SPDX-License-Identifier: Apache-2.0
 *
 * States that devices give as numbers: what they are called and how bad they
 * are. Pure.
 */
#ifndef FETCHER_CHECKS_STATUS_WORDS_H
#define FETCHER_CHECKS_STATUS_WORDS_H

#include "fetcher/checks/out.h"

struct status_word { /* {0} ends the table */
	const char *word;
	uint32_t state;
	int number; /* as the device gives it */
};

/* NULL: the text is none of those numbers. */
const struct status_word *status_find(
    const struct status_word *words, struct slice cell);
/* "LABEL: WORD"; what is not in the table is UNKNOWN, and said as it came. */
void status_say(struct check_out *out, const char *label, struct slice cell,
    const struct status_word *words);
/* The same, in the details unless it is not OK. */
void status_tell(struct check_out *out, const char *label, struct slice cell,
    const struct status_word *words);

#endif
