/* SPDX-License-Identifier: Apache-2.0
 *
 * What problems have in common: lists of texts, one a line, such as
 * "host web01" or "behind switch1". Pure.
 */
#ifndef NOTIFYD_CAUSES_H
#define NOTIFYD_CAUSES_H

#include <stddef.h>

/* The lines of `a` that `b` has, too, in a's order; freed by the caller. NULL:
 * none. */
char *causes_common(const char *a, const char *b);

#endif
