/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the event console's tables: eventd's answer (JSON, event-console.md
 * 19.2) taken apart, some rows at a time. Pure.
 */
#ifndef LIVESTATUSD_EVENTS_EVENTS_H
#define LIVESTATUSD_EVENTS_EVENTS_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Columns of all the tables are numbered below this; see table/event.c. */
#define EVENTS_COLUMNS 128
/* Memory of the rows beside the answer's text; more is an error. */
#define EVENTS_MAX_BYTES ((size_t)128 << 20)

/* Which columns eventd is asked for, in which order. */
struct events_want {
	uint8_t place[EVENTS_COLUMNS];  /* 1 + place in a row; 0: not wanted */
	uint8_t column[EVENTS_COLUMNS]; /* n of them, in the order of a row */
	uint8_t n;
};
/* Wants the column once, however often it is called. */
void events_want(struct events_want *w, size_t column);

enum event_kind {
	EVENT_NULL,
	EVENT_INT, /* true and false are 1 and 0 */
	EVENT_FLOAT,
	EVENT_STRING, /* valid UTF-8 */
	EVENT_LIST    /* `len` strings; see events_item() */
};
struct event_cell {
	uint32_t kind, len;
	union {
		int64_t i;
		double f;
		const char *s;
		size_t first; /* LIST: of the items */
	};
};

struct events;
/* Copies `answer`; its first row, the columns' names, is skipped. */
struct events *events_new(struct slice answer, const struct events_want *want);
void events_free(struct events **e);
/*
 * Reads up to `rows` further rows. False: that was all, or what follows cannot
 * be read, see events_error().
 */
bool events_read(struct events *e, size_t rows);
/* Rows read so far; they stay where they are. */
size_t events_count(const struct events *e);
/* The answer as it came; only before the first events_read(). */
struct slice events_whole(const struct events *e);
/* NULL: all is well. */
const char *events_error(const struct events *e);
/* NULL: the column was not asked for, or is null. */
const struct event_cell *events_cell(
    const struct events *e, size_t row, size_t column);
/* String `i` of a list. */
struct slice events_item(
    const struct events *e, const struct event_cell *list, size_t i);

#endif
