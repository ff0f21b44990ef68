/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_bonding: "==> ./bond0 <==" begins a bond, "Slave Interface: eth0"
 * one of its members; lines are "Key: value". Section ovs_bonding: Open
 * vSwitch's bond/show, "[bond0]", "bond_mode: ...", "slave eth0: enabled" and
 * below it "active slave".
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

static bool
has_member_up(const struct bonding_bond *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (slice_eqs(b->members[i].status, "up"))
			return true;
	return false;
}

static int
parse_ovs_line(struct split_lines *in, struct slice line, struct arena *arena,
    struct section_lnx_bonding *s, struct err *err_r)
{
	struct bonding_bond *b = s->n > 0 ? &s->bonds[s->n - 1] : NULL;
	struct slice key, word;

	if (line.s[0] == '[' && line.s[line.len - 1] == ']') {
		if (s->n == BONDING_MAX)
			return section_bad(in, err_r, "too many bonds");
		ARENA_GROW(arena, s->bonds, s->n, s->cap);
		s->bonds[s->n++] = (struct bonding_bond){
		    .name = slice_trim((struct slice){
			line.s + 1, line.len > 1 ? line.len - 2 : 0}),
		    .status = SLICE("down")};
		return 0;
	}
	if (b == NULL)
		return section_bad(in, err_r, "expected: [bond0]");
	if (slice_starts(line, "active ")) {
		if (b->n > 0)
			b->active = b->members[b->n - 1].name;
		return 0;
	}
	slice_next(&line, ':', &key);
	line = slice_trim(line);
	if (slice_eqs(key, "bond_mode"))
		b->mode = line;
	if (!slice_word(&key, &word) ||
	    (!slice_eqs(word, "slave") && !slice_eqs(word, "member")))
		return 0;
	if (b->n == BONDING_MAX)
		return section_bad(in, err_r, "too many members");
	ARENA_GROW(arena, b->members, b->n, b->cap);
	b->members[b->n++] = (struct bonding_member){.name = slice_trim(key),
	    .status = slice_eqs(line, "enabled") ? SLICE("up") : SLICE("down")};
	if (has_member_up(b))
		b->status = SLICE("up");
	return 0;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_lnx_bonding *s = section;
	struct bonding_bond *b = NULL;
	struct slice line, name, key;

	while (split_line(in, &line)) {
		if (slice_eqs(in->current->name, "ovs_bonding")) {
			if (parse_ovs_line(in, line, arena, s, err_r) != 0)
				return -1;
			continue;
		}
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
    .names = {"lnx_bonding", "ovs_bonding", NULL},
    .size = sizeof(struct section_lnx_bonding),
    .parse = parse,
};
