/* SPDX-License-Identifier: Apache-2.0
 *
 * A new configuration takes over the run-time state of the old one (OM-3,
 * PR-2, PR-3). Pure.
 */
#ifndef CORE_STATE_ADOPT_H
#define CORE_STATE_ADOPT_H

#include "core/state/engine.h"

/*
 * Moves everything from `old` to `e`, which engine_new() just made; old_of[i]
 * is the number in `old` of e's object i, or SNAP_NONE. What vanished stays in
 * `old`. No effects; the clock stands still.
 */
void engine_adopt(struct engine *e, struct engine *old, const uint32_t *old_of);
/* Then: what the new values change at once, and every timer. */
void engine_adopted(struct engine *e, int64_t now);

#endif
