/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of the archive: which of them a line belongs into, which a question
 * is about, which may go. Pure.
 *
 * A line goes into the file of its time's week, which begins on Monday 00:00
 * UTC and is named by that day: 2026-11-16.sqlite. Others are read, too (the
 * one file of an earlier version, a copy that somebody put back); which lines a
 * file has is said by its content alone.
 */
#ifndef EVENTD_STORE_ARCHIVE_PARTITIONS_H
#define EVENTD_STORE_ARCHIVE_PARTITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARTITION_END ".sqlite"

struct archive_file;

/* Who has it open: the thread that writes, the one that queries. */
enum partition_side {
	PARTITION_WRITER,
	PARTITION_READER,
	PARTITION_SIDES
};
struct partition_handle {
	struct archive_file *file; /* NULL: it is not open */
	uint64_t used;
};
enum partition_fault {
	PARTITION_SOUND,
	PARTITION_BAD_INDEX, /* of texts: it can be made anew */
	PARTITION_BAD        /* the file is damaged */
};
struct partition {
	char *name;
	uint64_t first, last;   /* numbers of its lines; 0: it has none */
	int64_t min_us, max_us; /* their times */
	int64_t min_event, max_event;
	bool unindexed; /* lines that the index of texts lacks */
	bool leaving;   /* about to be removed */
	enum partition_fault fault;
	struct partition_handle open[PARTITION_SIDES];
};
struct partitions {
	struct partition **v;
	size_t n, cap;
	uint64_t clock[PARTITION_SIDES];
};

/* Number of the week that a time, in microseconds since 1970, is in. */
int64_t partition_week(int64_t time_us);
/* The name of its file; the caller frees it. */
char *partition_week_name(int64_t week);
/* A name that a file of the archive may have. */
bool partition_is_name(const char *name);

/* A copy of the name. One without lines. */
struct partition *partitions_add(struct partitions *ps, const char *name);
/* NULL: there is none. */
struct partition *partitions_find(
    const struct partitions *ps, const char *name);
/* Forgets and frees it; its handles are the caller's to close before. */
void partitions_remove(struct partitions *ps, struct partition *p);
void partitions_free(struct partitions *ps);

/* It has this line, too. */
void partition_note(
    struct partition *p, uint64_t line, int64_t time_us, uint64_t event);
/* All that it has, or could have by its name, is older. */
bool partition_is_before(const struct partition *p, int64_t before_us);
/* The greatest line of all, or of those that stay. */
uint64_t partitions_last(const struct partitions *ps, bool staying);
/* What a question is about; bounds are part of it. */
struct partition_want {
	int64_t min_us, max_us;
	int64_t min_event, max_event;
};
/*
 * Those that are sound enough to be read and may have lines that are wanted,
 * the newest first; the caller frees the list.
 */
size_t partitions_with(const struct partitions *ps,
    const struct partition_want *want, struct partition ***list_r);
/*
 * The handle was used now. Returns whose handle of that side is to be closed
 * before so that at most `max` are open; NULL: none.
 */
struct partition *partitions_use(struct partitions *ps, struct partition *p,
    enum partition_side side, size_t max);

#endif
