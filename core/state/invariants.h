/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold of the engine between two turns, whatever came in. Builds
 * with sanitizers (or -DVEDETTE_INVARIANTS) look after every turn of the
 * simulator and of core and end the process where something does not; other
 * builds look at nothing.
 */
#ifndef CORE_STATE_INVARIANTS_H
#define CORE_STATE_INVARIANTS_H

#include "core/state/engine.h"

#if defined(__SANITIZE_ADDRESS__) && !defined(VEDETTE_INVARIANTS)
#define VEDETTE_INVARIANTS 1
#endif
#if defined(__has_feature) && !defined(VEDETTE_INVARIANTS)
#if __has_feature(address_sanitizer)
#define VEDETTE_INVARIANTS 1
#endif
#endif

/*
 * 0, or -1 with what does not hold and of which object. `now` as given to the
 * last engine_advance(); `steady`: the wall clock never went back, so that
 * times that were stamped lie in the past. Looks at `n` objects from `from`
 * on and, where that is all of them, at the tables of the whole.
 */
int invariants_look(const struct engine *e, uint32_t from, uint32_t n,
    int64_t now, bool steady, struct err *err_r);

#define INVARIANTS_AT_ONCE 512u /* objects a turn */

#ifdef VEDETTE_INVARIANTS
/* Ends the process where something does not hold; *at walks round. */
void invariants_must(
    const struct engine *e, uint32_t *at, int64_t now, bool steady);
#else
static inline void
invariants_must(const struct engine *e, uint32_t *at, int64_t now, bool steady)
{
	(void)e;
	(void)at;
	(void)now;
	(void)steady;
}
#endif

#endif
