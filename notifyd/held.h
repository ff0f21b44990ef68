/* SPDX-License-Identifier: Apache-2.0
 *
 * What was held until its rule's period began (NT-16): of the notifications
 * of one object for one contact and method, the present state is told once.
 * Pure; the rules are asked again through a function.
 */
#ifndef NOTIFYD_HELD_H
#define NOTIFYD_HELD_H

#include "notifyd/bulk.h"

/* Do the rules tell the contact now? */
struct held_judge {
	bool (*tells)(const struct context *ctx, const char *contact,
	    const char *method, void *arg); /* NULL: yes */
	void *arg;
};

static inline bool
held_is(const struct bulk *bulk)
{
	return bulk->kind == PLAN_HOLD || bulk->kind == PLAN_HOLD_OVER;
}

/*
 * Leaves out all but the newest one; and that one, too, if its problem is
 * over, if the contact never heard of the problem that ended, or if no rule
 * tells of it any more. Returns how many stay: 0 or 1; `why_r` says why 0.
 */
size_t held_settle(struct bulk *bulk, const struct held_judge *judge,
    const char *contact, const char *method, const char **why_r);

#endif
