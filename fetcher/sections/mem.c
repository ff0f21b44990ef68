/* SPDX-License-Identifier: Apache-2.0
 *
 * Section mem: lines "MemTotal: 8052000 kB".
 */
#include "fetcher/sections/mem.h"

#include "common/num.h"

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_mem *mem = section;
	struct slice line, name, unit;

	(void)arena;
	while (split_line(in, &line)) {
		uint64_t value;
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
    .names = {"mem", NULL},
    .size = sizeof(struct section_mem),
    .parse = parse,
};
