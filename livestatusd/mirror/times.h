/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration's time periods, for any number of threads: frozen copies of
 * the mirror share them, and struct periods remembers its last answers. Times
 * in wall seconds; SNAP_NONE means always.
 */
#ifndef LIVESTATUSD_MIRROR_TIMES_H
#define LIVESTATUSD_MIRROR_TIMES_H

#include "common/period.h"

struct times;

/* NULL with a reason that names the period. */
struct times *times_new(const struct snapshot *snap, struct err *err_r);
void times_free(struct times **t);
/* As period_is_in(), period_next_change() and period_seconds_in(). */
bool times_is_in(struct times *t, uint32_t period, int64_t at);
int64_t times_next_change(struct times *t, uint32_t period, int64_t at);
int64_t times_seconds_in(
    struct times *t, uint32_t period, int64_t from, int64_t to);

#endif
