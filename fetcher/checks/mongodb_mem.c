/* SPDX-License-Identifier: Apache-2.0
 *
 * MongoDB: memory of the server, in MiB: "resident 856", "virtual 6100".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_RESIDENT,
	P_VIRTUAL,
	P_MAPPED,
	SIZES
};

static const struct check_param params[] = {
    {"resident_levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the memory in use"},
    {"virtual_levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the virtual memory"},
    {"mapped_levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the memory that files are mapped to"},
    {0}};

static const struct check_metric metrics[] = {
    {"process_resident_size", "B", "memory in use"},
    {"process_virtual_size", "B", "virtual memory"},
    {"process_mapped_size", "B", "mapped files"},
    {"page_faults", "1/s", "page faults that read the disk"},
    {"heap_usage", "B", "heap"}, {0}};

static const struct value_row sizes[SIZES] = {
    {"Resident usage", "process_resident_size", render_bytes,
	VALUE_PARAM(P_RESIDENT), 0, false},
    {"Virtual usage", "process_virtual_size", render_bytes,
	VALUE_PARAM(P_VIRTUAL), 0, false},
    {"Mapped usage", "process_mapped_size", render_bytes, VALUE_PARAM(P_MAPPED),
	0, false}};
static const char *const words[SIZES] = {"resident", "virtual", "mapped"};
static const struct value_row faults = {
    "Page faults", "page_faults", value_per_second, 0, 0, true};
static const struct value_row heap = {
    "Heap usage", "heap_usage", render_bytes, 0, 0, true};

static const struct section_type section = SECTION_LINES("mongodb_mem");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	if (isfinite(lines_number(s, SLICE(""), "resident")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double mib[SIZES], count;

	for (size_t i = 0; i < SIZES; i++) {
		mib[i] = lines_number(s, SLICE(""), words[i]);
		value_say(c, out, &sizes[i], mib[i] * 1048576, 0);
	}
	if (mib[P_MAPPED] > 0 && mib[P_VIRTUAL] >= 3 * mib[P_MAPPED])
		check_say(out, CHECK_WARN,
		    "Virtual size is %.1f times the mapped size (memory may "
		    "leak)",
		    mib[P_VIRTUAL] / mib[P_MAPPED]);
	value_say(
	    c, out, &heap, lines_number(s, SLICE(""), "heap_usage_bytes"), 0);
	count = lines_number(s, SLICE(""), "page_faults");
	if (isfinite(count))
		value_say_rate(c, out, &faults, "faults", count);
	out->none = out->summary.len == 0; /* the service Instance says why */
}

const struct check check_mongodb_mem = {
    .name = "mongodb_mem",
    .title = "MongoDB: memory",
    .manual = "Memory of a MongoDB server. WARN if its virtual memory is three "
	      "times the mapped one, where the storage engine maps files; all "
	      "else needs levels.",
    .ruleset = "mongodb_mem",
    .description = "Memory used MongoDB",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
