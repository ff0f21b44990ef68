/* SPDX-License-Identifier: Apache-2.0
 *
 * How much of the workers' credit one kind of job may take, so that none
 * starves another (SC-20, SC-21), whatever hangs. Pure.
 *
 * Two bounds. A kind has at most a part of all places: pings, which are cheap
 * and first, nine tenths, any other kind four fifths. And for each kind that
 * has had work since the last reload a few places are kept: others get the
 * last ones only if they have less than these themselves.
 */
#ifndef CORE_SCHEDULE_SHARE_H
#define CORE_SCHEDULE_SHARE_H

#include "common/msg.h"

struct share {
	uint32_t capacity; /* places: all workers' credit, used and unused */
	uint32_t unused;   /* of these; may be 0 */
	unsigned used;     /* bit of each kind that has had work */
	const uint32_t *running; /* by kind; borrowed */
};

/* Places that `kind` has at most; at least 1. */
uint32_t share_most(const struct share *s, unsigned kind);
/* Places that are kept for each kind that has work; 0 if there are few. */
uint32_t share_kept(const struct share *s);
/* May one more of `kind` start? */
bool share_allows(const struct share *s, unsigned kind);

#endif
