/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of the workers' credit; see share.h.
 */
#include "core/schedule/share.h"

/* Percent. */
#define MOST_PINGS 90
#define MOST       80
#define KEPT       5

static uint32_t
percent(uint32_t of, unsigned n)
{
	return (uint32_t)((uint64_t)of * n / 100);
}

uint32_t
share_most(const struct share *s, unsigned kind)
{
	uint32_t n =
	    percent(s->capacity, kind == MSG_JOB_PING ? MOST_PINGS : MOST);

	return n == 0 ? 1 : n;
}

uint32_t
share_kept(const struct share *s)
{
	return percent(s->capacity, KEPT);
}

bool
share_allows(const struct share *s, unsigned kind)
{
	uint32_t kept = share_kept(s), others = 0;

	if (s->running[kind] >= share_most(s, kind))
		return false;
	if (s->running[kind] < kept)
		return true;
	for (unsigned i = 0; i < MSG_JOB_KINDS; i++)
		if (i != kind && (s->used >> i & 1) != 0 &&
		    s->running[i] < kept)
			others += kept - s->running[i];
	return s->unused > others;
}
