/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers smoothed over a minute (SC-22): what is older counts less, a minute
 * ago a third. Pure; times in nanoseconds of any clock that does not go back.
 */
#ifndef CORE_SCHEDULE_SMOOTH_H
#define CORE_SCHEDULE_SMOOTH_H

#include "common/clock.h"

#include <math.h>
#include <stdint.h>

#define SMOOTH_NS (60.0 * NS_PER_S)

/* Of single values, as latencies: the mean of those of the last minute. */
struct smooth_mean { /* {0} is empty */
	double sum, weight;
	int64_t at;
};
/* Of something that has a value all the time, as a usage. */
struct smooth_level { /* {0}: 0 for ever so far */
	double average, now;
	int64_t at;
};

static inline void
smooth_add(struct smooth_mean *m, double value, int64_t now)
{
	double keep = now > m->at ? exp(-(double)(now - m->at) / SMOOTH_NS) : 1;

	m->sum = m->sum * keep + value;
	m->weight = m->weight * keep + 1;
	m->at = now;
}

/* Stays as it is while nothing comes; 0 before the first. */
static inline double
smooth_mean(const struct smooth_mean *m)
{
	return m->weight > 0 ? m->sum / m->weight : 0;
}

static inline double
smooth_level(const struct smooth_level *l, int64_t now)
{
	double keep = now > l->at ? exp(-(double)(now - l->at) / SMOOTH_NS) : 1;

	return l->now + (l->average - l->now) * keep;
}

/* From now on it is `value`. */
static inline void
smooth_set(struct smooth_level *l, double value, int64_t now)
{
	l->average = smooth_level(l, now);
	l->now = value;
	l->at = now;
}

#endif
