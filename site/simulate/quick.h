/* SPDX-License-Identifier: Apache-2.0
 *
 * The short cut for `checks: repeat`. A check is quiet if its result is the
 * last one again and nothing waits for it: then a run changes two times and
 * prints a line. Quiet checks leave the schedule's heap for rings, one an
 * interval, in order of phase, and run without the engine. Whatever touches
 * an object puts it back first, so the outcome is the same; every scenario is
 * played both ways by its test.
 */
#ifndef SITE_SIMULATE_QUICK_H
#define SITE_SIMULATE_QUICK_H

#include "site/simulate/sim.h"

void sim_quick_free(struct sim *s);
/* A run by the engine just ended: is the object's check quiet from now on? */
void sim_quick_offer(struct sim *s, uint32_t object);
/* Back into the schedule. */
void sim_quick_take(struct sim *s, uint32_t object);
void sim_quick_take_all(struct sim *s);
/* Those that are due now: something else is, too, and the order counts. */
void sim_quick_take_due(struct sim *s);
/* The next run, ns since the start; INT64_MAX. */
int64_t sim_quick_next(struct sim *s);
/* Plays quiet checks that are due before `limit`. */
void sim_quick_play(struct sim *s, int64_t limit);

#endif
