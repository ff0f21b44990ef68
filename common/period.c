/* SPDX-License-Identifier: Apache-2.0
 *
 * Time periods of a snapshot; see period.h. A period's edges are computed for
 * some two years at once, when it is first asked about that time; a question
 * is then a binary search.
 */
#include "common/period.h"
#include "common/mem.h"
#include "common/period_calendar.h"
#include "common/period_def.h"

#include <stdlib.h>
#include <time.h>

#define DAYS_BEFORE  40
#define DAYS_AFTER   800
#define DAYS_HORIZON 730 /* beyond it, the answer is "never" */
#define DAY_S        INT64_C(86400)

struct edges { /* alternately into and out of the period, ascending */
	int64_t *at;
	size_t n, cap;
};

struct period {
	bool always;
	struct period_def def;
	uint32_t *exclude; /* def.n_exclude indexes */
	struct edges edges;
	uint64_t filled; /* the fill of the calendar that edges belong to */
};

/* What is remembered between questions; the answers do not depend on it. */
struct periods_cache {
	struct calendar calendar;
	int64_t from, to; /* questions that it answers */
	uint64_t fill;
};

struct periods {
	struct period *items;
	uint32_t n;
	struct periods_cache *cache;
};

/* --- edges ---------------------------------------------------------------- */

static void
add_interval(struct edges *e, int64_t from, int64_t to)
{
	if (from >= to)
		return;
	if (e->n > 0 && e->at[e->n - 1] >= from) { /* touches the last one */
		if (to > e->at[e->n - 1])
			e->at[e->n - 1] = to;
		return;
	}
	ARRAY_GROW(e->at, e->n, e->cap);
	e->at[e->n++] = from;
	ARRAY_GROW(e->at, e->n, e->cap);
	e->at[e->n++] = to;
}

