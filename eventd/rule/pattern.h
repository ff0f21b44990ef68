/* SPDX-License-Identifier: Apache-2.0
 *
 * One pattern of a rule: a plain string or a regular expression, case always
 * ignored (event-console.md 9.1, EC-17). Pure.
 */
#ifndef EVENTD_RULE_PATTERN_H
#define EVENTD_RULE_PATTERN_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define GROUPS_MAX 32

/* What the groups of a pattern caught; borrows the subject. */
struct groups {
	uint32_t n;
	struct slice group[GROUPS_MAX];
};

struct pattern;

enum pattern_kind {
	PATTERN_SEARCH, /* found anywhere */
	PATTERN_HOST,   /* a plain string must be the whole subject */
	PATTERN_WHOLE   /* always the whole subject */
};

/* NULL with a reason. An empty pattern gives NULL too, see ec_pattern_is_empty.
 */
struct pattern *ec_pattern_new(
    const char *text, enum pattern_kind kind, struct err *err_r);
void ec_pattern_free(struct pattern **p);
bool ec_pattern_is_empty(const char *text);
uint32_t ec_pattern_groups(const struct pattern *p);
/*
 * A regular expression for another library that fits wherever the pattern
 * does, caseless. Freed by the caller.
 */
char *ec_pattern_expression(const struct pattern *p);

/* Where matches are worked out; one per thread. */
struct pattern_scratch;
struct pattern_scratch *ec_pattern_scratch_new(void);
void ec_pattern_scratch_free(struct pattern_scratch **s);
/*
 * Does it fit? `groups_r` may be NULL. `*limit_r` counts one more when the
 * match limit was hit, which is no match.
 */
bool ec_pattern_match(const struct pattern *p, struct slice subject,
    struct pattern_scratch *s, struct groups *groups_r, uint64_t *limit_r);

#endif
