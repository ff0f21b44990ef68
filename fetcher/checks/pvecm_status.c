/* SPDX-License-Identifier: Apache-2.0
 *
 * Proxmox: the cluster, as `pvecm status` tells.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("pvecm_status");

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	const struct slice all = {"", 0};
	double expected = lines_number(s, all, "Expected votes");
	double total = lines_number(s, all, "Total votes");
	struct slice text;
	bool faults = false;

	if (lines_get(s, all, "cman_tool", &text) &&
	    memmem(text.s, text.len, "annot open connection", 21) != NULL) {
		check_say(out, CHECK_CRIT, "Cluster management tool: %.*s",
		    value_cut(text, 200), text.s);
		return;
	}
	if (lines_get(s, all, "Name", &text) ||
	    lines_get(s, all, "Cluster Name", &text))
		check_say(
		    out, CHECK_OK, "Name: %.*s", value_cut(text, 100), text.s);
	if (lines_get(s, all, "Nodes", &text))
		check_say(
		    out, CHECK_OK, "Nodes: %.*s", value_cut(text, 20), text.s);
	if (isfinite(expected) && isfinite(total)) {
		faults = fabs(expected - total) > 0.5;
		check_say(out, faults ? CHECK_CRIT : CHECK_OK,
		    "Expected votes: %.0f, total votes: %.0f", expected, total);
	}
	if ((lines_get(s, all, "Quorum", &text) &&
		memmem(text.s, text.len, "ctivity blocked", 15) != NULL) ||
	    (lines_get(s, all, "Quorate", &text) &&
		!slice_starts(text, "Yes"))) {
		faults = true;
		check_say(out, CHECK_CRIT, "Quorum: activity blocked");
	}
	if (out->summary.len == 0)
		check_say(out, CHECK_UNKNOWN, "pvecm told nothing known");
	else if (!faults)
		check_say(out, CHECK_OK, "No faults");
}

const struct check check_pvecm_status = {
    .name = "pvecm_status",
    .title = "Proxmox: the cluster",
    .manual = "A Proxmox VE cluster. CRIT if there are other votes than "
	      "expected, if the quorum is lost, or if the cluster's tool gets "
	      "no connection.",
    .description = "PVE Cluster State",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
