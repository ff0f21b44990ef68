/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections whose lines are taken apart by their checks: the lines as they came,
 * each with the block it stands in. A block begins with a line "[name]",
 * "[[name]]" or "[[[name]]]", as plugins write it that speak for several
 * instances.
 */
#ifndef FETCHER_SECTIONS_LINES_H
#define FETCHER_SECTIONS_LINES_H

#include "fetcher/sections/section.h"

struct text_line {
	struct slice text;
	struct slice name;  /* of the section, as it was on the wire */
	struct slice block; /* empty: before the first block */
	int sep;            /* of its header; SPLIT_WHITE */
};

struct section_lines {
	struct text_line *lines;
	size_t n, cap;
	struct slice *blocks; /* each once, in order; those without lines too */
	size_t n_blocks, cap_blocks;
};

int lines_parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r);

#define SECTION_LINES(...)                                                     \
	{                                                                      \
		.names = {__VA_ARGS__, NULL},                                  \
		.size = sizeof(struct section_lines), .parse = lines_parse     \
	}

/*
 * The line's first `max` columns by its header's separator, without blanks
 * around them. Cells beyond the last column are empty, never NULL. Returns how
 * many columns were filled.
 */
size_t line_cells(
    const struct text_line *line, struct slice *cells, size_t max);
/*
 * "name value" and "name: value" of a block: the rest of the first line that
 * begins with the name; false: there is none.
 */
bool lines_get(const struct section_lines *s, struct slice block,
    const char *name, struct slice *value_r);
/* The same as a number; NAN: there is none. */
double lines_number(
    const struct section_lines *s, struct slice block, const char *name);
bool lines_has_block(const struct section_lines *s, struct slice block);
/* The number at the text's beginning, whatever follows it; NAN: none. */
double text_number(struct slice text);

#endif
