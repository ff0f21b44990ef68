/* SPDX-License-Identifier: Apache-2.0
 *
 * Local wall time to epoch seconds over a span of days, by core-semantics
 * TP-6: a time that exists twice is its first occurrence, one that does not
 * exist moves forward by the gap.
 */
#ifndef COMMON_PERIOD_CALENDAR_H
#define COMMON_PERIOD_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

struct calendar {           /* {0} is empty */
	int64_t first_day;  /* days since 1970-01-01 */
	size_t n;           /* days */
	int64_t *midnights; /* n + 1 of them: epoch seconds of 00:00 */
};

/* The days around `at` from `before` days before to `after` days after. */
void calendar_fill(
    struct calendar *c, int64_t at, unsigned before, unsigned after);
void calendar_free(struct calendar *c);
/* Epoch second of second 0 to 86400 of day number i (0 to n-1). */
int64_t calendar_at(const struct calendar *c, size_t i, uint32_t second);

#endif
