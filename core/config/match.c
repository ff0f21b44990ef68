/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging two sorted tables of objects; see match.h.
 */
#include "core/config/match.h"

#include "common/config/renames.h"
#include "common/mem.h"

#include <stdlib.h>

static int
compare(
    const struct snapshot *a, uint32_t i, const struct snapshot *b, uint32_t j)
{
	return strcmp(
	    snap_s(a, a->objects[i].name), snap_s(b, b->objects[j].name));
}

/* Merges two ranges in order of name. */
static void
merge(struct match *m, const struct snapshot *old, uint32_t i, uint32_t i_end,
    const struct snapshot *new, uint32_t j, uint32_t j_end)
{
	while (i < i_end && j < j_end) {
		int order = compare(old, i, new, j);

		if (order == 0) {
			m->old_of[j] = i;
			m->new_of[i] = j;
		}
		i += order <= 0;
		j += order >= 0;
	}
}

static void
link_hosts(struct match *m, uint32_t i, uint32_t j)
{
	if (m->new_of[i] != SNAP_NONE)
		m->old_of[m->new_of[i]] = SNAP_NONE;
	m->new_of[i] = j;
	m->old_of[j] = i;
}

/* Only names that were free: a host that stays is never another's heir. */
static void
rename_hosts(
    struct match *m, const struct snapshot *old, const struct snapshot *new)
{
	struct renames r;

	renames_parse(slice_of(snap_s(new, new->renames)), &r);
	for (size_t k = 0; k < r.n; k++) {
		uint32_t i, j;

		if (r.items[k].generation <= old->generation)
			continue;
		i = snap_find_host(old, r.items[k].from);
		if (i == SNAP_NONE)
			continue;
		j = snap_find_host(
		    new, renames_since(&r, r.items[k].from, old->generation));
		if (j != SNAP_NONE && m->old_of[j] == SNAP_NONE)
			link_hosts(m, i, j);
	}
	renames_free(&r);
}

void
match_make(
    struct match *m, const struct snapshot *old, const struct snapshot *new)
{
	*m = (struct match){.n_old = old->n_objects, .n_new = new->n_objects};
	m->old_of = xcalloc(m->n_new + 1, sizeof(*m->old_of));
	m->new_of = xcalloc(m->n_old + 1, sizeof(*m->new_of));
	memset(m->old_of, 0xff, (m->n_new + 1) * sizeof(*m->old_of));
	memset(m->new_of, 0xff, (m->n_old + 1) * sizeof(*m->new_of));
	merge(m, old, 0, old->n_hosts, new, 0, new->n_hosts);
	rename_hosts(m, old, new);
	for (uint32_t h = 0; h < old->n_hosts; h++) {
		const struct snap_object *a = &old->objects[h], *b;

		if (m->new_of[h] == SNAP_NONE)
			continue;
		b = &new->objects[m->new_of[h]];
		merge(m, old, a->services.off, a->services.off + a->services.n,
		    new, b->services.off, b->services.off + b->services.n);
	}
}

void
match_free(struct match *m)
{
	free(m->old_of);
	free(m->new_of);
	*m = (struct match){0};
}
