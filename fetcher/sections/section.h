/* SPDX-License-Identifier: Apache-2.0
 *
 * What a section's parser is: lines in, one typed struct out, everything in
 * the arena. Each section is one file that declares a
 * `const struct section_type section_NAME`; checks name the ones they want.
 */
#ifndef FETCHER_SECTIONS_SECTION_H
#define FETCHER_SECTIONS_SECTION_H

#include "common/err.h"
#include "common/str.h"
#include "fetcher/sections/arena.h"
#include "fetcher/sections/split.h"

#include <stdbool.h>
#include <stdint.h>

/* Entries of one section beyond this many are a mistake of the sender. */
#define SECTION_MAX_ENTRIES 20000

struct snmp_source; /* fetcher/snmp/source.h */

struct section_type {
	/* On the wire, NULL-ended; the first is the section's own. */
	const char *names[5];
	size_t size;       /* of the typed struct, zeroed before parse() */
	bool may_be_empty; /* a header without lines is data too */
	/*
	 * Strings of the struct may borrow the lines. -1 with a reason that
	 * begins with section_bad().
	 */
	int (*parse)(struct split_lines *in, struct arena *arena, void *section,
	    struct err *err_r);
	/* How it is read by SNMP; NULL: agents alone send it. */
	const struct snmp_source *snmp;
	/* Another section that gives the same struct where this one is absent;
	 * NULL: none. */
	const struct section_type *fallback;
};

/* "line 3: text"; returns -1. */
int section_bad(const struct split_lines *in, struct err *err_r,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/*
 * The next column of a line by the separator of its header. With an explicit
 * one, empty columns count; *line.s is NULL after the last.
 */
bool section_column(
    const struct split_lines *in, struct slice *line, struct slice *column_r);
/* Takes a run of non-blanks that is a whole number; false if it is not. */
bool section_u64(struct slice *line, uint64_t *value_r);
bool section_double(struct slice *line, double *value_r);

#endif
