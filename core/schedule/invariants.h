/* SPDX-License-Identifier: Apache-2.0
 *
 * Invariant 4 of core-semantics section 25: what is to be checked is planned,
 * once, and not later than it should be. Looked at as core/state/invariants.h
 * says.
 */
#ifndef CORE_SCHEDULE_INVARIANTS_H
#define CORE_SCHEDULE_INVARIANTS_H

#include "core/schedule/schedule.h"
#include "core/state/invariants.h"

/* 0, or -1 with what does not hold; `now` of the schedule's clock. */
int schedule_invariants_look(const struct schedule *s, uint32_t from,
    uint32_t n, int64_t now, struct err *err_r);

#ifdef VEDETTE_INVARIANTS
/* Ends the process where something does not hold; *at walks round. */
void schedule_invariants_must(
    const struct schedule *s, uint32_t *at, int64_t now);
#else
static inline void
schedule_invariants_must(const struct schedule *s, uint32_t *at, int64_t now)
{
	(void)s;
	(void)at;
	(void)now;
}
#endif

#endif
