/* SPDX-License-Identifier: Apache-2.0
 *
 * A single unit of systemd.
 */
#include "fetcher/checks/systemd_unit.h"

#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/discover.h"

enum {
	P_DISCOVER,
	P_STATES,
	P_ELSE
};

const struct check_param systemd_unit_params[] = {
    {"discover", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"regular expressions, from the start of the name: discovery makes a "
	"service for each unit that one matches"},
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by systemd's word; active and inactive are OK and failed CRIT "
	"by default"},
    {"states_default", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state for any other word, and for a unit that is gone"},
    {0}};

void
systemd_unit_discover(const struct check_context *c, enum systemd_kind kind,
    struct check_found *found)
{
	const struct section_systemd_units *s = c->sections[0];
	struct patterns wanted;
	struct err err;

	patterns_read(&wanted, c->params[P_DISCOVER].json, &err);
	for (size_t i = 0; i < s->n && wanted.n > 0; i++) {
		const struct systemd_unit *u = &s->units[i];
		/* One for each connection to the agent: never twice alike. */
		if (u->kind == kind &&
		    !slice_starts(u->name, "check-mk-agent@") &&
		    patterns_start(&wanted, u->name))
			check_found_add(found, u->name, NULL);
	}
	patterns_free(&wanted);
}

void
systemd_unit_judge(const struct check_context *c, enum systemd_kind kind,
    struct check_out *out)
{
	const struct systemd_unit *u =
	    section_systemd_find(c->sections[0], kind, c->item);
	uint32_t state = (uint32_t)c->params[P_ELSE].number;
	char word[32];

	if (u == NULL) {
		check_say(out, state, "Unit not found");
		return;
	}
	if (slice_eqs(u->active, "active") || slice_eqs(u->active, "inactive"))
		state = CHECK_OK;
	else if (slice_eqs(u->active, "failed"))
		state = CHECK_CRIT;
	if (u->active.len < sizeof(word)) {
		memcpy(word, u->active.s, u->active.len);
		word[u->active.len] = '\0';
		check_params_state(&c->params[P_STATES], word, &state);
	}
	check_say(out, state, "Status: %.*s", (int)u->active.len, u->active.s);
	check_say(out, CHECK_OK, "%.*s",
	    (int)(u->description.len < 300 ? u->description.len : 300),
	    u->description.s);
	if (u->changing_for >= 0)
		check_value_say(out, true, "Since", u->changing_for, NULL, NULL,
		    render_timespan);
}
