/* SPDX-License-Identifier: Apache-2.0
 *
 * Time periods (core-semantics section 2): compiled once from their JSON,
 * then asked "is this second inside, and when does that change?". Pure: the
 * time is an argument, the zone is the process's (TZ). Edges are kept between
 * questions, so one struct is for one thread at a time.
 */
#ifndef COMMON_PERIOD_H
#define COMMON_PERIOD_H

#include "common/config/snapshot.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

struct periods; /* all of a snapshot, by its indexes */

/* NULL with a reason that names the period. */
struct periods *periods_compile(const struct snapshot *snap, struct err *err_r);
void periods_free(struct periods **p);

/* SNAP_NONE means always. Times in wall seconds. */
bool period_is_in(const struct periods *p, uint32_t index, int64_t at);
/* The next second after `at` when the answer changes; INT64_MAX: never. */
int64_t period_next_change(const struct periods *p, uint32_t index, int64_t at);
/* Seconds of [from, to) that are inside. */
int64_t period_seconds_in(
    const struct periods *p, uint32_t index, int64_t from, int64_t to);
/* The first second from `at` on that is inside; INT64_MAX: never. */
int64_t period_next_in(const struct periods *p, uint32_t index, int64_t at);

#endif
