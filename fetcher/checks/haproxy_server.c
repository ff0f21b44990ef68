/* SPDX-License-Identifier: Apache-2.0
 *
 * HAProxy: servers behind it.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/haproxy.h"

enum {
	P_STATES
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by HAProxy's word (UP, DOWN, NOLB, MAINT, DRAIN, no check); "
	"by default UP is OK, MAINT (via ...) and MAINT (resolution) WARN, "
	"all others CRIT"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_haproxy *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].is_server)
			check_found_add(found, s->rows[i].item, NULL);
}

/* "UP 1/3" is on its way down, by its first word it is UP. */
static uint32_t
state_of(const struct check_context *c, struct slice status)
{
	uint32_t state = slice_starts(status, "UP") ? CHECK_OK
	    : slice_starts(status, "MAINT (")       ? CHECK_WARN
						    : CHECK_CRIT;
	char word[64];

	if (status.len >= sizeof(word))
		return state;
	memcpy(word, status.s, status.len);
	word[status.len] = '\0';
	if (check_params_state(&c->params[P_STATES], word, &state))
		return state;
	if (strcmp(word, "no check") != 0)
		word[strcspn(word, " ")] = '\0';
	check_params_state(&c->params[P_STATES], word, &state);
	return state;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_haproxy *s = c->sections[0];
	const struct haproxy_row *r = NULL;

	for (size_t i = 0; i < s->n && r == NULL; i++)
		if (s->rows[i].is_server && slice_eq(s->rows[i].item, c->item))
			r = &s->rows[i];
	if (r == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	check_say(out, state_of(c, r->status), "Status: %.*s",
	    (int)r->status.len, r->status.s);
	check_say(out, CHECK_OK, "%s",
	    r->active > 0       ? "Active"
		: r->backup > 0 ? "Backup"
				: "Neither active nor backup");
	if (r->check.len > 0)
		check_say(out, CHECK_OK, "Layer check: %.*s", (int)r->check.len,
		    r->check.s);
	if (r->changed >= 0)
		check_value_say(out, false, "Status since", r->changed, NULL,
		    NULL, render_timespan);
}

const struct check check_haproxy_server = {
    .name = "haproxy_server",
    .title = "HAProxy: servers",
    .manual = "Is the server up? CRIT if it is down, in maintenance, or gets "
	      "no new sessions.",
    .ruleset = "haproxy_server",
    .description = "HAProxy Server %s",
    .sections = (const struct section_type *const[]){&section_haproxy, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
