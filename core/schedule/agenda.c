/* SPDX-License-Identifier: Apache-2.0
 *
 * Days are lists of pages; the present one is sorted when it is opened, and a
 * small heap beside it takes what is put in later. Moving a number writes its
 * new time and one entry; the former entry is left and dropped when its turn
 * comes.
 */
#include "core/schedule/agenda.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

#define DAY_SHIFT 26 /* a day has 2^26 ns */
#define PAGE_ROOM 7

struct agenda_page {
	uint32_t next; /* plus 1 */
	uint32_t n;
	struct heap_entry entries[PAGE_ROOM];
};

static int64_t
day_of(int64_t key)
{
	return key >> DAY_SHIFT;
}

static uint32_t
place_of(int64_t day)
{
	return (uint32_t)((uint64_t)day % AGENDA_DAYS);
}

static bool
is_before(struct heap_entry a, struct heap_entry b)
{
	return a.key < b.key || (a.key == b.key && a.id < b.id);
}

static void
push(struct agenda_order *o, struct heap_entry entry)
{
	uint32_t at;

	ARRAY_GROW(o->entries, o->n, o->cap);
	for (at = o->n++; at > 0; at = (at - 1) / 4) {
		if (!is_before(entry, o->entries[(at - 1) / 4]))
			break;
		o->entries[at] = o->entries[(at - 1) / 4];
	}
	o->entries[at] = entry;
}

static void
pop(struct agenda_order *o)
{
	struct heap_entry last = o->entries[--o->n];
	uint32_t at = 0;

	for (;;) {
		uint32_t child = at * 4 + 1, best = child;

		if (child >= o->n)
			break;
		for (uint32_t i = child + 1; i < child + 4 && i < o->n; i++)
			if (is_before(o->entries[i], o->entries[best]))
				best = i;
		if (!is_before(o->entries[best], last))
			break;
		o->entries[at] = o->entries[best];
		at = best;
	}
	o->entries[at] = last;
}

static bool
counts(const struct agenda *c, struct heap_entry entry)
{
	return c->keys[entry.id] == entry.key;
}

/* Drops what moved since from the beginning. */
static void
clean(struct agenda *c, struct agenda_order *o)
{
	while (o->n > 0 && !counts(c, o->entries[0])) {
		pop(o);
		c->entries--;
	}
}

static void
clean_day(struct agenda *c)
{
	while (c->at < c->day.n && !counts(c, c->day.entries[c->at])) {
		c->at++;
		c->entries--;
	}
}

static uint32_t
page_new(struct agenda *c, uint32_t next)
{
	uint32_t page = c->free_page;

	if (page != 0) {
		c->free_page = c->pages[page - 1].next;
	} else {
		ARRAY_GROW(c->pages, c->n_pages, c->cap_pages);
		page = ++c->n_pages;
	}
	c->pages[page - 1].next = next;
	c->pages[page - 1].n = 0;
	return page;
}

static void
put_in_day(struct agenda *c, uint32_t day, struct heap_entry entry)
{
	struct agenda_page *page;

	if (c->days[day] == 0 || c->pages[c->days[day] - 1].n == PAGE_ROOM)
		c->days[day] = page_new(c, c->days[day]);
	page = &c->pages[c->days[day] - 1];
	page->entries[page->n++] = entry;
	c->filled[day / 64] |= UINT64_C(1) << day % 64;
}

static void
put(struct agenda *c, struct heap_entry entry)
{
	int64_t day = day_of(entry.key);

	c->entries++;
	if (day <= c->today)
		push(&c->near, entry);
	else if (day - c->today < (int64_t)AGENDA_DAYS)
		put_in_day(c, place_of(day), entry);
	else
		push(&c->far, entry);
}

/* The next day that has entries; INT64_MAX: none of those in pages. */
static int64_t
next_filled(const struct agenda *c)
{
	uint32_t from = place_of(c->today + 1);

	for (uint32_t i = 0; i <= AGENDA_DAYS / 64; i++) {
		uint32_t word = (from / 64 + i) % (AGENDA_DAYS / 64), bit;
		uint64_t bits = c->filled[word];

		if (i == 0)
			bits &= ~UINT64_C(0) << from % 64;
		if (bits == 0)
			continue;
		bit = word * 64 + (uint32_t)__builtin_ctzll(bits);
		return c->today + 1 +
		    (int64_t)((bit + AGENDA_DAYS - from) % AGENDA_DAYS);
	}
	return INT64_MAX;
}

