/* SPDX-License-Identifier: Apache-2.0
 *
 * Nginx: connections and requests.
 */
#include "fetcher/sections/nginx_status.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"

enum {
	P_ACTIVE
};

static const struct check_param params[] = {
    {"active_connections", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on open connections"},
    {0}};

static const struct check_metric metrics[] = {
    {"active", "", "open connections"},
    {"reading", "", "of these, requests being read"},
    {"writing", "", "of these, answers being written"},
    {"waiting", "", "of these, idle ones"},
    {"requests_per_sec", "1/s", "requests"},
    {"requests_per_conn", "", "requests of one connection, since the start"},
    {"accepted_per_sec", "1/s", "new connections"},
    {"accepted", "", "connections since the start"},
    {"handled", "", "of these, served ones"},
    {"requests", "", "requests since the start"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_nginx_status *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->servers[i].item, NULL);
}

static void
say_rate(const struct check_context *c, const char *label, const char *metric,
    double value, struct check_out *out)
{
	double rate;

	if (!check_store_rate(c->store, metric, c->now, value, true, &rate))
		return;
	check_say(out, CHECK_OK, "%s: %.2f/s", label, rate);
	check_metric(out, metric, rate, NULL, 0, NAN);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_nginx_status *s = c->sections[0];
	const struct check_levels *l =
	    c->params[P_ACTIVE].set ? &c->params[P_ACTIVE].levels : NULL;
	const struct nginx_server *e = NULL;

	for (size_t i = 0; i < s->n && e == NULL; i++)
		if (slice_eq(s->servers[i].item, c->item))
			e = &s->servers[i];
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	check_value_say(
	    out, false, "Active connections", e->active, l, NULL, render_count);
	check_metric(out, "active", e->active, l, 0, NAN);
	check_tell(out, CHECK_OK, "Reading: %.0f, writing: %.0f, waiting: %.0f",
	    e->reading, e->writing, e->waiting);
	check_metric(out, "reading", e->reading, NULL, 0, NAN);
	check_metric(out, "writing", e->writing, NULL, 0, NAN);
	check_metric(out, "waiting", e->waiting, NULL, 0, NAN);
	say_rate(c, "Requests", "requests_per_sec", e->requests, out);
	if (e->handled > 0)
		check_metric(out, "requests_per_conn", e->requests / e->handled,
		    NULL, 0, NAN);
	say_rate(c, "Accepted", "accepted_per_sec", e->accepted, out);
	check_metric(out, "accepted", e->accepted, NULL, 0, NAN);
	check_metric(out, "handled", e->handled, NULL, 0, NAN);
	check_metric(out, "requests", e->requests, NULL, 0, NAN);
}

const struct check check_nginx_status = {
    .name = "nginx_status",
    .title = "Nginx",
    .manual = "Connections and requests of an Nginx server, from its "
	      "stub_status. Nothing is judged without levels.",
    .ruleset = "nginx_status",
    .description = "Nginx %s Status",
    .sections =
	(const struct section_type *const[]){&section_nginx_status, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
