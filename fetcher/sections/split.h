/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of agent output: section headers with options, piggyback
 * blocks, content. Nothing is copied: every slice points into the output,
 * which must outlive the result. Nothing in the bytes can make this fail; what
 * is broken is counted, and costs only its own section.
 */
#ifndef FETCHER_SECTIONS_SPLIT_H
#define FETCHER_SECTIONS_SPLIT_H

#include "common/str.h"

#include <stdint.h>

#define SPLIT_MAX_PARTS     4096 /* headers of sections in one output */
#define SPLIT_MAX_PIGGYBACK 4096 /* piggyback headers in one output */
#define SPLIT_WHITE         (-1) /* columns are runs of white space */

/* The lines under one header. Several may bear the same name. */
struct split_part {
	struct slice name, body;
	struct slice head;     /* between <<< and >>>, options included */
	struct slice encoding; /* empty: UTF-8 */
	int sep;               /* 0-255, or SPLIT_WHITE */
	bool nostrip;
	/* When the data was made and for how many seconds it holds; 0: fresh.
	 * A cached() option wins over persist(). */
	int64_t cached_at, cached_interval;
	int64_t persist_until; /* 0: no such option */
};

struct split_piggyback {
	struct slice host; /* as written; never the source itself */
	struct slice body; /* its sections, headers included */
};

struct split { /* {0} is empty */
	struct split_part *parts;
	size_t n_parts, cap_parts;
	struct split_piggyback *piggyback;
	size_t n_piggyback, cap_piggyback;
	uint64_t bad_headers; /* not understood, their content is left out */
	uint64_t bad_line;    /* line of the first of them, from 1 */
	uint64_t over_limit;  /* headers beyond the limits, left out */
};

/*
 * Fills *split, which is {0} or has another output of the same host, to which
 * this one is added. `source` is the name of the host whose
 * output this is: piggyback for itself is its own. `now` (seconds) dates
 * persisted sections.
 */
void split_output(
    struct slice output, struct slice source, int64_t now, struct split *split);
void split_free(struct split *split);

/*
 * The next line that counts, of all parts with one of the names (NULL-ended),
 * in order: without its end, not blank, stripped unless its
 * header says nostrip.
 */
struct split_lines {
	const struct split *split;
	const char *const *names;
	size_t part;                      /* the next one to look at */
	const struct split_part *current; /* of the last line; NULL before */
	struct slice rest;
	uint32_t line; /* number of the last line, from 1 */
};
struct split_lines split_lines(
    const struct split *split, const char *const *names);
bool split_line(struct split_lines *lines, struct slice *line_r);
/* Is one of the first `n` parts of that name? */
bool split_has(const struct split *split, size_t n, struct slice name);
/* The last part of that name, or NULL. */
const struct split_part *split_last(
    const struct split *split, const char *const *names);

#endif
