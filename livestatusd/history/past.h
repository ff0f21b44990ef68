/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole history, a file a day: its indexes, and looking through it with
 * their help. Pure: whoever owns the files lends them as a struct past_store.
 * Work is done in slices, so that nobody waits for it.
 */
#ifndef LIVESTATUSD_HISTORY_PAST_H
#define LIVESTATUSD_HISTORY_PAST_H

#include "livestatusd/history/index.h"

#include <sys/types.h>

#define PAST_DAY 16 /* bytes of a day's name, "2026-03-02", NUL included */

struct past_store {
	void *arg;
	/* Bytes of the day's history or of its index; 0 at the end, -1. */
	ssize_t (*read)(void *arg, const char *day, bool index, uint64_t at,
	    void *buf, size_t n);
	/*
	 * Cuts the index at `at` and appends. False: it cannot be kept there,
	 * and stays in memory. NULL: never.
	 */
	bool (*put)(
	    void *arg, const char *day, uint64_t at, struct slice bytes);
};

struct past;
struct past *past_new(const struct past_store *store);
void past_free(struct past **p);
/* There is such a day, of `size` bytes: new, or longer than it was. True:
 * something is new. */
bool past_day(struct past *p, const char *day, uint64_t size);
/* The day is no longer there. */
void past_drop(struct past *p, const char *day);
/* Indexes about so many bytes; true: more is left. */
bool past_index(struct past *p, size_t bytes);
/* Lines that are indexed. */
uint64_t past_lines(const struct past *p);

struct past_name {
	struct slice host, service;
	bool any_host, any_service;
};
struct past_want {
	int64_t from, until; /* seconds: [from, until) */
	/*
	 * Kinds of lines, LINE_BIT. `named` for lines about `names`; `always`
	 * for whatever they are about.
	 */
	uint64_t named, always;
	const struct past_name *names;
	size_t n_names; /* 0: about anything */
	bool newest_first;
	/* Begin with the start of the file in which `from` lies. */
	bool replay;
};
struct past_batch {
	struct line *lines; /* valid until the next call */
	size_t n, cap;
	struct str text;
	size_t *offs; /* of texts */
};
void past_batch_free(struct past_batch *b);

enum past_next {
	PAST_END,
	PAST_LINES, /* at least one */
	PAST_AGAIN  /* nothing yet: the slice is used up */
};
struct past_cursor;
/* The names are copied. Days may come and go while it is open. */
struct past_cursor *past_open(struct past *p, const struct past_want *want);
void past_close(struct past_cursor **c);
/*
 * The next lines, at most `max`; `bytes` bounds the work. Renamed objects have
 * their present names; `message` is as written.
 */
enum past_next past_next(
    struct past_cursor *c, struct past_batch *b, size_t max, size_t bytes);

#endif
