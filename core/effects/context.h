/* SPDX-License-Identifier: Apache-2.0
 *
 * The context of a raw notification: pairs of notifications.md section 3.1.
 * Pure.
 */
#ifndef CORE_EFFECTS_CONTEXT_H
#define CORE_EFFECTS_CONTEXT_H

#include "core/state/engine.h"

/* Appends records msg_pair. */
void context_add(struct str *pairs, const struct engine *e,
    const struct notice *n, int64_t created_us);

#endif
