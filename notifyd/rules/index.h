/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rules may fit a notice: each rule stands under the words of one of its
 * conditions (a host, a contact group, the beginning of a service's name, ...),
 * and a notice asks for those of its own words alone. What it finds is tested
 * by nd_rule_match() like any rule; what it does not find would fail there.
 */
#ifndef NOTIFYD_RULES_INDEX_H
#define NOTIFYD_RULES_INDEX_H

#include "notifyd/rules/rule.h"

struct rule_index;

/* The rules must live as long as the index. */
struct rule_index *nd_index_new(const struct rules *rules);
void nd_index_free(struct rule_index **index);

/* All rules in the order in which they are walked: global ones, then users'
 * own. */
size_t nd_index_size(const struct rule_index *index);
size_t nd_index_global(const struct rule_index *index); /* so many first */
const struct rule *nd_index_at(const struct rule_index *index, size_t i);

/* Words of 64 bits, one bit a rule. */
size_t nd_index_words(const struct rule_index *index);
/* Sets the bits of those that may fit, and clears the others. */
void nd_index_mark(
    const struct rule_index *index, const struct view *v, uint64_t *bits);

#endif
