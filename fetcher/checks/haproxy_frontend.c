/* SPDX-License-Identifier: Apache-2.0
 *
 * HAProxy: frontends.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/haproxy.h"

enum {
	P_OPEN,
	P_STOP
};

static const struct check_param params[] = {
    {"open", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_OK),
	"state if it is open"},
    {"stop", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if it is stopped, or anything else"},
    {0}};

static const struct check_metric metrics[] = {
    {"session_rate", "1/s", "new sessions"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_haproxy *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		if (!s->rows[i].is_server)
			check_found_add(found, s->rows[i].item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_haproxy *s = c->sections[0];
	const struct haproxy_row *r = NULL;
	double rate;

	for (size_t i = 0; i < s->n && r == NULL; i++)
		if (!s->rows[i].is_server && slice_eq(s->rows[i].item, c->item))
			r = &s->rows[i];
	if (r == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	check_say(out,
	    (uint32_t)c->params[slice_eqs(r->status, "OPEN") ? P_OPEN : P_STOP]
		.number,
	    "Status: %.*s", (int)r->status.len, r->status.s);
	if (!check_store_rate(
		c->store, "sessions", c->now, r->sessions, true, &rate))
		return;
	check_say(out, CHECK_OK, "Session rate: %.2f", rate);
	check_metric(out, "session_rate", rate, NULL, 0, NAN);
}

const struct check check_haproxy_frontend = {
    .name = "haproxy_frontend",
    .title = "HAProxy: frontends",
    .manual = "Is the frontend open, and how many sessions are begun?",
    .ruleset = "haproxy_frontend",
    .description = "HAProxy Frontend %s",
    .sections = (const struct section_type *const[]){&section_haproxy, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
