/* SPDX-License-Identifier: Apache-2.0
 *
 * Which hosts a rule's conditions can hold for, without asking every host:
 * hosts by folder, by tag and by label.
 */
#ifndef SITE_COMPILE_RULE_INDEX_H
#define SITE_COMPILE_RULE_INDEX_H

#include "site/compile/rule_when.h"

struct rule_index;

/* Hosts' folders and tags must be resolved. */
struct rule_index *rule_index_new(const struct model *m);
/* Once hosts' labels are resolved. */
void rule_index_add_labels(struct rule_index *x, const struct model *m);
void rule_index_free(struct rule_index **x);

/*
 * Appends the hosts that the rule may hold for, some perhaps twice and some
 * that it does not hold for. False: no condition narrows it down, every host
 * is to be asked.
 */
bool rule_index_candidates(const struct rule_index *x, const struct model *m,
    const struct rule_when *w, struct indexes *to);
/* How many hosts have the pair; `label` tells labels from tags. */
uint32_t rule_index_count(
    const struct rule_index *x, bool label, const char *key, const char *value);

#endif
