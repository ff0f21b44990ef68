/* SPDX-License-Identifier: Apache-2.0
 *
 * All text patterns of a ruleset in one pass over a text (EC-18). A scan says
 * which rules may fit; whether one does is decided by its own patterns, so a
 * scan changes the cost and never the result. Compiling takes from
 * milliseconds to many seconds and is done in a thread; until then the walk is
 * linear. The only file that includes hs.h is scan.c.
 */
#ifndef EVENTD_RULE_SCAN_H
#define EVENTD_RULE_SCAN_H

#include "common/err.h"
#include "common/str.h"
#include "eventd/rule/rule.h"

#define SCAN_KEY_LEN 32 /* bytes */

/* What a scan is made of: copies, so that a thread may have them. */
struct scan_source;
/* NULL: no rule has a text that could be scanned. */
struct scan_source *scan_source_new(const struct ruleset *rs);
void scan_source_free(struct scan_source **s);
/* Of the patterns and of the library; equal keys, equal scans. */
void scan_source_key(const struct scan_source *s, uint8_t key_r[SCAN_KEY_LEN]);

struct scan;
/*
 * NULL with a reason: this processor cannot do it, or the patterns are too
 * large. Slow. Uses nothing but its argument.
 */
struct scan *scan_compile(const struct scan_source *s, struct err *err_r);
void scan_free(struct scan **s);
/* For a file that is read at the next start. Appends. */
void scan_save(const struct scan *s, struct str *to);
/* NULL: the bytes are not what scan_save() wrote for this source. */
struct scan *scan_load(const struct scan_source *s, struct slice bytes);

/* Can the rule be left out where scan_text() does not name it? */
bool scan_covers(const struct scan *s, uint32_t rule);
/* How many rules those are. */
size_t scan_covered(const struct scan *s);
/*
 * Numbers of covered rules whose text may fit, ascending, each once; valid
 * until the next call. `text` is valid UTF-8. Not for two threads at once.
 */
size_t scan_text(struct scan *s, struct slice text, const uint32_t **rules_r);

#endif
