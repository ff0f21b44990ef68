/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the rule engine: the steps of a rule that escalates (NT-6). Each
 * step is a rule of its own without conditions.
 */
#ifndef NOTIFYD_RULES_ESCALATION_H
#define NOTIFYD_RULES_ESCALATION_H

#include "notifyd/rules/read.h"

/* The value of a rule's key `escalation`. */
void escalation_read(struct reader *r, const json_t *value, struct rule *rule);
/* Once all of the rule was read: what the steps have of it. */
void escalation_complete(struct reader *r, struct rule *rule);
void escalation_free(struct rule *rule);

#endif
