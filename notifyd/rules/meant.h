/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the rule engine: who is meant by a rule.
 */
#ifndef NOTIFYD_RULES_MEANT_H
#define NOTIFYD_RULES_MEANT_H

#include "notifyd/rules/rule.h"

/* Contacts that a rule means: known ones, or plain addresses. */
struct meant {
	const struct rules_contact *contact; /* NULL: the address */
	char *address;                       /* "mailto:x@y" */
};
struct meant_list {
	struct meant *v;
	size_t n, cap;
};

/* Each once; who does not exist is a skip of the plan. */
void meant_of_rule(const struct view *v, const struct rule *rule,
    struct plan *plan, struct meant_list *list);
void meant_add_object(const struct view *v, const char *method,
    struct plan *plan, struct meant_list *list);
void meant_add_fallback(const struct rules *rules, struct meant_list *list);
const char *meant_name(const struct meant *m);
void meant_free(struct meant_list *list);

/* Once, when all contacts are known: members of the rule's groups. */
void nd_meant_prepare(const struct rules *rules, struct to *to);

/* Each reason once. */
void nd_plan_skip(struct plan *plan, const char *contact, const char *method,
    const char *reason);

#endif
