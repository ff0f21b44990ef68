/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates of set.*: \0 to \9 and the long names of groups
 * (event-console.md section 10). Pure.
 */
#ifndef EVENTD_RULE_TEMPLATE_H
#define EVENTD_RULE_TEMPLATE_H

#include "common/err.h"
#include "eventd/rule/pattern.h"

/* Refers to groups that the patterns do not have? 0 or -1 with a reason. */
int template_check(const char *tmpl, uint32_t text_groups,
    uint32_t application_groups, struct err *err_r);
/* Appends; \0 is `whole`. Unknown references are empty. */
void template_expand(struct str *out, const char *tmpl, struct slice whole,
    const struct groups *text, const struct groups *application);

#endif
