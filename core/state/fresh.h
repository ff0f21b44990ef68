/* SPDX-License-Identifier: Apache-2.0
 *
 * The age of an object's data (core-semantics section 6). Pure; nothing here
 * changes a state.
 */
#ifndef CORE_STATE_FRESH_H
#define CORE_STATE_FRESH_H

#include "core/state/engine.h"

/* FR-2: milliseconds in which the age is counted; 0: it does not age. */
uint32_t fresh_interval_ms(const struct engine *e, uint32_t object);
/* The period in which it ages (FR-3): that of the feeding check, or of passive
 * results; SNAP_NONE: always. */
uint32_t fresh_period(const struct engine *e, uint32_t object);
/* Wall second of the newest data, or of its creation where there is none. */
int64_t fresh_from(const struct engine *e, uint32_t object);
/*
 * The wall second at which the object is stale if nothing comes; HEAP_NEVER.
 * Time outside of the check period does not count (FR-3).
 */
int64_t fresh_stale_at(const struct engine *e, uint32_t object);

#endif
