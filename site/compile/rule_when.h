/* SPDX-License-Identifier: Apache-2.0
 *
 * The conditions of one rule, compiled. All that are given must hold.
 */
#ifndef SITE_COMPILE_RULE_WHEN_H
#define SITE_COMPILE_RULE_WHEN_H

#include "site/compile/rules.h"

struct texts; /* a list of regular expressions or names */

struct rule_when {
	const char *folder;                           /* NULL: any */
	const json_t *tags, *labels, *service_labels; /* NULL: any */
	const json_t *label_groups, *service_label_groups;
	struct texts *hosts, *exclude_hosts;
	struct texts *services, *exclude_services, *items, *exclude_items;
	const json_t *host_names; /* `hosts`, if none of them is a ~regex */
	/* Memory of texts: 0 not asked yet, 1 yes, 2 no. */
	uint8_t *by_description;
	size_t n_by_description;
};

/* `common`: the predefined condition that `when` names, or NULL. */
void rule_when_read(
    struct rule_when *w, const json_t *when, const json_t *common);
void rule_when_clear(struct rule_when *w);
/* Nothing is said about hosts; about anything. */
bool rule_when_any_host(const struct rule_when *w);
bool rule_when_always(const struct rule_when *w);
/* What it says of the host. */
bool rule_when_host(
    const struct model *m, const struct rule_when *w, uint32_t host);
/* What it says of the target's service beyond its host. */
bool rule_when_service(struct rule_when *w, const struct rules_target *t);

/* label_groups: does the expression hold for these labels? */
bool rule_terms_hold(const json_t *terms, const json_t *labels);

#endif
