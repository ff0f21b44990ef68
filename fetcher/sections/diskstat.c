/* SPDX-License-Identifier: Apache-2.0
 *
 * Section diskstat: the time, rows of /proc/diskstats, then [dmsetup_info]
 * with names of device mapper's.
 */
#include "fetcher/sections/diskstat.h"

#include "common/num.h"
#include "fetcher/sections/diskstat_container.h"

#include <ctype.h>

#define MAX_DISKS 4096 /* they are looked up one by one */

static int
read_row(struct split_lines *in, struct slice line, struct diskstat_entry *e,
    struct arena *arena, struct err *err_r)
{
	struct slice major, minor;
	if (!slice_word(&line, &major) || !slice_word(&line, &minor) ||
	    !slice_word(&line, &e->device))
		return section_bad(
		    in, err_r, "expected: major minor name counters");
	for (size_t i = 0; i < DISKSTAT_COUNTERS; i++) {
		uint64_t value;
		if (!section_u64(&line, &value))
			return section_bad(
			    in, err_r, "expected eleven counters");
		e->counters[i] = (double)value;
	}
	e->name = e->device;
	if (slice_starts(e->device, "dm-")) {
		char *number = arena_alloc(arena, major.len + minor.len + 1, 1);
		memcpy(number, major.s, major.len);
		number[major.len] = ':';
		memcpy(number + major.len + 1, minor.s, minor.len);
		e->number = (struct slice){number, major.len + 1 + minor.len};
		e->kind = DISKSTAT_DM;
		e->name = (struct slice){NULL, 0};
	}
	return 0;
}

/* "vg0-root 253:0 vg0 root": four columns are a logical volume's. */
static void
read_name(struct section_diskstat *s, struct slice line, struct arena *arena)
{
	struct slice name, number, group;
	if (!slice_word(&line, &name) || !slice_word(&line, &number))
		return;
	bool lvm = slice_word(&line, &group);
	for (size_t i = 0; i < s->n; i++) {
		struct diskstat_entry *e = &s->entries[i];
		if (e->number.len == 0 || !slice_eq(e->number, number))
			continue;
		char *text = arena_alloc(arena, name.len + 4, 1);
		size_t n = lvm ? 4 : 3;
		memcpy(text, lvm ? "LVM " : "DM ", n);
		memcpy(text + n, name.s, name.len);
		e->name = (struct slice){text, n + name.len};
		e->kind = lvm ? DISKSTAT_LVM : DISKSTAT_DM;
	}
}

/* Is `part` the disk's name and a number ("sda1", "nvme0n1p2")? */
static bool
is_partition(struct slice part, struct slice disk)
{
	if (part.len <= disk.len || memcmp(part.s, disk.s, disk.len) != 0)
		return false;
	size_t i = disk.len;
	bool digit_before = isdigit((unsigned char)disk.s[disk.len - 1]);
	if (digit_before && part.s[i++] != 'p')
		return false;
	for (size_t k = i; k < part.len; k++)
		if (!isdigit((unsigned char)part.s[k]))
			return false;
	return i < part.len;
}

/* Rows come sorted by device, so a disk stands before its partitions. */
static void
drop_parts(struct section_diskstat *s)
{
	size_t kept = 0;
	struct slice disk = {NULL, 0};
	for (size_t i = 0; i < s->n; i++) {
		struct diskstat_entry *e = &s->entries[i];
		if (disk.len > 0 && is_partition(e->device, disk))
			continue;
		disk = e->device;
		s->entries[kept++] = *e;
	}
	s->n = kept;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_diskstat *s = section;
	enum {
		ROWS,
		NAMES,
		OTHER
	} block = ROWS;
	struct slice line = {"", 0};

	if (split_line(in, &line) && !slice_eqs(in->current->name, "diskstat"))
		return diskstat_container_parse(in, line, arena, s, err_r);
	if (line.len == 0 || !section_double(&line, &s->time))
		return section_bad(in, err_r, "expected the time");
	while (split_line(in, &line)) {
		if (line.s[0] == '[') {
			block =
			    slice_eqs(line, "[dmsetup_info]") ? NAMES : OTHER;
			continue;
		}
		if (block == NAMES)
			read_name(s, line, arena);
		if (block != ROWS)
			continue;
		struct diskstat_entry e = {.kind = DISKSTAT_PHYSICAL};
		if (read_row(in, line, &e, arena, err_r) != 0)
			return -1;
		if (s->n == MAX_DISKS)
			return section_bad(in, err_r, "too many disks");
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		s->entries[s->n++] = e;
	}
	drop_parts(s);
	return 0;
}

const struct section_type section_diskstat = {
    .names = {"diskstat", "docker_container_diskstat",
	"docker_container_diskstat_cgroupv2", NULL},
    .size = sizeof(struct section_diskstat),
    .parse = parse,
};
