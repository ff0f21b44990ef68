/* SPDX-License-Identifier: Apache-2.0
 *
 * Bonded network interfaces.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lnx_bonding.h"

enum {
	P_EXPECT,
	P_MEMBER,
	P_AGGREGATOR
};

static const struct check_param params[] = {
    {"expect_active", CHECK_PARAM_STRING, "", CHECK_DEF_TEXT("ignore"),
	"which member is to be active in an active-backup bond: `primary`, a "
	"name, or `ignore`"},
    {"member_down_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if a member is down"},
    {"aggregator_mismatch_state", CHECK_PARAM_STATE, "",
	CHECK_DEF_NUMBER(CHECK_WARN),
	"state if members are in another aggregator than the bond (802.3ad)"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lnx_bonding *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (slice_eqs(s->bonds[i].status, "up"))
			check_found_add(found, s->bonds[i].name, NULL);
}

static void
say_active(const struct check_context *c, const struct bonding_bond *b,
    struct check_out *out)
{
	struct slice wanted = c->params[P_EXPECT].text;

	if (b->active.len == 0)
		return;
	if (slice_eqs(wanted, "primary"))
		wanted = b->primary;
	if (!c->params[P_EXPECT].set || slice_eqs(wanted, "ignore") ||
	    wanted.len == 0 || slice_eq(wanted, b->active))
		check_say(out, CHECK_OK, "Active: %.*s", (int)b->active.len,
		    b->active.s);
	else
		check_say(out, CHECK_WARN, "Active: %.*s (expected %.*s)",
		    (int)b->active.len, b->active.s, (int)wanted.len, wanted.s);
}

static void
say_member(const struct check_context *c, const struct bonding_bond *b,
    const struct bonding_member *m, struct check_out *out)
{
	bool up = slice_eqs(m->status, "up");

	check_tell(out, up ? CHECK_OK : (uint32_t)c->params[P_MEMBER].number,
	    "%.*s/%.*s: %.*s", (int)m->name.len, m->name.s, (int)m->address.len,
	    m->address.len > 0 ? m->address.s : "", (int)m->status.len,
	    m->status.len > 0 ? m->status.s : "");
	if (b->aggregator.len > 0 && m->aggregator.len > 0 &&
	    !slice_eq(b->aggregator, m->aggregator))
		check_say(out, (uint32_t)c->params[P_AGGREGATOR].number,
		    "%.*s is in aggregator %.*s, the bond in %.*s",
		    (int)m->name.len, m->name.s, (int)m->aggregator.len,
		    m->aggregator.s, (int)b->aggregator.len, b->aggregator.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lnx_bonding *s = c->sections[0];
	const struct bonding_bond *b = NULL;

	for (size_t i = 0; i < s->n && b == NULL; i++)
		if (slice_eq(s->bonds[i].name, c->item))
			b = &s->bonds[i];
	if (b == NULL) {
		check_say(out, CHECK_CRIT, "The bond is gone");
		return;
	}
	check_say(out, slice_eqs(b->status, "up") ? CHECK_OK : CHECK_CRIT,
	    "Status: %.*s", (int)b->status.len,
	    b->status.len > 0 ? b->status.s : "");
	if (b->mode.len > 0)
		check_say(
		    out, CHECK_OK, "Mode: %.*s", (int)b->mode.len, b->mode.s);
	say_active(c, b, out);
	for (size_t i = 0; i < b->n; i++)
		say_member(c, b, &b->members[i], out);
}

const struct check check_bonding = {
    .name = "bonding",
    .title = "Bonded interfaces",
    .manual =
	"A bond of network interfaces on Linux or in Open vSwitch. CRIT if the "
	"bond is down or "
	"gone, WARN if one of its members is down or in another aggregator. "
	"Bonds that are up are discovered.",
    .ruleset = "bonding",
    .description = "Bonding Interface %s",
    .sections =
	(const struct section_type *const[]){&section_lnx_bonding, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
