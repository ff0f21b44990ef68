/* SPDX-License-Identifier: Apache-2.0
 *
 * Section mrpe: "[cached(T,I) ][(plugin) ]ITEM CODE OUTPUT".
 */
#include "fetcher/sections/mrpe.h"

#include "common/num.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "%20" and "+" back to the characters that they stand for. */
static struct slice
decode(struct slice s, struct arena *arena)
{
	char *to;
	size_t n = 0;

	if (memchr(s.s, '%', s.len) == NULL && memchr(s.s, '+', s.len) == NULL)
		return s;
	to = arena_alloc(arena, s.len, 1);
	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] == '%' && i + 2 < s.len && hex(s.s[i + 1]) >= 0 &&
		    hex(s.s[i + 2]) >= 0) {
			to[n] = (char)(hex(s.s[i + 1]) * 16 + hex(s.s[i + 2]));
			if ((unsigned char)to[n] < ' ')
				to[n] = ' ';
			i += 2;
		} else {
			to[n] = s.s[i] == '+' ? ' ' : s.s[i];
		}
		n++;
	}
	return (struct slice){to, n};
}

static void
read_cached(struct slice *line, struct mrpe_entry *e)
{
	struct slice head, first;
	int64_t at, interval;
	const char *close = memchr(line->s, ')', line->len);

	if (!slice_starts(*line, "cached(") || close == NULL)
		return;
	head = (struct slice){line->s + 7, (size_t)(close - line->s) - 7};
	if (!slice_next(&head, ',', &first) || !num_i64(first, &at) ||
	    !num_i64(head, &interval) || at < 0 || interval < 0)
		return;
	e->cached_at = at;
	e->cached_interval = interval;
	line->len -= (size_t)(close + 1 - line->s);
	line->s = close + 1;
	*line = slice_trim(*line);
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_mrpe *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct mrpe_entry e = {.cached_at = in->current->cached_at,
		    .cached_interval = in->current->cached_interval};
		read_cached(&line, &e);
		const char *close = memchr(line.s, ')', line.len);
		if (line.len > 0 && *line.s == '(' && close != NULL) {
			e.plugin = (struct slice){
			    line.s + 1, (size_t)(close - line.s) - 1};
			line.len -= (size_t)(close + 1 - line.s);
			line.s = close + 1;
		}
		if (!slice_word(&line, &e.item) || !slice_word(&line, &e.code))
			continue; /* a plugin's stray line */
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many plugins");
		e.item = decode(e.item, arena);
		e.output = slice_trim(line);
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		s->entries[s->n++] = e;
	}
	return 0;
}

const struct section_type section_mrpe = {
    .names = {"mrpe", NULL},
    .size = sizeof(struct section_mrpe),
    .may_be_empty = true,
    .parse = parse,
};
