/* SPDX-License-Identifier: Apache-2.0
 *
 * The same device once more: what was chosen for the reading before is taken
 * as it is, so that a reading costs its columns and nothing else.
 */
#include "fetcher/snmp/collect_parts.h"

#include "common/mem.h"

/* Sections that are read less often depend on the time. */
static bool
has_intervals(const struct collect *c)
{
	for (size_t i = 0; i < c->n_sections; i++)
		if (c->sections[i].fits &&
		    collect_interval(c, c->sections[i].type) > 0)
			return true;
	return false;
}

bool
collect_rest(struct collect *c)
{
	if (c->phase != PHASE_END || c->has_news || c->over_limit ||
	    c->n_values == 0 || c->set.agent_output.len > 0 ||
	    c->set.kept.len == 0 || c->set.scan_anew || c->owns_request ||
	    has_intervals(c))
		return false;
	if (c->kept.s == NULL)
		c->kept =
		    (struct slice){slice_dup(c->set.kept), c->set.kept.len};
	for (size_t i = 0; i < c->n_known; i++)
		c->known[i].oid = NULL;
	arena_give(c->set.spare, &c->arena);
	c->request = NULL;
	return true;
}

static bool
same_options(const struct collect *c, const struct collect_settings *set)
{
	return c->set.options == set->options ||
	    json_equal(c->set.options, set->options);
}

bool
collect_again(struct collect *c, const struct collect_settings *set,
    const struct section_type *const *wanted, size_t n)
{
	if (set->scan_anew || set->agent_output.len > 0 ||
	    set->request == NULL || !same_options(c, set) ||
	    set->bulk != c->set.bulk || set->v1 != c->set.v1 ||
	    set->no_bulk != c->set.no_bulk || set->bare != c->set.bare ||
	    n != c->n_wanted ||
	    memcmp(wanted, c->wanted, n * sizeof(wanted[0])) != 0 ||
	    !slice_eq(set->kept, c->kept) || set->now < c->set.now ||
	    set->now >= c->known_until)
		return false;
	const json_t *options = c->set.options;
	c->set = *set;
	c->set.options = options;
	c->arena = arena_take(set->spare);
	c->request = set->request;
	c->phase = PHASE_SCALARS;
	c->n_values = c->n_bytes = c->n_requests = 0;
	c->silences = 0;
	c->n_skipped = 0;
	for (size_t i = 0; i < c->n_columns; i++) {
		struct column *k = &c->columns[i];

		k->done = false;
		k->context = 0;
		k->at = NULL;
		k->n_at = 0;
		k->walked = (struct snmp_walked){0};
	}
	return true;
}
