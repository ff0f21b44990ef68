/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of checks' parameters. Each is compiled for one run of
 * a check: checks keep nothing in memory. Matching is bounded, so that no
 * pattern can hold up a worker; beyond the bound the text counts as not hit.
 */
#ifndef FETCHER_CHECKS_PATTERN_H
#define FETCHER_CHECKS_PATTERN_H

#include "common/err.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>

#define PATTERN_MAX_GROUPS 10

struct pattern;
/* NULL with what is wrong and where, in words. */
struct pattern *pattern_new(struct slice text, struct err *err_r);
void pattern_free(struct pattern *p); /* NULL is fine */

/* Does it match at the start of `text`? */
bool pattern_starts(struct pattern *p, struct slice text);
/* Does it match anywhere in `text`? */
bool pattern_finds(struct pattern *p, struct slice text);
/*
 * Group 1 to 9 of the last hit, borrowed from its text; empty if there is no
 * such group.
 */
struct slice pattern_group(const struct pattern *p, unsigned group);

/*
 * All patterns of a list of texts (NULL: none). One that is broken is left
 * out, and *err_r says which; it is set in no other case.
 */
struct patterns {
	struct pattern **list;
	size_t n;
};
void patterns_read(struct patterns *p, const json_t *texts, struct err *err_r);
void patterns_free(struct patterns *p);
/* Does one match at the start of `text`? */
bool patterns_start(const struct patterns *p, struct slice text);
/* Does one match anywhere in `text`? */
bool patterns_find(const struct patterns *p, struct slice text);

/* Does one of the names, with * for any text, fit? */
bool names_match(const json_t *names, struct slice text);

#endif
