/* SPDX-License-Identifier: Apache-2.0
 *
 * A regular expression of the rules, compiled once. Matching is bounded: a
 * pattern that would backtrack for ever does not match.
 */
#ifndef NOTIFYD_RULES_PATTERN_H
#define NOTIFYD_RULES_PATTERN_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>

struct pattern;

/* Anchored: at the start of the text. NULL with a reason. */
struct pattern *nd_pattern_compile(
    const char *regex, bool anchored, struct err *err_r);
void nd_pattern_free(struct pattern **p);
/* The text must be valid UTF-8. Not for two threads at once. */
bool nd_pattern_matches(const struct pattern *p, const char *text);
/* What every text begins with that matches; empty if nothing is known. */
struct slice nd_pattern_prefix(const struct pattern *p);

#endif
