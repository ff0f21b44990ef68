/* SPDX-License-Identifier: Apache-2.0
 *
 * Section df: the lines of `df -PTlk`, then, between marks, those of
 * `df -PTli` and the devices' UUIDs (which nothing here needs).
 */
#include "fetcher/sections/df.h"

#include "common/num.h"

struct row {
	struct slice device, type, mount;
	uint64_t total, used, available;
};

/*
 * "device [type] total used available use% mount point"; no type if column 2
 * is a number. Numbers may be "-".
 */
static bool
read_row(struct slice line, struct row *row)
{
	struct slice word, percent;
	uint64_t *numbers[] = {&row->total, &row->used, &row->available};

	if (!slice_word(&line, &row->device) || !slice_word(&line, &word))
		return false;
	row->type = (struct slice){NULL, 0};
	if (!num_u64(word, &row->total)) {
		if (!slice_eqs(word, "-") || line.len == 0)
			row->type = word;
		if (!slice_word(&line, &word))
			return false;
	}
	for (size_t i = 0; i < 3; i++) {
		if (i > 0 && !slice_word(&line, &word))
			return false;
		if (slice_eqs(word, "-"))
			*numbers[i] = 0;
		else if (!num_u64(word, numbers[i]))
			return false;
	}
	if (!slice_word(&line, &percent))
		return false;
	row->mount = slice_trim(line);
	return row->mount.len > 0;
}

static void
add_inodes(struct section_df *df, const struct row *row)
{
	for (size_t i = df->n; i-- > 0;) {
		struct df_entry *e = &df->entries[i];
		if (slice_eq(e->mount, row->mount) &&
		    slice_eq(e->device, row->device)) {
			e->has_inodes = row->total > 0;
			e->inodes = (double)row->total;
			e->inodes_free = (double)row->available;
			return;
		}
	}
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_df *df = section;
	enum {
		BLOCKS,
		INODES,
		OTHER
	} block = BLOCKS;
	struct slice line;

	while (split_line(in, &line)) {
		struct row row;
		if (slice_eqs(line, "[df_inodes_start]"))
			block = INODES;
		else if (slice_eqs(line, "[df_lsblk_start]"))
			block = OTHER;
		else if (slice_eqs(line, "[df_inodes_end]") ||
		    slice_eqs(line, "[df_lsblk_end]"))
			block = BLOCKS;
		else if (block == OTHER)
			continue;
		else if (!read_row(line, &row))
			return section_bad(in, err_r,
			    "expected: device type size used available use%% "
			    "mount point");
		else if (block == INODES)
			add_inodes(df, &row);
		else if (df->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many filesystems");
		else {
			ARENA_GROW(arena, df->entries, df->n, df->cap);
			df->entries[df->n++] =
			    (struct df_entry){.device = row.device,
				.type = row.type,
				.mount = row.mount,
				.size_kb = (double)row.total,
				.used_kb = (double)row.used,
				.available_kb = (double)row.available};
		}
	}
	return 0;
}

const struct section_type section_df = {
    .names = {"df", "df_v2"},
    .size = sizeof(struct section_df),
    .parse = parse,
};
