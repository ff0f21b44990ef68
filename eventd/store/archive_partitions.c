/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, ranges and choices of the archive's files; see archive_partitions.h.
 */
#include "eventd/store/archive_partitions.h"

#include "common/mem.h"
#include "common/str.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S  86400
#define DAY_US (INT64_C(1000000) * DAY_S)
#define MONDAY 4 /* the day of the first one in 1970 */

static int64_t
floor_of(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

int64_t
partition_week(int64_t time_us)
{
	return floor_of(floor_of(time_us, DAY_US) - MONDAY, 7);
}

char *
partition_week_name(int64_t week)
{
	time_t t = (time_t)((week * 7 + MONDAY) * DAY_S);
	char day[32];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	return xasprintf("%s" PARTITION_END, day);
}

bool
partition_is_name(const char *name)
{
	size_t n = strlen(name), end = strlen(PARTITION_END);

	return n > end && name[0] != '.' &&
	    strcmp(name + n - end, PARTITION_END) == 0;
}

/* --- the set ------------------------------------------------------------- */

struct partition *
partitions_add(struct partitions *ps, const char *name)
{
	struct partition *p = xnew(struct partition);

	p->name = xstrdup(name);
	ARRAY_GROW(ps->v, ps->n, ps->cap);
	ps->v[ps->n++] = p;
	return p;
}

struct partition *
partitions_find(const struct partitions *ps, const char *name)
{
	for (size_t i = 0; i < ps->n; i++) {
		if (strcmp(ps->v[i]->name, name) == 0)
			return ps->v[i];
	}
	return NULL;
}

static void
partition_free(struct partition *p)
{
	free(p->name);
	free(p);
}

void
partitions_remove(struct partitions *ps, struct partition *p)
{
	size_t i = 0;

	while (ps->v[i] != p)
		i++;
	ps->v[i] = ps->v[--ps->n];
	partition_free(p);
}

void
partitions_free(struct partitions *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		partition_free(ps->v[i]);
	free(ps->v);
	*ps = (struct partitions){0};
}

void
partition_note(
    struct partition *p, uint64_t line, int64_t time_us, uint64_t event)
{
	bool none = p->last == 0;
	int64_t id = (int64_t)event;

	if (none || line < p->first)
		p->first = line;
	if (line > p->last)
		p->last = line;
	if (none || time_us < p->min_us)
		p->min_us = time_us;
	if (none || time_us > p->max_us)
		p->max_us = time_us;
	if (none || id < p->min_event)
		p->min_event = id;
	if (none || id > p->max_event)
		p->max_event = id;
}

bool
partition_is_before(const struct partition *p, int64_t before_us)
{
	char *least;
	bool before;

	if (p->last != 0)
		return p->max_us < before_us;
	/* Names of weeks sort by their days; another's time is not known. */
	least = partition_week_name(partition_week(before_us));
	before = strlen(p->name) == strlen(least) && p->name[0] >= '0' &&
	    p->name[0] <= '9' && strcmp(p->name, least) < 0;
	free(least);
	return before;
}

uint64_t
partitions_last(const struct partitions *ps, bool staying)
{
	uint64_t last = 0;

	for (size_t i = 0; i < ps->n; i++) {
		if (ps->v[i]->last > last && !(staying && ps->v[i]->leaving))
			last = ps->v[i]->last;
	}
	return last;
}

static int
newest_first(const void *a, const void *b)
{
	const struct partition *x = *(struct partition *const *)a;
	const struct partition *y = *(struct partition *const *)b;

	if (x->max_us != y->max_us)
		return x->max_us > y->max_us ? -1 : 1;
	return x->last > y->last ? -1 : x->last < y->last;
}

static bool
may_have(const struct partition *p, const struct partition_want *want)
{
	return p->last != 0 && p->max_us >= want->min_us &&
	    p->min_us <= want->max_us && p->max_event >= want->min_event &&
	    p->min_event <= want->max_event;
}

size_t
partitions_with(const struct partitions *ps, const struct partition_want *want,
    struct partition ***list_r)
{
	struct partition **list = xreallocarray(NULL, ps->n + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < ps->n; i++) {
		if (ps->v[i]->fault != PARTITION_BAD &&
		    may_have(ps->v[i], want))
			list[n++] = ps->v[i];
	}
	qsort(list, n, sizeof(*list), newest_first);
	*list_r = list;
	return n;
}

struct partition *
partitions_use(struct partitions *ps, struct partition *p,
    enum partition_side side, size_t max)
{
	struct partition *least = NULL;
	size_t n = 0;

	p->open[side].used = ++ps->clock[side];
	for (size_t i = 0; i < ps->n; i++) {
		struct partition *other = ps->v[i];

		if (other == p || other->open[side].file == NULL)
			continue;
		n++;
		if (least == NULL ||
		    other->open[side].used < least->open[side].used)
			least = other;
	}
	return n >= max ? least : NULL;
}
