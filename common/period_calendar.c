/* SPDX-License-Identifier: Apache-2.0
 *
 * Local wall time to epoch seconds; see period_calendar.h. The zone is asked
 * once a day; only on days that are not 24 hours long every edge is asked for.
 */
#include "common/period_calendar.h"
#include "common/mem.h"

#include <stdlib.h>
#include <time.h>

static int64_t
offset_at(int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	return localtime_r(&t, &tm) == NULL ? 0 : (int64_t)tm.tm_gmtoff;
}

static int64_t
to_epoch(int64_t day, uint32_t second)
{
	int64_t naive = day * 86400 + second;
	int64_t before = offset_at(naive - 86400);
	int64_t after = offset_at(naive + 86400);
	int64_t first = naive - before, last = naive - after;

	if (before == after && offset_at(first) == before)
		return first;
	/* The earlier of those that show this wall time. */
	if (offset_at(first) == before &&
	    (offset_at(last) != after || first <= last))
		return first;
	if (offset_at(last) == after)
		return last;
	return first; /* in the gap: on by its length */
}

void
calendar_fill(struct calendar *c, int64_t at, unsigned before, unsigned after)
{
	int64_t local = at + offset_at(at);
	int64_t day = (local >= 0 ? local : local - 86399) / 86400;

	calendar_free(c);
	c->first_day = day - (int64_t)before;
	c->n = (size_t)before + after + 1;
	c->midnights = xcalloc(c->n + 1, sizeof(c->midnights[0]));
	for (size_t i = 0; i <= c->n; i++)
		c->midnights[i] = to_epoch(c->first_day + (int64_t)i, 0);
}

void
calendar_free(struct calendar *c)
{
	free(c->midnights);
	*c = (struct calendar){0};
}

int64_t
calendar_at(const struct calendar *c, size_t i, uint32_t second)
{
	if (second == 86400)
		return c->midnights[i + 1];
	if (c->midnights[i + 1] - c->midnights[i] == 86400)
		return c->midnights[i] + second;
	return to_epoch(c->first_day + (int64_t)i, second);
}
