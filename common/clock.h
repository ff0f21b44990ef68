/* SPDX-License-Identifier: Apache-2.0
 *
 * The two clocks (core-semantics TI-1), in nanoseconds: monotonic for
 * distances, wall (since 1970, UTC) for what people and periods see. Nothing
 * else in the tree asks the system for the time. Tests and the simulator set
 * both.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_US INT64_C(1000)

int64_t clock_mono(void);
int64_t clock_wall(void);
/* From now on both stand still at these values until set again. */
void clock_set(int64_t mono, int64_t wall);
/* Back to the system's clocks. */
void clock_use_system(void);

#endif
