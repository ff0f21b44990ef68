/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiles the scan of a ruleset in a thread, or reads it from the file where
 * it was kept, and hands it back on the loop. Compiling cannot be interrupted:
 * a thread that is at work when the daemon ends is left to itself.
 */
#ifndef EVENTD_SCANNER_H
#define EVENTD_SCANNER_H

#include "eventd/rule/scan.h"

#include <uv.h>

struct scanner;

/* `scan` belongs to the callee. */
typedef void scanner_done_fn(struct scan *scan, void *arg);

/* `path`: where scans are kept. */
struct scanner *scanner_new(
    uv_loop_t *loop, const char *path, scanner_done_fn *done, void *arg);
/* Begins; what was asked for before is not handed back any more. */
void scanner_start(struct scanner *s, const struct ruleset *rs);
/* The callback does not come any more. */
void scanner_free(struct scanner **s);

#endif
