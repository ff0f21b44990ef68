/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros in command lines (core-semantics section 15): $HOSTADDRESS$, $ARG1$,
 * $_SERVICEVARIABLE$, $HOSTSTATE:other$, $HOSTNAME:group:,$, ... Pure, except
 * that $LONGDATETIME$ and its like are in the process's zone.
 */
#ifndef CORE_SCHEDULE_MACROS_H
#define CORE_SCHEDULE_MACROS_H

#include "core/state/engine.h"

struct macro_scope {
	const struct engine *e;
	uint32_t object;  /* whose command it is */
	const char *args; /* NAME!a!b, what $ARGn$ come from; "" */
	int64_t now;      /* wall seconds */
	/* Of the event that a handler runs for; NULL: as it is now. */
	const struct handler *event;
};

/*
 * Appends `line` with macros expanded. Unknown macros and a lone $ stay; $$
 * becomes $. Characters that a shell acts on are left out of texts that came
 * from outside (MC-3).
 */
void macros_expand(
    struct str *out, const struct macro_scope *scope, const char *line);
/* For the reference: each macro's name, or a form like "$ARGn$", and help. */
void macros_list(
    void (*each)(const char *name, const char *help, void *arg), void *arg);

#endif