static int
compare_ranges(const void *a, const void *b)
{
	const struct period_range *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static void
fill_own(struct period *p, const struct calendar *c)
{
	p->edges.n = 0;
	if (p->always) {
		add_interval(&p->edges, c->midnights[0], c->midnights[c->n]);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		const struct period_ranges *day =
		    period_def_day(&p->def, c->first_day + (int64_t)i);

		for (size_t r = 0; r < day->n; r++)
			add_interval(&p->edges,
			    calendar_at(c, i, day->items[r].from),
			    calendar_at(c, i, day->items[r].to));
	}
}

/* Takes the intervals of `out` out of those of `e`. */
static void
subtract(struct edges *e, const struct edges *out)
{
	struct edges left = {0};
	size_t k = 0;

	for (size_t i = 0; i + 1 < e->n; i += 2) {
		int64_t from = e->at[i], to = e->at[i + 1];

		while (k + 1 < out->n && out->at[k + 1] <= from)
			k += 2;
		for (size_t j = k; j + 1 < out->n && out->at[j] < to; j += 2) {
			add_interval(&left, from, out->at[j]);
			if (out->at[j + 1] > from)
				from = out->at[j + 1];
		}
		add_interval(&left, from, to);
	}
	free(e->at);
	*e = left;
}

static void
fill(const struct periods *ps, uint32_t index)
{
	struct period *p = &ps->items[index];

	if (p->filled == ps->cache->fill)
		return;
	fill_own(p, &ps->cache->calendar);
	for (size_t i = 0; i < p->def.n_exclude; i++) {
		fill(ps, p->exclude[i]);
		subtract(&p->edges, &ps->items[p->exclude[i]].edges);
	}
	p->filled = ps->cache->fill;
}

/* The period's edges around `at`, for DAYS_HORIZON after it. */
static const struct edges *
edges_for(const struct periods *ps, uint32_t index, int64_t at)
{
	struct periods_cache *cache = ps->cache;

	if (cache->fill == 0 || at < cache->from || at >= cache->to) {
		calendar_fill(&cache->calendar, at, DAYS_BEFORE, DAYS_AFTER);
		cache->from = cache->calendar.midnights[1];
		cache->to = at + (DAYS_AFTER - DAYS_HORIZON - 1) * DAY_S;
		cache->fill++;
	}
	fill(ps, index);
	return &ps->items[index].edges;
}

/* How many edges are at or before `at`; odd means inside. */
static size_t
count_until(const struct edges *e, int64_t at)
{
	size_t from = 0, to = e->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (e->at[middle] <= at)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* --- compiling ------------------------------------------------------------ */

enum mark {
	NEW,
	OPEN,
	DONE
};

static int
find_cycle(const struct periods *ps, uint32_t index, enum mark *marks)
{
	const struct period *p = &ps->items[index];

	if (marks[index] == DONE)
		return 0;
	if (marks[index] == OPEN)
		return -1;
	marks[index] = OPEN;
	for (size_t i = 0; i < p->def.n_exclude; i++) {
		if (find_cycle(ps, p->exclude[i], marks) != 0)
			return -1;
	}
	marks[index] = DONE;
	return 0;
}

static int
check_cycles(
    const struct snapshot *snap, const struct periods *ps, struct err *err_r)
{
	enum mark *marks = xcalloc((size_t)ps->n + 1, sizeof(marks[0]));
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < ps->n; i++) {
		rc = find_cycle(ps, i, marks);
		if (rc != 0)
			err_set(err_r, "time period %s excludes itself",
			    snap_s(snap, snap->periods[i].name));
	}
	free(marks);
	return rc;
}

static void
sort_ranges(struct period_ranges *ranges)
{
	if (ranges->n > 1)
		qsort(ranges->items, ranges->n, sizeof(ranges->items[0]),
		    compare_ranges);
}

static int
compile_one(const struct snapshot *snap, uint32_t index, struct period *p,
    struct err *err_r)
{
	const char *name = snap_s(snap, snap->periods[index].name);
	const char *text = snap_s(snap, snap->periods[index].json);
	json_t *entry;
	int rc;

	if (strcmp(name, "24X7") == 0) {
		p->always = true;
		return 0;
	}
	entry = json_loads(text[0] == '\0' ? "{}" : text, 0, NULL);
	rc = entry == NULL ? -1 : period_def_read(&p->def, entry, err_r);
	if (entry == NULL)
		err_set(err_r, "not JSON");
	json_decref(entry);
	if (rc == 0)
		p->exclude =
		    xcalloc(p->def.n_exclude + 1, sizeof(p->exclude[0]));
	for (size_t i = 0; rc == 0 && i < p->def.n_exclude; i++) {
		p->exclude[i] =
		    snap_find_period(snap, slice_of(p->def.exclude[i]));
		if (p->exclude[i] == SNAP_NONE) {
			err_set(err_r, "excludes %s, which is not there",
			    p->def.exclude[i]);
			rc = -1;
		}
	}
	for (int i = 0; rc == 0 && i < 7; i++)
		sort_ranges(&p->def.weekdays[i]);
	for (size_t i = 0; rc == 0 && i < p->def.n_exceptions; i++)
		sort_ranges(&p->def.exceptions[i].ranges);
	if (rc != 0)
		err_prefix(err_r, "time period %s", name);
	return rc;
}

struct periods *
periods_compile(const struct snapshot *snap, struct err *err_r)
{
	struct periods *ps = xnew(struct periods);
	int rc = 0;

	tzset();
	ps->n = snap->n_periods;
	ps->items = xcalloc((size_t)ps->n + 1, sizeof(ps->items[0]));
	ps->cache = xnew(struct periods_cache);
	for (uint32_t i = 0; rc == 0 && i < ps->n; i++)
		rc = compile_one(snap, i, &ps->items[i], err_r);
	if (rc == 0)
		rc = check_cycles(snap, ps, err_r);
	if (rc != 0)
		periods_free(&ps);
	return ps;
}

void
periods_free(struct periods **p)
{
	struct periods *ps = *p;

	*p = NULL;
	if (ps == NULL)
		return;
	for (uint32_t i = 0; i < ps->n; i++) {
		period_def_clear(&ps->items[i].def);
		free(ps->items[i].exclude);
		free(ps->items[i].edges.at);
	}
	free(ps->items);
	calendar_free(&ps->cache->calendar);
	free(ps->cache);
	free(ps);
}

/* --- questions ------------------------------------------------------------ */

static bool
is_always(const struct periods *ps, uint32_t index)
{
	return index == SNAP_NONE || index >= ps->n || ps->items[index].always;
}

bool
period_is_in(const struct periods *ps, uint32_t index, int64_t at)
{
	if (is_always(ps, index))
		return true;
	return count_until(edges_for(ps, index, at), at) % 2 == 1;
}

int64_t
period_next_change(const struct periods *ps, uint32_t index, int64_t at)
{
	const struct edges *e;
	size_t i;

	if (is_always(ps, index))
		return INT64_MAX;
	e = edges_for(ps, index, at);
	i = count_until(e, at);
	if (i >= e->n || e->at[i] > at + DAYS_HORIZON * DAY_S)
		return INT64_MAX;
	return e->at[i];
}

int64_t
period_next_in(const struct periods *ps, uint32_t index, int64_t at)
{
	if (period_is_in(ps, index, at))
		return at;
	return period_next_change(ps, index, at);
}

int64_t
period_seconds_in(
    const struct periods *p, uint32_t index, int64_t from, int64_t to)
{
	int64_t sum = 0;

	if (index == SNAP_NONE)
		return to > from ? to - from : 0;
	while (from < to) {
		int64_t end = period_next_change(p, index, from);

		if (end > to)
			end = to;
		if (period_is_in(p, index, from))
			sum += end - from;
		from = end;
	}
	return sum;
}
