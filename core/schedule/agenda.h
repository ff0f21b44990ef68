/* SPDX-License-Identifier: Apache-2.0
 *
 * A queue of small dense numbers by time, for very many of them: days of a
 * fixed width that are put in order only when they come, so that the cost of
 * an entry does not grow with their number. At most one time for each number;
 * at one time the smaller number is first, as in heap.h. Pure.
 */
#ifndef CORE_SCHEDULE_AGENDA_H
#define CORE_SCHEDULE_AGENDA_H

#include "core/schedule/heap.h"

#include <stddef.h>

#define AGENDA_DAYS 8192u /* of 67 ms: 550 s; beyond them is `far` */

/* Entries in order of time; those whose number moved since are passed over. */
struct agenda_order {
	struct heap_entry *entries;
	uint32_t n, cap;
};
struct agenda_page;
struct agenda {
	int64_t *keys; /* by id: the time that counts, HEAP_NEVER */
	uint32_t n_ids;
	uint32_t queued;            /* ids with a time */
	uint32_t entries;           /* all, also those passed over later */
	struct agenda_order day;    /* `today` as it was opened, sorted */
	uint32_t at;                /* first of `day` that is to come */
	struct agenda_order near;   /* up to `today`, put in since: a heap */
	struct agenda_order far;    /* beyond the days: a heap */
	int64_t today;              /* number of the day since time 0 */
	uint32_t days[AGENDA_DAYS]; /* first page plus 1 */
	uint64_t filled[AGENDA_DAYS / 64]; /* bits: the day has a page */
	struct agenda_page *pages;
	uint32_t n_pages, cap_pages, free_page;
};

/* Ids are below n_ids, `from` is about the earliest time to come. */
void agenda_init(struct agenda *c, uint32_t n_ids, int64_t from);
void agenda_free(struct agenda *c);
/* Queues or moves; HEAP_NEVER takes it out. */
void agenda_set(struct agenda *c, uint32_t id, int64_t key);
/* HEAP_NEVER where it is not queued. */
int64_t agenda_key(const struct agenda *c, uint32_t id);
/* The earliest, left in its place. */
bool agenda_top(const struct agenda *c, int64_t *key_r, uint32_t *id_r);
/*
 * Probably the id that comes n after the first, for fetching into the cache
 * what it will need; false where the day ends before.
 */
bool agenda_ahead(const struct agenda *c, uint32_t n, uint32_t *id_r);

#endif
