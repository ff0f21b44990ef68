/* SPDX-License-Identifier: Apache-2.0
 *
 * The short cut for `checks: repeat`: while nothing but quiet checks happens
 * (the object has no problem, nothing waits, the result is the last one
 * again), a run changes two times and prints a line. Plays such runs without
 * the heap of the schedule and without the engine; the outcome is the same.
 */
#ifndef SITE_SIMULATE_QUICK_H
#define SITE_SIMULATE_QUICK_H

#include "site/simulate/sim.h"

/* Plays quiet checks up to the first thing that is none, at most to `until`. */
void sim_quick(struct sim *s, int64_t until);

#endif
