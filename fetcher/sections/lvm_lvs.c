/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lvm_lvs: `lvs`, separated by "|": name, group, attributes, size,
 * pool, origin, data %, metadata %. Attributes of thin pools begin with "t".
 */
#include "fetcher/sections/lvm_lvs.h"

#include "common/num.h"

enum {
	NAME,
	GROUP,
	ATTRIBUTES,
	SIZE,
	POOL,
	ORIGIN,
	DATA,
	META,
	COLUMNS
};

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_lvm_lvs *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct slice col[COLUMNS];
		struct lvm_pool p = {.data = 0};
		size_t n = 0;

		while (n < COLUMNS && section_column(in, &line, &col[n])) {
			col[n] = slice_trim(col[n]);
			n++;
		}
		if (n < 3)
			return section_bad(
			    in, err_r, "expected: name|group|attributes|...");
		if (col[ATTRIBUTES].len == 0 || *col[ATTRIBUTES].s != 't')
			continue;
		if (n < COLUMNS || !num_double(col[DATA], &p.data) ||
		    !num_double(col[META], &p.meta) ||
		    s->n == SECTION_MAX_ENTRIES)
			return section_bad(
			    in, err_r, "expected the pool's data%% and meta%%");
		size_t len = col[GROUP].len + 1 + col[NAME].len;
		char *item = arena_alloc(arena, len, 1);
		memcpy(item, col[GROUP].s, col[GROUP].len);
		item[col[GROUP].len] = '/';
		memcpy(item + col[GROUP].len + 1, col[NAME].s, col[NAME].len);
		p.item = (struct slice){item, len};
		ARENA_GROW(arena, s->pools, s->n, s->cap);
		s->pools[s->n++] = p;
	}
	return 0;
}

const struct section_type section_lvm_lvs = {
    .names = {"lvm_lvs", NULL},
    .size = sizeof(struct section_lvm_lvs),
    .parse = parse,
};
