/* SPDX-License-Identifier: Apache-2.0
 *
 * Space of LVM volume groups.
 */
#include "fetcher/sections/lvm_vgs.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the space given to volumes"},
    {0}};

static const struct check_metric metrics[] = {
    {"fs_used", "MiB", "space given to volumes"},
    {"fs_size", "MiB", "size of the group"},
    {"fs_used_percent", "%", "share given to volumes"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lvm_vgs *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->groups[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lvm_vgs *s = c->sections[0];
	const struct lvm_vg *vg = NULL;
	struct str text = {0};

	for (size_t i = 0; i < s->n && vg == NULL; i++)
		if (slice_eq(s->groups[i].name, c->item))
			vg = &s->groups[i];
	if (vg == NULL) {
		check_say(out, CHECK_CRIT, "The volume group is gone");
		return;
	}
	double used = vg->size - vg->free, mib = 1048576;
	struct check_levels l =
	    check_levels_of(&c->params[P_LEVELS].levels, vg->size);
	if (!c->params[P_LEVELS].set)
		l.kind = CHECK_LEVELS_NONE;
	str_add(&text, "Used: ");
	render_percent(&text, 100 * used / vg->size);
	str_add(&text, " - ");
	render_bytes(&text, used);
	str_add(&text, " of ");
	render_bytes(&text, vg->size);
	check_levels_text(&text, used, &l, NULL, render_bytes);
	check_say_str(out, check_judge(used, &l, NULL), &text);
	str_free(&text);
	struct check_levels in_mib = {l.kind, l.warn / mib, l.crit / mib};
	check_metric(out, "fs_used", used / mib, &in_mib, 0, vg->size / mib);
	check_metric(out, "fs_size", vg->size / mib, NULL, 0, NAN);
	struct check_levels share = {
	    l.kind, 100 * l.warn / vg->size, 100 * l.crit / vg->size};
	check_metric(
	    out, "fs_used_percent", 100 * used / vg->size, &share, 0, 100);
}

const struct check check_lvm_vgs = {
    .name = "lvm_vgs",
    .title = "LVM volume groups",
    .manual =
	"How much of a volume group is given to volumes. Nothing is judged "
	"without levels, but a group that is gone is CRIT.",
    .ruleset = "volume_groups",
    .description = "LVM VG %s",
    .sections = (const struct section_type *const[]){&section_lvm_vgs, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
