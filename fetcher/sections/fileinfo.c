/* SPDX-License-Identifier: Apache-2.0
 *
 * Section fileinfo: the host's time, then "[[[header]]]" with the names of
 * columns and "[[[content]]]" with a file a line. Before 1.4: path|size|mtime,
 * "missing" instead of the size.
 */
#include "fetcher/sections/fileinfo.h"

#include "common/num.h"

enum column {
	PATH,
	STATUS,
	SIZE,
	MTIME,
	COLUMNS
};

struct reading {
	bool header, content;
	int at[COLUMNS]; /* column of each, -1: none */
};

static void
read_header(struct split_lines *in, struct slice line, struct reading *r)
{
	static const char *const names[COLUMNS] = {
	    "name", "status", "size", "time"};
	struct slice column;

	for (int c = 0; c < COLUMNS; c++)
		r->at[c] = -1;
	for (int i = 0; section_column(in, &line, &column); i++)
		for (int c = 0; c < COLUMNS; c++)
			if (slice_eqs(column, names[c]))
				r->at[c] = i;
	r->header = false;
}

static void
read_old(struct fileinfo_file *f, struct slice size, struct slice mtime)
{
	f->status = SLICE("ok");
	if (!num_double(size, &f->size)) {
		f->status = size;
		return;
	}
	f->has_data = num_double(mtime, &f->mtime);
}

static bool
read_file(struct split_lines *in, struct slice line, const struct reading *r,
    struct fileinfo_file *f)
{
	struct slice columns[8] = {{"", 0}}, column;
	int n = 0;

	while (section_column(in, &line, &column))
		if (n < 8)
			columns[n++] = column;
	*f = (struct fileinfo_file){.path = columns[0]};
	if (n < 2 || f->path.len == 0)
		return false;
	if (!r->content) {
		read_old(f, columns[1], n > 2 ? columns[2] : SLICE(""));
		return true;
	}
	if (r->at[PATH] < 0 || r->at[PATH] >= n || r->at[STATUS] < 0 ||
	    r->at[STATUS] >= n)
		return false;
	f->path = columns[r->at[PATH]];
	f->status = columns[r->at[STATUS]];
	f->has_data = r->at[SIZE] >= 0 && r->at[SIZE] < n &&
	    r->at[MTIME] >= 0 && r->at[MTIME] < n &&
	    num_double(columns[r->at[SIZE]], &f->size) &&
	    num_double(columns[r->at[MTIME]], &f->mtime);
	return f->path.len > 0;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_fileinfo *s = section;
	struct reading r = {.at = {0, 1, 2, 3}};
	struct fileinfo_file f;
	struct slice line;
	double number;

	while (split_line(in, &line)) {
		if (slice_eqs(line, "[[[header]]]"))
			r.header = true;
		else if (slice_eqs(line, "[[[content]]]"))
			r.content = true;
		else if (r.header)
			read_header(in, line, &r);
		else if (num_double(line, &number))
			s->now = number;
		else if (read_file(in, line, &r, &f)) {
			if (s->n == FILEINFO_MAX)
				return section_bad(in, err_r, "too many files");
			ARENA_GROW(arena, s->files, s->n, s->cap);
			s->files[s->n++] = f;
		}
	}
	return 0;
}

const struct section_type section_fileinfo = {
    .names = {"fileinfo", NULL},
    .size = sizeof(struct section_fileinfo),
    .parse = parse,
};
