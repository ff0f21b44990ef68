/* SPDX-License-Identifier: Apache-2.0
 *
 * Section mem: lines "MemTotal: 8052000 kB".
 */
#include "fetcher/sections/mem.h"

#include "fetcher/sections/json.h"

#define NO_LIMIT 9e18 /* of a control group without one */

/* What a container says, until it is turned into fields of meminfo. */
struct container {
	double usage, limit, cache, total; /* bytes; 0: not said */
};

static void
take_json(const json_t *doc, struct container *c)
{
	const json_t *stats = json_object_get(doc, "stats");

	c->usage = section_json_number(doc, "usage", c->usage);
	c->limit = section_json_number(doc, "limit", c->limit);
	c->cache = section_json_number(
	    stats, "file", section_json_number(stats, "cache", c->cache));
}

/* Files of control groups, version 1 or 2: "NAME NUMBER". */
static void
take_line(struct slice line, struct container *c)
{
	const struct {
		const char *name;
		double *value;
		double factor;
	} all[] = {{"usage_in_bytes", &c->usage, 1},
	    {"memory.current", &c->usage, 1}, {"limit_in_bytes", &c->limit, 1},
	    {"memory.max", &c->limit, 1}, {"cache", &c->cache, 1},
	    {"file", &c->cache, 1}, {"MemTotal:", &c->total, 1024}};
	struct slice name;
	double value;

	if (!slice_word(&line, &name) || !section_double(&line, &value))
		return; /* "memory.max max" is no limit */
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (slice_eqs(name, all[i].name) && value >= 0)
			*all[i].value = value * all[i].factor;
}

static void
add_container(struct section_mem *mem, const struct container *c)
{
	double total = c->total;

	if (c->limit > 0 && c->limit < NO_LIMIT &&
	    (total <= 0 || c->limit < total))
		total = c->limit;
	if (total <= 0)
		return;
	mem->n = 0;
	mem->fields[mem->n++] = (struct mem_field){SLICE("MemTotal"), total};
	mem->fields[mem->n++] = (struct mem_field){
	    SLICE("MemFree"), total > c->usage ? total - c->usage : 0};
	mem->fields[mem->n++] = (struct mem_field){
	    SLICE("Cached"), c->cache < c->usage ? c->cache : c->usage};
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_mem *mem = section;
	struct container container = {0};
	bool is_container = false;
	struct slice line, name, unit;

	(void)arena;
	while (split_line(in, &line)) {
		uint64_t value;
		if (!slice_eqs(in->current->name, "mem")) {
			is_container = true;
			if (*line.s == '@')
				continue;
			if (*line.s != '{') {
				take_line(line, &container);
				continue;
			}
			json_t *doc = section_json(in, line, err_r);
			if (doc == NULL)
				return -1;
			take_json(doc, &container);
			json_decref(doc);
			continue;
		}
		if (!slice_word(&line, &name) || name.len < 2 ||
		    name.s[name.len - 1] != ':' || !section_u64(&line, &value))
			return section_bad(
			    in, err_r, "expected: Name: number kB");
		bool kb = slice_word(&line, &unit) && slice_eqs(unit, "kB");
		name.len--;
		if (mem->n == MEM_MAX_FIELDS)
			return section_bad(in, err_r, "too many fields");
		mem->fields[mem->n++] = (struct mem_field){
		    name, (double)value * (kb ? 1024.0 : 1.0)};
	}
	if (is_container)
		add_container(mem, &container);
	return 0;
}

double
section_mem_get(const struct section_mem *mem, const char *name)
{
	struct slice want = slice_of(name);
	for (size_t i = 0; i < mem->n; i++)
		if (slice_eq(mem->fields[i].name, want))
			return mem->fields[i].value;
	return -1;
}

const struct section_type section_mem = {
    .names = {"mem", "docker_container_mem", "docker_container_mem_cgroupv2",
	NULL},
    .size = sizeof(struct section_mem),
    .parse = parse,
    .fallback = &section_ucd_mem,
};
