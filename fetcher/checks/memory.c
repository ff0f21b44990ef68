/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory: RAM, swap and what the kernel promised.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mem.h"

#include <ctype.h>

enum {
	P_VIRTUAL,
	P_RAM,
	P_SWAP,
	P_AVAILABLE,
	P_COMMITTED,
	P_COMMITLIMIT,
	P_SHM,
	P_PAGETABLES,
	P_WRITEBACK,
	P_VMALLOC,
	P_CORRUPTED,
	P_GENERIC
};

#define MIB 1048576.0

static const struct check_param params[] = {
    {"levels_virtual", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(80, 90),
	"on RAM and swap in use, of both together"},
    {"levels_ram", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on RAM in use, without caches"},
    {"levels_swap", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE, "on swap in use"},
    {"levels_available", CHECK_PARAM_LOWER, "B", CHECK_DEF_NONE,
	"on RAM available to new programs"},
    {"levels_committed", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(100, 150),
	"on memory promised to programs, of RAM and swap"},
    {"levels_commitlimit", CHECK_PARAM_LOWER, "B", CHECK_DEF_PERCENT(20, 10),
	"on what the kernel may promise, of RAM and swap"},
    {"levels_shm", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(20, 30),
	"on shared memory, of RAM"},
    {"levels_pagetables", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(8, 16),
	"on page tables, of RAM"},
    {"levels_writeback", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on data that waits to be written to disk"},
    {"levels_vmalloc", CHECK_PARAM_LOWER, "B",
	CHECK_DEF_LEVELS(50 * MIB, 30 * MIB),
	"on the largest free chunk of vmalloc"},
    {"levels_hardwarecorrupted", CHECK_PARAM_UPPER, "B", CHECK_DEF_LEVELS(1, 1),
	"on RAM that the hardware calls broken"},
    {"levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(150, 200),
	"on RAM and swap in use, of RAM, on systems that give only totals"},
    {0}};

static const struct check_metric metrics[] = {
    {"mem_used", "B", "RAM in use, without caches"},
    {"mem_used_percent", "%", "the same, of RAM"},
    {"swap_used", "B", "swap in use"},
    {"mem_lnx_committed_as", "B", "promised to programs"},
    {"mem_lnx_shmem", "B", "shared memory"},
    {"mem_lnx_page_tables", "B", "page tables"},
    {"total_total", "B", "RAM and swap"},
    {"total_used", "B", "RAM and swap in use"},
    {"caches", "B", "page cache, buffers and what can be reclaimed"},
    {"pending", "B", "waits to be written to disk"},
    {"mem_total", "B", "and each other field of /proc/meminfo in snake case"},
    {0}};

struct totals {
	double ram, ram_used, swap, swap_used, caches, pending;
};

static double
get(const struct section_mem *mem, const char *name)
{
	double value = section_mem_get(mem, name);
	return value < 0 ? 0 : value;
}

static bool
is_linux(const struct section_mem *mem)
{
	static const char *const names[] = {"Buffers", "Cached", "Dirty",
	    "MemFree", "MemTotal", "SwapFree", "SwapTotal", "Writeback"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (section_mem_get(mem, names[i]) < 0)
			return false;
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_mem *mem = c->sections[0];
	if (get(mem, "MemTotal") > 0)
		check_found_add(found, SLICE(""), NULL);
}

static struct totals
add_up(const struct section_mem *mem)
{
	struct totals t = {
	    .ram = get(mem, "MemTotal"),
	    .swap = get(mem, "SwapTotal"),
	    .swap_used = get(mem, "SwapTotal") - get(mem, "SwapFree"),
	    .caches = get(mem, "Cached") + get(mem, "Buffers") +
		get(mem, "SwapCached") + get(mem, "SReclaimable"),
	    .pending = get(mem, "Dirty") + get(mem, "Writeback") +
		get(mem, "NFS_Unstable") + get(mem, "Bounce") +
		get(mem, "WritebackTmp"),
	};
	t.ram_used = t.ram - get(mem, "MemFree") - t.caches;
	if (t.ram_used < 0)
		t.ram_used = 0;
	return t;
}

/* "RAM: 30.12% - 2.31 GiB of 7.68 GiB (warn/crit at 80.00%/90.00%)" */
static void
say_share(struct check_out *out, bool notice, const char *label, double value,
    double whole, const struct check_value *param, bool lower)
{
	struct check_levels levels = check_levels_of(&param->levels, whole);
	const struct check_levels *l = param->set ? &levels : NULL;
	uint32_t state = check_judge(value, lower ? NULL : l, lower ? l : NULL);
	struct str text = {0};

	str_addf(&text, "%s: ", label);
	if (whole > 0) {
		render_percent(&text, 100 * value / whole);
		str_add(&text, " - ");
	}
	render_bytes(&text, value);
	str_add(&text, " of ");
	render_bytes(&text, whole);
	if (state != CHECK_OK) {
		const char *how = lower ? "below" : "at";
		if (param->levels.kind == CHECK_LEVELS_PERCENT)
			str_addf(&text, " (warn/crit %s %.2f%%/%.2f%%)", how,
			    param->levels.warn, param->levels.crit);
		else
			check_levels_text(&text, value, lower ? NULL : l,
			    lower ? l : NULL, render_bytes);
	}
	if (notice)
		check_tell_str(out, state, &text);
	else
		check_say_str(out, state, &text);
	str_free(&text);
}

static void
say_field(const struct check_context *c, struct check_out *out,
    const char *field, const char *label, double whole, size_t param,
    bool lower)
{
	double value = section_mem_get(c->sections[0], field);
	if (value >= 0)
		say_share(
		    out, true, label, value, whole, &c->params[param], lower);
}

/* The largest chunk; newer kernels do not count and say 0 for everything. */
static void
say_vmalloc(const struct check_context *c, struct check_out *out)
{
	const struct section_mem *mem = c->sections[0];
	double chunk = section_mem_get(mem, "VmallocChunk");
	if (chunk < 0 || (chunk <= 0 && get(mem, "VmallocUsed") <= 0) ||
	    get(mem, "VmallocTotal") > 1048576 * MIB)
		return;
	struct check_levels levels = check_levels_of(
	    &c->params[P_VMALLOC].levels, get(mem, "VmallocTotal"));
	check_value_say(out, true, "Largest free vmalloc chunk", chunk, NULL,
	    c->params[P_VMALLOC].set ? &levels : NULL, render_bytes);
}

static void
say_corrupted(const struct check_context *c, struct check_out *out)
{
	const struct section_mem *mem = c->sections[0];
	double value = section_mem_get(mem, "HardwareCorrupted");
	struct check_levels levels = check_levels_of(
	    &c->params[P_CORRUPTED].levels, get(mem, "MemTotal"));
	if (value >= 0)
		check_value_say(out, true, "Hardware corrupted", value,
		    c->params[P_CORRUPTED].set ? &levels : NULL, NULL,
		    render_bytes);
}

/* "Active(anon)" -> "active_anon", "MemTotal" -> "mem_total" */
static struct slice
snake(struct slice name, char *text, size_t size)
{
	size_t n = 0;
	bool after_lower = false;
	for (size_t i = 0; i < name.len && n + 2 < size; i++) {
		char ch = name.s[i] == '(' ? '_' : name.s[i];
		if (ch == ')')
			continue;
		if (isupper((unsigned char)ch) && after_lower)
			text[n++] = '_';
		after_lower =
		    islower((unsigned char)ch) || isdigit((unsigned char)ch);
		text[n++] = (char)tolower((unsigned char)ch);
	}
	return (struct slice){text, n};
}

static void
add_fields(const struct section_mem *mem, struct check_out *out)
{
	static const char *const said[] = {
	    "Committed_AS", "Shmem", "PageTables"};
	double page = get(mem, "Hugepagesize");
	bool huge = get(mem, "HugePages_Total") > 0;
	bool vmalloc = get(mem, "VmallocTotal") <= 1048576 * MIB;

	for (size_t i = 0; i < mem->n; i++) {
		const struct mem_field *f = &mem->fields[i];
		double value = f->value;
		char name[64];
		bool skip = false;
		for (size_t k = 0; k < 3; k++)
			skip = skip || slice_eqs(f->name, said[k]);
		if (slice_starts(f->name, "HugePages_")) {
			skip = !huge;
			value *= page;
		}
		if (skip || slice_starts(f->name, "DirectMap") ||
		    (!vmalloc && slice_starts(f->name, "Vmalloc")))
			continue;
		check_metric_slice(out, snake(f->name, name, sizeof(name)),
		    value, NULL, NAN, NAN);
	}
}

static void
add_metrics(const struct check_context *c, const struct totals *t,
    struct check_out *out)
{
	const struct section_mem *mem = c->sections[0];
	static const struct {
		const char *field, *metric;
	} own[] = {{"Committed_AS", "mem_lnx_committed_as"},
	    {"Shmem", "mem_lnx_shmem"}, {"PageTables", "mem_lnx_page_tables"}};
	const double wholes[] = {t->ram + t->swap, t->ram, t->ram};
	const size_t with[] = {P_COMMITTED, P_SHM, P_PAGETABLES};
	struct check_levels l =
	    check_levels_of(&c->params[P_RAM].levels, t->ram);

	check_metric(out, "mem_used", t->ram_used, &l, 0, t->ram);
	l.warn *= 100 / t->ram;
	l.crit *= 100 / t->ram;
	check_metric(
	    out, "mem_used_percent", 100 * t->ram_used / t->ram, &l, 0, 100);
	l = check_levels_of(&c->params[P_SWAP].levels, t->swap);
	check_metric(out, "swap_used", t->swap_used, &l, 0, t->swap);
	for (size_t i = 0; i < 3; i++) {
		double value = section_mem_get(mem, own[i].field);
		l = check_levels_of(&c->params[with[i]].levels, wholes[i]);
		if (value >= 0)
			check_metric(out, own[i].metric, value, &l, 0,
			    i == 0 ? NAN : wholes[i]);
	}
	check_metric(out, "caches", t->caches, NULL, 0, NAN);
	check_metric(out, "pending", t->pending, NULL, 0, NAN);
	check_metric(out, "total_total", t->ram + t->swap, NULL, 0, NAN);
	l = check_levels_of(&c->params[P_VIRTUAL].levels, t->ram + t->swap);
	check_metric(out, "total_used", t->ram_used + t->swap_used, &l, 0,
	    t->ram + t->swap);
	add_fields(mem, out);
}

static void
judge_linux(const struct check_context *c, const struct totals *t,
    struct check_out *out)
{
	double whole = t->ram + t->swap;

	say_share(out, false, "Total virtual memory",
	    t->ram_used + t->swap_used, whole, &c->params[P_VIRTUAL], false);
	say_share(
	    out, true, "RAM", t->ram_used, t->ram, &c->params[P_RAM], false);
	if (t->swap > 0)
		say_share(out, true, "Swap", t->swap_used, t->swap,
		    &c->params[P_SWAP], false);
	say_field(
	    c, out, "MemAvailable", "Available", t->ram, P_AVAILABLE, true);
	say_field(
	    c, out, "Committed_AS", "Committed", whole, P_COMMITTED, false);
	say_field(
	    c, out, "CommitLimit", "Commit limit", whole, P_COMMITLIMIT, true);
	say_field(c, out, "Shmem", "Shared memory", t->ram, P_SHM, false);
	say_field(
	    c, out, "PageTables", "Page tables", t->ram, P_PAGETABLES, false);
	say_share(out, true, "Disk writeback", t->pending, t->ram,
	    &c->params[P_WRITEBACK], false);
	say_vmalloc(c, out);
	say_corrupted(c, out);
	add_metrics(c, t, out);
}

/* Only totals: caches count as free, swap and page tables as used. */
static void
judge_generic(const struct check_context *c, const struct totals *t,
    struct check_out *out)
{
	double used =
	    t->ram_used + t->swap_used + get(c->sections[0], "PageTables");
	struct check_levels l =
	    check_levels_of(&c->params[P_GENERIC].levels, t->ram);

	say_share(out, false, "Total (RAM + swap)", used, t->ram,
	    &c->params[P_GENERIC], false);
	check_metric(out, "mem_used", t->ram_used, NULL, 0, t->ram);
	check_metric(
	    out, "mem_used_percent", 100 * t->ram_used / t->ram, NULL, 0, 100);
	check_metric(out, "swap_used", t->swap_used, NULL, 0, t->swap);
	check_metric(out, "total_used", used, &l, 0, t->ram + t->swap);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_mem *mem = c->sections[0];
	struct totals t = add_up(mem);

	if (t.ram <= 0)
		check_say(out, CHECK_UNKNOWN, "MemTotal is missing or 0");
	else if (is_linux(mem))
		judge_linux(c, &t, out);
	else
		judge_generic(c, &t, out);
}

const struct check check_memory = {
    .name = "memory",
    .title = "Memory",
    .manual =
	"RAM and swap in use. Caches count as free. On Linux also what the "
	"kernel has promised to programs, shared memory, page tables and "
	"broken RAM.",
    .ruleset = "memory_linux",
    .description = "Memory",
    .sections = (const struct section_type *const[]){&section_mem, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
