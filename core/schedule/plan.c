/* SPDX-License-Identifier: Apache-2.0
 *
 * Phases and period edges; see plan.h.
 */
#include "core/schedule/plan.h"

#include "common/clock.h"

#define LONG_INTERVAL (12 * 3600 * NS_PER_S) /* from here on SC-DAY holds */

uint64_t
plan_hash(const char *host, const char *service)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *host != '\0'; host++)
		h = (h ^ (uint8_t)*host) * UINT64_C(0x100000001b3);
	h = (h ^ ';') * UINT64_C(0x100000001b3);
	for (; *service != '\0'; service++)
		h = (h ^ (uint8_t)*service) * UINT64_C(0x100000001b3);
	h ^= h >> 32; /* similar names: spread them over all bits */
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

int64_t
plan_phase(uint64_t hash, int64_t interval, int64_t after)
{
	int64_t offset = (int64_t)(hash % (uint64_t)interval);
	int64_t at = after - after % interval + offset;

	while (at <= after)
		at += interval;
	while (at - interval > after)
		at -= interval;
	return at;
}

/* A place within the range that begins at `start` (wall seconds). */
static int64_t
within(const struct periods *periods, uint32_t period, int64_t start,
    int64_t interval, uint64_t hash)
{
	int64_t end = period_next_change(periods, period, start), room;

	room = end == INT64_MAX || end - start > interval / NS_PER_S
	    ? interval
	    : (end - start - (end - start > 1)) * NS_PER_S;
	if (room <= 0)
		return start * NS_PER_S;
	return start * NS_PER_S + (int64_t)(hash % (uint64_t)room);
}

int64_t
plan_in_period(const struct periods *periods, uint32_t period, int64_t planned,
    int64_t last, int64_t now, int64_t interval, uint64_t hash)
{
	int64_t start;

	if (period_is_in(periods, period, planned / NS_PER_S))
		return planned;
	if (interval >= LONG_INTERVAL) {
		/* SC-DAY: a range that begins before the plan. */
		int64_t from = (last > now ? last : now) / NS_PER_S + 1;

		if (period_is_in(periods, period, from))
			from = period_next_change(periods, period, from);
		start = from == INT64_MAX
		    ? INT64_MAX
		    : period_next_in(periods, period, from);
		if (start != INT64_MAX && start * NS_PER_S < planned)
			return within(periods, period, start, interval, hash);
	}
	start = period_next_in(periods, period, planned / NS_PER_S);
	if (start == INT64_MAX)
		return INT64_MAX;
	return within(periods, period, start, interval, hash);
}
