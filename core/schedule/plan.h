/* SPDX-License-Identifier: Apache-2.0
 *
 * The arithmetic of planning: phases, period edges. Pure.
 */
#ifndef CORE_SCHEDULE_PLAN_H
#define CORE_SCHEDULE_PLAN_H

#include "common/period.h"

#include <stdint.h>

/* A number that the object keeps for ever (SC-6). */
uint64_t plan_hash(const char *host, const char *service);
/* The first moment after `after` in the phase of the hash. */
int64_t plan_phase(uint64_t hash, int64_t interval, int64_t after);
/*
 * Moves a plan (wall ns) that lies outside the period to where SC-14 and
 * SC-DAY want it; `last` is the run before. INT64_MAX: never.
 */
int64_t plan_in_period(const struct periods *periods, uint32_t period,
    int64_t planned, int64_t last, int64_t now, int64_t interval,
    uint64_t hash);

#endif
