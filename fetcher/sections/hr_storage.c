/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections hr_fs and hr_mem: HOST-RESOURCES-MIB's storage table, fixed disks
 * for the filesystems, RAM and virtual memory for the memory.
 */
#include "fetcher/sections/df.h"
#include "fetcher/sections/mem.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source_ucd.h"

#include "common/num.h"

#include <string.h>

enum {
	C_TYPE,
	C_DESCR,
	C_UNIT,
	C_SIZE,
	C_USED
};

#define TYPE_RAM     ".1.3.6.1.2.1.25.2.1.2"
#define TYPE_VIRTUAL ".1.3.6.1.2.1.25.2.1.3"
#define TYPE_DISK    ".1.3.6.1.2.1.25.2.1.4"
/* What vCenter appliances say of theirs. */
#define TYPE_VCENTER ".1.3.6.1.2.1.25.2.3.1.2.4"

/* "4096", "4096 Bytes"; 32-bit numbers may have become negative. */
static double
number_of(struct slice text)
{
	struct slice word;
	double value;

	if (!slice_word(&text, &word) || !num_double(word, &value))
		return 0;
	return value < 0 ? value + 4294967296.0 : value;
}

static double
bytes_of(const struct row_cells *row, size_t i)
{
	return number_of(row->cell[i]) * number_of(row->cell[C_UNIT]);
}

static struct slice
mount_of(struct slice text, struct arena *arena)
{
	static const char marker[] = "mounted on:";
	char *to = arena_alloc(arena, text.len + 1, 1);
	char *at, *label;

	for (size_t i = 0; i < text.len; i++)
		to[i] = text.s[i] == '\\' ? '/' : text.s[i];
	at = strstr(to, marker);
	at = at == NULL ? to : at + strlen(marker);
	label = strstr(at, "Label:");
	if (label != NULL)
		*label = '\0';
	return slice_trim(slice_of(at));
}

static bool
is_disk(struct slice type)
{
	return slice_eqs(type, TYPE_DISK) || slice_eqs(type, TYPE_VCENTER);
}

