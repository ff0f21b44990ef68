/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of one day's history: segments of up to 65,536 lines, each read by
 * itself. A segment knows of every line its kind, of every 64 lines (a block)
 * place and times, and of every object the lines that name it. Names are kept
 * as hashes: a reader looks at the line anyway, so a collision costs a look.
 *
 * On disk (DAY.idx): 8 bytes INDEX_MAGIC, then segments behind each other,
 * little-endian: struct segment_head, blocks, keys, lines of keys (u16), kinds
 * (u8), padded to 8 bytes. Only whole segments are written, so the file is
 * appended to. Pure.
 */
#ifndef LIVESTATUSD_HISTORY_INDEX_H
#define LIVESTATUSD_HISTORY_INDEX_H

#include "livestatusd/history/line.h"

#include <stddef.h>

#define INDEX_MAGIC    "VDTIDX1\n"
#define SEGMENT_LINES  65536u
#define SEGMENT_BLOCK  64u /* lines */
#define SEGMENT_BLOCKS (SEGMENT_LINES / SEGMENT_BLOCK)
#define SEGMENT_MAX    (4u << 20)  /* bytes of a segment */
#define SEGMENT_TEXT   (1u << 30)  /* bytes of history in a segment */
#define HISTORY_LINE   (64u << 10) /* longer lines are skipped */

struct segment_head {
	uint32_t magic, crc; /* CRC-32C of all behind this field */
	uint32_t size;       /* bytes, this head included */
	uint32_t lines, keys, posts;
	uint32_t first_line;  /* number of the first line in its file */
	uint32_t head_crc;    /* of this head with `crc` and itself 0 */
	uint64_t from, to;    /* bytes of the history */
	uint64_t kinds;       /* LINE_BIT of every kind that is there */
	int64_t t_min, t_max; /* of the lines that have a time */
};

struct segment_block {
	uint32_t at;           /* bytes behind `from` */
	uint32_t t_min, t_max; /* seconds behind the segment's t_min */
};

struct segment_key {
	uint32_t host, service; /* hashes; service 0: the host itself */
	uint32_t first; /* its lines begin here, the next key's end it */
};

struct segment { /* borrows */
	struct segment_head head;
	const struct segment_block *blocks;
	const struct segment_key *keys; /* keys + 1; ascending */
	const uint16_t *posts;
	const uint8_t *kinds;
};
/* Checks `bytes`, which begin with a head and are aligned to 8. False:
 * damaged. */
bool segment_open(struct slice bytes, struct segment *s_r);
/* Is it a head, as far as can be seen without the rest? */
bool segment_head_fits(const struct segment_head *h);

/* Lines as bits. */
struct line_set {
	uint64_t bits[SEGMENT_LINES / 64];
};

struct name_want {
	uint32_t host, service; /* hashes */
	bool any_host, any_service;
};
/*
 * Sets the bits of the lines whose kind is in `named` and that are about one
 * of the names (n = 0: about anything), and of those whose kind is in `always`.
 */
void segment_find(const struct segment *s, const struct name_want *names,
    size_t n, uint64_t named, uint64_t always, struct line_set *set);

/* Gathers lines until a segment is full. */
struct indexer;
struct indexer *indexer_new(void);
void indexer_free(struct indexer **x);
/* Begins at a line's start. */
void indexer_begin(struct indexer *x, uint64_t from, uint32_t first_line);
/* A line without its LF; `bytes` with it. False: full, it was not taken. */
bool indexer_add(struct indexer *x, struct slice line, size_t bytes);
/* What it holds, as far as it got; the head's size and crc are not set. */
const struct segment_head *indexer_head(const struct indexer *x);
const uint8_t *indexer_kinds(const struct indexer *x);
struct segment_block indexer_block(const struct indexer *x, uint32_t block);
/* The same as segment_find(). */
void indexer_find(const struct indexer *x, const struct name_want *names,
    size_t n, uint64_t named, uint64_t always, struct line_set *set);
/* Appends the segment. */
void indexer_finish(struct indexer *x, struct str *to);

#endif
