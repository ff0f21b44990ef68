/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the history's reader share: past.c (days and their
 * indexes), renames.c, cursor.c.
 */
#ifndef LIVESTATUSD_HISTORY_PAST_INTERNAL_H
#define LIVESTATUSD_HISTORY_PAST_INTERNAL_H

#include "livestatusd/history/past.h"

#define PAST_CHUNK (256u << 10)

struct past_slot { /* a segment of a day */
	struct segment_head head;
	uint64_t at; /* in the index */
	char *own;   /* its bytes, if they are not on disk */
};

struct past_day {
	char name[PAST_DAY];
	uint64_t size; /* known bytes */
	uint64_t seen; /* size when indexing reached the end */
	uint64_t put;  /* bytes of the index that are right */
	struct past_slot *slots;
	uint32_t n, cap;
	struct indexer *tail; /* lines behind the last segment; NULL: none */
	bool opened;          /* the index was looked at */
	bool broken;          /* no further line can be told */
	int64_t first;        /* time of the first line */
};

struct past_rename {
	int64_t time;
	char *from, *to;
	uint32_t hash; /* of `from` */
};

struct past_loaded { /* segments kept in memory, the least used goes */
	char day[PAST_DAY];
	uint32_t slot;
	char *bytes; /* NULL: free */
	struct segment segment;
	uint64_t used;
};
#define PAST_LOADED 32

struct past {
	struct past_store store;
	struct past_day *days; /* ascending by name */
	size_t n_days, cap_days;
	struct past_loaded loaded[PAST_LOADED];
	uint64_t clock; /* of `used` */
	struct past_rename *renames;
	size_t n_renames, cap_renames;
	char *chunk;
};

/* The first day at or behind that name; n_days: none. */
size_t past_find_day(const struct past *p, const char *name);
/* Works on the day until it is indexed or *bytes are used. True: it is. */
bool past_index_day(struct past *p, struct past_day *d, size_t *bytes);
/* NULL: it is damaged; the day will be indexed anew from there. */
const struct segment *past_segment(
    struct past *p, struct past_day *d, uint32_t slot);
int64_t past_first_time(struct past *p, struct past_day *d);

/* renames.c */
void past_note_rename(struct past *p, const struct line *l);
void past_find_renames(struct past *p, struct past_day *d, uint32_t slot);
void past_apply_renames(const struct past *p, struct line *l);
void past_free_renames(struct past *p);

#endif