static int
parse_fs(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_df *df = section;
	struct row_cells row;
	unsigned table = 0;

	while (rows_next(in, arena, &table, &row)) {
		double size = bytes_of(&row, C_SIZE) / 1024;
		double used = bytes_of(&row, C_USED) / 1024;
		struct slice mount = mount_of(row.cell[C_DESCR], arena);

		if (!is_disk(row.cell[C_TYPE]) || mount.len == 0)
			continue;
		if (df->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many filesystems");
		ARENA_GROW(arena, df->entries, df->n, df->cap);
		df->entries[df->n++] = (struct df_entry){.device = mount,
		    .type = {"hr", 2},
		    .mount = mount,
		    .size_kb = size,
		    .used_kb = used,
		    .available_kb = size > used ? size - used : 0};
	}
	return 0;
}

static void
put(struct section_mem *mem, const char *name, double value)
{
	if (mem->n < MEM_MAX_FIELDS)
		mem->fields[mem->n++] =
		    (struct mem_field){slice_of(name), value};
}

static int
parse_mem(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_mem *mem = section;
	double ram = 0, ram_used = 0, cached = 0, all = 0, all_used = 0;
	double swap = 0, swap_used = 0;
	struct row_cells row;
	unsigned table = 0;

	(void)err_r;
	while (rows_next(in, arena, &table, &row)) {
		double size = bytes_of(&row, C_SIZE);
		double used = bytes_of(&row, C_USED);
		struct slice name = row.cell[C_DESCR];

		if (slice_eqs(row.cell[C_TYPE], TYPE_RAM)) {
			ram += size;
			ram_used += used;
		} else if (slice_eqs(name, "Swap space")) {
			swap += size;
			swap_used += used;
		} else if (slice_eqs(name, "Cached memory") ||
		    slice_eqs(name, "Memory buffers")) {
			cached += used;
		} else if (slice_eqs(row.cell[C_TYPE], TYPE_VIRTUAL)) {
			all += size;
			all_used += used;
		}
	}
	/* Without swap space of its own virtual memory is RAM and swap. */
	if (swap <= 0 && all > ram) {
		swap = all - ram;
		swap_used = all_used > ram_used ? all_used - ram_used : 0;
	}
	put(mem, "MemTotal", ram);
	put(mem, "MemFree", ram > ram_used ? ram - ram_used : 0);
	put(mem, "Cached", cached < ram_used ? cached : 0);
	put(mem, "SwapTotal", swap);
	put(mem, "SwapFree", swap > swap_used ? swap - swap_used : 0);
	return 0;
}

/* UCD-SNMP-MIB's numbers are kB. */
static int
parse_ucd_mem(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	static const char *const names[] = {"MemTotal", "MemFree", "SwapTotal",
	    "SwapFree", "Buffers", "Cached"};
	struct section_mem *mem = section;
	struct row_cells row;
	unsigned table = 0;

	if (!rows_next(in, arena, &table, &row))
		return section_bad(in, err_r, "expected a row");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put(mem, names[i], 1024 * number_of(row.cell[i]));
	return 0;
}

static int
parse_ucd_disk(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_df *df = section;
	struct row_cells row;
	unsigned table = 0;

	while (rows_next(in, arena, &table, &row)) {
		double size = number_of(row.cell[1]);
		double available = number_of(row.cell[2]);

		if (df->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many filesystems");
		ARENA_GROW(arena, df->entries, df->n, df->cap);
		df->entries[df->n++] = (struct df_entry){.device = row.cell[0],
		    .type = {"ucd", 3},
		    .mount = row.cell[0],
		    .size_kb = size,
		    .used_kb = size > available ? size - available : 0,
		    .available_kb = available};
	}
	return 0;
}

static const struct snmp_table storage[] = {
    {".1.3.6.1.2.1.25.2.3.1",
	{{"2", 0}, {"3", 0}, {"4", 0}, {"5", 0}, {"6", 0}, {0}}},
    {0}};
static const struct snmp_table ucd_memory[] = {
    {".1.3.6.1.4.1.2021.4",
	{{"5.0", 0}, {"6.0", 0}, {"3.0", 0}, {"4.0", 0}, {"14.0", 0},
	    {"15.0", 0}, {0}}},
    {0}};
static const struct snmp_table ucd_disks[] = {
    {".1.3.6.1.4.1.2021.9.1", {{"2", 0}, {"6", 0}, {"7", 0}, {0}}}, {0}};

#define UCD_TREE ".1.3.6.1.4.1.2021.4.5.0"
static const struct snmp_atom has_hr[] = {SNMP_HAS(SNMP_HR_UPTIME), {0}};
static const struct snmp_atom has_hr_mem[] = {SNMP_HAS(SNMP_HR_UPTIME),
    SNMP_IS_NOT(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.3375."),
    SNMP_IS_NOT(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.2620."), {0}};
/* F5's and Check Point's are neither read by one nor by the other. */
#define READ_OTHERWISE                                                         \
	SNMP_IS_NOT(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.3375."),            \
	    SNMP_IS_NOT(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.2620.")
/* Plain net-snmp has both tables: there the other one is taken. */
#define NOT_PLAIN                                                              \
	SNMP_HAS(UCD_TREE),                                                    \
	    SNMP_IS_NOT(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.8072."),        \
	    READ_OTHERWISE
static const struct snmp_atom has_ucd_mem[] = {UCD_DETECT_AND(NOT_PLAIN),
    SNMP_OR_HAS(UCD_TREE), SNMP_HAS_NOT(SNMP_HR_UPTIME), READ_OTHERWISE, {0}};
static const struct snmp_atom has_ucd_disk[] = {
    SNMP_HAS(".1.3.6.1.4.1.2021.9.1.2.*"), SNMP_HAS_NOT(SNMP_HR_UPTIME), {0}};

static const struct snmp_source from_fs = {.tables = storage,
    .detect = has_hr,
    .superseded_by = (const char *const[]){"df", "df_v2", NULL}};
static const struct snmp_source from_mem = {.tables = storage,
    .detect = has_hr_mem,
    .superseded_by = (const char *const[]){"mem", "ucd_mem", NULL}};
static const struct snmp_source from_ucd_mem = {.tables = ucd_memory,
    .detect = has_ucd_mem,
    .superseded_by = (const char *const[]){"mem", NULL}};
static const struct snmp_source from_ucd_disk = {.tables = ucd_disks,
    .detect = has_ucd_disk,
    .superseded_by = (const char *const[]){"df", "df_v2", "hr_fs", NULL}};

const struct section_type section_ucd_disk = {
    .names = {"ucd_disk", NULL},
    .size = sizeof(struct section_df),
    .parse = parse_ucd_disk,
    .snmp = &from_ucd_disk,
};
const struct section_type section_hr_fs = {
    .names = {"hr_fs", NULL},
    .size = sizeof(struct section_df),
    .parse = parse_fs,
    .snmp = &from_fs,
    .fallback = &section_ucd_disk,
};
const struct section_type section_hr_mem = {
    .names = {"hr_mem", NULL},
    .size = sizeof(struct section_mem),
    .parse = parse_mem,
    .snmp = &from_mem,
};
const struct section_type section_ucd_mem = {
    .names = {"ucd_mem", NULL},
    .size = sizeof(struct section_mem),
    .parse = parse_ucd_mem,
    .snmp = &from_ucd_mem,
    .fallback = &section_hr_mem,
};
