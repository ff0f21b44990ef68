/* SPDX-License-Identifier: Apache-2.0
 *
 * The states of one configuration's objects go over to the next one's
 * (OM-3, RT-7): what stays is moved, what vanished is told and kept for a
 * day, what came back within it has its state again. Pure.
 */
#ifndef CORE_CONFIG_EXCHANGE_H
#define CORE_CONFIG_EXCHANGE_H

#include "core/config/match.h"
#include "core/config/tombs.h"
#include "core/state/engine.h"

struct exchange {
	struct engine *old, *next; /* next: just made */
	const struct match *match;
	struct tombs *tombs;
	/* A line of the history. */
	void (*line)(void *arg, int64_t now, struct slice line);
	void *arg;
	bool new_later; /* the caller tells the history of new objects */
};

/* Afterwards: engine_adopted(next). */
void exchange_states(const struct exchange *x, int64_t now);

#endif
