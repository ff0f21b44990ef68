/* SPDX-License-Identifier: Apache-2.0
 *
 * State of ZFS pools.
 */
#include "fetcher/sections/zpool_status.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_zpool_status *s = c->sections[0];
	if (s->healthy || s->n_pools > 0)
		check_found_add(found, SLICE(""), NULL);
}

static uint32_t
state_of(struct slice word)
{
	if (slice_eqs(word, "ONLINE") || slice_eqs(word, "AVAIL") ||
	    slice_eqs(word, "INUSE"))
		return CHECK_OK;
	return slice_eqs(word, "DEGRADED") || slice_eqs(word, "OFFLINE")
	    ? CHECK_WARN
	    : CHECK_CRIT;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_zpool_status *s = c->sections[0];

	if (s->healthy) {
		check_say(out, CHECK_OK, "All pools are healthy");
		return;
	}
	if (s->n == 0) {
		check_say(out, CHECK_UNKNOWN, "No pools available");
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct zpool_part *p = &s->parts[i];
		uint32_t state = state_of(p->state);
		if (p->is_pool)
			check_say(out, state, "Pool %.*s: %.*s",
			    (int)p->name.len, p->name.s, (int)p->state.len,
			    p->state.s);
		else if (p->errors > 0)
			check_say(out, check_worst(state, CHECK_WARN),
			    "%.*s: %.*s, %.0f errors", (int)p->name.len,
			    p->name.s, (int)p->state.len, p->state.s,
			    p->errors);
		else
			check_tell(out, state, "%.*s: %.*s", (int)p->name.len,
			    p->name.s, (int)p->state.len, p->state.s);
	}
	if (s->error.len > 0)
		check_say(out, CHECK_CRIT, "%.*s",
		    (int)(s->error.len < 300 ? s->error.len : 300), s->error.s);
}

const struct check check_zpool_status = {
    .name = "zpool_status",
    .title = "ZFS: state of the pools",
    .manual =
	"Are all ZFS pools and their devices online and without errors? WARN "
	"if degraded, offline or with errors, CRIT for any other state and "
	"for damaged data.",
    .ruleset = NULL,
    .description = "zpool status",
    .sections =
	(const struct section_type *const[]){&section_zpool_status, NULL},
    .discover = discover,
    .judge = judge,
};
