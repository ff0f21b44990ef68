/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of cells, see rows.h.
 */
#include "fetcher/sections/rows.h"

#include "common/num.h"

#include <math.h>

void
rows_put_cell(struct str *out, struct slice text, bool first)
{
	if (!first)
		str_addc(out, '\t');
	if (first && text.len > 0 && (text.s[0] == '[' || text.s[0] == '<'))
		str_addc(out, '\\');
	for (size_t i = 0; i < text.len; i++) {
		switch (text.s[i]) {
		case '\t':
			str_add(out, "\\t");
			break;
		case '\n':
		case '\r':
			str_add(out, "\\n");
			break;
		case '\\':
			str_add(out, "\\\\");
			break;
		case '\0':
			break;
		default:
			str_addc(out, text.s[i]);
			break;
		}
	}
}

static struct slice
unescape(struct slice text, struct arena *arena)
{
	if (text.len == 0 || memchr(text.s, '\\', text.len) == NULL)
		return text;
	char *to = arena_alloc(arena, text.len, 1);
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.s[i];
		if (c == '\\' && i + 1 < text.len) {
			c = text.s[++i];
			c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
		}
		to[n++] = c;
	}
	return (struct slice){to, n};
}

bool
rows_next(struct split_lines *in, struct arena *arena, unsigned *table,
    struct row_cells *row_r)
{
	struct slice line;

	while (split_line(in, &line)) {
		int64_t number;
		struct slice name = {line.s + 1, line.len - 1};
		if (line.s[0] == '[') {
			struct slice text;
			if (slice_next(&name, ']', &text) &&
			    num_range(text, 0, 99, &number))
				*table = (unsigned)number;
			continue;
		}
		row_r->table = *table;
		row_r->n = 0;
		for (const char *at = line.s; at != NULL;) {
			size_t left = (size_t)(line.s + line.len - at);
			const char *tab = memchr(at, '\t', left);
			struct slice cell = {
			    at, tab == NULL ? left : (size_t)(tab - at)};
			if (row_r->n < ROWS_MAX_CELLS)
				row_r->cell[row_r->n++] = unescape(cell, arena);
			at = tab == NULL ? NULL : tab + 1;
		}
		for (size_t i = row_r->n; i < ROWS_MAX_CELLS; i++)
			row_r->cell[i] = (struct slice){"", 0};
		return true;
	}
	return false;
}

int
rows_parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_rows *s = section;
	struct row_cells row;
	unsigned table = 0;

	while (rows_next(in, arena, &table, &row)) {
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many rows");
		ARENA_GROW(arena, s->rows, s->n, s->cap);
		s->rows[s->n++] = row;
	}
	return 0;
}

double
rows_number(const struct row_cells *row, size_t i, double other)
{
	double value;

	return i < row->n && num_double(slice_trim(row->cell[i]), &value)
	    ? value
	    : other;
}

bool
rows_u64(const struct row_cells *row, size_t i, uint64_t *value_r)
{
	return i < row->n && num_u64(slice_trim(row->cell[i]), value_r);
}

static int
digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : -1;
}

bool
rows_bytes(const struct row_cells *row, size_t i, struct arena *arena,
    struct slice *bytes_r)
{
	struct slice text = i < row->n ? row->cell[i] : (struct slice){"", 0};
	char *bytes = arena_alloc(arena, text.len / 2 + 1, 1);

	for (size_t k = 0; k + 1 < text.len; k += 2) {
		int high = digit_of(text.s[k]), low = digit_of(text.s[k + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[k / 2] = (char)(high << 4 | low);
	}
	*bytes_r = (struct slice){bytes, text.len / 2};
	return text.len > 0 && text.len % 2 == 0;
}

const struct row_cells *
rows_find(const struct section_rows *s, unsigned table, size_t cell,
    struct slice text)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].table == table &&
		    slice_eq(s->rows[i].cell[cell], text))
			return &s->rows[i];
	return NULL;
}
