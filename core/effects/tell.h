/* SPDX-License-Identifier: Apache-2.0
 *
 * What core tells of a notification: states, numbers and what commands
 * changed. notifyd adds what is configured (common/notice.h). Pure.
 */
#ifndef CORE_EFFECTS_TELL_H
#define CORE_EFFECTS_TELL_H

#include "common/msg.h"
#include "core/state/engine.h"

/* Memory that alerts are made in, kept from one to the next. {0} is empty. */
struct tell {
	struct str objects, variables, contacts;
};

/*
 * Makes the alert but its id; it borrows from `c`, `e` and `n` until the next
 * one or a change of the object.
 */
void tell_notice(struct tell *c, struct msg_alert *a_r, const struct engine *e,
    const struct notice *n, int64_t created_us);
/*
 * The same of what nobody is told (engine_ops.quiet): `what` has the front
 * "QUIET ", and there are no states. It borrows from `c` and `e`.
 */
void tell_quiet(struct tell *c, struct msg_alert *a_r, const struct engine *e,
    uint32_t object, const char *what, int64_t created_us);
void tell_free(struct tell *c);

#endif
