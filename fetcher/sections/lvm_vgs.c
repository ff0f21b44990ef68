/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lvm_vgs: "vg0 2 5 0 wz--n- 500000000 100000000": name, physical
 * volumes, logical volumes, snapshots, attributes, size, free (bytes).
 */
#include "fetcher/sections/lvm_vgs.h"

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_lvm_vgs *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct lvm_vg vg = {.size = 0};
		struct slice column[6];
		bool whole = section_column(in, &line, &vg.name);
		for (size_t i = 0; i < 6; i++)
			whole = whole && section_column(in, &line, &column[i]);
		if (!whole || !section_double(&column[4], &vg.size) ||
		    !section_double(&column[5], &vg.free) || vg.size <= 0 ||
		    vg.free < 0)
			return section_bad(in, err_r,
			    "expected: name PVs LVs snapshots attributes size "
			    "free");
		vg.name = slice_trim(vg.name);
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many groups");
		ARENA_GROW(arena, s->groups, s->n, s->cap);
		s->groups[s->n++] = vg;
	}
	return 0;
}

const struct section_type section_lvm_vgs = {
    .names = {"lvm_vgs", NULL},
    .size = sizeof(struct section_lvm_vgs),
    .parse = parse,
};
