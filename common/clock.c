/* SPDX-License-Identifier: Apache-2.0
 *
 * The two clocks; see clock.h.
 */
#include "common/clock.h"

#include <stdbool.h>
#include <time.h>

static bool is_set;
static int64_t set_mono, set_wall;

static int64_t
now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t
clock_mono(void)
{
	return is_set ? set_mono : now(CLOCK_MONOTONIC);
}

int64_t
clock_wall(void)
{
	return is_set ? set_wall : now(CLOCK_REALTIME);
}

void
clock_set(int64_t mono, int64_t wall)
{
	is_set = true;
	set_mono = mono;
	set_wall = wall;
}

void
clock_use_system(void)
{
	is_set = false;
}
