/* SPDX-License-Identifier: Apache-2.0
 *
 * When a recurring downtime starts again (DT-14, DT-15). Pure; the zone is
 * the process's.
 */
#ifndef CORE_STATE_RECUR_H
#define CORE_STATE_RECUR_H

#include <stdbool.h>
#include <stdint.h>

/* Is it a mode of DT-14, its lowest bit taken off? 0 is "once". */
bool recur_valid(uint32_t mode);
struct tm;
/* The local time as an epoch second by TP-6; fields may run over. */
int64_t recur_epoch(const struct tm *tm);
/*
 * The occurrence after the one at `start`, at the time of day that the first
 * one had (`start` may have been moved by a change of the clock). INT64_MAX:
 * none.
 */
int64_t recur_next(int64_t first, int64_t start, uint32_t mode);

#endif
