/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that came by SNMP: rows of cells. The collector writes them as
 * lines of the agent's grammar, so that stored output, discovery and checks
 * treat them like everything else of the host: cells are joined by tabs; tab,
 * line feed and backslash are \t, \n and \\, and "[" and "<" at the beginning
 * of a row have a backslash before them. "[1]" begins the rows of the second
 * table.
 */
#ifndef FETCHER_SECTIONS_ROWS_H
#define FETCHER_SECTIONS_ROWS_H

#include "fetcher/sections/section.h"

#define ROWS_MAX_CELLS 24

struct row_cells {
	unsigned table;
	size_t n;
	struct slice cell[ROWS_MAX_CELLS]; /* empty: the device has none */
};

struct section_rows {
	struct row_cells *rows;
	size_t n, cap;
};

/* The parser of a section that is nothing but rows, of struct section_rows. */
int rows_parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r);
/* The next row of any section; false: no more. */
bool rows_next(struct split_lines *in, struct arena *arena, unsigned *table,
    struct row_cells *row_r);
/* Appends one cell, for the collector. `first` of its row. */
void rows_put_cell(struct str *out, struct slice text, bool first);

/* A cell as a number; `other` if it is empty or none. */
double rows_number(const struct row_cells *row, size_t i, double other);
bool rows_u64(const struct row_cells *row, size_t i, uint64_t *value_r);
/* An SNMP_BYTES cell ("001b21") as bytes; false: it is empty or no such cell.
 */
bool rows_bytes(const struct row_cells *row, size_t i, struct arena *arena,
    struct slice *bytes_r);
/* The row of that table whose cell is the text; NULL: none. */
const struct row_cells *rows_find(const struct section_rows *s, unsigned table,
    size_t cell, struct slice text);

/* A section that is read by SNMP alone and has no struct of its own. */
#define SECTION_ROWS(wire, from)                                               \
	{                                                                      \
		.names = {(wire), NULL}, .size = sizeof(struct section_rows),  \
		.parse = rows_parse, .snmp = (from)                            \
	}

#endif
