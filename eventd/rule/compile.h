/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of the rule compiler share.
 */
#ifndef EVENTD_RULE_COMPILE_H
#define EVENTD_RULE_COMPILE_H

#include "eventd/rule/rule.h"

/* Always a rule; it is good if nothing was added to `mistakes`. */
struct rule *rule_compile(const json_t *object, const char *path,
    const struct rule_names *names, struct str *mistakes, bool *disabled_r);
void ec_rule_free(struct rule **rule);
/* "192.0.2.0/24", "2001:db8::/32", or one address. */
bool network_parse(const char *text, struct network *net);
/* Does the address, as text, lie in it? */
bool network_has(const struct network *net, struct slice address);

#endif
