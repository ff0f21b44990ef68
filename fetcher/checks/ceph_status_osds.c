/* SPDX-License-Identifier: Apache-2.0
 *
 * Ceph: its OSDs, the daemons that store data.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/ceph.h"

enum {
	P_OUT,
	P_DOWN
};

static const struct check_param params[] = {
    {"num_out_osds", CHECK_PARAM_UPPER, "", CHECK_DEF_PERCENT(5, 7),
	"on OSDs that data is moved away from; percentages are of all"},
    {"num_down_osds", CHECK_PARAM_UPPER, "", CHECK_DEF_PERCENT(5, 7),
	"on OSDs that do not run; percentages are of all"},
    {0}};

static const struct check_metric metrics[] = {{"num_osds", "", "OSDs"},
    {"num_out_osds", "", "OSDs that are out"},
    {"num_down_osds", "", "OSDs that are down"}, {0}};

static const struct value_row row_all = {
    "OSDs", "num_osds", render_count, 0, 0, false};
static const struct value_row row_remapped = {
    "Remapped PGs", NULL, render_count, 0, 0, false};
static const struct value_row row_out = {
    "OSDs out", "num_out_osds", render_count, VALUE_PARAM(P_OUT), 0, false};
static const struct value_row row_down = {
    "OSDs down", "num_down_osds", render_count, VALUE_PARAM(P_DOWN), 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_ceph_status *s = c->sections[0];

	if (s->has_osds)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_ceph_status *s = c->sections[0];

	if (!s->has_osds) {
		value_lost(out);
		return;
	}
	value_say(c, out, &row_all, s->osds, 0);
	value_say(c, out, &row_remapped, s->remapped, 0);
	if (s->full)
		check_say(out, CHECK_CRIT, "Full");
	else if (s->nearfull)
		check_say(out, CHECK_WARN, "Near full");
	value_say(c, out, &row_out, s->osds - s->osds_in, s->osds);
	value_say(c, out, &row_down, s->osds - s->osds_up, s->osds);
}

const struct check check_ceph_status_osds = {
    .name = "ceph_status_osds",
    .title = "Ceph: OSDs",
    .manual = "How many OSDs of a Ceph cluster are down, or out so that data "
	      "is moved away from them. CRIT if the cluster is full.",
    .ruleset = "ceph_osds",
    .description = "Ceph OSDs",
    .sections =
	(const struct section_type *const[]){&section_ceph_status, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
