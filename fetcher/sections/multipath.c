/* SPDX-License-Identifier: Apache-2.0
 *
 * Section multipath: "mpatha (3600...) dm-0 HP,MSA" or "3600... dm-0 HP,MSA"
 * begins a device; a line with H:C:T:L and major:minor is one of its paths, in
 * the old form "\\_ 1:0:3:50 sdy 65:128 [active][undef]" or in the new one
 * "`- 1:0:0:0 sdb 8:16 active undef running".
 */
#include "fetcher/sections/multipath.h"

static size_t
colons(struct slice word)
{
	size_t n = 0;

	for (size_t i = 0; i < word.len; i++) {
		if (word.s[i] == ':')
			n++;
		else if (word.s[i] < '0' || word.s[i] > '9')
			return 0;
	}
	return n;
}

static bool
read_head(struct slice line, struct multipath_device *d)
{
	struct slice first, second;

	*d = (struct multipath_device){.paths = 0};
	if (!slice_word(&line, &first) || !slice_word(&line, &second))
		return false;
	if (second.len > 2 && second.s[0] == '(' &&
	    second.s[second.len - 1] == ')') {
		d->alias = first;
		d->uuid = (struct slice){second.s + 1, second.len - 2};
		d->device = (struct slice){"", 0};
		if (!slice_word(&line, &second))
			return false;
		d->device = second;
		return slice_starts(second, "dm-");
	}
	d->uuid = first;
	d->device = second;
	return slice_starts(second, "dm-");
}

/* -1: no path; else whether it is active. */
static int
read_path(struct slice line, struct slice *name_r)
{
	struct slice word, name, numbers, state;

	while (slice_word(&line, &word))
		if (colons(word) == 3)
			break;
	if (colons(word) != 3 || !slice_word(&line, &name) ||
	    !slice_word(&line, &numbers) || colons(numbers) != 1 ||
	    !slice_word(&line, &state))
		return -1;
	*name_r = name;
	return slice_eqs(state, "active") || slice_starts(state, "[active]");
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_multipath *s = section;
	struct multipath_device head, *d = NULL;
	struct slice line, name;

	while (split_line(in, &line)) {
		int active;

		if (read_head(line, &head)) {
			if (s->n == MULTIPATH_MAX)
				return section_bad(
				    in, err_r, "too many devices");
			ARENA_GROW(arena, s->devices, s->n, s->cap);
			d = &s->devices[s->n++];
			*d = head;
			continue;
		}
		active = read_path(line, &name);
		if (d == NULL || active == -1)
			continue;
		d->paths++;
		if (d->n_members < MULTIPATH_MAX) {
			ARENA_GROW(
			    arena, d->members, d->n_members, d->cap_members);
			d->members[d->n_members++] = name;
		}
		d->active += (size_t)active;
		if (active == 0 && d->n_broken < MULTIPATH_MAX) {
			ARENA_GROW(
			    arena, d->broken, d->n_broken, d->cap_broken);
			d->broken[d->n_broken++] = name;
		}
	}
	return 0;
}

const struct section_type section_multipath = {
    .names = {"multipath", NULL},
    .size = sizeof(struct section_multipath),
    .parse = parse,
};
