/* SPDX-License-Identifier: Apache-2.0
 *
 * Section haproxy: `show stat` as CSV, whose columns have fixed places.
 */
#include "fetcher/sections/haproxy.h"

#include "common/num.h"

enum {
	PROXY = 0,
	SERVER = 1,
	SESSIONS = 7,
	STATUS = 17,
	ACTIVE = 19,
	BACKUP = 20,
	CHANGED = 23,
	TYPE = 32,
	CHECK = 36,
	COLUMNS
};

static double
number(struct slice column, double otherwise)
{
	double value;
	return num_double(slice_trim(column), &value) ? value : otherwise;
}

static struct slice
joined(struct arena *arena, struct slice a, struct slice b)
{
	char *text = arena_alloc(arena, a.len + 1 + b.len, 1);

	memcpy(text, a.s, a.len);
	text[a.len] = '/';
	memcpy(text + a.len + 1, b.s, b.len);
	return (struct slice){text, a.len + 1 + b.len};
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_haproxy *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct slice col[COLUMNS];
		size_t n = 0;

		if (*line.s == '#')
			continue;
		while (n < COLUMNS && section_column(in, &line, &col[n]))
			n++;
		if (n <= TYPE)
			return section_bad(
			    in, err_r, "expected the columns of show stat");
		for (; n < COLUMNS; n++)
			col[n] = SLICE("");
		bool server = slice_eqs(col[TYPE], "2");
		if (!server && !slice_eqs(col[TYPE], "0"))
			continue; /* a backend, the sum of its servers */
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many servers");
		ARENA_GROW(arena, s->rows, s->n, s->cap);
		s->rows[s->n++] = (struct haproxy_row){.item = server
			? joined(arena, col[PROXY], col[SERVER])
			: col[PROXY],
		    .status = slice_trim(col[STATUS]),
		    .check = slice_trim(col[CHECK]),
		    .is_server = server,
		    .sessions = number(col[SESSIONS], 0),
		    .active = number(col[ACTIVE], 0),
		    .backup = number(col[BACKUP], 0),
		    .changed = number(col[CHANGED], -1)};
	}
	return 0;
}

const struct section_type section_haproxy = {
    .names = {"haproxy", NULL},
    .size = sizeof(struct section_haproxy),
    .parse = parse,
};
