/* SPDX-License-Identifier: Apache-2.0
 *
 * Ceph: health of the cluster.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/ceph.h"

enum {
	P_WARN,
	P_ERR
};

static const struct check_param params[] = {
    {"health_warn", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the cluster says HEALTH_WARN"},
    {"health_err", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if it says HEALTH_ERR"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_ceph_status *s = c->sections[0];
	struct slice word = s->health;
	uint32_t state = CHECK_UNKNOWN;

	if (slice_starts(word, "HEALTH_")) {
		word.s += 7;
		word.len -= 7;
	}
	if (slice_eqs(word, "OK"))
		state = CHECK_OK;
	else if (slice_eqs(word, "WARN"))
		state = (uint32_t)c->params[P_WARN].number;
	else if (slice_eqs(word, "ERR"))
		state = (uint32_t)c->params[P_ERR].number;
	check_say(out, state, "Health: %.*s", value_cut(word, 60), word.s);
	for (size_t i = 0; i < s->n_messages; i++)
		if (i < 5)
			check_say(out, CHECK_OK, "%.*s",
			    value_cut(s->messages[i], 200), s->messages[i].s);
		else
			check_tell(out, CHECK_OK, "%.*s",
			    value_cut(s->messages[i], 200), s->messages[i].s);
}

const struct check check_ceph_status = {
    .name = "ceph_status",
    .title = "Ceph: health",
    .manual = "The health of a Ceph cluster, as `ceph status` says it, and "
	      "what is wrong.",
    .ruleset = "ceph_status",
    .description = "Ceph Status",
    .sections =
	(const struct section_type *const[]){&section_ceph_status, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
