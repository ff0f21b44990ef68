/* SPDX-License-Identifier: Apache-2.0
 *
 * Small things that every section's parser needs.
 */
#include "fetcher/sections/section.h"

#include "common/num.h"

#include <stdarg.h>
#include <stdio.h>

int
section_bad(
    const struct split_lines *in, struct err *err_r, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(err_r, "line %u: %s", in->line, text);
	return -1;
}

bool
section_column(
    const struct split_lines *in, struct slice *line, struct slice *column_r)
{
	if (in->current->sep == SPLIT_WHITE)
		return slice_word(line, column_r);
	if (line->s == NULL)
		return false;
	const char *at = memchr(line->s, in->current->sep, line->len);
	if (at == NULL) {
		*column_r = *line;
		*line = (struct slice){NULL, 0};
		return true;
	}
	*column_r = (struct slice){line->s, (size_t)(at - line->s)};
	line->len -= column_r->len + 1;
	line->s = at + 1;
	return true;
}

bool
section_u64(struct slice *line, uint64_t *value_r)
{
	struct slice word;
	return slice_word(line, &word) && num_u64(word, value_r);
}

bool
section_double(struct slice *line, double *value_r)
{
	struct slice word;
	return slice_word(line, &word) && num_double(word, value_r);
}
