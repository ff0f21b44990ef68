/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros in command lines (core-semantics MC-1, MC-3): $HOSTADDRESS$, $ARG1$,
 * $_SERVICEVARIABLE$, ... Pure.
 */
#ifndef CORE_SCHEDULE_MACROS_H
#define CORE_SCHEDULE_MACROS_H

#include "core/state/engine.h"

/*
 * Appends `line` with macros expanded for the object; `args` is NAME!a!b, what
 * $ARGn$ come from. Unknown macros and a lone $ stay; $$ becomes $. Characters
 * that a shell acts on are left out of texts that came from outside.
 */
void macros_expand(struct str *out, const struct engine *e, uint32_t object,
    const char *line, const char *args);

#endif
