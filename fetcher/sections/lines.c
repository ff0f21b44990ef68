/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections whose lines are taken apart by their checks; see lines.h.
 */
#include "fetcher/sections/lines.h"

#include "common/num.h"
#include "fetcher/sections/names.h"

#include <ctype.h>
#include <math.h>

/* "[x]", "[[x]]" or "[[[x]]]"; false if the line is none of them. */
static bool
read_block(struct slice line, struct slice *name_r)
{
	size_t n = 0;

	while (n < 3 && n < line.len && line.s[n] == '[')
		n++;
	if (n == 0 || line.len < 2 * n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (line.s[line.len - 1 - i] != ']')
			return false;
	*name_r = slice_trim((struct slice){line.s + n, line.len - 2 * n});
	/* A list of JSON is no name. */
	return memchr(name_r->s, '"', name_r->len) == NULL;
}

int
lines_parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_lines *s = section;
	struct names names = {0};
	struct slice line, block = {"", 0};

	while (split_line(in, &line)) {
		if (read_block(line, &block)) {
			if (names_get(&names, block) != NAMES_NONE)
				continue;
			if (s->n_blocks == SECTION_MAX_ENTRIES)
				return section_bad(
				    in, err_r, "too many blocks");
			names_put(&names, arena, block, s->n_blocks);
			ARENA_GROW(
			    arena, s->blocks, s->n_blocks, s->cap_blocks);
			s->blocks[s->n_blocks++] = block;
			continue;
		}
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many lines");
		ARENA_GROW(arena, s->lines, s->n, s->cap);
		s->lines[s->n++] = (struct text_line){
		    line, in->current->name, block, in->current->sep};
	}
	return 0;
}

size_t
line_cells(const struct text_line *line, struct slice *cells, size_t max)
{
	struct slice rest = line->text, cell;
	size_t n = 0;

	for (size_t i = 0; i < max; i++)
		cells[i] = (struct slice){"", 0};
	while (n < max) {
		if (line->sep == SPLIT_WHITE) {
			if (!slice_word(&rest, &cell))
				break;
		} else if (rest.len == 0 ||
		    !slice_next(&rest, (char)line->sep, &cell)) {
			break;
		}
		cell = slice_trim(cell);
		cells[n++] = cell.s == NULL ? (struct slice){"", 0} : cell;
	}
	return n;
}

bool
lines_get(const struct section_lines *s, struct slice block, const char *name,
    struct slice *value_r)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < s->n; i++) {
		const struct text_line *l = &s->lines[i];
		struct slice rest = l->text;

		if (!slice_starts(rest, name) || rest.len == n ||
		    !slice_eq(l->block, block))
			continue;
		rest.s += n;
		rest.len -= n;
		if (*rest.s != ':' && !isspace((unsigned char)*rest.s) &&
		    *rest.s != (char)l->sep)
			continue;
		rest = slice_trim(rest);
		if (rest.len > 0 && (*rest.s == ':' || *rest.s == (char)l->sep))
			rest = slice_trim(
			    (struct slice){rest.s + 1, rest.len - 1});
		*value_r = rest.len == 0 ? (struct slice){"", 0} : rest;
		return true;
	}
	return false;
}

double
text_number(struct slice text)
{
	double value;
	size_t n = 0;

	text = slice_trim(text);
	while (n < text.len &&
	    (isdigit((unsigned char)text.s[n]) || text.s[n] == '.' ||
		(n == 0 && (text.s[n] == '-' || text.s[n] == '+'))))
		n++;
	return num_double((struct slice){text.s, n}, &value) ? value : NAN;
}

double
lines_number(
    const struct section_lines *s, struct slice block, const char *name)
{
	struct slice text;

	return lines_get(s, block, name, &text) ? text_number(text) : NAN;
}

bool
lines_has_block(const struct section_lines *s, struct slice block)
{
	for (size_t i = 0; i < s->n_blocks; i++)
		if (slice_eq(s->blocks[i], block))
			return true;
	return false;
}
