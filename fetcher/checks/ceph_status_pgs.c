/* SPDX-License-Identifier: Apache-2.0
 *
 * Ceph: its placement groups.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/ceph.h"

#include <stdio.h>

enum {
	P_STATES
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by Ceph's word (clean, degraded, stale), instead of those that "
	"the check knows"},
    {0}};

static const struct check_metric metrics[] = {
    {"num_pgs", "", "placement groups"}, {0}};

/* Others are WARN: the data is there, but something is under way. */
static const struct {
	const char *word;
	uint32_t state;
} words[] = {{"active", CHECK_OK}, {"clean", CHECK_OK}, {"scrubbing", CHECK_OK},
    {"deep", CHECK_OK}, {"creating", CHECK_OK}, {"snaptrim", CHECK_OK},
    {"snaptrim_wait", CHECK_OK}, {"stale", CHECK_CRIT}, {"down", CHECK_CRIT},
    {"incomplete", CHECK_CRIT}, {"inconsistent", CHECK_CRIT},
    {"repair", CHECK_CRIT}, {"recovery_unfound", CHECK_CRIT},
    {"recovery_toofull", CHECK_CRIT}, {"backfill_unfound", CHECK_CRIT},
    {"backfill_toofull", CHECK_CRIT}, {"snaptrim_error", CHECK_CRIT},
    {"unknown", CHECK_CRIT}};

/* Of "active+undersized+degraded": the worst of the words. */
static uint32_t
state_of(const struct check_context *c, struct slice text)
{
	uint32_t worst = CHECK_OK;
	struct slice word;

	while (slice_next(&text, '+', &word)) {
		uint32_t state = CHECK_WARN;
		char copy[64];

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (slice_eqs(word, words[i].word))
				state = words[i].state;
		snprintf(
		    copy, sizeof(copy), "%.*s", value_cut(word, 60), word.s);
		check_params_state(&c->params[P_STATES], copy, &state);
		worst = check_worst(worst, state);
	}
	return worst;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_ceph_status *s = c->sections[0];

	if (isfinite(s->pgs))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_ceph_status *s = c->sections[0];

	if (!isfinite(s->pgs)) {
		value_lost(out);
		return;
	}
	check_say(out, CHECK_OK, "PGs: %.0f", s->pgs);
	check_metric(out, "num_pgs", s->pgs, NULL, 0, NAN);
	for (size_t i = 0; i < s->n_states && i < 50; i++)
		check_say(out, state_of(c, s->states[i].state), "%.*s: %.0f",
		    value_cut(s->states[i].state, 100), s->states[i].state.s,
		    s->states[i].count);
}

const struct check check_ceph_status_pgs = {
    .name = "ceph_status_pgs",
    .title = "Ceph: placement groups",
    .manual =
	"In which states the placement groups of a Ceph cluster are. Active, "
	"clean and scrubbed ones are OK, those that are degraded, undersized, "
	"recovered or moved WARN, those that are stale, down, incomplete or "
	"inconsistent CRIT.",
    .ruleset = "ceph_pgs",
    .description = "Ceph PGs",
    .sections =
	(const struct section_type *const[]){&section_ceph_status, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
