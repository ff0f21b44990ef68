/* SPDX-License-Identifier: Apache-2.0
 *
 * What escalations need of the daemon: policies, objects, notices of steps.
 */
#include "notifyd/notifyd.h"

#include "common/clock.h"

bool
process_policy(const char *rule, struct rules_escalation *e_r, void *arg)
{
	const struct notifyd *n = arg;

	return rules_escalation(rulebook_rules(n->book), rule, e_r);
}

bool
process_gone(const struct context *ctx, void *arg)
{
	const struct notifyd *n = arg;
	const struct snapshot *snap = rulebook_snapshot(n->book);
	uint32_t host;

	if (strcmp(context_text(ctx, "OMD_SITE"), n->d->site) != 0 ||
	    context_get(ctx, "EC_ID") != NULL)
		return false; /* not ours to know */
	host = snap_find_host(snap, slice_of(context_text(ctx, "HOSTNAME")));
	if (host == SNAP_NONE || !context_is_service(ctx))
		return host == SNAP_NONE;
	return snap_find_service(snap, host,
		   slice_of(context_text(ctx, "SERVICEDESC"))) == SNAP_NONE;
}

void
process_step(
    const char *id, const char *site, const struct context *ctx, void *arg)
{
	struct notifyd *n = arg;
	struct str pairs = {0};
	struct msg_notice m = {.id = slice_of(id),
	    .created_us = clock_wall() / NS_PER_US,
	    .site = slice_of(site),
	    .what = SLICE("PROBLEM"),
	    .host = slice_of(context_text(ctx, "HOSTNAME")),
	    .service = slice_of(context_text(ctx, "SERVICEDESC"))};

	context_to_pairs(ctx, &pairs);
	m.context = str_slice(&pairs);
	process_notice(n, &m, NULL, NULL, NULL, NULL);
	str_free(&pairs);
}
