/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_bonding: "==> ./bond0 <==" begins a bond, "Slave Interface: eth0"
 * one of its members; lines are "Key: value".
 */
#include "fetcher/sections/lnx_bonding.h"

#include "common/num.h"

static bool
read_head(struct slice line, struct slice *name_r)
{
	if (!slice_starts(line, "==> ") || line.len < 8)
		return false;
	*name_r = slice_trim((struct slice){line.s + 4, line.len - 8});
	if (slice_starts(*name_r, "./")) {
		name_r->s += 2;
		name_r->len -= 2;
	}
	return name_r->len > 0;
}

static void
read_bond(struct bonding_bond *b, struct slice key, struct slice value)
{
	struct slice word = value;

	if (slice_eqs(key, "Bonding Mode"))
		b->mode = value;
	else if (slice_eqs(key, "MII Status"))
		b->status = value;
	else if (slice_eqs(key, "Primary Slave"))
		slice_word(&word, &b->primary);
	else if (slice_eqs(key, "Currently Active Slave"))
		b->active = value;
	else if (slice_eqs(key, "Aggregator ID"))
		b->aggregator = value;
}

static void
read_member(struct bonding_member *m, struct slice key, struct slice value)
{
	if (slice_eqs(key, "MII Status"))
		m->status = value;
	else if (slice_eqs(key, "Permanent HW addr"))
		m->address = value;
	else if (slice_eqs(key, "Aggregator ID"))
		m->aggregator = value;
	else if (slice_eqs(key, "Link Failure Count"))
		num_double(value, &m->failures);
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_lnx_bonding *s = section;
	struct bonding_bond *b = NULL;
	struct slice line, name, key;

	while (split_line(in, &line)) {
		if (read_head(line, &name)) {
			if (s->n == BONDING_MAX)
				return section_bad(in, err_r, "too many bonds");
			ARENA_GROW(arena, s->bonds, s->n, s->cap);
			b = &s->bonds[s->n++];
			*b = (struct bonding_bond){.name = name};
			continue;
		}
		if (b == NULL)
			return section_bad(
			    in, err_r, "expected: ==> ./bond0 <==");
		slice_next(&line, ':', &key);
		key = slice_trim(key);
		line = slice_trim(line);
		if (!slice_eqs(key, "Slave Interface")) {
			if (b->n == 0)
				read_bond(b, key, line);
			else
				read_member(&b->members[b->n - 1], key, line);
			continue;
		}
		if (b->n == BONDING_MAX)
			return section_bad(in, err_r, "too many members");
		ARENA_GROW(arena, b->members, b->n, b->cap);
		b->members[b->n++] = (struct bonding_member){.name = line};
	}
	return 0;
}

const struct section_type section_lnx_bonding = {
    .names = {"lnx_bonding", NULL},
    .size = sizeof(struct section_lnx_bonding),
    .parse = parse,
};
