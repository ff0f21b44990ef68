/* SPDX-License-Identifier: Apache-2.0
 *
 * Section df: the lines of `df -PTlk`, then, between marks, those of
 * `df -PTli` and the devices' UUIDs (which nothing here needs). Section zfsget:
 * properties of datasets, then lines of `df` for them.
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

/* "tank/home<TAB>used<TAB>1234<TAB>-"; properties of a dataset follow it. */
static void
read_zfs(const struct split_lines *in, struct slice line, struct arena *arena,
    struct section_df *df)
{
	struct slice name, key, value;
	struct df_zfs *z = df->n_zfs > 0 ? &df->zfs[df->n_zfs - 1] : NULL;
	double number;

	if (!section_column(in, &line, &name) ||
	    !section_column(in, &line, &key) ||
	    !section_column(in, &line, &value))
		return;
	if (z == NULL || !slice_eq(z->name, name)) {
		if (df->n_zfs == SECTION_MAX_ENTRIES)
			return;
		ARENA_GROW(arena, df->zfs, df->n_zfs, df->cap_zfs);
		z = &df->zfs[df->n_zfs++];
		*z = (struct df_zfs){.name = name};
	}
	if (slice_eqs(key, "type"))
		z->is_filesystem = slice_eqs(value, "filesystem");
	else if (slice_eqs(key, "mountpoint"))
		z->mount = value;
	else if (!num_double(value, &number) || number < 0)
		return;
	else if (slice_eqs(key, "used"))
		z->used = number;
	else if (slice_eqs(key, "available"))
		z->available = number;
	else if (slice_eqs(key, "quota"))
		z->quota = number;
}

static struct df_entry *
mounted_at(const struct section_df *df, struct slice mount)
{
	for (size_t i = 0; i < df->n; i++)
		if (slice_eq(df->entries[i].mount, mount))
			return &df->entries[i];
	return NULL;
}

/* Those that are mounted; they know more than df's lines of them. */
static void
add_zfs(struct section_df *df, struct arena *arena)
{
	for (size_t i = 0; i < df->n_zfs; i++) {
		const struct df_zfs *z = &df->zfs[i];
		struct df_entry *e;
		double total = z->quota > 0 ? z->quota : z->used + z->available;
		if (!z->is_filesystem || z->mount.len == 0 ||
		    *z->mount.s != '/' || df->n == SECTION_MAX_ENTRIES)
			continue;
		e = mounted_at(df, z->mount);
		if (e != NULL && !slice_eqs(e->type, "zfs"))
			continue;
		if (e == NULL) {
			ARENA_GROW(arena, df->entries, df->n, df->cap);
			e = &df->entries[df->n++];
		}
		*e = (struct df_entry){.device = z->name,
		    .type = SLICE("zfs"),
		    .mount = z->mount,
		    .size_kb = total / 1024,
		    .used_kb = z->used / 1024,
		    .available_kb =
			(total > z->used ? total - z->used : 0) / 1024};
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
		if (slice_eqs(in->current->name, "zfsget")) {
			if (in->current->sep != SPLIT_WHITE)
				read_zfs(in, line, arena, df);
			if (in->current->sep != SPLIT_WHITE || *line.s == '[')
				continue;
			block = BLOCKS;
		}
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
	add_zfs(df, arena);
	return 0;
}

const struct section_type section_df = {
    .names = {"df", "df_v2", "zfsget", NULL},
    .size = sizeof(struct section_df),
    .parse = parse,
    .fallback = &section_hr_fs,
};