static void
open_day(struct agenda *c, uint32_t day)
{
	uint32_t page = c->days[day];

	while (page != 0) {
		struct agenda_page *p = &c->pages[page - 1];
		uint32_t next = p->next;

		for (uint32_t i = 0; i < p->n; i++) {
			if (counts(c, p->entries[i]))
				push(&c->near, p->entries[i]);
			else
				c->entries--;
		}
		p->next = c->free_page;
		c->free_page = page;
		page = next;
	}
	c->days[day] = 0;
	c->filled[day / 64] &= ~(UINT64_C(1) << day % 64);
}

/* What the day has, taken from the heap in order. */
static void
sort_day(struct agenda *c)
{
	c->day.n = c->at = 0;
	while (c->near.n > 0) {
		ARRAY_GROW(c->day.entries, c->day.n, c->day.cap);
		c->day.entries[c->day.n++] = c->near.entries[0];
		pop(&c->near);
	}
}

/* The first of `day` or `near` is the earliest of all, or there is none. */
static void
settle(struct agenda *c)
{
	for (;;) {
		int64_t day;

		clean_day(c);
		clean(c, &c->near);
		if (c->at < c->day.n || c->near.n > 0 || c->queued == 0)
			return;
		clean(c, &c->far);
		day = next_filled(c);
		if (c->far.n > 0 && day_of(c->far.entries[0].key) < day)
			day = day_of(c->far.entries[0].key);
		must(day != INT64_MAX);
		c->today = day;
		open_day(c, place_of(day));
		while (c->far.n > 0 && day_of(c->far.entries[0].key) <= day) {
			push(&c->near, c->far.entries[0]);
			pop(&c->far);
		}
		sort_day(c);
	}
}

static void
empty(struct agenda *c)
{
	c->day.n = c->at = c->near.n = c->far.n = c->entries = 0;
	c->n_pages = c->free_page = 0;
	memset(c->days, 0, sizeof(c->days));
	memset(c->filled, 0, sizeof(c->filled));
}

/* Objects that moved very often left many entries. */
static void
rebuild(struct agenda *c)
{
	empty(c);
	for (uint32_t i = 0; i < c->n_ids; i++)
		if (c->keys[i] != HEAP_NEVER)
			put(c, (struct heap_entry){c->keys[i], i});
}

void
agenda_init(struct agenda *c, uint32_t n_ids, int64_t from)
{
	*c = (struct agenda){.n_ids = n_ids, .today = day_of(from)};
	c->keys = xcalloc_huge(n_ids + 1, sizeof(*c->keys));
	for (uint32_t i = 0; i < n_ids; i++)
		c->keys[i] = HEAP_NEVER;
}

void
agenda_free(struct agenda *c)
{
	free(c->keys);
	free(c->day.entries);
	free(c->near.entries);
	free(c->far.entries);
	free(c->pages);
	*c = (struct agenda){0};
}

void
agenda_set(struct agenda *c, uint32_t id, int64_t key)
{
	int64_t before;

	must(id < c->n_ids);
	before = c->keys[id];
	if (key == before)
		return;
	c->keys[id] = key;
	c->queued += (key != HEAP_NEVER) - (before != HEAP_NEVER);
	if (c->entries > 2 * c->n_ids + 1024)
		rebuild(c);
	else if (key != HEAP_NEVER)
		put(c, (struct heap_entry){key, id});
	settle(c);
}

int64_t
agenda_key(const struct agenda *c, uint32_t id)
{
	must(id < c->n_ids);
	return c->keys[id];
}

bool
agenda_top(const struct agenda *c, int64_t *key_r, uint32_t *id_r)
{
	const struct heap_entry *first = NULL;

	if (c->at < c->day.n)
		first = &c->day.entries[c->at];
	if (c->near.n > 0 &&
	    (first == NULL || is_before(c->near.entries[0], *first)))
		first = &c->near.entries[0];
	if (first == NULL)
		return false;
	*key_r = first->key;
	*id_r = first->id;
	return true;
}

bool
agenda_ahead(const struct agenda *c, uint32_t n, uint32_t *id_r)
{
	if (c->day.n - c->at <= n)
		return false;
	*id_r = c->day.entries[c->at + n].id;
	return true;
}
