/* SPDX-License-Identifier: Apache-2.0
 *
 * The conditions of one rule, compiled.
 */
#ifndef SITE_COMPILE_RULE_WHEN_H
#define SITE_COMPILE_RULE_WHEN_H

#include "site/compile/rules.h"

struct texts; /* a list of regular expressions or names */

struct rule_when {
	const char *folder;                           /* NULL: any */
	const json_t *tags, *labels, *service_labels; /* NULL: any */
	struct texts *hosts, *exclude_hosts;
	struct texts *services, *exclude_services, *items;
	/* Memory: 0 not asked yet, 1 yes, 2 no. */
	uint8_t *by_host; /* n_hosts, made when first asked */
	uint8_t *by_description;
	size_t n_by_description;
};

void rule_when_read(struct rule_when *w, const json_t *when);
void rule_when_clear(struct rule_when *w);
bool rule_when_matches(
    struct model *m, struct rule_when *w, const struct rules_target *t);

#endif
