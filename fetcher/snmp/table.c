/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns into rows; see table.h. Devices leave out cells, give rows in any
 * order, and some give the same row for ever.
 */
#include "fetcher/snmp/table.h"

#include "common/mem.h"

#include <stdlib.h>

static uint32_t
hash_of(const uint32_t *end, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ end[i]) * 16777619u ^ (h >> 15);
	return h;
}

static int
compare(const struct snmp_value *a, const struct snmp_value *b)
{
	return oid_compare(a->end, a->n_end, b->end, b->n_end);
}

/* Slots hold a value's number + 1; twice as many as values at least. */
static bool
seen_add(struct snmp_walked *w, uint32_t i)
{
	size_t mask = w->n_seen - 1;
	size_t at = hash_of(w->values[i].end, w->values[i].n_end) & mask;

	for (; w->seen[at] != 0; at = (at + 1) & mask)
		if (compare(&w->values[w->seen[at] - 1], &w->values[i]) == 0)
			return false;
	w->seen[at] = i + 1;
	return true;
}

static void
seen_build(struct snmp_walked *w, struct arena *arena)
{
	size_t size = 64;

	while (size < 4 * w->n)
		size *= 2;
	w->seen = arena_alloc(arena, size, sizeof(w->seen[0]));
	w->n_seen = size;
	for (size_t i = 0; i + 1 < w->n; i++)
		seen_add(w, (uint32_t)i);
}

bool
snmp_walked_add(struct snmp_walked *w, struct arena *arena, const uint32_t *end,
    size_t n_end, enum snmp_kind kind, struct slice value)
{
	if (w->n == SNMP_MAX_ROWS)
		return false;
	uint32_t *own = arena_alloc(arena, n_end + 1, sizeof(own[0]));
	char *text = arena_alloc(arena, value.len + 1, 1);
	if (n_end > 0)
		memcpy(own, end, n_end * sizeof(own[0]));
	if (value.len > 0)
		memcpy(text, value.s, value.len);
	ARENA_GROW(arena, w->values, w->n, w->cap);
	w->values[w->n++] =
	    (struct snmp_value){own, (uint32_t)n_end, kind, {text, value.len}};
	if (w->n > 1 && !w->unordered &&
	    compare(&w->values[w->n - 2], &w->values[w->n - 1]) < 0)
		return true;
	if (w->n == 1)
		return true;
	w->unordered = true;
	if (2 * w->n > w->n_seen)
		seen_build(w, arena);
	if (seen_add(w, (uint32_t)(w->n - 1)))
		return true;
	w->n--;
	return false;
}

static int
by_end(const void *a, const void *b)
{
	return compare(a, b);
}

static void
sort(struct snmp_walked *w)
{
	if (w == NULL || !w->unordered)
		return;
	qsort(w->values, w->n, sizeof(w->values[0]), by_end);
	w->unordered = false;
	w->n_seen = 0;
}

/* The lowest end that any column has left; NULL: none. */
static const struct snmp_value *
lowest(struct snmp_walked *const *columns, const size_t *at, size_t n)
{
	const struct snmp_value *low = NULL;

	for (size_t i = 0; i < n; i++) {
		if (columns[i] == NULL || at[i] == columns[i]->n)
			continue;
		const struct snmp_value *v = &columns[i]->values[at[i]];
		if (low == NULL || compare(v, low) < 0)
			low = v;
	}
	return low;
}

size_t
snmp_assemble(struct snmp_walked *const *columns, size_t n, struct arena *arena,
    const struct snmp_value ***cells_r)
{
	size_t *at = arena_alloc(arena, n + 1, sizeof(at[0]));
	const struct snmp_value *low;
	size_t rows = 0, most = 0;

	for (size_t i = 0; i < n; i++) {
		sort(columns[i]);
		most += columns[i] == NULL ? 0 : columns[i]->n;
	}
	if (most > SNMP_MAX_ROWS)
		most = SNMP_MAX_ROWS;
	*cells_r = arena_alloc(arena, most * n + 1, sizeof(**cells_r));
	while (rows < most && (low = lowest(columns, at, n)) != NULL) {
		for (size_t i = 0; i < n; i++) {
			if (columns[i] == NULL || at[i] == columns[i]->n ||
			    compare(&columns[i]->values[at[i]], low) != 0)
				continue;
			(*cells_r)[rows * n + i] = &columns[i]->values[at[i]++];
		}
		rows++;
	}
	return rows;
}
